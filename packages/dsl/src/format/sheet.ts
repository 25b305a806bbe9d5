/**
 * The text as it is written, line by line.
 *
 * @module
 */

import type { Comment, Piece } from "./piece.ts";

/** Where the formatter writes. Columns count from 0. */
export class Sheet {
  private readonly lines: string[] = [];
  private line = "";
  /** Where lines begin that a comment makes necessary. */
  indent = 0;
  /** The line ends with a comment: what follows begins another. */
  private closed = false;
  private readonly written = new Set<Piece>();

  /** The column at which the next thing is written. */
  get column(): number {
    return this.closed ? this.indent : this.line.length;
  }

  /** Whether the line ends with a comment. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** How many lines there are: whether something took more than one. */
  get count(): number {
    return this.lines.length;
  }

  /** Where the line that is being written begins. */
  get margin(): number {
    return /^ */.exec(this.line)?.[0].length ?? 0;
  }

  /** Begins a line. */
  newline(indent: number): void {
    this.lines.push(this.line.trimEnd());
    this.line = " ".repeat(indent);
    this.closed = false;
  }

  /** Fills the line with spaces up to a column; where it has come further, or ends with a comment, begins another. */
  padTo(column: number): void {
    if (this.closed || this.line.length > column) this.newline(column);
    else this.line = this.line.padEnd(column);
  }

  /** Text that belongs to no token. */
  space(text: string): void {
    if (!this.closed) this.line += text;
  }

  /** A token, its comments above and behind it. */
  token(piece: Piece, gap: string = piece.gap): void {
    this.above(piece, this.indent);
    if (this.closed) this.newline(this.indent);
    else if (this.line.trim() !== "") this.line += gap;
    this.line += piece.text;
    if (piece.behind === undefined) return;
    this.line += `  ${piece.behind}`;
    this.closed = true;
  }

  /** The comments above a token, if they are not written yet. The token's own line is begun. */
  above(piece: Piece, indent: number): void {
    if (piece.above.length === 0 || this.written.has(piece)) return;
    this.written.add(piece);
    if (this.closed || this.line.trim() !== "") this.newline(indent);
    for (const { text } of piece.above) {
      this.line = `${" ".repeat(indent)}${text}`;
      this.newline(indent);
    }
  }

  /** Comments on lines of their own, their blank lines kept, but for one before the first unless it is `spaced`. */
  comments(comments: readonly Comment[], indent: number, spaced: boolean): void {
    for (const [i, { text, blank }] of comments.entries()) {
      if (blank && (i > 0 || spaced)) this.blank();
      this.start(indent);
      this.line += text;
      this.closed = true;
    }
  }

  /** Marks the comments above a token as written. */
  skip(piece: Piece): void {
    this.written.add(piece);
  }

  /** Ends the line that is being written, if there is anything in it, and begins one. */
  start(indent: number): void {
    if (this.closed || this.line.trim() !== "") this.newline(indent);
    else this.line = " ".repeat(indent);
  }

  /** Leaves one line blank, unless nothing has been written yet. */
  blank(): void {
    this.start(0);
    if (this.lines.length > 0 && this.lines.at(-1) !== "") this.lines.push("");
  }

  /** The text, each line ended. */
  text(end: string): string {
    this.start(0);
    return this.lines.map((line) => `${line}${end}`).join("");
  }
}
