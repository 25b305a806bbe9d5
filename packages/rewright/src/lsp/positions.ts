/**
 * From offsets to the positions of the protocol and back: lines and UTF-16 code units. The rule language does not count a byte order
 * mark, which an editor may have left in the text.
 *
 * @module
 */

import type { Position, Range } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";

/** A stretch of a text. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The lines of one text. */
export class Lines {
  readonly #document: TextDocument;
  readonly #mark: number;

  constructor(document: TextDocument) {
    this.#document = document;
    const first = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
    this.#mark = document.getText(first) === "\uFEFF" ? 1 : 0;
  }

  /** The lines of a text that no editor has open. */
  static of(text: string): Lines {
    return new Lines(TextDocument.create("", "", 0, text));
  }

  /** The offset of a position; one behind the end of its line, or of the text, is its end. */
  offset(position: Position): number {
    return Math.max(0, this.#document.offsetAt(position) - this.#mark);
  }

  position(offset: number): Position {
    return this.#document.positionAt(offset + this.#mark);
  }

  range({ start, end }: Stretch): Range {
    return { start: this.position(start), end: this.position(end) };
  }
}
