import { type Check, ConformanceError, conformanceLine } from "./check.ts";

/** What came of a list of checks. */
export interface ConformanceReport {
  readonly passed: number;
  readonly failures: readonly ConformanceError[];
  /** Each with the name of its check in front. */
  readonly warnings: readonly string[];
  /** The line to paste: `conformance: backend spec 1, kit 1.3, 31 checks, 2 warnings`. */
  readonly line: string;
}

/** Runs checks without a test runner, one after the other, and goes on after failures. */
export async function runChecks(
  kind: string,
  checks: readonly Check[],
): Promise<ConformanceReport> {
  const failures: ConformanceError[] = [];
  const own = checks.filter(({ name }) => name !== "conformance");
  for (const check of own) {
    try {
      await check.run();
    } catch (caught) {
      if (!(caught instanceof ConformanceError)) throw caught;
      failures.push(caught);
    }
  }
  const warnings = own.flatMap(({ name, warnings }) => warnings.map((text) => `${name}: ${text}`));
  const line = conformanceLine(kind, own.length, warnings.length, failures.length);
  return { passed: own.length - failures.length, failures, warnings, line };
}
