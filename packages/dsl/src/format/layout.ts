/**
 * Expressions and lists in the width of a page: on one line where they fit; else broken at the loosest operator, before it, and
 * after commas.
 *
 * @module
 */

import { tokenMatcher } from "chevrotain";
import { endsOperand } from "../nesting.ts";
import { bindingOf } from "../precedence.ts";
import * as t from "../tokens.ts";
import type { Piece } from "./piece.ts";
import type { Sheet } from "./sheet.ts";

/** Lines are no longer than this where that can be helped. */
export const WIDTH = 140;

/** A stretch of pieces: from the first to before the last. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The semicolon before the attributes of an operator's declaration. */
function attributesOf(pieces: readonly Piece[]): number | undefined {
  if (pieces[0]?.token.tokenType !== t.Op) return undefined;
  let depth = 0;
  const found = pieces.findIndex(({ text }) => {
    if (/^[([]$/.test(text)) depth++;
    if (/^[)\]]$/.test(text)) depth--;
    return text === ";" && depth === 1;
  });
  return found < 0 ? undefined : found;
}

/** Writes stretches of the pieces of one declaration or rule. */
export class Layout {
  readonly pieces: readonly Piece[];
  readonly sheet: Sheet;
  /** The semicolon of a declaration, behind which a line begins where one did or where there is no room. */
  private readonly attributes: number | undefined;
  /** Where each piece would begin and end if all were on one line. */
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  /** How many pieces up to here must begin a line, or end one. */
  private readonly aboves: number[] = [0];
  private readonly behinds: number[] = [0];
  /** The bracket that closes each opening one. */
  private readonly closes = new Map<number, number>();

  constructor(pieces: readonly Piece[], sheet: Sheet) {
    this.pieces = pieces;
    this.sheet = sheet;
    const open: number[] = [];
    this.attributes = attributesOf(pieces);
    let column = 0;
    pieces.forEach((piece, i) => {
      column += piece.gap.length;
      this.starts.push(column);
      column += piece.text.length;
      this.ends.push(column);
      const breaks = piece.above.length > 0 || (i > 0 && i - 1 === this.attributes && piece.first);
      this.aboves.push((this.aboves[i] ?? 0) + (breaks ? 1 : 0));
      this.behinds.push((this.behinds[i] ?? 0) + (piece.behind === undefined ? 0 : 1));
      if (/^[([{]$/.test(piece.text)) open.push(i);
      else if (/^[)\]}]$/.test(piece.text)) this.closes.set(open.pop() ?? i, i);
    });
  }

  /** How wide a stretch is on one line; infinite where a comment stands inside it. */
  width({ from, to }: Range): number {
    if (to <= from) return 0;
    const inside =
      (this.aboves[to] ?? 0) -
      (this.aboves[from + 1] ?? 0) +
      (this.behinds[to - 1] ?? 0) -
      (this.behinds[from] ?? 0);
    return inside > 0
      ? Number.POSITIVE_INFINITY
      : (this.ends[to - 1] ?? 0) - (this.starts[from] ?? 0);
  }

  /** Whether a stretch fits on the line that is being written, with so much behind it. */
  private fits(range: Range, tail: number, gap = 0): boolean {
    return this.sheet.column + gap + this.width(range) + tail <= WIDTH;
  }

  /** Where pieces of these kinds stand, outside of brackets. */
  find({ from, to }: Range, is: (piece: Piece, at: number) => boolean): number[] {
    const found: number[] = [];
    for (let i = from; i < to; i++) {
      const piece = this.pieces[i] as Piece;
      if (is(piece, i)) found.push(i);
      i = this.closes.get(i) ?? i;
    }
    return found;
  }

  /** A stretch cut at places that belong to neither side. */
  cut({ from, to }: Range, places: readonly number[]): Range[] {
    return [...places, to].map((end, k) => ({
      from: k === 0 ? from : (places[k - 1] as number) + 1,
      to: end,
    }));
  }

  /** The pieces one after the other, as they fall. */
  plain({ from, to }: Range): void {
    for (let i = from; i < to; i++)
      this.sheet.token(this.pieces[i] as Piece, i === from ? "" : undefined);
  }

  /** An expression; `tail` is how much must fit behind it on its last line. */
  expression(range: Range, tail: number): void {
    if (this.fits(range, tail)) {
      this.plain(range);
      return;
    }
    let loosest = Number.POSITIVE_INFINITY;
    const operators = this.find(range, (piece, i) => {
      const binds = this.isInfix(piece, i, range.from) ? bindingOf(piece.text) : 0;
      if (binds > 0) loosest = Math.min(loosest, binds);
      return binds > 0;
    }).filter((i) => bindingOf((this.pieces[i] as Piece).text) === loosest);
    if (operators.length > 0) this.chain(range, operators, tail);
    else this.unit(range, tail);
  }

