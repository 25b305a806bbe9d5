import { kitVersion } from "./version.ts";

/** One thing that a plugin must do. Independent of the test runner: `test(check.name, check.run)`. */
export interface Check {
  /** Unique among the checks of a list. */
  readonly name: string;
  /** What goes wrong for users where it fails. */
  readonly why: string;
  /** What is odd without being wrong, as of its last run. */
  readonly warnings: readonly string[];
  /** @throws ConformanceError that says what is wrong, why that matters and how to mend it. */
  readonly run: () => void | Promise<void>;
}

/** What a plugin does and must not, or the other way round. */
export class ConformanceError extends Error {
  override readonly name = "ConformanceError";
  /** The check that found it. */
  readonly check: string;

  constructor(check: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.check = check;
  }
}

/** What is wrong, and how to mend it: thrown by the bodies of checks. */
export class Fault extends Error {
  /** What to do about it. */
  readonly mend: string;

  constructor(what: string, mend: string, options?: ErrorOptions) {
    super(what, options);
    this.mend = mend;
  }
}

/** Takes note of what is odd. */
type Warn = (warning: string) => void;

/** What a check does. @throws Fault */
export type Body = (warn: Warn) => void | Promise<void>;

/** What has become of a check. */
type Outcome = "passed" | "failed";

/** Collects the checks of one plugin; the last of them tells what came of all. */
export class Checklist {
  readonly #kind: string;
  readonly #checks: Check[] = [];
  readonly #outcomes = new Map<Check, Outcome>();

  constructor(kind: string) {
    this.#kind = kind;
  }

  /** Adds a check. */
  add(name: string, why: string, body: Body): void {
    const warnings: string[] = [];
    const run = async (): Promise<void> => {
      warnings.length = 0;
      try {
        await body((warning) => warnings.push(warning));
        this.#outcomes.set(check, "passed");
      } catch (caught) {
        this.#outcomes.set(check, "failed");
        throw explained(check, caught);
      }
    };
    const check: Check = { name, why, warnings, run };
    this.#checks.push(check);
  }

  /** Adds the checks of a part, under its name. */
  include(part: string, checks: readonly Check[]): void {
    for (const { name, why, run, warnings } of checks) {
      this.add(`${part}: ${name}`, why, async (warn) => {
        try {
          await run();
        } catch (caught) {
          // What was wrong, without the reasons, which are given again.
          throw caught instanceof ConformanceError ? caught.cause : caught;
        } finally {
          warnings.forEach(warn);
        }
      });
    }
  }

  /** All of them, and one that prints the line to paste. */
  get checks(): readonly Check[] {
    const print: Check = {
      name: "conformance",
      why: "so that a README can say what was checked",
      warnings: [],
      run: () => {
        for (const { name, warnings } of this.#checks)
          for (const warning of warnings) console.warn(`warning: ${name}: ${warning}`);
        console.log(this.#line());
      },
    };
    return [...this.#checks, print];
  }

  /** Checks that a filter of the test runner left out are not counted. */
  #line(): string {
    const outcomes = [...this.#outcomes.values()];
    const failed = outcomes.filter((outcome) => outcome === "failed").length;
    const warned = this.#checks.reduce((sum, { warnings }) => sum + warnings.length, 0);
    return conformanceLine(this.#kind, outcomes.length, warned, failed);
  }
}

/** The line to paste. */
export function conformanceLine(
  kind: string,
  checks: number,
  warnings: number,
  failed: number,
): string {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
  const line = `conformance: ${kind} spec 1, kit ${kitVersion}, ${count(checks, "check")}, ${count(warnings, "warning")}`;
  return failed === 0 ? line : `${line}, ${failed} failed`;
}

function explained(check: Check, caught: unknown): ConformanceError {
  const { name, why } = check;
  const what = caught instanceof Error ? caught.message : String(caught);
  const mend = caught instanceof Fault ? `\nto mend it: ${caught.mend}` : "";
  return new ConformanceError(name, `${what}\nwhy it matters: ${why}${mend}`, { cause: caught });
}
