/**
 * The tokens of a file and the declarations that they belong to, found by offset. What the parser could not read is here, too.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import type { IToken } from "chevrotain";
import { type Lexed, lex } from "../lexer.ts";
import { outline, type Section } from "../outline.ts";

/** A declaration or a rule, as tokens. */
export interface Piece {
  /** `stray`: tokens that begin no declaration. `rules`: the head of a ruleset, up to its opening brace. */
  readonly kind: Section["kind"] | "rule";
  readonly tokens: readonly IToken[];
  /** The ruleset that a rule stands in. */
  readonly ruleset?: Section & { readonly kind: "rules" };
}

/** The tokens of a file, cut when they are first asked for. */
export class Fabric {
  readonly #source: RuleFile;
  #lexed: Lexed | undefined;
  #sections: readonly Section[] | undefined;
  #pieces: readonly Piece[] | undefined;

  constructor(source: RuleFile) {
    this.#source = source;
  }

  /** The file cut into tokens. */
  get lexed(): Lexed {
    this.#lexed ??= lex(this.#source);
    return this.#lexed;
  }

  /** The tokens, in order. */
  get tokens(): readonly IToken[] {
    return this.lexed.tokens;
  }

  /** Which tokens belong to which declaration. */
  get sections(): readonly Section[] {
    this.#sections ??= outline(this.lexed);
    return this.#sections;
  }

  /** All declarations and rules, in order; none is empty. */
  get pieces(): readonly Piece[] {
    this.#pieces ??= this.sections.flatMap((section): readonly Piece[] => {
      if (section.kind !== "rules") return [section];
      const rules = section.rules.map(
        ({ tokens }): Piece => ({ kind: "rule", tokens, ruleset: section }),
      );
      return [{ kind: "rules", tokens: section.header.tokens }, ...rules];
    });
    return this.#pieces;
  }

  /** How many tokens begin before an offset. */
  before(offset: number): number {
    return countBefore(this.tokens, offset, ({ startOffset }) => startOffset);
  }

  /** How many declarations and rules begin before an offset. */
  piecesBefore(offset: number): number {
    return countBefore(this.pieces, offset, ({ tokens }) => tokens[0]?.startOffset ?? 0);
  }

  /** The last declaration or rule that begins before an offset. */
  pieceBefore(offset: number): Piece | undefined {
    return this.pieces[this.piecesBefore(offset) - 1];
  }
}

/** The offset right after a token. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** How many of the items, which are in order, begin before an offset. */
export function countBefore<T>(
  items: readonly T[],
  offset: number,
  start: (item: T) => number,
): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (start(items[middle] as T) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
