/**
 * Edits that mend what is complained of.
 *
 * @module
 */

import type { Change, Diagnostic } from "../diagnostic.ts";
import type { Analysis } from "./analysis.ts";
import { diagnosticsOf } from "./complaints.ts";

/** An edit that is offered. */
export interface Action {
  readonly title: string;
  /** What it mends. */
  readonly diagnostics: readonly Diagnostic[];
  readonly changes: readonly Change[];
  /** Mends all there is to mend, instead of one thing. */
  readonly isForAll: boolean;
}

/** The edits for the diagnostics that touch a stretch of the file; where several can be mended together, that too. */
export function actionsAt(analysis: Analysis, start: number, end: number): readonly Action[] {
  const mendable = diagnosticsOf(analysis).filter(({ edit }) => edit !== undefined);
  const here = mendable.filter(({ span }) => span.start <= end && start <= span.end);
  const single = here.map(
    (diagnostic): Action => ({
      title: diagnostic.edit?.title ?? "",
      diagnostics: [diagnostic],
      changes: diagnostic.edit?.changes ?? [],
      isForAll: false,
    }),
  );
  const all = mendAll(analysis);
  return here.length > 0 && all && all.diagnostics.length > 1 ? [...single, all] : single;
}

/** One edit for all diagnostics that have one. Of edits that overlap, the first is made: the others may be needless after it. */
export function mendAll(analysis: Analysis): Action | undefined {
  const stretches = diagnosticsOf(analysis).flatMap((diagnostic) => {
    const own = diagnostic.edit?.changes ?? [];
    const start = Math.min(...own.map(({ span }) => span.start));
    const end = Math.max(...own.map(({ span }) => span.end));
    return own.length > 0 ? [{ diagnostic, own, start, end }] : [];
  });
  const changes: Change[] = [];
  const diagnostics: Diagnostic[] = [];
  let last = -1;
  for (const { diagnostic, own, start, end } of stretches.sort((a, b) => a.start - b.start)) {
    if (start <= last) continue;
    changes.push(...own);
    diagnostics.push(diagnostic);
    last = end;
  }
  if (diagnostics.length === 0) return undefined;
  return { title: "mend all that can be mended", diagnostics, changes, isForAll: true };
}
