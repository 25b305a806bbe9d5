/**
 * As much of Rust as it takes to find the macros in a file: words, strings, brackets, and no comments.
 *
 * @module
 */

import { MalformedError } from "./foreign.ts";
import { type Lines, unescaped } from "./sexp.ts";

/** A token. */
export interface Token {
  readonly kind: "word" | "string" | "sign" | "open" | "close";
  readonly text: string;
  /** Of a string: what it holds. */
  readonly value?: string;
  /** Of a string: the offset of what it holds, where no escapes shift it. */
  readonly inside?: number;
  readonly start: number;
  readonly end: number;
}

const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const RAW = /b?r(#*)"/y;
const NUMBER = /\d[\w.]*/y;
const CHARACTER = /b?'(?:\\(?:x[\da-fA-F]{2}|u\{[\da-fA-F_]+\}|.)|[^\\'])'/uy;
const SIGNS = ["<=>", "=>", "->", "::"];

/**
 * The tokens of a Rust file.
 * @throws MalformedError for a string or a comment without an end
 */
export function rustTokens(text: string, lines: Lines): readonly Token[] {
  const tokens: Token[] = [];
  const matches = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const fail = (at: number, what: string): never => {
    throw new MalformedError(lines.place(at), `this ${what} is never closed`);
  };
  let at = 0;
  while (at < text.length) {
    const start = at;
    const character = text[at] as string;
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
      continue;
    }
    if (text.startsWith("/*", at)) {
      at = endOfComment(text, at) ?? fail(at, "comment");
      continue;
    }
    const raw = matches(RAW, at);
    if (raw) {
      const inside = at + raw[0].length;
      const end = text.indexOf(`"${raw[1]}`, inside);
      if (end < 0) fail(at, "string");
      at = end + 1 + (raw[1] as string).length;
      const value = text.slice(inside, end);
      tokens.push({ kind: "string", text: value, value, inside, start, end: at });
      continue;
    }
    if (character === '"') {
      at++;
      while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      if (at >= text.length) fail(start, "string");
      const value = unescaped(text.slice(start + 1, at));
      at++;
      tokens.push({ kind: "string", text: value, value, inside: start + 1, start, end: at });
      continue;
    }
    const plain = matches(CHARACTER, at) ?? matches(NUMBER, at);
    const word = plain ? null : matches(WORD, at);
    const whole = plain?.[0] ?? word?.[0] ?? SIGNS.find((sign) => text.startsWith(sign, at));
    const piece = whole ?? character;
    at += piece.length;
    const kind = word
      ? "word"
      : /^[([{]$/.test(piece)
        ? "open"
        : /^[)\]}]$/.test(piece)
          ? "close"
          : "sign";
    tokens.push({ kind, text: piece, start, end: at });
  }
  return tokens;
}

/** Where a comment ends; comments nest. */
function endOfComment(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith("/*", at)) {
      depth++;
      at++;
    } else if (text.startsWith("*/", at)) {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** The index of the bracket that closes the one at `open`, `undefined` where none does. */
export function closing(tokens: readonly Token[], open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const { kind } = tokens[i] as Token;
    if (kind === "open") depth++;
    else if (kind === "close") depth--;
    if (depth === 0) return i;
  }
  return undefined;
}

/** Tokens cut at those that stand outside of brackets and of which `isCut` holds. */
export function cut(
  tokens: readonly Token[],
  isCut: (token: Token) => boolean,
): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0 && isCut(token)) {
      parts.push([]);
      continue;
    }
    if (token.kind === "open") depth++;
    if (token.kind === "close") depth--;
    (parts.at(-1) as Token[]).push(token);
  }
  return parts;
}
