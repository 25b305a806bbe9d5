/**
 * Imports, operators, headers of rulesets and rules, read from their tokens in one go: what files are nearly all made of.
 *
 * The grammar, and the tree that is built of what it finds, are what the language is; they read all else, and whatever has anything
 * wrong with it. This reads the same trees, in a fraction of the time, since it makes nothing but them.
 *
 * @module
 */

import type { IToken, TokenType } from "chevrotain";
import type { Span } from "./ast.ts";
import type { ItemKind } from "./item.ts";
import { spanOf } from "./lexer.ts";
import { bindingOf, COMPARISON, MINUS, NOT } from "./precedence.ts";
import type * as s from "./syntax.ts";
import * as t from "./tokens.ts";
import { isNumberOfResult, isRepresentable, unescaped } from "./tree.ts";

/** By the index of a token's type: whether it is a name, as the keywords of some places are in all others. */
const isName: boolean[] = [];
/** By the index of a token's type: how tightly it binds the operands that it stands between; 0 where it does not. */
const bindings: number[] = [];

/** By the index of a token's type: whether it is an arrow. */
const isArrow: boolean[] = [];

for (const type of t.allTokens) {
  const { tokenTypeIdx = 0, CATEGORIES = [], PATTERN } = type;
  isName[tokenTypeIdx] = type === t.Name || CATEGORIES.includes(t.Name);
  bindings[tokenTypeIdx] = CATEGORIES.includes(t.Infix) ? bindingOf(String(PATTERN)) : 0;
  isArrow[tokenTypeIdx] = CATEGORIES.includes(t.Arrow);
}

const NONE: readonly never[] = [];

/** Thrown where something is for the grammar to read. */
const UNREAD = new Error("not read in one go");

/** What stands behind the last token. */
const END = {
  image: "",
  startOffset: -1,
  tokenType: t.Foreign,
  tokenTypeIdx: t.Foreign.tokenTypeIdx as number,
} as IToken;

/** A declaration or a rule, from its tokens and the documentation above it; `undefined` where the grammar has to read it. */
export function readItem(
  file: string,
  kind: ItemKind,
  tokens: readonly IToken[],
  doc: string,
): s.Declaration | s.RuleDecl | undefined {
  const reader = new Reader(file, tokens);
  try {
    const item = reader.item(kind, doc);
    return reader.isDone ? item : undefined;
  } catch (thrown) {
    if (thrown !== UNREAD) throw thrown;
    return undefined;
  }
}

/** Reads from the first token on. Each method reads what it is called, and leaves what stands behind it. */
class Reader {
  private readonly file: string;
  private readonly tokens: readonly IToken[];
  private at = 0;
  private next: IToken;
  private last: IToken = END;

  constructor(file: string, tokens: readonly IToken[]) {
    this.file = file;
    this.tokens = tokens;
    this.next = tokens[0] ?? END;
  }

  get isDone(): boolean {
    return this.at === this.tokens.length;
  }

  item(kind: ItemKind, doc: string): s.Declaration | s.RuleDecl {
    switch (kind) {
      case "rule":
        return this.rule(doc);
      case "rulesHeader":
        return this.ruleset(doc);
      case "op":
        return this.op(doc);
      case "import":
        return this.import();
      default:
        throw UNREAD;
    }
  }

  private rule(doc: string): s.RuleDecl {
    const label = this.identifier();
    this.take(t.Colon);
    const left = this.args();
    const arrow = this.next;
    if (!isArrow[arrow.tokenTypeIdx]) throw UNREAD;
    this.step();
    const right = this.args();
    const clauses: s.Clause[] = [];
    while (!this.isDone) clauses.push(this.clause());
    return {
      kind: "rule",
      label,
      left,
      arrow: arrow.image as s.ArrowText,
      arrowSpan: this.span(arrow),
      right,
      clauses,
      doc,
      span: this.whole(),
    };
  }

