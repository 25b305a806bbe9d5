/**
 * From expressions to terms and values: names become operators, functions and variables, infix notation becomes
 * applications or arithmetic.
 *
 * @module
 */

import { match, P } from "ts-pattern";
import {
  checkAttributes,
  checkOperands,
  checkRemainder,
  checkSorts,
  type Side,
  type Sorts,
} from "./application.ts";
import type * as ast from "./ast.ts";
import { NEGATION } from "./declaration.ts";
import { appending, type Diagnostic, error, type Remarks, replacing } from "./diagnostic.ts";
import { builtins } from "./functions.ts";
import { negatedHint } from "./hint.ts";
import { enumerate, importOf, quote } from "./quotation.ts";
import { DIALECT_NOTATION, type Operator, type Scope } from "./scope.ts";
import type * as s from "./syntax.ts";
import { type Bound, calledOperator, type Depths, isMultiple } from "./variables.ts";

/** What an expression denotes: a class of the e-graph, or a value. */
type Denoted =
  | { readonly kind: "term"; readonly term: ast.Term }
  | { readonly kind: "value"; readonly value: ast.Value };

/**
 * How names and arithmetic are read: as terms; as values; or, as an argument of a function, as a term
 * wherever it is more than a bare name.
 */
type Reading = "term" | "value" | "argument";

/** What people coming from other rewriters ask for. */
const USE_COUNTS = /^(has_?)?(one|single)_?use(s|d)?$|^(is_)?used_?once$|^(use_?count|uses)$/i;

/** A root of a side: a term, or an application that supplies several results. */
export type Root =
  | { readonly kind: "one"; readonly term: ast.Term }
  | {
      readonly kind: "all";
      readonly apply: ast.Apply;
      /** How many; `undefined` when the application decides. */
      readonly count: number | undefined;
    };

/** How many unbound names are named: what more there are says nothing new. */
const MOST_UNBOUND = 20;

/** Resolves the expressions of one direction of a rule. What cannot be resolved is `undefined`, and has been reported. */
export class Resolver {
  private readonly scope: Scope;
  private readonly bound: Bound;
  private readonly depths: Depths;
  private readonly matched: "left" | "right";
  private readonly report: (diagnostic: Diagnostic) => void;
  private readonly operators = new Map<ast.Apply, Operator>();
  private readonly sorts: Sorts = new Map();
  /** Says nothing of unbound names. */
  isLenient = false;
  private unboundNames = 0;
  /** The attribute of a pattern that is being read: what is not bound elsewhere cannot be solved from it. */
  private solving: s.Expr | undefined;

  constructor(
    scope: Scope,
    bound: Bound,
    depths: Depths,
    matched: "left" | "right",
    report: (diagnostic: Diagnostic) => void,
  ) {
    this.scope = scope;
    this.bound = bound;
    this.depths = depths;
    this.matched = matched;
    this.report = report;
  }

  // ── Roots ──────────────────────────────────────────────────────────────────

  /** A root of the left or the right side. */
  root(arg: s.Arg, side: Side): Root | undefined {
    if (arg.spread) return this.fail("R0012", arg.span, "not supported yet: a gathering root");
    const operator = calledOperator(arg.value, this.scope);
    if (operator && isMultiple(operator)) {
      const apply = this.application(arg.value as s.CallExpr, operator, side);
      const { results } = operator.def;
      return apply && { kind: "all", apply, count: results === "variadic" ? undefined : results };
    }
    const term = side === "pattern" ? this.pattern(arg.value) : this.build(arg.value);
    return term && { kind: "one", term };
  }