  private isInfix(piece: Piece, at: number, from: number): boolean {
    return (
      tokenMatcher(piece.token, t.Infix) && at > from && endsOperand(this.pieces[at - 1]?.token)
    );
  }

  /** Operands and operators of one precedence, on lines that begin with an operator: where they did, and where there is no more room. */
  private chain(range: Range, operators: readonly number[], tail: number): void {
    const { sheet } = this;
    this.indented(sheet.column, (indent) => {
      let lines = sheet.count;
      const operands = this.cut(range, operators);
      operands.forEach((operand, k) => {
        const last = k === operands.length - 1;
        const behind = last ? tail : 0;
        if (k > 0) {
          const operator = operators[k - 1] as number;
          const whole = { from: operator, to: operand.to };
          const broke = (this.pieces[operator] as Piece).first || sheet.count > lines;
          if (broke || !this.fits(whole, behind, 1)) sheet.newline(indent);
          sheet.token(this.pieces[operator] as Piece);
          sheet.space(" ");
        }
        lines = sheet.count;
        this.expression(operand, behind);
      });
    });
  }

  /** A primary with its prefixes and postfixes. */
  private unit({ from, to }: Range, tail: number): void {
    for (let i = from; i < to; i++) {
      const close = this.closes.get(i);
      const gap = i === from ? "" : undefined;
      if (close === undefined || close >= to) this.sheet.token(this.pieces[i] as Piece, gap);
      else {
        this.bracket(i, close, tail + this.width({ from: close + 1, to }), gap);
        i = close;
      }
    }
  }

  /** A bracket with what is in it. */
  private bracket(open: number, close: number, tail: number, gap: string | undefined): void {
    const { sheet } = this;
    const pad = this.pieces[open]?.text === "{" ? " " : "";
    sheet.token(this.pieces[open] as Piece, gap);
    sheet.space(pad);
    this.items({ from: open + 1, to: close }, tail + 1 + pad.length, sheet.margin + 2);
    sheet.token(this.pieces[close] as Piece, pad);
  }

  /**
   * Items with commas and semicolons behind them: on one line, or where they do not fit, on lines that begin where they began, and
   * where there is no more room. Where little room is left, the first begins a line, too, at `outside`.
   */
  items(range: Range, tail: number, outside?: number): void {
    const { sheet } = this;
    if (range.from >= range.to) return;
    const separators = this.find(
      range,
      ({ token }) => token.tokenType === t.Comma || token.tokenType === t.Semicolon,
    );
    const items = this.cut(range, separators);
    const isWhole = this.fits(range, tail);
    const first = items[0] as Range;
    const isCramped =
      outside !== undefined &&
      sheet.column > WIDTH / 2 &&
      outside < sheet.column &&
      !this.fits(first, 1);
    if (isCramped) sheet.newline(outside);
    this.indented(sheet.column, (indent) => {
      items.forEach((item, k) => {
        const separator = separators[k];
        const previous = separators[k - 1];
        const behind = separator === undefined ? tail : 1;
        if (previous !== undefined) {
          const breaks = !isWhole && this.breaks(previous);
          if (breaks || !this.fits(item, behind, 1)) sheet.newline(indent);
          else sheet.space(" ");
        }
        this.item(item, behind);
        if (separator !== undefined) sheet.token(this.pieces[separator] as Piece, "");
      });
    });
  }

  /** Whether a line begins behind a separator when not all items fit on one: it did, or the attributes of a declaration follow. */
  private breaks(separator: number): boolean {
    return this.pieces[separator + 1]?.first === true || separator === this.attributes;
  }

  /** `name = expression`, `name: type`, or an expression. */
  item(range: Range, tail: number): void {
    const [named] = this.find(
      range,
      ({ token }) => token.tokenType === t.Assign || token.tokenType === t.Colon,
    );
    if (named === undefined || named === range.from) {
      this.expression(range, tail);
      return;
    }
    this.unit({ from: range.from, to: named + 1 }, 0);
    if (named + 1 >= range.to) return;
    this.sheet.space((this.pieces[named + 1] as Piece).gap);
    this.expression({ from: named + 1, to: range.to }, tail);
  }

  /** Does something while lines that comments make necessary begin at a column. */
  indented(column: number, act: (column: number) => void): void {
    const before = this.sheet.indent;
    this.sheet.indent = column;
    act(column);
    this.sheet.indent = before;
  }
}
