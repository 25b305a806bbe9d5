/**
 * Diagnostics that stay true when what they are about moves.
 *
 * @module
 */

import type { Span } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Item } from "./item.ts";
import { movedDiagnostic, movedSpan } from "./shift.ts";

/** An item, and where it stood at some time. */
interface Anchor {
  readonly item: Item;
  readonly offset: number;
  readonly line: number;
}

/** Finds the item that holds a place; `undefined` for places that never move. */
type Locate = (span: Span) => Item | undefined;

/** A diagnostic as it was given, and the items that its places are in. */
export class Said {
  private readonly diagnostic: Diagnostic;
  private readonly anchors: ReadonlyMap<Span, Anchor>;

  constructor(diagnostic: Diagnostic, locate: Locate) {
    this.diagnostic = diagnostic;
    const anchors = new Map<Span, Anchor>();
    movedDiagnostic(diagnostic, (span) => {
      const item = locate(span);
      if (item) {
        const { startOffset, startLine = 1 } = item.first;
        anchors.set(span, { item, offset: startOffset, line: startLine });
      }
      return span;
    });
    this.anchors = anchors;
  }

  /** The diagnostic, its places where they are now. */
  get now(): Diagnostic {
    return movedDiagnostic(this.diagnostic, (span) => {
      const anchor = this.anchors.get(span);
      if (!anchor) return span;
      const { startOffset, startLine = 1 } = anchor.item.first;
      const shift = { offset: startOffset - anchor.offset, lines: startLine - anchor.line };
      return movedSpan(span, shift);
    });
  }
}
