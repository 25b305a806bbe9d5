/**
 * Which variables a rule has, of which kind and depth.
 *
 * A pass over the two sides as written, before anything is resolved: a bare name means one thing or another by what the left
 * side binds, and by whether it ever stands outside of a spread.
 *
 * @module
 */

import type { Span, Variable } from "./ast.ts";
import { type Diagnostic, error } from "./diagnostic.ts";
import { quote } from "./quotation.ts";
import type { Operator, Scope } from "./scope.ts";
import type { Arg, AttrArg, CallExpr, Expr, Identifier } from "./syntax.ts";
import { visitParts } from "./traversal.ts";

/** The name of what is not there: an optional operand that is left out. */
export const ABSENT = "absent";

/** Where a name stands: the first place outside of every spread, and the first inside one. */
interface Places {
  outside?: Span;
  inside?: Span;
}

/** A record of attributes that `...p` binds: which operator's, and which of them. */
export interface Remainder {
  readonly operator: Operator;
  /** The attributes it may hold. */
  readonly covers: readonly string[];
  readonly span: Span;
}

/** What the left side of a rule binds. */
export interface Bound {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly remainders: ReadonlyMap<string, Remainder>;
}

const NO_REMAINDERS: ReadonlyMap<string, Remainder> = new Map();

/** Whether an operator yields a list of results, or a fixed number that is not one. */
export function isMultiple(operator: Operator): boolean {
  return operator.def.results !== undefined && operator.def.results !== 1;
}

/** The operator a call names, whatever else is wrong with it. */
export function calledOperator(expr: Expr, scope: Scope): Operator | undefined {
  return expr.kind === "call" ? scope.operators.get(expr.callee.name)?.[0] : undefined;
}

/** The places of every name on the two sides of a rule. What conditions say of a list they say of each of its items. */
export class Depths {
  private places: Map<string, Places> | undefined;
  private readonly scope: Scope;
  private readonly report: (diagnostic: Diagnostic) => void;

  constructor(scope: Scope, report: (diagnostic: Diagnostic) => void) {
    this.scope = scope;
    this.report = report;
  }

  /** Takes a root into account. */
  add(arg: Arg): void {
    this.visitArg(arg, false);
  }

  /** 1 for a name that stands in spreads only: a list, one item for each element. */
  of(name: string): 0 | 1 {
    const places = this.places?.get(name);
    return places?.inside && !places.outside ? 1 : 0;
  }

  /** Whether an expression holds a name that is a list. */
  hasList(expr: Expr): boolean {
    return namesIn(expr).some(({ name }) => this.of(name) === 1);
  }

  /** Reports a spread of operands that has nothing to run over: no name in it is a list. */
  checkSpread(spread: Arg): void {
    const operator = calledOperator(spread.value, this.scope);
    if ((operator && isMultiple(operator)) || this.hasList(spread.value)) return;
    const first = namesIn(spread.value).find(({ name }) => name !== "_");
    const outside = first && this.places?.get(first.name)?.outside;
    this.report(
      first && outside
        ? error("R0303", first.span, `${quote(first.name)} is a list here and one term there`, {
            related: [{ span: outside, label: "one term" }],
          })
        : error("R0204", spread.span, "this `...` runs over nothing", {
            hints: ["a spread holds a variable that stands for a list: `...xs`"],
          }),
    );
  }

  private visit(expr: Expr, inside: boolean): void {
    switch (expr.kind) {
      case "name":
        this.note(expr.name, expr.span, inside);
        break;
      case "call":
        for (const arg of expr.args) this.visitArg(arg, inside);
        for (const attr of expr.attrs)
          if (attr.kind === "attr") this.visit(attr.value, inside);
          else this.note(attr.name.name, attr.name.span, inside);
        break;
      case "list":
        for (const element of expr.elements) this.visitArg(element, inside);
        break;
      default:
        visitParts(expr, (part) => this.visit(part, inside));
    }
  }

  private visitArg(arg: Arg, inside: boolean): void {
    if (arg.spread && inside)
      this.report(
        error("R0204", arg.span, "a spread within a spread", {
          hints: ["lists hold terms or values, never lists"],
        }),
      );
    const operator = calledOperator(arg.value, this.scope);
    // The results of one application, spread: what stands in it is not repeated.
    const isWhole = operator !== undefined && isMultiple(operator);
    this.visit(arg.value, inside || (arg.spread && !isWhole));
  }

  private note(name: string, span: Span, inside: boolean): void {
    this.places ??= new Map();
    const places = this.places.get(name) ?? {};
    if (inside) places.inside ??= span;
    else places.outside ??= span;
    this.places.set(name, places);
  }
}

/** The variables of an expression, remainders included. */
function namesIn(expr: Expr): readonly Identifier[] {
  const found: Identifier[] = [];
  const visit = (part: Expr): void => {
    if (part.kind === "name") found.push(part);
    if (part.kind === "call")
      for (const attr of part.attrs) if (attr.kind === "rest") found.push(attr.name);
    visitParts(part, visit);
  };
  visit(expr);
  return found;
}

/** What a left side binds: names in operand positions, bare attribute values, elements of literal lists, and remainders. */
export function bind(
  roots: readonly Pick<Arg, "value">[],
  depths: Depths,
  scope: Scope,
  report: (diagnostic: Diagnostic) => void,
): Bound {
  const variables = new Map<string, Variable>();
  let remainders: Map<string, Remainder> | undefined;

  const note = (name: string, span: Span, kind: Variable["kind"]): void => {
    if (name === "_" || name === ABSENT) return;
    const known = variables.get(name);
    if (!known) variables.set(name, { name, kind, depth: depths.of(name), span });
    else if ((known.kind === "attributes") !== (kind === "attributes"))
      report(
        error("R0303", span, `${quote(name)} stands for attributes here and for one value there`, {
          related: [{ span: known.span, label: "the other" }],
        }),
      );
    else if (kind === "term") variables.set(name, { ...known, kind });
  };

  const call = (expr: CallExpr, operator: Operator): void => {
    const { args, attrs } = expr;
    for (let i = 0; i < args.length; i++) operand((args[i] as Arg).value);
    let isAll = true;
    for (let i = 0; i < attrs.length; i++) {
      const attr = attrs[i] as AttrArg;
      if (attr.kind === "rest") isAll = false;
      else if (attr.value.kind === "name") note(attr.value.name, attr.value.span, "value");
    }
    if (isAll) return;
    const mentioned = new Set<string>();
    for (const attr of expr.attrs) if (attr.kind === "attr") mentioned.add(attr.name.name);
    for (const attr of expr.attrs) {
      if (attr.kind === "attr") continue;
      const { name } = attr.name;
      note(name, attr.span, "attributes");
      const covers = Object.keys(operator.def.attrs ?? {}).filter((key) => !mentioned.has(key));
      remainders ??= new Map();
      if (!remainders.has(name)) remainders.set(name, { operator, covers, span: attr.span });
    }
  };

  const operand = (expr: Expr): void => {
    switch (expr.kind) {
      case "name":
        note(expr.name, expr.span, "term");
        break;
      case "call": {
        const operator = calledOperator(expr, scope);
        if (operator) call(expr, operator);
        break;
      }
      case "list":
        for (const { value } of expr.elements)
          if (value.kind === "name") note(value.name, value.span, "value");
        break;
      case "binary":
      case "unary":
      case "transpose":
      case "field":
        visitParts(expr, operand);
    }
  };

  for (const { value } of roots) operand(value);
  return { variables, remainders: remainders ?? NO_REMAINDERS };
}
