/**
 * From expressions to terms and values: names become operators, functions and variables, infix notation becomes
 * applications or arithmetic.
 *
 * @module
 */

import type { Side } from "./application.ts";
import type * as ast from "./ast.ts";
import { Composer, isComplete } from "./composition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { negatedHint } from "./hint.ts";
import { type Binder, Names } from "./names.ts";
import { fold, isArithmetic, numberValue } from "./number.ts";
import { quote } from "./quotation.ts";
import type { Scope } from "./scope.ts";
import type * as s from "./syntax.ts";
import { notACondition, notAList } from "./value-kind.ts";
import { ABSENT, type Bound, calledOperator, type Depths, isMultiple } from "./variables.ts";

/** What an expression denotes: a class of the e-graph, or a value. */
type Denoted =
  | { readonly kind: "term"; readonly term: ast.Term }
  | { readonly kind: "value"; readonly value: ast.Value };

/**
 * How names and arithmetic are read: as terms; as values; or, as an argument of a function, as a term
 * wherever it is more than a bare name.
 */
type Reading = "term" | "value" | "argument";

/** A root of a side: a term, an application that supplies several results, or a list. */
export type Root =
  | { readonly kind: "one"; readonly term: ast.Term }
  | {
      readonly kind: "all";
      readonly apply: ast.Apply;
      /** How many; `undefined` when the application decides. */
      readonly count: number | undefined;
    }
  | { readonly kind: "list"; readonly spread: ast.Spread };

/** Resolves the expressions of one direction of a rule. What cannot be resolved is `undefined`, and has been reported. */
export class Resolver {
  private readonly names: Names;
  private readonly composer: Composer;
  /** Whether a hint was called for. */
  private isHinting = false;

  constructor(
    scope: Scope,
    bound: Bound,
    depths: Depths,
    binder: Binder,
    report: (diagnostic: Diagnostic) => void,
  ) {
    this.names = new Names(scope, bound, depths, binder, report);
    this.composer = new Composer(this.names, {
      term: (expr, side) => (side === "pattern" ? this.pattern(expr) : this.build(expr)),
      value: (expr) => this.value(expr),
    });
  }

  /** Whether any operator that was met has a declaration that speaks of shapes. */
  get isShaped(): boolean {
    return this.composer.isShaped;
  }

  /** From now on nothing is said of unbound names: what a broken left side would have bound is anybody's guess. */
  excuseNames(): void {
    this.names.isLenient = true;
  }

  // ── Roots ──────────────────────────────────────────────────────────────────

  /** A root of the left or the right side. */
  root(arg: s.Arg, side: Side): Root | undefined {
    const { scope, depths } = this.names;
    const operator = calledOperator(arg.value, scope);
    if (operator && isMultiple(operator)) {
      const apply = this.composer.application(arg.value as s.CallExpr, operator, side);
      const { results } = operator.def;
      return apply && { kind: "all", apply, count: results === "variadic" ? undefined : results };
    }
    if (arg.spread) depths.checkSpread(arg);
    const term = side === "pattern" ? this.pattern(arg.value) : this.build(arg.value);
    if (!term) return undefined;
    if (!arg.spread) return { kind: "one", term };
    return { kind: "list", spread: { kind: "spread", element: term, span: arg.span } };
  }

  /** What must hold. */
  condition(expr: s.Expr): ast.Value | undefined {
    this.isHinting = false;
    const value = this.value(expr);
    const wrong = value && notACondition(value);
    if (wrong)
      return this.names.fail(
        "R0406",
        wrong.value.span,
        `a condition must be true or false; this is ${wrong.what}`,
      );
    const fleeting = value && this.isHinting ? negatedHint(value) : undefined;
    if (fleeting)
      return this.names.fail(
        "R0409",
        fleeting.whole.span,
        `${this.names.source(fleeting.whole)} may stop being true`,
        {
          hints: [
            `${quote(fleeting.hint.name)} prunes, and may change as the graph grows: ask for it plainly, with \`and\` or \`or\``,
          ],
        },
      );
    return value;
  }

  // ── Patterns ───────────────────────────────────────────────────────────────

  private pattern(expr: s.Expr): ast.Term | undefined {
    const { span } = expr;
    const { composer } = this;
    switch (expr.kind) {
      case "name":
        if (expr.name === "_") return { kind: "wildcard", span };
        if (expr.name === ABSENT) return this.nothing(span);
        return this.names.isOperator(expr.name, span)
          ? undefined
          : { kind: "variable", name: expr.name, span };
      case "call": {
        const { name } = expr.callee;
        const operator = this.names.operator(name, expr.callee.span);
        if (operator)
          return composer.single(composer.application(expr, operator, "pattern"), operator);
        if (!this.names.scope.functions.has(name)) return this.names.unknownCall(expr.callee, true);
        return this.computed(expr);
      }
      case "binary": {
        const number = this.names.scope.notations.has(expr.operator) ? undefined : fold(expr);
        if (number) return constant(number);
        const operands = [expr.left, expr.right];
        return composer.infix(expr.operator, expr.operatorSpan, operands, span, "pattern");
      }
      case "unary": {
        const number = fold(expr);
        if (number) return constant(number);
        return composer.infix(expr.operator, span, [expr.operand], span, "pattern");
      }
      case "transpose":
        return composer.infix("'", span, [expr.operand], span, "pattern");
      case "field":
        return composer.result(expr, "pattern");
      case "number":
        return constant(numberValue(expr));
      case "list":
        return this.listPattern(expr);
      case "string":
        return this.names.fail("R0202", span, "expected a term, found a string");
      case "index":
      case "slice":
        return this.computed(expr);
    }
  }

