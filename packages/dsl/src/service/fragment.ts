/**
 * The mentions in what could not be read: the names of a half-written rule, as far as its tokens tell.
 *
 * @module
 */

import { type IToken, tokenMatcher } from "chevrotain";
import type { Piece } from "../fabric.ts";
import { spanOf } from "../lexer.ts";
import type { Operator } from "../scope.ts";
import type { Identifier } from "../syntax.ts";
import * as t from "../tokens.ts";
import { ABSENT } from "../variables.ts";
import type { Naming } from "./naming.ts";

/** Notes what a declaration or a rule mentions that could not be read. */
export function readFragment(piece: Piece, naming: Naming): void {
  new Fragment(piece, naming).read();
}

/** A bracket that is open, and what it is the bracket of. */
interface Frame {
  readonly callee: Operator | undefined;
  /** Behind the `;` of a call. */
  isAfterSemicolon: boolean;
}

class Fragment {
  readonly #piece: Piece;
  readonly #naming: Naming;
  readonly #frames: Frame[] = [];
  readonly #variables = new Set<string>();
  readonly #abbreviations = new Set<string>();

  constructor(piece: Piece, naming: Naming) {
    this.#piece = piece;
    this.#naming = naming;
  }

  read(): void {
    const { tokens, kind } = this.#piece;
    this.#findAbbreviations();
    for (const [i, token] of tokens.entries()) {
      const frame = this.#frames.at(-1);
      if (token.tokenType === t.OpenParen || token.tokenType === t.OpenBracket)
        this.#frames.push({ callee: this.#callee(i), isAfterSemicolon: false });
      else if (token.tokenType === t.CloseParen || token.tokenType === t.CloseBracket)
        this.#frames.pop();
      else if (token.tokenType === t.Semicolon && frame) frame.isAfterSemicolon = true;
      else if (token.tokenType === t.Tag)
        this.#naming.add(this.#place(token).span, { kind: "tag", name: token.image.slice(1) });
      else if (tokenMatcher(token, t.Name)) {
        if (kind === "rule" || kind === "test") this.#name(i);
        else if (kind === "rules" && i === 1) this.#naming.declare("ruleset", this.#place(token));
        else if (kind === "check" || kind === "schedule")
          this.#naming.addRuleset(this.#place(token));
      }
    }
  }

  #place(token: IToken): Identifier {
    return { name: token.image, span: spanOf(this.#naming.known.file, token) };
  }

  #callee(i: number): Operator | undefined {
    const before = this.#piece.tokens[i - 1];
    return before && tokenMatcher(before, t.Name) ? this.#naming.operator(before.image) : undefined;
  }

  /** The names before each `=` that stands in no bracket. */
  #findAbbreviations(): void {
    let depth = 0;
    let name: IToken | undefined;
    for (const token of this.#piece.tokens) {
      if (token.tokenType === t.OpenParen || token.tokenType === t.OpenBracket) depth++;
      else if (token.tokenType === t.CloseParen || token.tokenType === t.CloseBracket) depth--;
      else if (depth === 0 && token.tokenType === t.Assign && name)
        this.#abbreviations.add(name.image);
      else if (depth === 0) name = tokenMatcher(token, t.Name) ? token : undefined;
    }
  }

  #name(i: number): void {
    const { tokens, kind, ruleset } = this.#piece;
    const naming = this.#naming;
    const token = tokens[i] as IToken;
    const next = tokens[i + 1]?.tokenType;
    const before = tokens[i - 1]?.tokenType;
    const place = this.#place(token);
    const { name, span } = place;
    const owner = tokens[0]?.startOffset ?? 0;
    if (kind === "rule" && i === 0 && next === t.Colon) naming.declare("rule", place, ruleset);
    else if (before === t.Dot || name === "_" || name === ABSENT) return;
    else if (kind === "test" && WORDS.has(tokens[i]?.tokenType)) return;
    else if (kind === "test" && before === t.Colon && this.#frames.length === 0)
      naming.addSort(place);
    else if (this.#abbreviations.has(name)) {
      const isFirst = next === t.Assign && this.#frames.length === 0;
      naming.add(span, naming.own("abbreviation", name, owner), isFirst);
    } else if (next === t.OpenParen) naming.addCallee(place);
    else if (next === t.Assign && this.#frames.at(-1)?.isAfterSemicolon)
      naming.addAttribute(place, this.#frames.at(-1)?.callee);
    else if (!naming.addCallee(place)) {
      naming.add(span, naming.own("variable", name, owner), !this.#variables.has(name));
      this.#variables.add(name);
    }
  }
}

/** The words of a test that are names elsewhere. */
const WORDS: ReadonlySet<unknown> = new Set([
  t.Test,
  t.Given,
  t.Using,
  t.Prove,
  t.Refute,
  t.Reduce,
]);