  private ruleset(doc: string): s.RulesDecl {
    this.take(t.Rules);
    const name = this.identifier();
    const tags: s.Identifier[] = [];
    while (this.next.tokenType === t.Tag) tags.push(this.tag());
    this.take(t.OpenBrace);
    return { kind: "rules", name, tags, rules: [], doc, span: this.whole() };
  }

  private import(): s.ImportDecl {
    this.take(t.Import);
    let as: s.Identifier | undefined;
    let names: readonly s.Identifier[] | undefined;
    if (this.passes(t.OpenBrace)) {
      names = this.identifiers();
      this.take(t.CloseBrace);
    } else if (isName[this.next.tokenTypeIdx]) as = this.identifier();
    if (as || names) this.take(t.From);
    const from = this.string();
    return { kind: "import", ...(as && { as }), ...(names && { names }), from, span: this.whole() };
  }

  private op(doc: string): s.OpDecl {
    this.take(t.Op);
    const name = this.identifier();
    this.take(t.OpenParen);
    const { tokenType } = this.next;
    const isAlone = tokenType === t.CloseParen || tokenType === t.Semicolon;
    const operands = isAlone ? NONE : this.list(() => this.operandDecl());
    const attrs = this.passes(t.Semicolon) ? this.list(() => this.attrDecl()) : NONE;
    this.take(t.CloseParen);
    this.take(t.Yields);
    const variadicResult = this.passes(t.Ellipsis);
    const result = this.type();
    const definition = this.passes(t.Defined) ? this.expression(1) : undefined;
    const notation = this.passes(t.As) ? this.notation() : undefined;
    const properties = this.passes(t.Is) ? this.identifiers() : NONE;
    const cost = this.passes(t.Cost) ? this.number() : undefined;
    return {
      ...{ kind: "op", name, operands, attrs, variadicResult, result },
      ...(definition && { definition }),
      ...(notation && { notation }),
      properties,
      ...(cost && { cost }),
      doc,
      span: this.whole(),
    };
  }

  private notation(): "literal" | s.Expr {
    return this.passes(t.LiteralWord) ? "literal" : this.expression(1);
  }

  private operandDecl(): s.OperandDecl {
    const start = this.next;
    const variadic = this.passes(t.Ellipsis);
    const name = this.identifier();
    this.take(t.Colon);
    const type = this.type();
    return { name, variadic, type, span: this.since(start) };
  }

  private attrDecl(): s.AttrDecl {
    const start = this.next;
    const name = this.identifier();
    this.take(t.Colon);
    const alternatives = [this.alternative()];
    while (this.passes(t.Bar)) alternatives.push(this.alternative());
    const initial = this.passes(t.Assign) ? this.initial() : undefined;
    return {
      ...{ name, alternatives },
      ...(initial && { default: initial }),
      span: this.since(start),
    };
  }

  private alternative(): s.StringExpr | s.TypeExpr {
    return this.next.tokenType === t.StringLiteral ? this.string() : this.type();
  }

  /** What an attribute is unless said: an operand, perhaps with a sign. */
  private initial(): s.Expr {
    const sign = this.next;
    return this.passes(t.Minus) ? this.prefixed(sign, this.initial()) : this.postfixed();
  }

  private type(): s.TypeExpr {
    const start = this.next;
    const name = this.identifier();
    if (!this.passes(t.OpenBracket)) return { kind: "type", name, span: name.span };
    const shape = this.next.tokenType === t.CloseBracket ? NONE : this.args();
    this.take(t.CloseBracket);
    return { kind: "type", name, shape, span: this.since(start) };
  }

  private clause(): s.Clause {
    const keyword = this.step();
    switch (keyword.tokenType) {
      case t.When:
      case t.Assuming: {
        const condition = this.expression(1);
        const kind = keyword.image as "when" | "assuming";
        return { kind, condition, span: this.since(keyword) };
      }
      case t.Where: {
        const bindings = this.list(() => this.binding());
        return { kind: "where", bindings, span: this.since(keyword) };
      }
      case t.Within: {
        const bound = this.number();
        return { kind: "within", bound, span: this.since(keyword) };
      }
      case t.Tag:
        return { kind: "tag", name: keyword.image.slice(1), span: this.span(keyword) };
      case t.Expanding:
        return { kind: "expanding", span: this.span(keyword) };
      case t.Subsume:
        return { kind: "subsume", span: this.span(keyword) };
      default:
        throw UNREAD;
    }
  }

