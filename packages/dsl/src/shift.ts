/**
 * Places that move: when text is inserted or taken away above it, what is known of a declaration stays as it is but for its places.
 *
 * @module
 */

import type { Span } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** How far something has moved; never within a line. */
export interface Shift {
  readonly offset: number;
  readonly lines: number;
}

/** A place moved. */
export function movedSpan(span: Span, { offset, lines }: Shift): Span {
  if (offset === 0 && lines === 0) return span;
  return {
    file: span.file,
    start: span.start + offset,
    end: span.end + offset,
    line: span.line + lines,
    column: span.column,
  };
}

/** A diagnostic with each of its places moved; itself where none moves. */
export function movedDiagnostic(diagnostic: Diagnostic, move: (span: Span) => Span): Diagnostic {
  let isMoved = false;
  const moved = (span: Span): Span => {
    const to = move(span);
    isMoved ||= to !== span;
    return to;
  };
  const { span, related, edit } = diagnostic;
  const parts = {
    span: moved(span),
    ...(related && { related: related.map((other) => ({ ...other, span: moved(other.span) })) }),
    ...(edit && {
      edit: {
        ...edit,
        changes: edit.changes.map((change) => ({ ...change, span: moved(change.span) })),
      },
    }),
  };
  return isMoved ? { ...diagnostic, ...parts } : diagnostic;
}

/** Fields that refer to what is not part of the tree: definitions of operators and functions. */
const FOREIGN: ReadonlySet<string> = new Set(["op", "fn"]);

/** A tree, as written or resolved, with each of its places moved. */
export function movedTree<T>(tree: T, shift: Shift): T {
  if (shift.offset === 0 && shift.lines === 0) return tree;
  const visit = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    if (Array.isArray(part)) return part.map(visit);
    if (part instanceof Map)
      return new Map(Array.from(part, ([key, value]) => [key, visit(value)]));
    if (isSpan(part)) return movedSpan(part, shift);
    const copy: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(part))
      copy[key] = FOREIGN.has(key) ? value : visit(value);
    return copy;
  };
  return visit(tree) as T;
}

function isSpan(part: object): part is Span {
  return "column" in part && "start" in part;
}
