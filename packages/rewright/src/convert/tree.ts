/**
 * Builders of the rule language's tree. Places in it mean nothing: what is built is printed.
 *
 * @module
 */

import { type Declaration, parseRules } from "@rewright/dsl";

/** A ruleset. */
export type Ruleset = Declaration & { readonly kind: "rules" };
/** A rule. */
export type Rule = Ruleset["rules"][number];
/** An expression. */
export type Expr = Rule["left"][number]["value"];
/** A clause of a rule. */
export type Clause = Rule["clauses"][number];
type Call = Expr & { readonly kind: "call" };
type Binary = Expr & { readonly kind: "binary" };

const span = { file: "", start: 0, end: 0, line: 1, column: 1 } as const;

/** `name`. */
export const variable = (name: string): Expr => ({ kind: "name", name, span });

/** A number; a sign is an operator of its own. */
export function number(text: string | number): Expr {
  const digits = String(text);
  if (digits.startsWith("-"))
    return { kind: "unary", operator: "-", operand: number(digits.slice(1)), span };
  // `1.` is written `1.0`.
  return { kind: "number", text: digits.replace(/\.(?=$|e)/i, ".0"), span };
}

/** `"text"`. */
export const string = (value: string): Expr => ({ kind: "string", value, span });

/** `[a, b]`. */
export const list = (...elements: readonly Expr[]): Expr => ({
  kind: "list",
  elements: elements.map((value) => ({ spread: false, value, span })),
  span,
});

/** `name(a, b; key = value, ...rest)`. */
export function call(
  name: string,
  operands: readonly Expr[],
  attrs: Readonly<Record<string, Expr>> = {},
  rest?: string,
): Call {
  return {
    kind: "call",
    callee: { name, span },
    args: operands.map((value) => ({ spread: false, value, span })),
    attrs: [
      ...Object.entries(attrs).map(([key, value]) => ({
        kind: "attr" as const,
        name: { name: key, span },
        value,
        span,
      })),
      ...(rest === undefined ? [] : [{ kind: "rest" as const, name: { name: rest, span }, span }]),
    ],
    span,
  };
}

/** `a + b`. */
export const binary = (operator: Binary["operator"], left: Expr, right: Expr): Expr => ({
  kind: "binary",
  operator,
  left,
  right,
  operatorSpan: span,
  span,
});

/** `-a`. */
export const minus = (operand: Expr): Expr => ({ kind: "unary", operator: "-", operand, span });

/** `a.0`. */
export const field = (of: Expr, index: number): Expr => ({
  kind: "field",
  of,
  field: index,
  fieldSpan: span,
  span,
});

/** `a[0]`. */
export const element = (of: Expr, index: number): Expr => ({
  kind: "index",
  of,
  index: number(index),
  span,
});

/** `when condition`, `assuming condition`. */
export const clause = (kind: "when" | "assuming", condition: Expr): Clause => ({
  kind,
  condition,
  span,
});

/** `expanding`, `subsume`. */
export const mark = (kind: "expanding" | "subsume"): Clause => ({ kind, span });

/** A rule. */
export function rule(
  label: string,
  left: readonly Expr[],
  arrow: Rule["arrow"],
  right: readonly Expr[],
  clauses: readonly Clause[] = [],
): Rule {
  const roots = (side: readonly Expr[]): Rule["left"] =>
    side.map((value) => ({ spread: false, value, span }));
  return {
    kind: "rule",
    label: { name: label, span },
    left: roots(left),
    arrow,
    arrowSpan: span,
    right: roots(right),
    clauses,
    doc: "",
    span,
  };
}

/** A ruleset. */
export const ruleset = (
  name: string,
  rules: readonly Rule[],
  tags: readonly string[] = [],
): Ruleset => ({
  kind: "rules",
  name: { name, span },
  tags: tags.map((tag) => ({ name: tag, span })),
  rules,
  doc: "",
  span,
});

/** Declarations written as text: only ours, which hold. */
export function declarations(text: string): readonly Declaration[] {
  return parseRules({ file: "", text }).module.declarations;
}

/** An expression written as text, with expressions for some of its names. */
export function expression(text: string, values: Readonly<Record<string, Expr>> = {}): Expr {
  const [decl] = declarations(`rules r { r: x => y when ${text} }`);
  const [first] = decl?.kind === "rules" ? (decl.rules[0]?.clauses ?? []) : [];
  if (first?.kind !== "when") throw new Error(`not an expression: ${text}`);
  return filled(first.condition, values);
}

/** An expression with others for some of its names. */
function filled(expr: Expr, values: Readonly<Record<string, Expr>>): Expr {
  if (expr.kind === "name")
    return Object.hasOwn(values, expr.name) ? (values[expr.name] as Expr) : expr;
  if (expr.kind === "binary")
    return { ...expr, left: filled(expr.left, values), right: filled(expr.right, values) };
  if (expr.kind === "unary") return { ...expr, operand: filled(expr.operand, values) };
  if (expr.kind !== "call") return expr;
  return { ...expr, args: expr.args.map((arg) => ({ ...arg, value: filled(arg.value, values) })) };
}

/** Conditions joined by `and`; `undefined` for none. */
export function all(conditions: readonly Expr[]): Expr | undefined {
  const [first, ...rest] = conditions;
  return first && rest.reduce((sum, one) => binary("and", sum, one), first);
}
