/**
 * Walking the tree of an expression.
 *
 * @module
 */

import { match, P } from "ts-pattern";
import type { Arg, AttrArg, Expr } from "./syntax.ts";

/** An expression's parts, in the order written. */
export function parts(expr: Expr): readonly Expr[] {
  return match(expr)
    .with({ kind: P.union("name", "number", "string") }, () => [])
    .with({ kind: "binary" }, ({ left, right }) => [left, right])
    .with({ kind: "call" }, ({ args, attrs }) => [
      ...args.map((arg) => arg.value),
      ...attrs.flatMap((attr) => (attr.kind === "attr" ? [attr.value] : [])),
    ])
    .with({ kind: P.union("unary", "transpose") }, ({ operand }) => [operand])
    .with({ kind: "list" }, ({ elements }) => elements.map((element) => element.value))
    .with({ kind: "field" }, ({ of }) => [of])
    .with({ kind: "index" }, ({ of, index }) => [of, index])
    .with({ kind: "slice" }, ({ of, from, to }) => [
      of,
      ...(from ? [from] : []),
      ...(to ? [to] : []),
    ])
    .exhaustive();
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
