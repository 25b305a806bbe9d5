import type { Move } from "@rewright/plugin";
import type { OneProgram, PlaceSlot } from "./one-program.ts";
import { SearchError } from "./search-error.ts";

/** A move of one place, as listed in some state of a session. There its match is known. */
class PlaceMove implements Move {
  readonly rule: string;
  readonly at: readonly number[];
  readonly #owner: PlaceBook;
  readonly #state: number;
  readonly #match: number;

  constructor(listed: Move, owner: PlaceBook, state: number, match: number) {
    this.rule = listed.rule;
    this.at = listed.at;
    this.#owner = owner;
    this.#state = state;
    this.#match = match;
  }

  static match(move: Move, owner: PlaceBook, state: number): number | undefined {
    const isOwn = move instanceof PlaceMove && move.#owner === owner;
    return isOwn && move.#state === state ? move.#match : undefined;
  }

  /** Whether another session has listed it. */
  static isForeign(move: Move, owner: PlaceBook): boolean {
    return move instanceof PlaceMove && move.#owner !== owner;
  }
}

/** Finds the matches of a rule in the present state, at most so many. Returns how many there are. */
export type Search = (slot: PlaceSlot, limit?: number) => number;

/**
 * Moves of one place. `at` holds the digests of the terms that the roots match, one for these and the terms that the variables stand for, then which of the
 * matches that agree in these it is, from 0: so a move means the same wherever its terms occur, in other sessions as well, and is none where
 * they do not.
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
    const { name: rule } = slot.rule;
    for (const [match, at] of this.#at(slot, count).entries())
      moves.push(Object.freeze(new PlaceMove({ rule, at }, this, state, match)));
  }

  /**
   * Which of the rule's matches in this state the move names; `undefined` if it names none. Throws a SearchError for a move that another session
   * has listed, and that names nothing here: it was not kept too long, but brought to the wrong place.
   */
  match(slot: PlaceSlot, move: Move): number | undefined {
    const { state } = this.#program;
    const listed = PlaceMove.match(move, this, state);
    if (listed !== undefined && slot.searched === state) return listed;
    // What is known are places in the list of matches, which another state may have had since.
    const count = this.#search(slot);
    let known = this.#places.get(slot);
    if (known?.state !== state) {
      const places = this.#at(slot, count);
      known = { state, matches: new Map(places.map((at, match) => [at.join(), match])) };
      this.#places.set(slot, known);
    }
    const found = known.matches.get(move.at.join());
    if (found === undefined && PlaceMove.isForeign(move, this))
      throw new SearchError(
        `move of \`${move.rule}\``,
        "another session has listed it, and this one has no such terms: list the moves of the session that they are made in",
      );
    return found;
  }

  #at(slot: PlaceSlot, count: number): readonly (readonly number[])[] {
    const ordinals = new Map<number, number>();
    return Array.from({ length: count }, (_, match) => {
      const at = this.#program.digestsAt(slot, match);
      const key = at.at(-1) as number;
      const ordinal = ordinals.get(key) ?? 0;
      ordinals.set(key, ordinal + 1);
      at.push(ordinal);
      return at;
    });
  }
}
