/**
 * Walking the tree of an expression.
 *
 * @module
 */

import { match, P } from "ts-pattern";
import type { Arg, AttrArg, Expr } from "./syntax.ts";

/** An expression's parts, in the order written. */
export function parts(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "name":
    case "number":
    case "string":
      return [];
    case "binary":
      return [expr.left, expr.right];
    case "call":
      return [
        ...expr.args.map((arg) => arg.value),
        ...expr.attrs.flatMap((attr) => (attr.kind === "attr" ? [attr.value] : [])),
      ];
    case "unary":
    case "transpose":
      return [expr.operand];
    case "list":
      return expr.elements.map((element) => element.value);
    case "field":
      return [expr.of];
    case "index":
      return [expr.of, expr.index];
    case "slice":
      return [expr.of, ...(expr.from ? [expr.from] : []), ...(expr.to ? [expr.to] : [])];
  }
}

/** The expression with each of its parts replaced. */
export function replaceParts(expr: Expr, replace: (part: Expr) => Expr): Expr {
  const arg = (old: Arg): Arg => ({ ...old, value: replace(old.value) });
  const attr = (old: AttrArg): AttrArg =>
    old.kind === "attr" ? { ...old, value: replace(old.value) } : old;
  return match(expr)
    .with({ kind: P.union("name", "number", "string") }, (leaf): Expr => leaf)
    .with(
      { kind: "binary" },
      (old): Expr => ({
        ...old,
        left: replace(old.left),
        right: replace(old.right),
      }),
    )
    .with(
      { kind: "call" },
      (old): Expr => ({
        ...old,
        args: old.args.map(arg),
        attrs: old.attrs.map(attr),
      }),
    )
    .with({ kind: "unary" }, (old): Expr => ({ ...old, operand: replace(old.operand) }))
    .with({ kind: "transpose" }, (old): Expr => ({ ...old, operand: replace(old.operand) }))
    .with({ kind: "list" }, (old): Expr => ({ ...old, elements: old.elements.map(arg) }))
    .with({ kind: "field" }, (old): Expr => ({ ...old, of: replace(old.of) }))
    .with(
      { kind: "index" },
      (old): Expr => ({
        ...old,
        of: replace(old.of),
        index: replace(old.index),
      }),
    )
    .with(
      { kind: "slice" },
      (old): Expr => ({
        ...old,
        of: replace(old.of),
        ...(old.from && { from: replace(old.from) }),
        ...(old.to && { to: replace(old.to) }),
      }),
    )
    .exhaustive();
}
