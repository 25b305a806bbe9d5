/**
 * The rules of a ruleset: names, arrows and clauses above one another.
 *
 * @module
 */

import { tokenMatcher } from "chevrotain";
import * as t from "../tokens.ts";
import { aligned, groups, runsOf } from "./alignment.ts";
import { type Layout, type Range, WIDTH } from "./layout.ts";
import type { Piece } from "./piece.ts";
import type { Sheet } from "./sheet.ts";

/** How far rules are indented. */
export const INDENT = 2;
/** Longer names stand on a line of their own. */
const LONGEST_LABEL = 32;
/** Before an arrow and behind it. */
const BESIDE_ARROW = 2;
/** Before a clause on the rule's line. */
const BEFORE_CLAUSE = 3;

const CLAUSES = [t.When, t.Assuming, t.Where, t.Expanding, t.Subsume, t.Within, t.Tag];

/** A rule, cut into its parts. */
export interface RuleRow {
  readonly layout: Layout;
  readonly left: Range;
  readonly arrow: number;
  readonly right: Range;
  readonly clauses: readonly Range[];
  /** A blank line stands before it. */
  readonly apart: boolean;
}

/** Cuts a rule, which has been parsed, into its parts. */
export function ruleRow(layout: Layout, apart: boolean): RuleRow {
  const whole = { from: 2, to: layout.pieces.length };
  const [arrow = whole.to] = layout.find(whole, ({ token }) => tokenMatcher(token, t.Arrow));
  const starts = layout.find({ from: arrow, to: whole.to }, ({ token }) =>
    CLAUSES.includes(token.tokenType),
  );
  return {
    layout,
    left: { from: 2, to: arrow },
    arrow,
    right: { from: arrow + 1, to: starts[0] ?? whole.to },
    clauses: starts.map((from, k) => ({ from, to: starts[k + 1] ?? whole.to })),
    apart,
  };
}

/** Where the parts of a rule begin, in columns. */
interface Places {
  /** The arrow, on the first line; `undefined` where it begins a line of its own. */
  arrow?: number;
  /** The first clause, where it is on the same line as the arrow. */
  clause?: number;
}

/** Writes rules; `lead` writes what stands above each. */
export function writeRules(
  rows: readonly RuleRow[],
  sheet: Sheet,
  lead: (row: RuleRow, first: boolean) => void,
): void {
  const labels = rows.map((row) => row.layout.width({ from: 0, to: 2 }));
  const short = labels.filter((width) => width <= LONGEST_LABEL);
  const column = INDENT + Math.max(0, ...short) + 2;
  const places = new Map<RuleRow, Places>();
  for (const group of groups(rows, (row) => row.apart)) place(group, column, places);
  rows.forEach((row, i) => {
    lead(row, i === 0);
    write(row, column, places.get(row) ?? {}, sheet);
  });
}

function place(group: readonly RuleRow[], column: number, places: Map<RuleRow, Places>): void {
  const widths = group.map((row) =>
    isBroken(row, column) ? undefined : row.layout.width(row.left),
  );
  const withClause: { readonly row: RuleRow; readonly end: number; readonly width: number }[] = [];
  for (const { from, to, width: common } of runsOf(widths)) {
    const rows = group.slice(from, to);
    // Arrows of two and three characters end at the same place.
    const wide = rows.some((row) => arrowOf(row).length > 2) ? 3 : 2;
    for (const row of rows) {
      const length = arrowOf(row).length;
      const behind = length + BESIDE_ARROW + row.layout.width(row.right);
      const inColumn = column + common + BESIDE_ARROW + wide - length;
      const own = column + row.layout.width(row.left) + BESIDE_ARROW;
      const arrow = inColumn + behind <= WIDTH ? inColumn : own;
      places.set(row, { arrow });
      const clause = row.clauses[0];
      const end = arrow + behind;
      if (!clause || startsLine(row, clause)) continue;
      const whole = row.layout.width({ from: 0, to: clause.to });
      const width = row.layout.width(clause);
      if (whole < Number.POSITIVE_INFINITY && end + BEFORE_CLAUSE + width <= WIDTH)
        withClause.push({ row, end, width });
    }
  }
  const clauseColumns = aligned(withClause.map(({ end }) => end));
  withClause.forEach(({ row, end, width }, i) => {
    const inColumn = (clauseColumns[i] ?? end) + BEFORE_CLAUSE;
    const clause = inColumn + width <= WIDTH ? inColumn : end + BEFORE_CLAUSE;
    places.set(row, { ...places.get(row), clause });
  });
}

