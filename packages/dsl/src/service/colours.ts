/**
 * What each word of a file is, for colours that know what names mean.
 *
 * @module
 */

import { type IToken, tokenMatcher } from "chevrotain";
import type { DocumentFile } from "../document-file.ts";
import { countBefore } from "../fabric.ts";
import * as t from "../tokens.ts";
import type { Analysis } from "./analysis.ts";
import { mentionsAround } from "./mention.ts";
import type { Mention } from "./naming.ts";
import type { ReferentKind } from "./referent.ts";

/** What a word is. */
export type Role =
  | Exclude<ReferentKind, "module">
  | "keyword"
  | "token"
  | "number"
  | "string"
  | "comment";

/** A word, and what it is. */
export interface Coloured {
  readonly start: number;
  readonly end: number;
  readonly role: Role;
  /** Here it is declared, or first bound. */
  readonly isDeclaration: boolean;
  /** A dialect or the language declares it. */
  readonly isGiven: boolean;
  /** A comment that documents what is below it. */
  readonly isDocumentation: boolean;
}

/** The words of a file between two offsets, in order; punctuation is left out. */
export function colours(
  analysis: Analysis,
  start = 0,
  end: number = Number.POSITIVE_INFINITY,
): readonly Coloured[] {
  const { entry } = analysis;
  const { tokens, docs, comments } = entry.fabric.lexed;
  const mentions = new Map(
    mentionsAround(entry, analysis, start, end).map((mention) => [mention.span.start, mention]),
  );
  const keywords = keywordsIn(entry, start, end);
  const found: Coloured[] = [];
  const add = (
    token: IToken,
    role: Role | undefined,
    mention?: Mention,
    isDocumentation = false,
  ): void => {
    const from = token.startOffset;
    const to = from + token.image.length;
    if (role === undefined || to <= start || from >= end) return;
    const isDeclaration = mention?.isDeclaration ?? false;
    const isGiven =
      role !== "tag" && mention?.referent.kind === role && mention.referent.file === undefined;
    found.push({ start: from, end: to, role, isDeclaration, isGiven, isDocumentation });
  };
  for (const token of within(tokens, start, end)) {
    const mention = mentions.get(token.startOffset);
    add(token, roleOf(token, mention, keywords), mention);
  }
  for (const doc of within(docs, start, end)) add(doc, "comment", undefined, true);
  for (const comment of within(comments, start, end)) add(comment, "comment");
  return found.sort((a, b) => a.start - b.start);
}

/** Those tokens that touch a stretch of the file. */
function within(tokens: readonly IToken[], start: number, end: number): readonly IToken[] {
  const before = (offset: number): number =>
    countBefore(tokens, offset, ({ startOffset }) => startOffset);
  return tokens.slice(Math.max(0, before(start) - 1), before(end));
}

function roleOf(
  token: IToken,
  mention: Mention | undefined,
  keywords: ReadonlySet<IToken>,
): Role | undefined {
  if (token.tokenType === t.NumberLiteral) return "number";
  if (token.tokenType === t.StringLiteral || token.tokenType === t.OpenString) return "string";
  if (tokenMatcher(token, t.Arrow)) return "token";
  if (mention && !mention.isNotation && mention.referent.kind !== "module")
    return mention.referent.kind;
  if (tokenMatcher(token, t.Keyword) || keywords.has(token)) return "keyword";
  return tokenMatcher(token, t.Infix) || token.tokenType === t.Prime ? "token" : undefined;
}

/** The words that are keywords in these declarations, unless they name something there. */
function keywordsIn({ fabric }: DocumentFile, start: number, end: number): ReadonlySet<IToken> {
  const found = new Set<IToken>();
  const first = Math.max(0, fabric.piecesBefore(start) - 1);
  for (const { kind, tokens } of fabric.pieces.slice(first, fabric.piecesBefore(end))) {
    const [first] = tokens;
    if (first && kind !== "rule" && kind !== "stray") found.add(first);
    const soft = SOFT.get(kind) ?? [];
    for (const token of tokens) if (soft.includes(token.tokenType)) found.add(token);
  }
  return found;
}

const SOFT: ReadonlyMap<string, readonly IToken["tokenType"][]> = new Map([
  ["import", [t.From]],
  ["op", [t.As, t.Is, t.Cost]],
  ["test", [t.Given, t.Using, t.Prove, t.Refute, t.Reduce]],
]);
