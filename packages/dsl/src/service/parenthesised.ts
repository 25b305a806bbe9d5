/**
 * Expressions with every pair of parentheses that precedence saves.
 *
 * @module
 */

import { printExpression } from "../print.ts";
import type { Expr } from "../syntax.ts";
import { replaceParts } from "../traversal.ts";

/** An expression on one line, with each operator in parentheses of its own: `(a @ b) + (c')`. */
export function parenthesised(expr: Expr): string {
  return printExpression(
    replaceParts(expr, (part) => {
      const text = parenthesised(part);
      const name = isNotation(part) && isNotation(expr) ? `(${text})` : text;
      // A name is printed as it is, and binds as tightly as anything.
      return { kind: "name", name, span: part.span };
    }),
  );
}

/** Whether an expression says by precedence what belongs to what. */
export function isNotation({ kind }: Expr): boolean {
  return ["binary", "unary", "transpose", "field", "index", "slice"].includes(kind);
}
