/**
 * What to say when a declaration does not parse: not what the parser expected, but what its writer did.
 *
 * @module
 */

import { type IRecognitionException, type IToken, tokenMatcher } from "chevrotain";
import { appending, type Diagnostic, error, replacing } from "./diagnostic.ts";
import { after, spanOf } from "./lexer.ts";
import { endsOperand } from "./nesting.ts";
import { importOf, quote } from "./quotation.ts";
import * as t from "./tokens.ts";

/** One declaration that did not parse. */
interface Failure {
  readonly file: string;
  readonly text: string;
  readonly tokens: readonly IToken[];
  /** Which token could not be read; their number when they ended too early. */
  readonly at: number;
  /** What the tokens should have been. */
  readonly production: string;
  /** What the grammar was reading. */
  readonly inside: string;
}

/** Explains why these tokens are not what the production wants. `text` is the file's. */
export function explain(
  file: string,
  text: string,
  production: string,
  tokens: readonly IToken[],
  exception: IRecognitionException,
): Diagnostic {
  const found = tokens.indexOf(exception.token);
  const stack = exception.context.ruleStack;
  const failure: Failure = {
    file,
    text,
    tokens,
    production,
    at: found < 0 ? tokens.length : found,
    inside: stack.at(-1) ?? production,
  };
  const isRule = production === "rule";
  return (
    keywordAsName(failure) ??
    (isRule ? missingArrow(failure) : undefined) ??
    attributeAmongOperands(failure) ??
    sideBySide(failure, isRule) ??
    (isRule ? secondArrow(failure) : undefined) ??
    unexpected(failure)
  );
}

/** R0004: tokens in a ruleset that come before any `name :`. */
export function unlabelled(file: string, tokens: readonly IToken[]): Diagnostic {
  const first = tokens[0] as IToken;
  const label = labelFor(tokens);
  const place = { ...spanOf(file, first), end: first.startOffset };
  return error("R0004", spanOf(file, first), "a rule starts with a name and a colon", {
    hints: ["write `name: left => right`"],
    ...(label !== undefined && { edit: replacing(place, `${label}: `, "give it a name") }),
  });
}

/** A name for a rule that has none, from the outermost operators of its left side; `undefined` where the tokens are not a rule. */
function labelFor(tokens: readonly IToken[]): string | undefined {
  const arrows = tokens.filter((token) => tokenMatcher(token, t.Arrow));
  const [arrow] = arrows;
  if (!arrow || arrows.length > 1 || !startsOperand(tokens[0])) return undefined;
  const operators = tokens
    .slice(0, tokens.indexOf(arrow))
    .filter((token, i) => tokenMatcher(token, t.Name) && tokens[i + 1]?.tokenType === t.OpenParen)
    .slice(0, 2)
    .map(({ image }) => image.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase());
  const label = operators.join("_");
  return t.isName(label) ? label : "rule";
}

/** A keyword where a name is wanted: before a colon, or between things that only an operand stands between. */
function keywordAsName({ file, tokens, at }: Failure): Diagnostic | undefined {
  const before = tokens[at - 1];
  if (before?.tokenType === t.Not && !startsOperand(tokens[at])) at--;
  const token = tokens[at];
  const next = tokens[at + 1];
  if (!token || !tokenMatcher(token, t.Keyword)) return undefined;
  const isOperand =
    !endsOperand(tokens[at - 1]) &&
    (next === undefined ||
      tokenMatcher(next, t.Arrow) ||
      (tokenMatcher(next, t.Infix) && next.tokenType !== t.Minus) ||
      [t.CloseParen, t.CloseBracket, t.Comma, t.Colon, t.Prime, t.Assign].includes(next.tokenType));
  if (!isOperand) return undefined;
  return error("R0009", spanOf(file, token), `${quote(token.image)} is a keyword`, {
    hints: ["pick another name"],
    edit: replacing(spanOf(file, token), `${token.image}_`),
  });
}

function startsOperand(token: IToken | undefined): boolean {
  return (
    token !== undefined &&
    (isLeaf(token) ||
      [t.StringLiteral, t.OpenParen, t.OpenBracket, t.Minus, t.Not].includes(token.tokenType))
  );
}

