/**
 * The tokens of a file and the declarations that they belong to, found by offset. What the parser could not read is here, too.
 *
 * @module
 */

import type { IToken } from "chevrotain";
import type { Lexed } from "./lexer.ts";
import type { Part } from "./part.ts";
import type { Script } from "./script.ts";

/** A declaration, the head of a ruleset, or a rule, as tokens. */
export interface Piece {
  /** `stray`: tokens that begin no declaration. `rules`: the head of a ruleset, up to its opening brace. */
  readonly kind:
    | "import"
    | "sort"
    | "op"
    | "rules"
    | "rule"
    | "schedule"
    | "test"
    | "check"
    | "stray";
  readonly tokens: readonly IToken[];
  /** The name of the ruleset that a rule stands in. */
  readonly ruleset?: string;
}

/** The tokens of a file. */
export class Fabric {
  /** The file cut into tokens. */
  readonly lexed: Lexed;
  /** The declarations, whether they could be read or not. */
  readonly parts: readonly Part[];
  #pieces: readonly Piece[] | undefined;

  constructor({ lexed, parts }: Script) {
    this.lexed = lexed;
    this.parts = parts;
  }

  /** The tokens, in order. */
  get tokens(): readonly IToken[] {
    return this.lexed.tokens;
  }

  /** All declarations, heads of rulesets and rules, in order; none is empty. */
  get pieces(): readonly Piece[] {
    this.#pieces ??= this.parts.flatMap(({ item: { kind, tokens }, rules }): readonly Piece[] => {
      if (kind !== "rulesHeader") return [{ kind, tokens }];
      const ruleset = tokens[1]?.image ?? "";
      const inside = rules.map((rule): Piece => ({ kind: "rule", tokens: rule.tokens, ruleset }));
      return [{ kind: "rules", tokens }, ...inside];
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
