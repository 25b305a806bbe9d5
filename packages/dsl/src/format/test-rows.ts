/**
 * The lines of a test: expressions above one another, and arrows.
 *
 * @module
 */

import { tokenMatcher } from "chevrotain";
import { endsOperand } from "../nesting.ts";
import * as t from "../tokens.ts";
import { aligned, groups } from "./alignment.ts";
import { type Layout, type Range, WIDTH } from "./layout.ts";
import type { Piece } from "./piece.ts";
import { INDENT, writeClause } from "./rule-rows.ts";
import type { Sheet } from "./sheet.ts";

const STATEMENTS = [t.Prove, t.Refute, t.Reduce];

/** A statement, cut into its parts. */
interface Statement {
  readonly keyword: number;
  readonly expr: Range;
  readonly arrow?: number;
  readonly to?: Range;
  readonly where?: Range;
}

/** Writes what stands between the braces of a test. */
export function writeTest(
  layout: Layout,
  body: Range,
  sheet: Sheet,
  lead: (at: number, first: boolean) => void,
): void {
  const { pieces } = layout;
  const starts = startsOf(layout, body);
  const lines = starts.map((from, k) => ({ from, to: starts[k + 1] ?? body.to }));
  const statements = lines.filter(({ from }) =>
    STATEMENTS.includes((pieces[from] as Piece).token.tokenType),
  );
  const widest = Math.max(0, ...statements.map(({ from }) => (pieces[from] as Piece).text.length));
  const column = INDENT + widest + 2;
  const rows = statements.map((range) => cutStatement(layout, range));
  const arrows = new Map<Statement, number>();
  for (const group of groups(rows, (row) => isApart(pieces[row.keyword] as Piece))) {
    const widths = group.map((row) =>
      fits(layout, row, column) ? layout.width(row.expr) : undefined,
    );
    const common = aligned(widths);
    group.forEach((row, i) => {
      const own = widths[i];
      if (own === undefined || !row.to) return;
      const inColumn = column + (common[i] ?? own) + 2;
      arrows.set(row, inColumn + 4 + layout.width(row.to) <= WIDTH ? inColumn : column + own + 2);
    });
  }
  lines.forEach((line, k) => {
    lead(line.from, k === 0);
    const row = rows.find(({ keyword }) => keyword === line.from);
    if (row) writeStatement(layout, row, column, arrows.get(row), sheet);
    else {
      sheet.token(pieces[line.from] as Piece, "");
      sheet.space(" ");
      layout.items({ from: line.from + 1, to: line.to }, 0);
    }
  });
}

/** Where `given`, `using` and each statement begin: words that are names, too, but no name follows a type, a name or an expression. */
function startsOf(layout: Layout, body: Range): readonly number[] {
  let last = Number.NEGATIVE_INFINITY;
  return layout.find(body, ({ token: { tokenType } }, i) => {
    const isNext = i > last + 1 && endsOperand(layout.pieces[i - 1]?.token);
    const begins =
      i === body.from ||
      (isNext && (STATEMENTS.includes(tokenType) || (tokenType === t.Using && last === body.from)));
    if (begins) last = i;
    return begins;
  });
}

function cutStatement(layout: Layout, { from, to }: Range): Statement {
  const rest = { from: from + 1, to };
  const [where] = layout.find(rest, ({ token }) => token.tokenType === t.Where);
  const end = where ?? to;
  const [arrow] = layout.find({ from: from + 1, to: end }, ({ token }) =>
    tokenMatcher(token, t.Arrow),
  );
  return {
    keyword: from,
    expr: { from: from + 1, to: arrow ?? end },
    ...(arrow !== undefined && { arrow, to: { from: arrow + 1, to: end } }),
    ...(where !== undefined && { where: { from: where, to } }),
  };
}

/** Whether a statement's two sides go on one line. */
function fits(layout: Layout, { keyword, expr, arrow, to }: Statement, column: number): boolean {
  if (arrow === undefined || !to || (layout.pieces[arrow] as Piece).first) return false;
  if (layout.width({ from: keyword, to: to.to }) === Number.POSITIVE_INFINITY) return false;
  return column + layout.width(expr) + 6 + layout.width(to) <= WIDTH;
}

function isApart(piece: Piece): boolean {
  return piece.above.length > 0
    ? piece.above.some(({ blank }) => blank) || piece.blank
    : piece.blank;
}

function writeStatement(
  layout: Layout,
  row: Statement,
  column: number,
  arrow: number | undefined,
  sheet: Sheet,
): void {
  const { pieces } = layout;
  layout.indented(column, () => {
    sheet.token(pieces[row.keyword] as Piece, "");
    sheet.padTo(column);
    layout.expression(row.expr, 0);
    if (row.arrow !== undefined && row.to) {
      if (arrow === undefined) sheet.newline(column + 2);
      else sheet.padTo(arrow);
      sheet.token(pieces[row.arrow] as Piece, "");
      sheet.space("  ");
      layout.expression(row.to, 0);
    }
    if (!row.where) return;
    const isInline =
      !(pieces[row.where.from] as Piece).first &&
      sheet.column + 3 + layout.width(row.where) <= WIDTH &&
      !sheet.isClosed;
    if (isInline) sheet.space("   ");
    else sheet.newline(column);
    writeClause(layout, row.where, sheet);
  });
}
