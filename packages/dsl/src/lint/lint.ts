/**
 * What is odd about rules that are well formed.
 *
 * @module
 */

import type { Diagnostic } from "../diagnostic.ts";
import { lintConditions } from "./conditions.ts";
import { lintConstants } from "./constants.ts";
import { lintBuiltIn, lintDuplicates } from "./duplicates.ts";
import type { Subject } from "./subject.ts";
import { lintSubsumed } from "./subsumed.ts";
import { lintUnused } from "./unused.ts";

/** Reports what is odd about rules, one by one and among themselves; all are warnings. */
export function lint(subjects: readonly Subject[], report: (diagnostic: Diagnostic) => void): void {
  for (const subject of subjects) {
    lintUnused(subject, report);
    lintConditions(subject, report);
    lintConstants(subject, report);
    lintBuiltIn(subject, report);
  }
  lintDuplicates(subjects, report);
  lintSubsumed(subjects, report);
}
