/**
 * The outline of a file: which tokens belong to which declaration and to which rule. It needs no grammar, only what a
 * declaration begins with, so that a half-written rule costs that rule alone.
 *
 * An expression is never followed by a name; hence `name :` begins a rule, and a declaration's keyword followed by what it
 * declares begins a declaration.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import { type IToken, type TokenType, tokenMatcher } from "chevrotain";
import type { Diagnostic } from "./diagnostic.ts";
import { firstAt, type Lexed, lexText } from "./lexer.ts";
import { endsOperand } from "./nesting.ts";
import * as t from "./tokens.ts";

/** The tokens of one declaration or rule. */
export interface Piece {
  readonly tokens: readonly IToken[];
  /** The `///` lines right above it. */
  readonly doc: string;
}

/** A declaration: one piece, or a ruleset with its rules. */
export type Section =
  | ({ readonly kind: Exclude<Kind, "rules"> } & Piece)
  | {
      readonly kind: "rules";
      readonly header: Piece;
      readonly rules: readonly Piece[];
      /** The closing brace; missing in a file cut short. */
      readonly close?: IToken;
    }
  /** Tokens that begin no declaration. */
  | ({ readonly kind: "stray" } & Piece);

type Kind = "import" | "sort" | "op" | "rules" | "schedule" | "test" | "check";

/** What begins a declaration: its keyword, and what follows it. */
const OPENINGS: ReadonlyMap<TokenType, readonly [Kind, readonly TokenType[]]> = new Map([
  [t.Import, ["import", [t.StringLiteral, t.OpenString, t.Name, t.OpenBrace]]],
  [t.Sort, ["sort", [t.Name]]],
  [t.Op, ["op", [t.Name]]],
  [t.Rules, ["rules", [t.Name]]],
  [t.Schedule, ["schedule", [t.Name]]],
  [t.Test, ["test", [t.StringLiteral, t.OpenString]]],
  [t.Check, ["check", [t.Name]]],
]);

/** So many characters are cut into tokens at a time. */
const STRETCH = 16_384;

/**
 * Divides a text as `outline` does, and reports what is wrong with its tokens. They are cut a stretch of lines at a time, as they are
 * asked for: what nobody keeps is gone before it costs anything.
 */
export function* sectionsOf(
  source: RuleFile,
  report: (diagnostic: Diagnostic) => void,
  stretch: number = STRETCH,
): Generator<Section, undefined> {
  const { text } = source;
  let tokens: readonly IToken[] = [];
  let docs: readonly IToken[] = [];
  let at = 0;
  let start = 0;
  let line = 1;
  for (let length = stretch; ; ) {
    const found = at < tokens.length ? sectionAt({ tokens, docs }, at) : undefined;
    // The two tokens behind a section tell that it ends there.
    if (found && (start === text.length || found.end + 1 < tokens.length)) {
      yield found.section;
      at = found.end;
      length = stretch;
      continue;
    }
    if (start === text.length) return;
    const newline = text.indexOf("\n", start + length);
    const end = newline < 0 ? text.length : newline + 1;
    const fresh = lexText(source, { start, end, line });
    fresh.diagnostics.forEach(report);
    // Of what is before a section, only the last token plays a part.
    const kept = Math.max(at - 1, 0);
    docs = docs.slice(firstAt(docs, tokens[kept]?.startOffset ?? 0)).concat(fresh.docs);
    tokens = tokens.slice(kept).concat(fresh.tokens);
    at -= kept;
    start = end;
    line = fresh.nextLine;
    // A section that goes on and on is not to be looked through as often.
    length *= 2;
  }
}

/** Divides a file's tokens into declarations and rules. Every token lands in exactly one piece, or is a ruleset's closing brace. */
export function outline(lexed: Lexed): Section[] {
  const sections: Section[] = [];
  for (let at = 0; at < lexed.tokens.length; ) {
    const { section, end } = sectionAt(lexed, at);
    sections.push(section);
    at = end;
  }
  return sections;
}

/**
 * The section that begins at a token, and where the next one begins. Nothing plays a part but what stands behind the token before
 * it, up to the token after the one that the next section begins with.
 */
export function sectionAt(
  { tokens, docs }: Pick<Lexed, "tokens" | "docs">,
  at: number,
): { readonly section: Section; readonly end: number } {
  const kind = opening(tokens, at);
  let end = at + 1;
  if (kind === undefined) {
    while (end < tokens.length && opening(tokens, end) === undefined) end++;
    return { section: { kind: "stray", tokens: tokens.slice(at, end), doc: "" }, end };
  }
  const doc = docAbove(tokens, docs, at);
  if (kind !== "rules") {
    end = endOfDeclaration(tokens, at, kind === "test" ? t.CloseBrace : undefined);
    return { section: { kind, tokens: tokens.slice(at, end), doc }, end };
  }
  end = endOfDeclaration(tokens, at, t.OpenBrace);
  const header: Piece = { tokens: tokens.slice(at, end), doc };
  if (tokens[end - 1]?.tokenType !== t.OpenBrace)
    return { section: { kind, header, rules: [] }, end };
  const body = endOfBody(tokens, end);
  const close = tokens[body];
  const rules = rulePieces(tokens, docs, end, body);
  if (close?.tokenType !== t.CloseBrace) return { section: { kind, header, rules }, end: body };
  return { section: { kind, header, rules, close }, end: body + 1 };
}