  /** What must hold. */
  condition(expr: s.Expr): ast.Value | undefined {
    const value = this.value(expr);
    const wrong = value && notACondition(value);
    if (wrong)
      return this.fail(
        "R0406",
        wrong.value.span,
        `a condition must be true or false; this is ${wrong.what}`,
      );
    const fleeting = value && negatedHint(value);
    if (fleeting)
      return this.fail(
        "R0409",
        fleeting.whole.span,
        `${this.source(fleeting.whole)} may stop being true`,
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
    switch (expr.kind) {
      case "name":
        if (expr.name === "_") return { kind: "wildcard", span };
        return this.isOperator(expr.name, span)
          ? undefined
          : { kind: "variable", name: expr.name, span };
      case "call":
        return this.callPattern(expr);
      case "binary": {
        const number = this.scope.notations.has(expr.operator) ? undefined : fold(expr);
        if (number) return constant(number);
        const operands = [expr.left, expr.right];
        return this.infix(expr.operator, expr.operatorSpan, operands, span, "pattern");
      }
      case "unary": {
        const number = fold(expr);
        if (number) return constant(number);
        return this.infix(expr.operator, span, [expr.operand], span, "pattern");
      }
      case "transpose":
        return this.infix("'", span, [expr.operand], span, "pattern");
      case "field":
        return this.result(expr, "pattern");
      case "number":
        return constant(numberValue(expr));
      case "list":
        return this.listPattern(expr);
      case "string":
        return this.fail("R0202", span, "expected a term, found a string");
      case "index":
      case "slice":
        return this.fail("R0012", span, "not supported yet: an index where an operand is matched", {
          hints: ["match a variable here, and compare it in `when`"],
        });
    }
  }

  private callPattern(call: s.CallExpr): ast.Term | undefined {
    const { name, span } = call.callee;
    const operator = this.operator(name, span);
    if (operator) return this.single(this.application(call, operator, "pattern"), operator);
    if (!this.scope.functions.has(name)) return this.unknownCall(call.callee, "term");
    return this.fail(
      "R0012",
      call.span,
      "not supported yet: a function where an operand is matched",
      { hints: ["match a variable here, and compare it in `when`"] },
    );
  }

  private listPattern(list: s.ListExpr): ast.Term | undefined {
    const elements = list.elements.map((element): ast.Value | undefined => {
      const { value } = element;
      if (element.spread)
        return this.fail(
          "R0012",
          element.span,
          "not supported yet: a spread in a list that is matched",
        );
      if (value.kind === "name") {
        if (value.name === "_") return { kind: "wildcard", span: value.span };
        return this.isOperator(value.name, value.span)
          ? undefined
          : { kind: "variable", name: value.name, span: value.span };
      }
      return (
        fold(value) ??
        this.fail(
          "R0405",
          value.span,
          `${this.source(value)} cannot be matched against an element`,
          {
            hints: ["an element is a number, a variable, or `_`; test the rest in `when`"],
          },
        )
      );
    });
    if (!isComplete(elements)) return undefined;
    return constant({ kind: "list", elements, span: list.span });
  }

  // ── What is built ──────────────────────────────────────────────────────────

  private build(expr: s.Expr): ast.Term | undefined {
    const denoted = this.denote(expr, "term");
    if (denoted?.kind === "value" && denoted.value.kind === "string")
      return this.fail("R0202", denoted.value.span, "expected a term, found a string");
    return denoted && this.lift(denoted);
  }

  private value(expr: s.Expr): ast.Value | undefined {
    const denoted = this.denote(expr, "value");
    if (denoted?.kind !== "term") return denoted?.value;
    return this.fail("R0202", denoted.term.span, "expected a value, found a term", {
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
        return termed(this.infix("'", span, [expr.operand], span, "build"));
      case "field":
        return termed(this.result(expr, "build"));
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
    const wrong = this.depths.hasList(element.value) ? undefined : notAList(value);
    if (wrong)
      return this.fail("R0204", element.span, `this \`...\` runs over ${wrong}`, {
        hints: [
          "a spread holds a variable that stands for a list, or denotes a list: `...shape(x)`",
        ],
      });
    return { kind: "spread", element: value, span: element.span };
  }

  private variable(name: string, span: ast.Span, reading: Reading): Denoted | undefined {
    if (name === "_") return this.fail("R0301", span, "`_` stands for nothing that could be used");
    if (this.isOperator(name, span)) return undefined;
    const variable = this.bound.variables.get(name);
    if (!variable) return this.unbound(name, span);
    if (variable.kind === "attributes")
      return this.fail(
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

  private unbound(name: string, span: ast.Span): undefined {
    if (this.isLenient || this.unboundNames++ >= MOST_UNBOUND) return undefined;
    const names = [...this.bound.variables.keys()];
    if (this.solving)
      return this.fail(
        "R0405",
        this.solving.span,
        `${quote(name)} cannot be solved from ${this.source(this.solving)}`,
        { hints: [`bind ${quote(name)} elsewhere on the ${this.matched}, or test in \`when\``] },
      );
    return this.fail(
      "R0301",
      span,
      `${quote(name)} is not bound by the ${this.matched}-hand side`,
      {
        label: `nothing on the ${this.matched} is called ${quote(name)}`,
        ...this.scope.speller.correction(name, names, span, [
          names.length > 0
            ? `the ${this.matched}-hand side binds ${enumerate(names.slice(0, 12))}${names.length > 12 ? ", …" : ""}`
            : `the ${this.matched}-hand side binds nothing`,
        ]),
      },
    );
  }

  private binary(expr: s.BinaryExpr, reading: Reading): Denoted | undefined {
    const { operator, left, right, operatorSpan, span } = expr;
    if (operator === "@")
      return termed(this.infix("@", operatorSpan, [left, right], span, "build"));
    if (!isArithmetic(operator)) {
      if (reading === "term")
        return this.fail("R0203", operatorSpan, `${quote(operator)} makes no term`, {
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
    const isOwn = reading === "term" && this.scope.notations.has(operator);
    if (a.kind === "value" && b.kind === "value" && !isOwn)
      return valued({ kind: "binary", operator, left: a.value, right: b.value, span });
    const operands = [this.lift(a), this.lift(b)];
    return termed(this.notation(operator, operatorSpan, operands, span, "build"));
  }

  private unary(expr: s.UnaryExpr, reading: Reading): Denoted | undefined {
    const { operator, span } = expr;
    if (operator === "not") {
      if (reading === "term")
        return this.fail("R0203", span, "`not` makes no term", {
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
    return termed(this.notation("-", span, [operand.term], span, "build"));
  }

  private call(call: s.CallExpr, reading: Reading): Denoted | undefined {
    const { name, span } = call.callee;
    const operator = this.operator(name, span);
    if (operator) return termed(this.single(this.application(call, operator, "build"), operator));
    const fn = this.scope.functions.get(name);
    if (!fn) return this.unknownCall(call.callee, call.attrs.length > 0 ? "term" : reading);
    const attr = call.attrs[0];
    if (attr)
      return this.fail("R0401", attr.span, `${quote(name)} is a function and has no attributes`);
    const args = call.args.map((arg): ast.Value | undefined => {
      if (arg.spread) return this.fail("R0204", arg.span, "`...` where one argument is expected");
      const denoted = this.denote(arg.value, "argument");
      if (denoted?.kind !== "term") return denoted?.value;
      const { term } = denoted;
      return term.kind === "variable" ? term : { kind: "term", term, span: term.span };
    });
    return isComplete(args) ? valued({ kind: "call", name, fn, args, span: call.span }) : undefined;
  }

  private unknownCall({ name, span }: s.Identifier, reading: Reading): undefined {
    if (USE_COUNTS.test(name))
      return this.fail("R0410", span, "use counts mean nothing in an e-graph", {
        hints: ["leave it out: terms are shared, and the cost model charges for sharing"],
      });
    const { speller } = this.scope;
    const operators = this.scope.operators.keys();
    const functions = this.scope.functions.keys();
    const isTerm = reading === "term";
    const near =
      speller.closest(name, isTerm ? operators : functions) ??
      speller.closest(name, isTerm ? functions : operators);
    return this.fail(
      isTerm ? "R0101" : "R0407",
      span,
      `no ${isTerm ? "operator" : "function"} called ${quote(name)}`,
      {
        ...(near !== undefined && { edit: replacing(span, near) }),
        hints: near
          ? [`did you mean \`${near}\`?`]
          : this.scope.operators.size === 0
            ? [`this file imports no operators: ${importOf("name")}`]
            : [],
      },
    );
  }

  // ── Applications ───────────────────────────────────────────────────────────

  private application(
    call: Pick<s.CallExpr, "args" | "attrs" | "span">,
    operator: Operator,
    side: Side,
  ): ast.Apply | undefined {
    const operands = call.args.map((arg): ast.Term | ast.Spread | undefined => {
      if (!arg.spread) return side === "pattern" ? this.pattern(arg.value) : this.build(arg.value);
      this.depths.checkSpread(arg);
      const element = this.spreadElement(arg.value, side);
      return element && { kind: "spread", element, span: arg.span };
    });
    return this.apply(operator, operands, call, side);
  }

  /** What is repeated; the results of an operator with several are a list already. */
  private spreadElement(expr: s.Expr, side: Side): ast.Term | undefined {
    const operator = calledOperator(expr, this.scope);
    if (operator && isMultiple(operator)) {
      if (side === "build")
        return this.fail(
          "R0012",
          expr.span,
          "not supported yet: a spread of results that are built",
          {
            hints: ["choose them with `.0`, `.1`, …"],
          },
        );
      return this.application(expr as s.CallExpr, operator, side);
    }
    return side === "pattern" ? this.pattern(expr) : this.build(expr);
  }

  private apply(
    operator: Operator,
    operands: readonly (ast.Term | ast.Spread | undefined)[],
    call: Pick<s.CallExpr, "attrs" | "span">,
    side: Side,
  ): ast.Apply | undefined {
    const attrs: (ast.AttrEntry | undefined)[] = [];
    let rest: ast.Apply["rest"];
    for (const attr of call.attrs) {
      if (attr.kind === "rest") rest = { name: attr.name.name, span: attr.span };
      else {
        const value = side === "pattern" ? this.attrPattern(attr.value) : this.value(attr.value);
        attrs.push(value && { name: attr.name.name, value, span: attr.span });
      }
    }
    if (rest && !this.checkRest(rest, operator, side)) return undefined;
    if (!isComplete(operands) || !isComplete(attrs)) return undefined;
    const apply: ast.Apply = {
      kind: "apply",
      name: operator.key,
      op: operator.def,
      operands,
      attrs,
      ...(rest && { rest }),
      span: call.span,
    };
    this.operators.set(apply, operator);
    checkOperands(apply, operator, side, this.report);
    checkAttributes(call, apply, operator, side, this.scope.speller, this.report);
    checkSorts(apply, operator, (term) => this.sortOf(term), this.sorts, this.report);
    return apply;
  }

  private attrPattern(expr: s.Expr): ast.Value | undefined {
    if (expr.kind === "name" && expr.name === "_") return { kind: "wildcard", span: expr.span };
    this.solving = expr;
    const value = this.value(expr);
    this.solving = undefined;
    return value;
  }

  private checkRest(rest: NonNullable<ast.Apply["rest"]>, operator: Operator, side: Side): boolean {
    if (rest.name === "_") {
      if (side === "pattern") return true;
      this.fail("R0301", rest.span, "`_` stands for nothing that could be used");
      return false;
    }
    const variable = this.bound.variables.get(rest.name);
    const remainder = this.bound.remainders.get(rest.name);
    if (!variable) this.unbound(rest.name, rest.span);
    else if (variable.kind !== "attributes" || !remainder)
      this.fail(
        "R0303",
        rest.span,
        `${quote(rest.name)} stands for attributes here and for one value there`,
        {
          related: [{ span: variable.span, label: "one value" }],
        },
      );
    else {
      checkRemainder(rest, remainder, operator, this.report);
      return true;
    }
    return false;
  }

  private sortOf(term: ast.Term): string | undefined {
    const apply = term.kind === "result" ? term.of : term;
    const operator = apply.kind === "apply" ? this.operators.get(apply) : undefined;
    return operator && (operator.signature?.result ?? "Tensor");
  }

  /** An application where one result is needed. */
  private single(apply: ast.Apply | undefined, operator: Operator): ast.Term | undefined {
    if (!apply || !isMultiple(operator)) return apply;
    return this.fail("R0206", apply.span, "a list of results where one is needed", {
      hints: ["choose one with `.0`, or spread them with `...`"],
      edit: appending(apply.span, ".0"),
    });
  }

  private result(expr: s.FieldExpr, side: Side): ast.Term | undefined {
    const operator = calledOperator(expr.of, this.scope);
    if (!operator) {
      if (expr.of.kind === "call" && !this.scope.functions.has(expr.of.callee.name))
        return this.unknownCall(expr.of.callee, "term");
      return this.fail(
        "R0205",
        expr.fieldSpan,
        "only an application of an operator has results to choose from",
      );
    }
    const apply = this.application(expr.of as s.CallExpr, operator, side);
    if (!apply) return undefined;
    const { field: index } = expr;
    if (typeof index === "string")
      return this.fail("R0012", expr.fieldSpan, "not supported yet: a result chosen by name", {
        hints: ["`.0` is the first"],
      });
    if (operator.signature && operator.def.results !== "variadic" && index > 0)
      return this.fail("R0205", expr.fieldSpan, `${quote(operator.key)} has no result ${index}`, {
        hints: ["it has one: `.0`"],
        edit: replacing(expr.fieldSpan, "0"),
      });
    return { kind: "result", of: apply, index, span: expr.span };
  }

  // ── Notation ───────────────────────────────────────────────────────────────

  private infix(
    token: string,
    tokenSpan: ast.Span,
    operands: readonly s.Expr[],
    span: ast.Span,
    side: Side,
  ): ast.Term | undefined {
    const terms = operands.map((operand) =>
      side === "pattern" ? this.pattern(operand) : this.build(operand),
    );
    return this.notation(token, tokenSpan, terms, span, side);
  }

  private notation(
    token: string,
    tokenSpan: ast.Span,
    operands: readonly (ast.Term | undefined)[],
    span: ast.Span,
    side: Side,
  ): ast.Term | undefined {
    const key = token === "-" && operands.length === 1 ? NEGATION : token;
    const name = DIALECT_NOTATION.get(key);
    const operator =
      this.scope.notations.get(key) ??
      (name === undefined ? undefined : this.operator(name, tokenSpan));
    if (operator)
      return this.single(this.apply(operator, operands, { attrs: [], span }, side), operator);
    const hint =
      key === "'"
        ? "name the axes: `Transpose(x; perm = [1, 0])`, or declare an operator `as a'`"
        : name === undefined
          ? "conditions stand behind `when`"
          : `import a dialect that has \`${name}\`, or declare an operator with this notation`;
    return this.fail("R0203", tokenSpan, `${quote(token)} means nothing between terms here`, {
      hints: [hint],
    });
  }

  // ── Names ──────────────────────────────────────────────────────────────────

  private operator(name: string, span: ast.Span): Operator | undefined {
    const candidates = this.scope.operators.get(name);
    if (candidates && candidates.length > 1)
      this.fail("R0105", span, `${quote(name)} could be two things`, {
        hints: [
          `it is in ${enumerate(candidates.map((candidate) => candidate.origin))}: import one of them by name`,
        ],
      });
    return candidates?.[0];
  }

  /** R0108: a bare name that is an operator would be a variable, and match everything. */
  private isOperator(name: string, span: ast.Span): boolean {
    if (!this.scope.operators.has(name)) return false;
    this.fail("R0108", span, `${quote(name)} is an operator; here it would be a variable`, {
      hints: [`write \`${name}(x)\`, or rename`],
    });
    return true;
  }

  private lift(denoted: Denoted): ast.Term {
    if (denoted.kind === "term") return denoted.term;
    const { value } = denoted;
    const isTerm =
      value.kind === "variable" && this.bound.variables.get(value.name)?.kind === "term";
    return isTerm ? value : constant(value);
  }

  private source({ span }: { readonly span: ast.Span }): string {
    return quote(this.scope.text.slice(span.start, span.end).replace(/\s+/g, " "));
  }

  private fail(code: string, span: ast.Span, message: string, remarks?: Remarks): undefined {
    this.report(error(code, span, message, remarks));
    return undefined;
  }
}

function isComplete<T>(items: readonly (T | undefined)[]): items is readonly T[] {
  return !items.includes(undefined);
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

function isArithmetic(operator: s.InfixOperator): operator is "+" | "-" | "*" | "/" | "^" {
  return "+-*/^".includes(operator);
}

function numberValue({ text, span }: s.NumberExpr): ast.NumberValue {
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
function fold(expr: s.Expr): ast.NumberValue | undefined {
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

/** What a value is, where that can be seen and it is neither a truth value nor unknown. */
function kindOf(value: ast.Value): string | undefined {
  return match(value)
    .with({ kind: "number" }, () => "a number")
    .with({ kind: "string" }, () => "a string")
    .with({ kind: P.union("list", "slice") }, () => "a list")
    .with({ kind: "term" }, () => "a term")
    .with({ kind: "call" }, ({ name, fn }) => (fn === builtins[name] ? KINDS.get(name) : undefined))
    .otherwise(() => undefined);
}

/** What a value is instead of a condition, if that can be seen. */
function notACondition(
  value: ast.Value,
): { readonly value: ast.Value; readonly what: string } | undefined {
  return match(value)
    .with({ kind: "unary", operator: "not" }, ({ operand }) => notACondition(operand))
    .with(
      { kind: "binary", operator: P.union("and", "or") },
      ({ left, right }) => notACondition(left) ?? notACondition(right),
    )
    .with(
      { kind: "unary", operator: "-" },
      { kind: "binary", operator: P.union("+", "-", "*", "/", "^") },
      () => ({ value, what: "a number" }),
    )
    .otherwise(() => {
      const what = kindOf(value);
      return what === undefined ? undefined : { value, what };
    });
}

/** What a value is instead of a list, if that can be seen. */
function notAList(value: ast.Value): string | undefined {
  const what = kindOf(value);
  return what === "a list" || what === "a shape" ? undefined : what;
}

/** What those of the language's own functions yield that yield no truth value. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["shape", "a shape"],
  ["range", "a list"],
  ["dtype", "an element type"],
  ...["rank", "dim", "size", "len", "min", "max", "abs"].map((name) => [name, "a number"] as const),
]);
