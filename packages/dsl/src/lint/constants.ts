/**
 * Numbers that are well-known ones, rounded.
 *
 * @module
 */

import { type Diagnostic, replacing, warning } from "../diagnostic.ts";
import type { Expr, NumberExpr } from "../syntax.ts";
import { visitParts } from "../traversal.ts";
import type { Subject } from "./subject.ts";

const KNOWN: readonly (readonly [name: string, value: number])[] = [
  ["√2", Math.SQRT2],
  ["1/√2", Math.SQRT1_2],
  ["√3", Math.sqrt(3)],
  ["π", Math.PI],
  ["2π", 2 * Math.PI],
  ["π/2", Math.PI / 2],
  ["1/π", 1 / Math.PI],
  ["√π", Math.sqrt(Math.PI)],
  ["2/√π", 2 / Math.sqrt(Math.PI)],
  ["√(2/π)", Math.sqrt(2 / Math.PI)],
  ["e", Math.E],
  ["ln 2", Math.LN2],
  ["ln 10", Math.LN10],
  ["log₂ e", Math.LOG2E],
];

/** Fewer digits than this say that no constant is meant. */
const FEWEST_DIGITS = 5;
/** Without so many in a row there is no such number in a text. */
const MANY_DIGITS = /[\d.]{5}/;
/** Nearer than this there is nothing to gain: half of what two 32-bit floats are apart, and less. */
const NEAR = 1e-8;

/** Reports numbers that look like a constant, rounded (R0907). */
export function lintConstants(
  { decl, text }: Subject,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (!MANY_DIGITS.test(text.slice(decl.span.start, decl.span.end))) return;
  const visit = (expr: Expr): void => {
    if (expr.kind === "number") check(expr, report);
    visitParts(expr, visit);
  };
  for (const root of [...decl.left, ...decl.right]) visit(root.value);
  for (const clause of decl.clauses) {
    if (clause.kind === "when" || clause.kind === "assuming") visit(clause.condition);
    if (clause.kind === "where") for (const { body } of clause.bindings) visit(body);
  }
}

function check({ text, span }: NumberExpr, report: (diagnostic: Diagnostic) => void): void {
  if (text.length < FEWEST_DIGITS) return;
  const digits = text
    .replace(/[eE].*$/, "")
    .replace(".", "")
    .replace(/^0+/, "").length;
  if (digits < FEWEST_DIGITS) return;
  const value = Number(text);
  for (const [name, exact] of KNOWN) {
    const far = Math.abs(value - exact) / exact;
    // Rounded or cut off at its last digit.
    if (far <= NEAR || far > 10 ** (1 - digits) * 1.01) continue;
    report(
      warning("R0907", span, `${text} looks like ${name}, rounded`, {
        hints: [`it matches what is near it; write more digits: \`${exact}\``],
        edit: replacing(span, String(exact)),
      }),
    );
    return;
  }
}