/** The declaration that begins at a token, if one does. */
function opening(tokens: readonly IToken[], at: number): Kind | undefined {
  const token = tokens[at];
  // Most tokens are no words, and most words are no keywords.
  if (!token || token.tokenType === t.Name || token.tokenType === t.Colon) return undefined;
  const found = OPENINGS.get(token.tokenType);
  const next = tokens[at + 1];
  if (!found || !next) return undefined;
  const [kind, follow] = found;
  return follow.some((type) => tokenMatcher(next, type)) ? kind : undefined;
}

/** The end of a declaration: after the brace that ends it, else where the next one begins. */
function endOfDeclaration(tokens: readonly IToken[], at: number, brace?: TokenType): number {
  for (let i = at + 2; i < tokens.length; i++) {
    if (brace && tokens[i]?.tokenType === brace) return i + 1;
    // Between braces a line that begins so tells that the brace is missing; elsewhere in it the word is a name.
    if (brace === t.CloseBrace && !isFirstOnLine(tokens, i)) continue;
    if (opening(tokens, i) !== undefined && !isContinued(tokens, at, i)) return i;
  }
  return tokens.length;
}

/** The end of a ruleset's body: its closing brace, or where a declaration begins that cannot be a part of it. */
function endOfBody(tokens: readonly IToken[], at: number): number {
  for (let i = at; i < tokens.length; i++) {
    if (tokens[i]?.tokenType === t.CloseBrace) return i;
    if (isFirstOnLine(tokens, i) && opening(tokens, i) !== undefined) return i;
  }
  return tokens.length;
}

/** Whether a word is an operand or a name, whatever it is called, in the declaration that begins at `start`: by what stands before it. */
function isContinued(tokens: readonly IToken[], start: number, at: number): boolean {
  const before = tokens[at - 1];
  if (before === undefined) return false;
  if (before.tokenType === t.As || before.tokenType === t.Is)
    return tokens[start]?.tokenType === t.Op && isKeyword(tokens, at - 1);
  return [t.Comma, t.Colon, t.Dot, t.Yields, t.Defined, t.Infix, t.Not, t.Ellipsis].some((type) =>
    tokenMatcher(before, type),
  );
}

/** Whether `as` or `is` is a keyword: they are names themselves, but not behind the result of an operator. */
function isKeyword(tokens: readonly IToken[], at: number): boolean {
  let keyword = false;
  let from = at;
  while (tokens[from]?.tokenType === t.As || tokens[from]?.tokenType === t.Is) from--;
  for (let i = from + 1; i <= at; i++) {
    const before = tokens[i - 1];
    keyword = !keyword && (endsOperand(before) || before?.tokenType === t.LiteralWord);
  }
  return keyword;
}

function isFirstOnLine(tokens: readonly IToken[], at: number): boolean {
  return at === 0 || tokens[at - 1]?.startLine !== tokens[at]?.startLine;
}

/** Cuts a ruleset's body at each `name :` outside brackets, and at each first thing on a line, for brackets left open. */
function rulePieces(
  tokens: readonly IToken[],
  docs: readonly IToken[],
  from: number,
  to: number,
): readonly Piece[] {
  const starts: number[] = [];
  const open: TokenType[] = [];
  let closing: readonly boolean[] | undefined;
  for (let i = from; i < to; i++) {
    const type = tokens[i]?.tokenType;
    if (type === t.OpenParen || type === t.OpenBracket) open.push(type);
    else if (type === t.CloseParen || type === t.CloseBracket) open.pop();
    else if (type === t.Colon && i > from && isWord(tokens[i - 1])) {
      if (open.length > 0) {
        closing ??= closers(tokens, from, to);
        const sliced = open.at(-1) === t.OpenBracket && closing[i - 1 - from] === true;
        if (sliced || !isFirstOnLine(tokens, i - 1)) continue;
      }
      starts.push(i - 1);
      open.length = 0;
    }
  }
  if (from < to && starts[0] !== from) starts.unshift(from);
  return starts.map((start, k) => ({
    tokens: tokens.slice(start, starts[k + 1] ?? to),
    doc: docAbove(tokens, docs, start),
  }));
}

/** Whether a token may be the label of a rule, or was meant to be one. */
function isWord(token: IToken | undefined): boolean {
  return token !== undefined && (tokenMatcher(token, t.Name) || tokenMatcher(token, t.Keyword));
}

/** For each token: whether a `]` comes before the next arrow, as it does within a slice. */
function closers(tokens: readonly IToken[], from: number, to: number): readonly boolean[] {
  const ahead: boolean[] = new Array(to - from).fill(false);
  let closes = false;
  for (let i = to - 1; i >= from; i--) {
    const token = tokens[i];
    if (token?.tokenType === t.CloseBracket) closes = true;
    else if (token && tokenMatcher(token, t.Arrow)) closes = false;
    ahead[i - from] = closes;
  }
  return ahead;
}

/** The text of the `///` lines that end right above a token. */
function docAbove(tokens: readonly IToken[], docs: readonly IToken[], at: number): string {
  const token = tokens[at] as IToken;
  let line = token.startLine ?? 0;
  const above = firstAt(docs, token.startOffset) - 1;
  if (docs[above]?.startLine !== line - 1) return "";
  const text: string[] = [];
  // What stands behind a token is said about that.
  const behind = tokens[at - 1]?.startLine ?? 0;
  for (let i = above; i >= 0; i--) {
    const doc = docs[i] as IToken;
    if (doc.startLine !== line - 1 || doc.startLine <= behind) break;
    text.push(doc.image.slice(3).trim());
    line--;
  }
  return text.reverse().join("\n");
}