  /** A value where an operand is matched: the constant that it comes to. */
  private computed(expr: s.Expr): ast.Term | undefined {
    const value = this.composer.solved(expr);
    return value && constant(value);
  }

  private listPattern(list: s.ListExpr): ast.Term | undefined {
    const { names } = this;
    const spreads = list.elements.filter((element) => element.spread);
    // What is left of a list is a variable; any other spread is computed, and so is the list.
    if (spreads.some(({ value }) => value.kind !== "name")) return this.computed(list);
    const second = spreads[1];
    if (second)
      return names.fail("R0304", second.span, "two `...` in one list that is matched", {
        related: [{ span: (spreads[0] as s.Arg).span, label: "the first" }],
        hints: [
          "a match would be ambiguous: nothing says where one list ends and the other begins",
        ],
      });
    const elements = list.elements.map((element): ast.Value | ast.ValueSpread | undefined => {
      const { value } = element;
      if (element.spread) return this.listRest(element);
      if (value.kind === "name") {
        if (value.name === "_") return { kind: "wildcard", span: value.span };
        return names.isOperator(value.name, value.span)
          ? undefined
          : { kind: "variable", name: value.name, span: value.span };
      }
      return (
        fold(value) ??
        names.fail(
          "R0405",
          value.span,
          `${names.source(value)} cannot be matched against an element`,
          {
            hints: ["an element is a number, a variable, or `_`; test the rest in `when`"],
          },
        )
      );
    });
    if (!isComplete(elements)) return undefined;
    return constant({ kind: "list", elements, span: list.span });
  }

  /** The elements of a matched list that are not mentioned one by one. */
  private listRest({ value, span }: s.Arg): ast.ValueSpread | undefined {
    const { names } = this;
    if (value.kind !== "name") return undefined;
    if (value.name === "_")
      return { kind: "spread", element: { kind: "wildcard", span: value.span }, span };
    if (names.isOperator(value.name, value.span)) return undefined;
    names.depths.checkSpread({ spread: true, value, span });
    const element: ast.VariableValue = { kind: "variable", name: value.name, span: value.span };
    return { kind: "spread", element, span };
  }

  // ── What is built ──────────────────────────────────────────────────────────

  /** A term to be built. */
  build(expr: s.Expr): ast.Term | undefined {
    const denoted = this.denote(expr, "term");
    if (denoted?.kind === "value" && denoted.value.kind === "string")
      return this.names.fail("R0202", denoted.value.span, "expected a term, found a string");
    return denoted && this.lift(denoted);
  }

  /** A value. */
  value(expr: s.Expr): ast.Value | undefined {
    const denoted = this.denote(expr, "value");
    if (denoted?.kind !== "term") return denoted?.value;
    return this.names.fail("R0202", denoted.term.span, "expected a value, found a term", {
      hints: ["a function makes a value of a term: `shape(x)`, `rank(x)`, `dim(x, 0)`"],
    });
  }

  private denote(expr: s.Expr, reading: Reading): Denoted | undefined {
    const { span } = expr;
    switch (expr.kind) {
      case "name":
        return this.variable(expr.name, span, reading);
      case "number":
        return valued(numberValue(expr));
      case "string":
        return valued({ kind: "string", value: expr.value, span });
      case "call":
        return this.call(expr, reading);
      case "binary":
        return this.binary(expr, reading);
      case "unary":
        return this.unary(expr, reading);
      case "transpose":
        return termed(this.composer.infix("'", span, [expr.operand], span, "build"));
      case "field":
        return termed(this.composer.result(expr, "build"));
      case "list": {
        const elements = expr.elements.map((element) => this.element(element));
        return isComplete(elements) ? valued({ kind: "list", elements, span }) : undefined;
      }
      case "index": {
        const of = this.value(expr.of);
        const index = this.value(expr.index);
        return of && index && valued({ kind: "index", of, index, span });
      }
      case "slice": {
        const of = this.value(expr.of);
        const from = expr.from && this.value(expr.from);
        const to = expr.to && this.value(expr.to);
        if (!of || (expr.from && !from) || (expr.to && !to)) return undefined;
        return valued({ kind: "slice", of, ...(from && { from }), ...(to && { to }), span });
      }
    }
  }

