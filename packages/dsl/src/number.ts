/**
 * Numbers as written, and arithmetic on nothing but numbers.
 *
 * @module
 */

import type { NumberValue } from "./ast.ts";
import type { Expr, InfixOperator, NumberExpr } from "./syntax.ts";

/** Whether an infix operator computes with numbers. */
export function isArithmetic(operator: InfixOperator): operator is "+" | "-" | "*" | "/" | "^" {
  return "+-*/^".includes(operator);
}

/** The value of a number as written. */
export function numberValue({ text, span }: NumberExpr): NumberValue {
  const integer = /^\d+$/.test(text);
  const value = Number(text);
  return {
    kind: "number",
    value: integer && !Number.isSafeInteger(value) ? BigInt(text) : value,
    integer,
    span,
  };
}

/** The number that an expression of numbers is; `undefined` for every other expression. */
export function fold(expr: Expr): NumberValue | undefined {
  if (expr.kind === "number") return numberValue(expr);
  if (expr.kind === "unary" && expr.operator === "-") {
    const operand = fold(expr.operand);
    return operand && { ...operand, value: -operand.value, span: expr.span };
  }
  if (expr.kind !== "binary" || !isArithmetic(expr.operator)) return undefined;
  const left = fold(expr.left);
  const right = left && fold(expr.right);
  if (!right) return undefined;
  const a = Number(left.value);
  const b = Number(right.value);
  const value = { "+": a + b, "-": a - b, "*": a * b, "/": a / b, "^": a ** b }[expr.operator];
  const integer = left.integer && right.integer && Number.isInteger(value);
  return { kind: "number", value, integer, span: expr.span };
}
