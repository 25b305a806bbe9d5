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

type Report = (diagnostic: Diagnostic) => void;

/** Reports what is odd about rules, one by one and among themselves; all are warnings. */
export function lint(subjects: readonly Subject[], report: Report): void {
  for (const subject of subjects) lintAlone(subject, report);
  lintAmong(subjects, report);
}

/** Reports what is odd about a rule by itself: nothing that stands outside of it plays a part. */
export function lintAlone(subject: Subject, report: Report): void {
  lintUnused(subject, report);
  lintConditions(subject, report);
  lintConstants(subject, report);
}

/** Reports what is odd about rules where they stand, and among themselves. */
export function lintAmong(subjects: readonly Subject[], report: Report): void {
  for (const subject of subjects) lintBuiltIn(subject, report);
  lintDuplicates(subjects, report);
  lintSubsumed(subjects, report);
}
