/**
 * Walking the tree of an expression.
 *
 * @module
 */

import type { Arg, AttrArg, Expr } from "./syntax.ts";

/** Calls `visit` for each part of an expression, in the order written. */
export function visitParts(expr: Expr, visit: (part: Expr) => void): void {
  switch (expr.kind) {
    case "name":
    case "number":
    case "string":
      return;
    case "binary":
      visit(expr.left);
      visit(expr.right);
      return;
    case "call":
      // By index, here and below: iterators are made anew for each of many short lists.
      for (let i = 0; i < expr.args.length; i++) visit((expr.args[i] as Arg).value);
      for (let i = 0; i < expr.attrs.length; i++) {
        const attr = expr.attrs[i] as AttrArg;
        if (attr.kind === "attr") visit(attr.value);
      }
      return;
    case "unary":
    case "transpose":
      visit(expr.operand);
      return;
    case "list":
      for (let i = 0; i < expr.elements.length; i++) visit((expr.elements[i] as Arg).value);
      return;
    case "field":
      visit(expr.of);
      return;
    case "index":
      visit(expr.of);
      visit(expr.index);
      return;
    case "slice":
      visit(expr.of);
      if (expr.from) visit(expr.from);
      if (expr.to) visit(expr.to);
  }
}

/** An expression's parts, in the order written. */
export function parts(expr: Expr): readonly Expr[] {
  const found: Expr[] = [];
  visitParts(expr, (part) => found.push(part));
  return found;
}

/** The expression with each of its parts replaced; itself where each is replaced by itself. */
export function replaceParts(expr: Expr, replace: (part: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "name":
    case "number":
    case "string":
      return expr;
    case "binary": {
      const left = replace(expr.left);
      const right = replace(expr.right);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case "call": {
      const args = replaceEach(expr.args, replace);
      const attrs = replaceEach(expr.attrs, replace);
      return args === expr.args && attrs === expr.attrs ? expr : { ...expr, args, attrs };
    }
    case "unary":
    case "transpose": {
      const operand = replace(expr.operand);
      return operand === expr.operand ? expr : { ...expr, operand };
    }
    case "list": {
      const elements = replaceEach(expr.elements, replace);
      return elements === expr.elements ? expr : { ...expr, elements };
    }
    case "field": {
      const of = replace(expr.of);
      return of === expr.of ? expr : { ...expr, of };
    }
    case "index": {
      const of = replace(expr.of);
      const index = replace(expr.index);
      return of === expr.of && index === expr.index ? expr : { ...expr, of, index };
    }
    case "slice": {
      const of = replace(expr.of);
      const from = expr.from && replace(expr.from);
      const to = expr.to && replace(expr.to);
      return of === expr.of && from === expr.from && to === expr.to
        ? expr
        : { ...expr, of, ...(from && { from }), ...(to && { to }) };
    }
  }
}

/** Arguments with their values replaced; themselves where nothing is. */
function replaceEach<T extends Arg | AttrArg>(
  items: readonly T[],
  replace: (part: Expr) => Expr,
): readonly T[] {
  let replaced: T[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as T;
    if (!("value" in item)) continue;
    const value = replace(item.value);
    if (value === item.value) continue;
    replaced ??= items.slice();
    replaced[i] = { ...item, value };
  }
  return replaced ?? items;
}
