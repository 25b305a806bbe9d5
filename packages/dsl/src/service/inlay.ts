/**
 * What is shown between the lines: the guards that were inferred.
 *
 * @module
 */

import type { Analysis } from "./analysis.ts";
import { guardsOf } from "./guard.ts";

/** A text shown at an offset that is not part of the file. */
export interface InlayHint {
  readonly offset: number;
  readonly text: string;
  readonly tooltip: string;
}

/** The guards of the rules that end between two offsets, each behind its rule. */
export function inlayHints(
  { entry }: Analysis,
  start = 0,
  end: number = Number.POSITIVE_INFINITY,
): readonly InlayHint[] {
  return [...entry.rules].flatMap(([{ span }, directions]): readonly InlayHint[] => {
    const guards = guardsOf(directions);
    if (guards.length === 0 || span.end < start || span.end > end) return [];
    const tooltip = "inferred from the shapes, and seen to at every match: it need not be written";
    return [{ offset: span.end, text: guards.join(", "), tooltip }];
  });
}