  private binding(): s.Binding {
    const start = this.next;
    const name = this.identifier();
    let params: readonly s.Identifier[] | undefined;
    if (this.passes(t.OpenParen)) {
      params = this.identifiers();
      this.take(t.CloseParen);
    }
    this.take(t.Assign);
    const body = this.expression(1);
    return { name, ...(params && { params }), body, span: this.since(start) };
  }

  // ── Expressions ────────────────────────────────────────────────────────────

  /** At least one argument. */
  private args(): readonly s.Arg[] {
    const first = this.arg();
    if (!this.passes(t.Comma)) return [first];
    // Arrays that grow have room for more than most arguments need.
    const all = [first, this.arg()];
    while (this.passes(t.Comma)) all.push(this.arg());
    return all;
  }

  private arg(): s.Arg {
    if (this.next.tokenType !== t.Ellipsis) {
      const value = this.expression(1);
      return { spread: false, value, span: value.span };
    }
    const start = this.step();
    const value = this.expression(1);
    return { spread: true, value, span: this.since(start) };
  }

  /** An expression of operators that bind at least so tightly, as `arrange` sorts them. */
  private expression(loosest: number): s.Expr {
    const start = this.next;
    let left = this.operand(loosest);
    let isCompared = false;
    for (;;) {
      const operator = this.next;
      const binding = bindings[operator.tokenTypeIdx] as number;
      if (binding === 0 || binding < loosest) return left;
      if (binding === COMPARISON) {
        if (isCompared) throw UNREAD;
        isCompared = true;
      }
      this.step();
      const right = this.expression(operator.image === "^" ? MINUS : binding + 1);
      left = {
        kind: "binary",
        operator: operator.image as s.InfixOperator,
        left,
        right,
        operatorSpan: this.span(operator),
        span: this.since(start),
      };
    }
  }

  private operand(loosest: number): s.Expr {
    const sign = this.next;
    const isMinus = sign.tokenType === t.Minus;
    if (!isMinus && sign.tokenType !== t.Not) return this.postfixed();
    if (!isMinus && loosest > NOT) throw UNREAD;
    this.step();
    return this.prefixed(sign, this.expression(isMinus ? MINUS : NOT));
  }

  private postfixed(): s.Expr {
    const start = this.next;
    let operand = this.primary();
    for (;;) {
      const type = this.next.tokenType;
      if (type === t.Prime) {
        this.step();
        operand = { kind: "transpose", operand, span: this.since(start) };
      } else if (type === t.Dot) operand = this.field(operand, start);
      else if (type === t.OpenBracket) operand = this.slice(operand, start);
      else return operand;
    }
  }

  private prefixed(sign: IToken, operand: s.Expr): s.Expr {
    return {
      kind: "unary",
      operator: sign.image as "-" | "not",
      operand,
      span: this.since(sign),
    };
  }

  private field(of: s.Expr, start: IToken): s.FieldExpr {
    this.take(t.Dot);
    const field = this.step();
    const isNumber = field.tokenType === t.NumberLiteral;
    if (isNumber ? !isNumberOfResult(field.image) : !isName[field.tokenTypeIdx]) throw UNREAD;
    return {
      kind: "field",
      of,
      field: isNumber ? Number(field.image) : field.image,
      fieldSpan: this.span(field),
      span: this.since(start),
    };
  }

  private slice(of: s.Expr, start: IToken): s.Expr {
    this.take(t.OpenBracket);
    const from = this.next.tokenType === t.Colon ? undefined : this.expression(1);
    if (!this.passes(t.Colon)) {
      this.take(t.CloseBracket);
      return { kind: "index", of, index: from as s.Expr, span: this.since(start) };
    }
    const to = this.next.tokenType === t.CloseBracket ? undefined : this.expression(1);
    this.take(t.CloseBracket);
    const span = this.since(start);
    return { kind: "slice", of, ...(from && { from }), ...(to && { to }), span };
  }

