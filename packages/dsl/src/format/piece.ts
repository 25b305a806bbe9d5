/**
 * Tokens with what the parser passes over: comments, blank lines, line breaks.
 *
 * @module
 */

import { type IToken, tokenMatcher } from "chevrotain";
import type { Lexed } from "../lexer.ts";
import { endsOperand } from "../nesting.ts";
import * as t from "../tokens.ts";

/** A comment on a line of its own. */
export interface Comment {
  readonly text: string;
  /** A blank line stands before it. */
  readonly blank: boolean;
}

/** A token as the formatter writes it. */
export interface Piece {
  readonly token: IToken;
  readonly text: string;
  /** What stands between it and the token before it on the same line. */
  readonly gap: "" | " ";
  /** It begins a line in the source. */
  readonly first: boolean;
  /** A blank line stands right before it, behind its comments. */
  readonly blank: boolean;
  /** Comments on lines of their own above it. */
  readonly above: readonly Comment[];
  /** The comment behind it on its line. */
  readonly behind?: string;
}

/** The pieces of a file, and the comments after the last of them. */
export interface Pieces {
  readonly all: readonly Piece[];
  readonly tail: readonly Comment[];
}

/** Puts tokens and comments together. */
export function piecesOf({ tokens, docs, comments }: Lexed): Pieces {
  const notes = [...docs, ...comments].sort((a, b) => a.startOffset - b.startOffset);
  const all: Piece[] = [];
  const brackets: string[] = [];
  let at = 0;
  /** Where what was read last ends. */
  let line = 0;
  const take = (before: number): { above: Comment[] } => {
    const above: Comment[] = [];
    for (let note = notes[at]; note && note.startOffset < before; note = notes[++at]) {
      const start = note.startLine ?? 1;
      const last = all.at(-1);
      const text = note.image.trimEnd();
      if (last && above.length === 0 && last.behind === undefined && start === line)
        all[all.length - 1] = { ...last, behind: text };
      else above.push({ text, blank: start > line + 1 });
      line = start;
    }
    return { above };
  };
  for (const [i, token] of tokens.entries()) {
    const { above } = take(token.startOffset);
    const start = token.startLine ?? 1;
    all.push({
      token,
      text: token.image,
      gap: gap(tokens, i, brackets.at(-1)),
      first: start > line,
      blank: start > line + 1,
      above,
    });
    if (/^[([{]$/.test(token.image)) brackets.push(token.image);
    else if (/^[)\]}]$/.test(token.image)) brackets.pop();
    line = start;
  }
  return { all, tail: take(Number.POSITIVE_INFINITY).above };
}

const TIGHT_BEFORE = [t.Comma, t.Semicolon, t.CloseParen, t.CloseBracket, t.Colon, t.Prime];
const TIGHT_AFTER = [t.OpenParen, t.OpenBracket, t.Ellipsis, t.Dot];

/** These words are names, too; what follows them when they are not begins an expression. */
const LEADING = [t.As, t.Prove, t.Refute, t.Reduce];

/** Whether a token is an operator before its operand: no operand ends right before it. */
function isPrefix(tokens: readonly IToken[], at: number): boolean {
  const before = tokens[at - 1];
  if (!before || !endsOperand(before)) return true;
  // No name follows an expression: there, these words are no names.
  const further = tokens[at - 2];
  const isLeading = endsOperand(further) || further?.tokenType === t.OpenBrace;
  return isLeading && LEADING.includes(before.tokenType);
}

/** The space before a token of an expression, a type or a declaration's head; `bracket` is the innermost that is open. */
function gap(tokens: readonly IToken[], at: number, bracket: string | undefined): "" | " " {
  const [previous, token, next] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (!previous || !token) return "";
  const type = token.tokenType;
  if (TIGHT_BEFORE.includes(type) || TIGHT_AFTER.includes(previous.tokenType)) return "";
  // `a.0 .1`: without the space the lexer would see a number with a point.
  if (type === t.Dot)
    return previous.tokenType === t.NumberLiteral && next?.tokenType === t.NumberLiteral ? " " : "";
  if (previous.tokenType === t.Minus && isPrefix(tokens, at - 1)) return "";
  if (previous.tokenType === t.Colon) return bracket === "[" ? "" : " ";
  if (type === t.OpenParen) return tokenMatcher(previous, t.Name) ? "" : " ";
  if (type === t.OpenBracket) return endsOperand(previous) ? "" : " ";
  return " ";
}
