/**
 * Conditions that say nothing: stated twice, or true whatever is matched.
 *
 * @module
 */

import type { Span } from "../ast.ts";
import { type Diagnostic, warning } from "../diagnostic.ts";
import { quote } from "../quotation.ts";
import { isSame, keyOf } from "../structure.ts";
import type { Clause, Expr } from "../syntax.ts";
import type { Subject } from "./subject.ts";

/** One of the conditions that a clause joins with `and`. */
interface Conjunct {
  readonly expr: Expr;
  /** What goes with it when it is taken out: its `and`, or the whole clause. */
  readonly place: Span;
}

/** So many are compared with one another; more by their keys. */
const FEW = 16;

/** Reports conditions stated twice (R0905), and those that are always true (R0906). */
export function lintConditions(
  { decl, text }: Subject,
  report: (diagnostic: Diagnostic) => void,
): void {
  const all: Conjunct[] = [];
  for (const clause of decl.clauses)
    if (clause.kind === "when" || clause.kind === "assuming") addConjuncts(clause, all);
  if (all.length === 0) return;
  const stated = all.length > FEW ? new Map<string, Conjunct>() : undefined;
  for (let i = 0; i < all.length; i++) {
    const conjunct = all[i] as Conjunct;
    const { expr, place } = conjunct;
    // What is written alike, but for space and parentheses.
    let first: Conjunct | undefined;
    if (!stated)
      for (let k = 0; k < i && !first; k++) {
        const before = all[k] as Conjunct;
        if (isSame(before.expr, expr)) first = before;
      }
    else {
      const key = keyOf(expr);
      first = stated.get(key);
      if (!first) stated.set(key, conjunct);
    }
    if (!first && !isAlwaysTrue(expr)) continue;
    const edit = { title: "delete it", changes: [{ span: place, text: "" }] };
    const written = quote(text.slice(expr.span.start, expr.span.end).replace(/\s+/g, " "));
    report(
      first
        ? warning("R0905", expr.span, `${written} is stated twice`, {
            related: [{ span: first.expr.span, label: "the first" }],
            hints: ["delete it"],
            edit,
          })
        : warning("R0906", expr.span, `${written} is always true`, { hints: ["delete it"], edit }),
    );
  }
}

function addConjuncts(
  clause: Clause & { readonly kind: "when" | "assuming" },
  found: Conjunct[],
): void {
  const visit = (expr: Expr, place: Span): void => {
    if (expr.kind !== "binary" || expr.operator !== "and") {
      found.push({ expr, place });
      return;
    }
    const { left, right } = expr;
    visit(left, { ...left.span, end: right.span.start });
    visit(right, { ...right.span, start: left.span.end });
  };
  visit(clause.condition, clause.span);
}

/** The least that these functions yield. */
const LEAST: ReadonlyMap<string, number> = new Map([
  ["rank", 0],
  ["dim", 0],
  ["size", 0],
  ["len", 0],
  ["abs", 0],
]);

function isAlwaysTrue(expr: Expr): boolean {
  if (expr.kind !== "binary") return false;
  const { operator, left, right } = expr;
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return holds(operator, a, b);
  const [least, bound, sign] =
    b === undefined ? [leastOf(right), a, flipped(operator)] : [leastOf(left), b, operator];
  if (least === undefined || bound === undefined) return false;
  return (sign === ">=" && least >= bound) || ((sign === ">" || sign === "!=") && least > bound);
}

function numberOf(expr: Expr): number | undefined {
  if (expr.kind === "number") return Number(expr.text);
  if (expr.kind !== "unary" || expr.operator !== "-") return undefined;
  const operand = numberOf(expr.operand);
  return operand === undefined ? undefined : -operand;
}

function leastOf(expr: Expr): number | undefined {
  return expr.kind === "call" ? LEAST.get(expr.callee.name) : undefined;
}

function flipped(operator: string): string {
  return { "<": ">", "<=": ">=", ">": "<", ">=": "<=" }[operator] ?? operator;
}

function holds(operator: string, a: number, b: number): boolean {
  const truths: Readonly<Record<string, boolean>> = {
    "==": a === b,
    "!=": a !== b,
    "<": a < b,
    "<=": a <= b,
    ">": a > b,
    ">=": a >= b,
  };
  return truths[operator] ?? false;
}