function missingArrow({ file, tokens, at }: Failure): Diagnostic | undefined {
  if (tokens.some((token) => tokenMatcher(token, t.Arrow))) return undefined;
  let depth = 0;
  for (const token of tokens.slice(0, at))
    depth +=
      token.tokenType === t.OpenParen || token.tokenType === t.OpenBracket
        ? 1
        : token.tokenType === t.CloseParen || token.tokenType === t.CloseBracket
          ? -1
          : 0;
  if (depth > 0) return undefined;
  const token = tokens[at];
  const last = tokens.at(-1) as IToken;
  if (!token)
    return error("R0001", after(file, last), "expected an arrow, found the end of the rule", {
      hints: ["a rule is `name: left => right`"],
    });
  if (!endsOperand(tokens[at - 1])) return undefined;
  const hint =
    token.tokenType === t.Assign
      ? "`=` names a value after `where`; rules use `=>`"
      : "rules use `=>`, `<=>` where both directions hold, and `~>` within a bound";
  const isMeant = [t.Assign, t.Yields].includes(token.tokenType) || token.image === "==";
  return error("R0001", spanOf(file, token), `expected an arrow, found ${quote(token.image)}`, {
    hints: [hint],
    ...(isMeant && { edit: replacing(spanOf(file, token), "=>") }),
  });
}

function attributeAmongOperands({ file, text, tokens, at }: Failure): Diagnostic | undefined {
  const token = tokens[at];
  const name = tokens[at - 1];
  const before = tokens[at - 2];
  if (token?.tokenType !== t.Assign || !name || !tokenMatcher(name, t.Name)) return undefined;
  if (before?.tokenType !== t.Comma && before?.tokenType !== t.OpenParen) return undefined;
  const call = enclosingCall(tokens, at);
  if (!call) return undefined;
  const separator = before.tokenType === t.Comma ? "" : ";";
  const written = text.slice(call.start, call.end);
  const comma = before.startOffset - call.start;
  const mended = separator
    ? `${written.slice(0, comma + 1)}; ${written.slice(comma + 1)}`
    : `${written.slice(0, comma)};${written.slice(comma + 1)}`;
  return error("R0005", spanOf(file, before), "an attribute among the operands", {
    label: "attributes come after `;`",
    hints: mended.length <= 120 && !mended.includes("\n") ? [`write \`${mended}\``] : [],
    ...(areAttributes(tokens, at) && {
      edit: replacing(spanOf(file, before), separator ? "(; " : ";", "move it behind `;`"),
    }),
  });
}

/** Whether all that follows in the call is attributes, from the one whose `=` is given. */
function areAttributes(tokens: readonly IToken[], at: number): boolean {
  let depth = 0;
  for (let i = at; i < tokens.length && depth >= 0; i++) {
    const type = tokens[i]?.tokenType;
    if (type === t.OpenParen || type === t.OpenBracket) depth++;
    if (type === t.CloseParen || type === t.CloseBracket) depth--;
    if (depth > 0 || (type !== t.Comma && type !== t.Semicolon)) continue;
    if (type === t.Semicolon) return false;
    if (tokens[i + 1]?.tokenType !== t.Ellipsis && tokens[i + 2]?.tokenType !== t.Assign)
      return false;
  }
  return depth < 0;
}

/** The offsets of the innermost call around a token. */
function enclosingCall(
  tokens: readonly IToken[],
  at: number,
): { readonly start: number; readonly end: number } | undefined {
  let depth = 0;
  let start: number | undefined;
  for (let i = at; i > 0 && start === undefined; i--) {
    const type = tokens[i]?.tokenType;
    if (type === t.CloseParen) depth++;
    if (type === t.OpenParen && depth-- === 0) {
      const callee = tokens[i - 1];
      if (!callee || !tokenMatcher(callee, t.Name)) return undefined;
      start = callee.startOffset;
    }
  }
  depth = 0;
  for (let i = at; i < tokens.length && start !== undefined; i++) {
    const type = tokens[i]?.tokenType;
    if (type === t.OpenParen) depth++;
    if (type === t.CloseParen && depth-- === 0)
      return { start, end: (tokens[i] as IToken).startOffset + 1 };
  }
  return undefined;
}

