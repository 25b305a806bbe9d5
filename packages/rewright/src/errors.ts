import type { Optimized } from "./optimized.ts";
import type { Report } from "./report.ts";

/** Bad input or usage: the message says what, where, and how to mend it. Exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** A plugin failed on the way, when something had been found: the message names the plugin. Exit code 2. */
export class PluginError extends InputError {
  /** What had been found by then, verified as always. */
  readonly optimized: Optimized;
  constructor(failure: InputError, optimized: Optimized) {
    super(`${failure.message}; what was found by then has been verified, and is kept`, {
      cause: failure.cause,
    });
    this.optimized = optimized;
  }
}

/** A check failed: no candidate program agreed with the original. Exit code 1. */
export class CheckError extends Error {
  override readonly name = "CheckError";
  /** What was found all the same; `dropped` says which rules are to blame. */
  readonly report: Report;
  constructor(message: string, report: Report) {
    super(message);
    this.report = report;
  }
}

/** The exit codes of the command line. */
export const exitCodes = { done: 0, check: 1, usage: 2, bug: 70, interrupted: 130 } as const;

/** Errors by name that other packages throw for bad input; by name, since two copies of a package may be installed. */
const inputErrors: ReadonlySet<string> = new Set([
  "DataError",
  "InputError",
  "ModelError",
  "RuleError",
  "RuntimeMissingError",
]);

/** What the system says when it cannot do what it is asked: a full disk, a file out of reach, too many of them. It names the file itself. */
const systemErrors: ReadonlySet<string | undefined> = new Set(
  "EACCES EAGAIN EBUSY EDQUOT EIO EISDIR EMFILE ENAMETOOLONG ENFILE ENODEV ENOENT ENOMEM ENOSPC ENOTDIR EPERM EROFS ETXTBSY".split(
    " ",
  ),
);

/** The exit code that stands for an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return exitCodes.bug;
  if (error.name === "CheckError") return exitCodes.check;
  if (systemErrors.has((error as NodeJS.ErrnoException).code)) return exitCodes.usage;
  return inputErrors.has(error.name) ? exitCodes.usage : exitCodes.bug;
}
