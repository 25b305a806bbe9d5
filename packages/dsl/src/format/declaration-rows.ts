/**
 * Operator declarations: result, definition, notation, properties and cost above one another.
 *
 * @module
 */

import type { TokenType } from "chevrotain";
import { endsOperand } from "../nesting.ts";
import * as t from "../tokens.ts";
import { aligned } from "./alignment.ts";
import { type Layout, type Range, WIDTH } from "./layout.ts";
import type { Piece } from "./piece.ts";
import type { Sheet } from "./sheet.ts";

const GAP = 3;
/** What may follow the result, in this order. */
const PARTS: readonly TokenType[] = [t.Defined, t.As, t.Is, t.Cost];

/** An operator's declaration, cut into its parts. */
interface OpRow {
  readonly layout: Layout;
  readonly head: Range;
  readonly result: Range;
  /** By the place in `PARTS`. */
  readonly parts: readonly (Range | undefined)[];
}

function opRow(layout: Layout): OpRow {
  const { pieces } = layout;
  const whole = { from: 0, to: pieces.length };
  const [yields = whole.to] = layout.find(whole, ({ token }) => token.tokenType === t.Yields);
  let last = yields;
  const starts = layout.find({ from: yields, to: whole.to }, ({ token: { tokenType } }, i) => {
    const before = pieces[i - 1]?.token;
    const ends = i > last + 1 && (endsOperand(before) || before?.tokenType === t.LiteralWord);
    // These are names, too, but no name follows an expression.
    const begins = tokenType === t.Defined || (ends && PARTS.includes(tokenType));
    if (begins) last = i;
    return begins;
  });
  const parts = PARTS.map((type): Range | undefined => {
    const k = starts.findIndex((at) => pieces[at]?.token.tokenType === type);
    const from = starts[k];
    return from === undefined ? undefined : { from, to: starts[k + 1] ?? whole.to };
  });
  return {
    layout,
    head: { from: 0, to: yields },
    result: { from: yields, to: starts[0] ?? whole.to },
    parts,
  };
}

/** Writes declarations that stand on lines right below one another; `lead` writes what stands above each. */
export function writeOps(
  layouts: readonly Layout[],
  sheet: Sheet,
  lead: (layout: Layout) => void,
): void {
  const rows = layouts.map(opRow);
  const broken = rows.map(isBroken);
  const columns = columnsOf(rows, broken);
  rows.forEach((row, i) => {
    lead(row.layout);
    const { layout, head, result, parts } = row;
    layout.indented(2, () => {
      layout.expression(head, 0);
      const [own, ...rest] = columns[i] ?? [];
      if (own === undefined) sheet.newline(2);
      else sheet.padTo(own);
      writePart(layout, result, sheet);
      parts.forEach((part, k) => {
        const column = rest[k];
        if (!part) return;
        if (column !== undefined) sheet.padTo(column);
        else if (sheet.column + GAP + layout.width(part) <= WIDTH && !sheet.isClosed)
          sheet.space(" ".repeat(GAP));
        else sheet.newline(2);
        writePart(layout, part, sheet);
      });
    });
  });
}

function writePart(layout: Layout, part: Range, sheet: Sheet): void {
  sheet.token(layout.pieces[part.from] as Piece, "");
  if (part.from + 1 >= part.to) return;
  sheet.space(" ");
  layout.items({ from: part.from + 1, to: part.to }, 0);
}

/** Whether the result begins a line: it did, or the declaration does not fit on one. */
function isBroken({ layout, head, result, parts }: OpRow): boolean {
  if ((layout.pieces[result.from] as Piece).first) return true;
  const gaps = GAP * (1 + parts.filter((part) => part !== undefined).length);
  const width = [head, result, ...parts].reduce(
    (sum, part) => sum + (part ? layout.width(part) : 0),
    gaps,
  );
  const whole = layout.width({ from: 0, to: layout.pieces.length });
  return Math.max(width, whole) > WIDTH;
}

/** For each declaration on one line: where its result and its parts begin. */
function columnsOf(
  rows: readonly OpRow[],
  broken: readonly boolean[],
): (readonly (number | undefined)[])[] {
  const columns: (number | undefined)[][] = rows.map(() => []);
  /** Where each row ends so far. */
  const ends = rows.map((row, i) => (broken[i] ? undefined : row.layout.width(row.head)));
  const kinds: readonly ((row: OpRow) => Range | undefined)[] = [
    (row) => row.result,
    ...PARTS.map((_, k) => (row: OpRow) => row.parts[k]),
  ];
  for (const part of kinds) {
    const having = rows.flatMap((row, i) => {
      const end = ends[i];
      const range = part(row);
      return range && (end !== undefined || part(row) === row.result)
        ? [{ i, row, end, range }]
        : [];
    });
    const common = aligned(having.map(({ end }) => end));
    having.forEach(({ i, row, end, range }, k) => {
      if (end === undefined) return;
      const width = row.layout.width(range);
      // Room for what comes behind it, at its least.
      const after = rest(row, range);
      const inColumn = (common[k] ?? end) + GAP;
      const column = inColumn + width + after <= WIDTH ? inColumn : end + GAP;
      (columns[i] as (number | undefined)[])[kinds.indexOf(part)] = column;
      ends[i] = column + width;
    });
  }
  return columns;
}

function rest({ layout, parts }: OpRow, range: Range): number {
  return parts
    .filter((part) => part !== undefined && part.from >= range.to)
    .reduce((sum, part) => sum + GAP + layout.width(part as Range), 0);
}