  private element(element: s.Arg): ast.Value | ast.ValueSpread | undefined {
    const value = this.value(element.value);
    if (!value || !element.spread) return value;
    const wrong = this.names.depths.hasList(element.value) ? undefined : notAList(value);
    if (wrong)
      return this.names.fail("R0204", element.span, `this \`...\` runs over ${wrong}`, {
        hints: [
          "a spread holds a variable that stands for a list, or denotes a list: `...shape(x)`",
        ],
      });
    return { kind: "spread", element: value, span: element.span };
  }

  private variable(name: string, span: ast.Span, reading: Reading): Denoted | undefined {
    const { names } = this;
    if (name === "_") return names.fail("R0301", span, "`_` stands for nothing that could be used");
    if (names.isOperator(name, span)) return undefined;
    const variable = names.bound.variables.get(name);
    if (!variable && name === ABSENT) return this.nothing(span);
    if (!variable) return names.unbound(name, span);
    if (variable.kind === "attributes")
      return names.fail(
        "R0303",
        span,
        `${quote(name)} stands for attributes there, and for one value here`,
        {
          related: [{ span: variable.span, label: "attributes" }],
        },
      );
    return reading === "term" && variable.kind === "term"
      ? { kind: "term", term: { kind: "variable", name, span } }
      : valued({ kind: "variable", name, span });
  }

  private nothing(span: ast.Span): undefined {
    return this.names.fail("R0201", span, `${quote(ABSENT)} where a term is needed`, {
      hints: ["it stands for an optional operand that is left out: `Resize(x, absent, scales)`"],
    });
  }

  private binary(expr: s.BinaryExpr, reading: Reading): Denoted | undefined {
    const { operator, left, right, operatorSpan, span } = expr;
    if (operator === "@")
      return termed(this.composer.infix("@", operatorSpan, [left, right], span, "build"));
    if (!isArithmetic(operator)) {
      if (reading === "term")
        return this.names.fail("R0203", operatorSpan, `${quote(operator)} makes no term`, {
          hints: ["conditions stand behind `when`"],
        });
      const a = this.value(left);
      const b = this.value(right);
      return a && b && valued({ kind: "binary", operator, left: a, right: b, span });
    }
    const inner = reading === "argument" ? "term" : reading;
    const a = this.denote(left, inner);
    const b = this.denote(right, inner);
    if (!a || !b) return undefined;
    const isOwn = reading === "term" && this.names.scope.notations.has(operator);
    if (a.kind === "value" && b.kind === "value" && !isOwn)
      return valued({ kind: "binary", operator, left: a.value, right: b.value, span });
    const operands = [this.lift(a), this.lift(b)];
    return termed(this.composer.notation(operator, operatorSpan, operands, span, "build"));
  }

  private unary(expr: s.UnaryExpr, reading: Reading): Denoted | undefined {
    const { operator, span } = expr;
    if (operator === "not") {
      if (reading === "term")
        return this.names.fail("R0203", span, "`not` makes no term", {
          hints: ["conditions stand behind `when`"],
        });
      const operand = this.value(expr.operand);
      return operand && valued({ kind: "unary", operator, operand, span });
    }
    const number = fold(expr);
    if (number) return valued(number);
    const operand = this.denote(expr.operand, reading === "argument" ? "term" : reading);
    if (!operand) return undefined;
    if (operand.kind === "value")
      return valued({ kind: "unary", operator, operand: operand.value, span });
    return termed(this.composer.notation("-", span, [operand.term], span, "build"));
  }

  private call(call: s.CallExpr, reading: Reading): Denoted | undefined {
    const { name, span } = call.callee;
    const { names, composer } = this;
    const operator = names.operator(name, span);
    if (operator)
      return termed(composer.single(composer.application(call, operator, "build"), operator));
    const fn = names.scope.functions.get(name);
    if (!fn) return names.unknownCall(call.callee, call.attrs.length > 0 || reading === "term");
    this.isHinting ||= fn.hint === true;
    const attr = call.attrs[0];
    if (attr)
      return names.fail("R0401", attr.span, `${quote(name)} is a function and has no attributes`);
    const args = call.args.map((arg): ast.Value | undefined => {
      if (arg.spread) return names.fail("R0204", arg.span, "`...` where one argument is expected");
      const denoted = this.denote(arg.value, "argument");
      if (denoted?.kind !== "term") return denoted?.value;
      const { term } = denoted;
      return term.kind === "variable" ? term : { kind: "term", term, span: term.span };
    });
    return isComplete(args) ? valued({ kind: "call", name, fn, args, span: call.span }) : undefined;
  }

  private lift(denoted: Denoted): ast.Term {
    if (denoted.kind === "term") return denoted.term;
    const { value } = denoted;
    const isTerm =
      value.kind === "variable" && this.names.bound.variables.get(value.name)?.kind === "term";
    return isTerm ? value : constant(value);
  }
}

function valued(value: ast.Value): Denoted {
  return { kind: "value", value };
}

function termed(term: ast.Term | undefined): Denoted | undefined {
  return term && { kind: "term", term };
}

function constant(value: ast.Value): ast.Constant {
  return { kind: "constant", value, span: value.span };
}