function arrowOf({ layout, arrow }: RuleRow): string {
  return (layout.pieces[arrow] as Piece).text;
}

/** Whether the arrow begins a line: it did, or the two sides do not fit on one. */
function isBroken(row: RuleRow, column: number): boolean {
  const { layout, left, arrow, right } = row;
  if ((layout.pieces[arrow] as Piece).first) return true;
  if (layout.width({ from: 0, to: right.to }) === Number.POSITIVE_INFINITY) return true;
  const sides = layout.width(left) + layout.width(right) + arrowOf(row).length;
  return column + sides + 2 * BESIDE_ARROW > WIDTH;
}

/** Whether a clause begins a line: it did, or a `where` binds on several lines. */
function startsLine({ layout }: RuleRow, clause: Range): boolean {
  return (layout.pieces[clause.from] as Piece).first || isSpread(layout, clause);
}

/** Whether a `where` has its bindings below one another. */
function isSpread(layout: Layout, { from, to }: Range): boolean {
  if ((layout.pieces[from] as Piece).token.tokenType !== t.Where) return false;
  const commas = layout.find({ from, to }, ({ token }) => token.tokenType === t.Comma);
  return commas.some((comma) => layout.pieces[comma + 1]?.first);
}

function write(row: RuleRow, column: number, places: Places, sheet: Sheet): void {
  const { layout, left, arrow, right, clauses } = row;
  sheet.indent = column;
  layout.plain({ from: 0, to: 2 });
  sheet.padTo(column);
  layout.items(left, 0);
  if (places.arrow === undefined) sheet.newline(column + 2);
  else sheet.padTo(places.arrow);
  sheet.token(layout.pieces[arrow] as Piece, "");
  sheet.space(" ".repeat(BESIDE_ARROW));
  layout.items(right, 0);
  clauses.forEach((clause, k) => {
    if (k === 0 && places.clause !== undefined) sheet.padTo(places.clause);
    else {
      const gap = k > 0 && isTag(layout, clause) ? 1 : BEFORE_CLAUSE;
      const fits = sheet.column + gap + layout.width(clause) <= WIDTH;
      const isInline = places.clause !== undefined || k > 0 || places.arrow === undefined;
      if (isInline && fits && !startsLine(row, clause) && !sheet.isClosed)
        sheet.space(" ".repeat(gap));
      else sheet.newline(column);
    }
    writeClause(layout, clause, sheet);
  });
  sheet.indent = INDENT;
}

function isTag(layout: Layout, clause: Range): boolean {
  return (layout.pieces[clause.from] as Piece).token.tokenType === t.Tag;
}

/** A keyword and what it says. */
export function writeClause(layout: Layout, clause: Range, sheet: Sheet): void {
  const keyword = layout.pieces[clause.from] as Piece;
  sheet.token(keyword, "");
  const rest = { from: clause.from + 1, to: clause.to };
  if (rest.from >= rest.to) return;
  sheet.space(" ");
  if (keyword.token.tokenType === t.Where)
    writeBindings(layout, rest, sheet, isSpread(layout, clause));
  else layout.indented(sheet.column, () => layout.expression(rest, 0));
}

/** Bindings on one line, or below one another. */
function writeBindings(layout: Layout, range: Range, sheet: Sheet, spread: boolean): void {
  if (!spread && sheet.column + layout.width(range) <= WIDTH) {
    layout.plain(range);
    return;
  }
  const commas = layout.find(range, ({ token }) => token.tokenType === t.Comma);
  layout.indented(sheet.column, (indent) => {
    layout.cut(range, commas).forEach((binding, k) => {
      if (k > 0) sheet.newline(indent);
      const comma = commas[k];
      layout.item(binding, comma === undefined ? 0 : 1);
      if (comma !== undefined) sheet.token(layout.pieces[comma] as Piece, "");
    });
  });
}