  private primary(): s.Expr {
    const first = this.next;
    if (isName[first.tokenTypeIdx]) {
      this.step();
      if (this.next.tokenType === t.OpenParen) return this.call(first);
      return { kind: "name", name: first.image, span: this.span(first) };
    }
    switch (first.tokenType) {
      case t.NumberLiteral:
        return this.number();
      case t.StringLiteral:
        return this.string();
      case t.OpenParen: {
        this.step();
        const inner = this.expression(1);
        this.take(t.CloseParen);
        return { ...inner, span: this.since(first) };
      }
      case t.OpenBracket: {
        this.step();
        const elements = this.next.tokenType === t.CloseBracket ? [] : this.args();
        this.take(t.CloseBracket);
        return { kind: "list", elements, span: this.since(first) };
      }
      default:
        throw UNREAD;
    }
  }

  /** What stands behind the name of what is called. */
  private call(name: IToken): s.CallExpr {
    const callee = { name: name.image, span: this.span(name) };
    this.take(t.OpenParen);
    const { tokenType } = this.next;
    const args = tokenType === t.CloseParen || tokenType === t.Semicolon ? NONE : this.args();
    const attrs = this.passes(t.Semicolon) ? this.list(() => this.attr()) : NONE;
    this.take(t.CloseParen);
    return { kind: "call", callee, args, attrs, span: this.since(name) };
  }

  private attr(): s.AttrArg {
    const start = this.next;
    if (this.passes(t.Ellipsis)) {
      const name = this.identifier();
      return { kind: "rest", name, span: this.since(start) };
    }
    const name = this.identifier();
    this.take(t.Assign);
    const value = this.expression(1);
    return { kind: "attr", name, value, span: this.since(start) };
  }

  // ── Leaves ─────────────────────────────────────────────────────────────────

  /** At least one name. */
  private identifiers(): readonly s.Identifier[] {
    return this.list(() => this.identifier());
  }

  private identifier(): s.Identifier {
    if (!isName[this.next.tokenTypeIdx]) throw UNREAD;
    const token = this.step();
    return { name: token.image, span: this.span(token) };
  }

  private tag(): s.Identifier {
    const token = this.take(t.Tag);
    return { name: token.image.slice(1), span: this.span(token) };
  }

  private number(): s.NumberExpr {
    const token = this.take(t.NumberLiteral);
    if (!isRepresentable(token.image)) throw UNREAD;
    return { kind: "number", text: token.image, span: this.span(token) };
  }

  private string(): s.StringExpr {
    const token = this.take(t.StringLiteral);
    return { kind: "string", value: unescaped(token.image), span: this.span(token) };
  }

  /** At least one of something. */
  private list<T>(each: () => T): readonly T[] {
    const all = [each()];
    while (this.passes(t.Comma)) all.push(each());
    return all;
  }

  // ── Tokens ─────────────────────────────────────────────────────────────────

  private step(): IToken {
    const token = this.next;
    this.last = token;
    this.at++;
    this.next = this.at < this.tokens.length ? (this.tokens[this.at] as IToken) : END;
    return token;
  }

  private take(type: TokenType): IToken {
    if (this.next.tokenType !== type) throw UNREAD;
    return this.step();
  }

  private passes(type: TokenType): boolean {
    if (this.next.tokenType !== type) return false;
    this.step();
    return true;
  }

  private span(token: IToken): Span {
    return spanOf(this.file, token);
  }

  /** From a token to the last that has been read. */
  private since(start: IToken): Span {
    return spanOf(this.file, start, this.last);
  }

  /** From the first token to the last. */
  private whole(): Span {
    return spanOf(this.file, this.tokens[0] ?? END, this.tokens.at(-1) ?? END);
  }
}
