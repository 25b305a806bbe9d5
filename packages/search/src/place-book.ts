import type { Move } from "@rewright/plugin";
import type { OneProgram, PlaceSlot } from "./one-program.ts";

/** A move of one place, as listed in some state. There its match is known. */
class PlaceMove implements Move {
  readonly rule: string;
  readonly at: readonly number[];
  readonly #state: number;
  readonly #match: number;

  constructor(rule: string, at: readonly number[], state: number, match: number) {
    this.rule = rule;
    this.at = at;
    this.#state = state;
    this.#match = match;
  }

  static match(move: Move, state: number): number | undefined {
    return move instanceof PlaceMove && move.#state === state ? move.#match : undefined;
  }
}

/** Finds the matches of a rule in the present state, at most so many. Returns how many there are. */
export type Search = (slot: PlaceSlot, limit?: number) => number;

/**
 * Moves of one place. `at` holds the digests of the terms that the roots match, then which of the matches there it is, from 0: so a move means
 * the same wherever its terms occur, and is none where they do not.
 */
export class PlaceBook {
  readonly #program: OneProgram;
  readonly #search: Search;
  readonly #places = new WeakMap<PlaceSlot, { state: number; matches: Map<string, number> }>();

  constructor(program: OneProgram, search: Search) {
    this.#program = program;
    this.#search = search;
  }

  /** Appends one move a place, in the order of matching, until there are `limit` in all. */
  list(slot: PlaceSlot, limit: number, moves: Move[]): void {
    const room = limit - moves.length;
    const count = Math.min(this.#search(slot, room), room);
    const { state } = this.#program;
    for (const [match, at] of this.#at(slot, count).entries())
      moves.push(Object.freeze(new PlaceMove(slot.rule.name, at, state, match)));
  }

  /** Which of the rule's matches in this state the move names; `undefined` if it names none. */
  match(slot: PlaceSlot, move: Move): number | undefined {
    const { state } = this.#program;
    const listed = PlaceMove.match(move, state);
    if (listed !== undefined && slot.searched === state) return listed;
    // What is known are places in the list of matches, which another state may have had since.
    const count = this.#search(slot);
    let known = this.#places.get(slot);
    if (known?.state !== state) {
      const places = this.#at(slot, count);
      known = { state, matches: new Map(places.map((at, match) => [at.join(), match])) };
      this.#places.set(slot, known);
    }
    return known.matches.get(move.at.join());
  }

  #at(slot: PlaceSlot, count: number): readonly (readonly number[])[] {
    const ordinals = new Map<string, number>();
    return Array.from({ length: count }, (_, match) => {
      const roots = this.#program.roots(slot, match).map((id) => this.#program.digestOf(id));
      const key = roots.join();
      const ordinal = ordinals.get(key) ?? 0;
      ordinals.set(key, ordinal + 1);
      return [...roots, ordinal];
    });
  }
}