function sideBySide(failure: Failure, isRule: boolean): Diagnostic | undefined {
  const { file, tokens, at } = failure;
  const token = tokens[at];
  const before = tokens[at - 1];
  if (!token || !before || !endsOperand(before)) return undefined;
  const begins =
    tokenMatcher(token, t.Name) ||
    [t.NumberLiteral, t.StringLiteral, t.OpenParen, t.OpenBracket].includes(token.tokenType);
  if (
    !begins ||
    !["rule", "expr", "operand", "arg", "roots", "binding", "clause"].includes(failure.inside)
  )
    return undefined;
  const isArrow = (other: IToken): boolean => tokenMatcher(other, t.Arrow);
  if (
    isRule &&
    before.startLine !== token.startLine &&
    tokens.slice(0, at).some(isArrow) &&
    tokens.slice(at).some(isArrow)
  )
    return unlabelled(file, tokens.slice(at));
  return error("R0006", spanOf(file, token), "two terms side by side", {
    related: [{ span: spanOf(file, before), label: "" }],
    hints: [
      before.image.length + token.image.length < 40 && [before, token].every(isLeaf)
        ? `for their product, write \`${before.image} * ${token.image}\``
        : "write the operator between them: a product is `a * b`",
    ],
    ...(before.tokenType === t.NumberLiteral && {
      edit: appending(spanOf(file, before), " *", "make it a product"),
    }),
  });
}

function isLeaf(token: IToken): boolean {
  return tokenMatcher(token, t.Name) || token.tokenType === t.NumberLiteral;
}

function secondArrow({ file, tokens, at }: Failure): Diagnostic | undefined {
  const token = tokens[at];
  const first = tokens.find((other) => tokenMatcher(other, t.Arrow));
  if (!token || !first || first === token || !tokenMatcher(token, t.Arrow)) return undefined;
  return error("R0010", spanOf(file, token), "a rule has one arrow", {
    related: [{ span: spanOf(file, first), label: "the first" }],
    hints: [
      first.startLine === token.startLine
        ? "make two rules of it"
        : "if a rule begins in between, give it a name and a colon",
    ],
  });
}

/** What each production wants next, in words. */
const WANTED: Readonly<Record<string, string>> = {
  import: `an import: ${importOf("onnx")}`,
  sort: "a sort: `sort Real`",
  op: "an operator: `op add(a: Real, b: Real) -> Real as a + b`",
  rulesHeader: "a ruleset: `rules name #tag { … }`",
  schedule: "a schedule: `schedule name: saturate(a), repeat(4, b)`",
  test: 'a test: `test "title" { given x: Real using a prove … }`',
  check: "a check: `check a, b`",
  operandDecl: "an operand and its type: `a: Real`",
  attrDecl: "an attribute and its type: `axis: Int = 0`",
  alternative: "a type, or a string that the attribute may be",
  type: "a type: `Tensor[m, n]`",
  given: "a variable and its type: `x: Real`",
  statement: "`prove a == b`, `refute a == b` or `reduce a => b`",
  binding: "a binding: `name = expression`",
  attrArg: "an attribute: `name = value`, or `...rest`",
  postfix: "a name or a number after `.`, an index between brackets",
};

const NOUNS: Readonly<Record<string, string>> = {
  op: "declaration",
  sort: "declaration",
  rulesHeader: "line",
};

function unexpected({ file, tokens, at, inside, production }: Failure): Diagnostic {
  const token = tokens[at];
  const last = tokens.at(-1) as IToken;
  const before = tokens[at - 1];
  const wanted =
    WANTED[inside] ??
    (inside === "rule" && endsOperand(before)
      ? "a clause, or the next rule (`name: …`)"
      : endsOperand(before)
        ? "an operator, or the end of the expression"
        : "an expression");
  const found = token ? quote(token.image) : `the end of the ${NOUNS[production] ?? production}`;
  return error(
    "R0010",
    token ? spanOf(file, token) : after(file, last),
    `expected ${wanted}, found ${found}`,
  );
}
