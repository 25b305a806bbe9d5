/**
 * From the concrete syntax tree to the tree of `syntax.ts`.
 *
 * @module
 */

import type { CstNode, IToken } from "chevrotain";
import { match } from "ts-pattern";
import type { Span } from "./ast.ts";
import { type Diagnostic, error } from "./diagnostic.ts";
import { spanOf } from "./lexer.ts";
import { arrange } from "./precedence.ts";
import type * as s from "./syntax.ts";

/** Digits of the largest 64-bit integer, unsigned. */
const LONGEST_INTEGER = 20;

/** Builds the tree of one file. Mistakes that the grammar lets through are added to `diagnostics`. */
export class Tree {
  readonly diagnostics: Diagnostic[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** A declaration, from its production's concrete tree and its tokens. */
  declaration(cst: CstNode, tokens: readonly IToken[], doc: string): s.Declaration | undefined {
    const span = this.whole(tokens);
    return match(cst.name)
      .with("import", () => this.import(cst, span))
      .with(
        "sort",
        (): s.SortDecl => ({
          kind: "sort",
          name: this.identifier(token(cst, "Name")),
          doc,
          span,
        }),
      )
      .with("op", () => this.op(cst, doc, span))
      .with(
        "schedule",
        (): s.ScheduleDecl => ({
          kind: "schedule",
          name: this.identifier(token(cst, "Name")),
          steps: nodes(cst, "expr").map((step) => this.expr(step)),
          span,
        }),
      )
      .with("test", () => this.test(cst, span))
      .with(
        "check",
        (): s.CheckDecl => ({
          kind: "check",
          rulesets: leaves(cst, "rulesets").map((name) => this.identifier(name)),
          span,
        }),
      )
      .otherwise(() => undefined);
  }

  /** A ruleset, from its header: without its rules. */
  ruleset(header: CstNode, tokens: readonly IToken[], doc: string): s.RulesDecl {
    return {
      kind: "rules",
      name: this.identifier(token(header, "Name")),
      tags: leaves(header, "Tag").map((tag) => this.tag(tag)),
      rules: [],
      doc,
      span: this.whole(tokens),
    };
  }

  /** A rule. */
  rule(cst: CstNode, tokens: readonly IToken[], doc: string): s.RuleDecl {
    const arrow = token(cst, "Arrow");
    const roots = (side: string): s.Arg[] =>
      nodes(node(cst, side), "arg").map((root) => this.arg(root));
    return {
      kind: "rule",
      label: this.identifier(token(cst, "Name")),
      left: roots("left"),
      arrow: arrow.image as s.ArrowText,
      arrowSpan: this.span(arrow),
      right: roots("right"),
      clauses: nodes(cst, "clause").map((clause) => this.clause(clause)),
      doc,
      span: this.whole(tokens),
    };
  }

  private import(cst: CstNode, span: Span): s.ImportDecl {
    const as = optional(cst, "as");
    const names = leaves(cst, "names");
    return {
      kind: "import",
      ...(as && { as: this.identifier(as) }),
      ...(names.length > 0 && { names: names.map((name) => this.identifier(name)) }),
      from: this.string(token(cst, "StringLiteral")),
      span,
    };
  }

  private op(cst: CstNode, doc: string, span: Span): s.OpDecl {
    const definition = nodes(cst, "definition")[0];
    const notation = nodes(cst, "notation")[0];
    const cost = optional(cst, "NumberLiteral");
    return {
      kind: "op",
      name: this.identifier(token(cst, "name")),
      operands: nodes(cst, "operandDecl").map((operand) => this.operandDecl(operand)),
      attrs: nodes(cst, "attrDecl").map((attr) => this.attrDecl(attr)),
      variadicResult: optional(cst, "Ellipsis") !== undefined,
      result: this.type(node(cst, "type")),
      ...(definition && { definition: this.expr(definition) }),
      ...(notation && { notation: this.expr(notation) }),
      ...(optional(cst, "LiteralWord") && { notation: "literal" as const }),
      properties: leaves(cst, "properties").map((name) => this.identifier(name)),
      ...(cost && { cost: this.number(cost) }),
      doc,
      span,
    };
  }

  private operandDecl(cst: CstNode): s.OperandDecl {
    const type = this.type(node(cst, "type"));
    const spread = optional(cst, "Ellipsis");
    const name = this.identifier(token(cst, "Name"));
    return {
      name,
      variadic: spread !== undefined,
      type,
      span: join(spread ? this.span(spread) : name.span, type.span),
    };
  }

  private attrDecl(cst: CstNode): s.AttrDecl {
    const name = this.identifier(token(cst, "Name"));
    const alternatives = nodes(cst, "alternative").map((alternative) => {
      const text = optional(alternative, "StringLiteral");
      return text ? this.string(text) : this.type(node(alternative, "type"));
    });
    const value = nodes(cst, "operand")[0];
    const initial = value && this.expression([value], []);
    const end = initial ?? alternatives.at(-1) ?? name;
    return {
      name,
      alternatives,
      ...(initial && { default: initial }),
      span: join(name.span, end.span),
    };
  }

  private type(cst: CstNode): s.TypeExpr {
    const name = this.identifier(token(cst, "Name"));
    const close = optional(cst, "CloseBracket");
    if (!close) return { kind: "type", name, span: name.span };
    return {
      kind: "type",
      name,
      shape: nodes(cst, "arg").map((arg) => this.arg(arg)),
      span: join(name.span, this.span(close)),
    };
  }

  private test(cst: CstNode, span: Span): s.TestDecl {
    return {
      kind: "test",
      title: this.string(token(cst, "StringLiteral")).value,
      given: nodes(cst, "given").map((given) => ({
        name: this.identifier(token(given, "Name")),
        type: this.type(node(given, "type")),
      })),
      using: leaves(cst, "using").map((name) => this.identifier(name)),
      statements: nodes(cst, "statement").map((statement) => this.statement(statement)),
      span,
    };
  }

  private statement(cst: CstNode): s.TestStatement {
    const keyword = optional(cst, "Prove") ?? optional(cst, "Refute") ?? token(cst, "Reduce");
    const arrow = optional(cst, "OneWay");
    const expr = this.expr(node(cst, "expr"));
    const target = nodes(cst, "to")[0];
    const to = target && this.expr(target);
    const bindings = nodes(cst, "binding").map((binding) => this.binding(binding));
    const kind = keyword.image as s.TestStatement["kind"];
    const hints = ["`prove a == b`, `refute a == b`, `reduce a => b`"];
    if (kind === "reduce" && !to)
      this.complain(this.span(keyword), "`reduce` says nothing about what to arrive at", hints);
    if (kind !== "reduce" && arrow)
      this.complain(this.span(arrow), `\`${kind}\` takes an equation, not a rewrite`, hints);
    return {
      kind,
      expr,
      ...(to && { to }),
      bindings,
      span: join(this.span(keyword), (bindings.at(-1) ?? to ?? expr).span),
    };
  }

  private clause(cst: CstNode): s.Clause {
    const condition = nodes(cst, "expr")[0];
    if (condition) {
      const keyword = optional(cst, "When") ?? token(cst, "Assuming");
      const value = this.expr(condition);
      const kind = keyword.image as "when" | "assuming";
      return { kind, condition: value, span: join(this.span(keyword), value.span) };
    }
    const keyword = optional(cst, "Where");
    if (keyword) {
      const bindings = nodes(cst, "binding").map((binding) => this.binding(binding));
      const start = this.span(keyword);
      return { kind: "where", bindings, span: join(start, bindings.at(-1)?.span ?? start) };
    }
    const within = optional(cst, "Within");
    if (within) {
      const bound = this.number(token(cst, "NumberLiteral"));
      return { kind: "within", bound, span: join(this.span(within), bound.span) };
    }
    const tag = optional(cst, "Tag");
    if (tag) return { kind: "tag", ...this.tag(tag) };
    const expanding = optional(cst, "Expanding");
    if (expanding) return { kind: "expanding", span: this.span(expanding) };
    return { kind: "subsume", span: this.span(token(cst, "Subsume")) };
  }

  private binding(cst: CstNode): s.Binding {
    const name = this.identifier(token(cst, "Name"));
    const params = leaves(cst, "params").map((param) => this.identifier(param));
    const body = this.expr(node(cst, "expr"));
    return { name, ...(params.length > 0 && { params }), body, span: join(name.span, body.span) };
  }

  // ── Expressions ────────────────────────────────────────────────────────────

  private expr(cst: CstNode): s.Expr {
    return this.expression(nodes(cst, "operand"), leaves(cst, "Infix"));
  }

  private expression(operands: readonly CstNode[], operators: readonly IToken[]): s.Expr {
    const items = operands.map((operand) => ({
      operand,
      prefixes: leaves(operand, "prefix"),
    }));
    return arrange<IToken, (typeof items)[number], s.Expr>(items, operators, {
      operand: (item) => this.operand(item.operand),
      prefix: (operator, operand) => ({
        kind: "unary",
        operator: operator.image as "-" | "not",
        operand,
        span: join(this.span(operator), operand.span),
      }),
      infix: (operator, left, right) => ({
        kind: "binary",
        operator: operator.image as s.InfixOperator,
        left,
        right,
        operatorSpan: this.span(operator),
        span: join(left.span, right.span),
      }),
      looseNot: (operator) =>
        this.complain(this.span(operator), "`not` binds more loosely than the operator before it", [
          "put it and what it negates in parentheses",
        ]),
      chained: (operator) =>
        this.complain(this.span(operator), "comparisons do not chain", ["write `a < b and b < c`"]),
    });
  }

  private operand(cst: CstNode): s.Expr {
    let expr = this.primary(cst);
    for (const postfix of nodes(cst, "postfix")) expr = this.postfix(postfix, expr);
    return expr;
  }

  private postfix(cst: CstNode, of: s.Expr): s.Expr {
    const prime = optional(cst, "Prime");
    if (prime) return { kind: "transpose", operand: of, span: join(of.span, this.span(prime)) };
    const field = optional(cst, "field");
    if (field) {
      const fieldSpan = this.span(field);
      const numeric = field.tokenType.name === "NumberLiteral";
      if (numeric && !isNumberOfResult(field.image))
        this.complain(fieldSpan, "a result is chosen by a whole number", ["`.0` is the first"]);
      return {
        kind: "field",
        of,
        field: numeric ? Number(field.image) : field.image,
        fieldSpan,
        span: join(of.span, fieldSpan),
      };
    }
    const open = this.span(token(cst, "OpenBracket"));
    const span = join(of.span, this.span(token(cst, "CloseBracket")));
    const first = nodes(cst, "from")[0];
    const last = nodes(cst, "to")[0];
    const from = first && this.expr(first);
    if (optional(cst, "Colon"))
      return {
        kind: "slice",
        of,
        ...(from && { from }),
        ...(last && { to: this.expr(last) }),
        span,
      };
    if (from) return { kind: "index", of, index: from, span };
    this.complain(open, "nothing between these brackets", ["write `a[i]`, or `a[i:j]`"]);
    return { kind: "slice", of, span };
  }

  private primary(cst: CstNode): s.Expr {
    const name = optional(cst, "Name");
    if (name) {
      if (optional(cst, "call")) return this.call(cst);
      return { kind: "name", ...this.identifier(name) };
    }
    const number = optional(cst, "NumberLiteral");
    if (number) return this.number(number);
    const group = optional(cst, "group");
    if (group) {
      const span = join(this.span(group), this.span(token(cst, "groupEnd")));
      return { ...this.expr(node(cst, "expr")), span };
    }
    const open = optional(cst, "OpenBracket");
    if (!open) return this.string(token(cst, "StringLiteral"));
    return {
      kind: "list",
      elements: nodes(cst, "elements").map((element) => this.arg(element)),
      span: join(this.span(open), this.span(token(cst, "CloseBracket"))),
    };
  }

  private call(cst: CstNode): s.CallExpr {
    const callee = this.identifier(token(cst, "Name"));
    return {
      kind: "call",
      callee,
      args: nodes(cst, "args").map((arg) => this.arg(arg)),
      attrs: nodes(cst, "attrArg").map((attr) => this.attrArg(attr)),
      span: join(callee.span, this.span(token(cst, "callEnd"))),
    };
  }

  private arg(cst: CstNode): s.Arg {
    const spread = optional(cst, "Ellipsis");
    const value = this.expr(node(cst, "expr"));
    return {
      spread: spread !== undefined,
      value,
      span: spread ? join(this.span(spread), value.span) : value.span,
    };
  }

  private attrArg(cst: CstNode): s.AttrArg {
    const rest = optional(cst, "rest");
    if (rest) {
      const name = this.identifier(rest);
      return { kind: "rest", name, span: join(this.span(token(cst, "Ellipsis")), name.span) };
    }
    const name = this.identifier(token(cst, "name"));
    const value = this.expr(node(cst, "expr"));
    return { kind: "attr", name, value, span: join(name.span, value.span) };
  }

  // ── Leaves ─────────────────────────────────────────────────────────────────

  private identifier(name: IToken): s.Identifier {
    return { name: name.image, span: this.span(name) };
  }

  private tag(tag: IToken): s.Identifier {
    return { name: tag.image.slice(1), span: this.span(tag) };
  }

  private number(literal: IToken): s.NumberExpr {
    const span = this.span(literal);
    const { image: text } = literal;
    if (!isRepresentable(text))
      this.complain(span, "this number is out of range", ["numbers have 64 bits"]);
    return { kind: "number", text, span };
  }

  private string(literal: IToken): s.StringExpr {
    return { kind: "string", value: unescaped(literal.image), span: this.span(literal) };
  }

  private span(place: IToken): Span {
    return spanOf(this.file, place);
  }

  private whole(tokens: readonly IToken[]): Span {
    const first = tokens[0];
    const last = tokens.at(-1);
    if (!first || !last) throw new Error("a declaration without tokens");
    return spanOf(this.file, first, last);
  }

  private complain(span: Span, message: string, hints: readonly string[]): void {
    this.diagnostics.push(error("R0010", span, message, { hints }));
  }
}

/** Whether a number as written is one of 64 bits. */
export function isRepresentable(text: string): boolean {
  return Number.isFinite(Number(text)) && !(text.length > LONGEST_INTEGER && /^\d+$/.test(text));
}

/** Whether a number as written can choose a result. */
export function isNumberOfResult(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}

/** What a string stands for, of how it is written, quotes and all. */
export function unescaped(image: string): string {
  const inside = image.slice(1, -1);
  if (!inside.includes("\\")) return inside;
  return inside.replace(/\\(.)/gu, (_, escaped: string) =>
    escaped === "n" ? "\n" : escaped === "t" ? "\t" : escaped === "r" ? "\r" : escaped,
  );
}

/** From the start of one place to the end of another. */
function join(first: Span, last: Span): Span {
  const { file, start, line, column } = first;
  return { file, start, end: last.end, line, column };
}

const NOTHING: readonly never[] = [];

function leaves(cst: CstNode, key: string): readonly IToken[] {
  return (cst.children[key] ?? NOTHING) as readonly IToken[];
}

function nodes(cst: CstNode, key: string): readonly CstNode[] {
  return (cst.children[key] ?? NOTHING) as readonly CstNode[];
}

function optional(cst: CstNode, key: string): IToken | undefined {
  return leaves(cst, key)[0];
}

function token(cst: CstNode, key: string): IToken {
  const found = leaves(cst, key)[0];
  if (!found) throw new Error(`the grammar promised a ${key} in ${cst.name}`);
  return found;
}

function node(cst: CstNode, key: string): CstNode {
  const found = nodes(cst, key)[0];
  if (!found) throw new Error(`the grammar promised a ${key} in ${cst.name}`);
  return found;
}
