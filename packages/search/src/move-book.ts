import type { KeptMatch } from "@rewright/dsl";
import type { Move } from "@rewright/plugin";
import type { Id } from "egraph-ts";
import { SearchError } from "./search-error.ts";
import type { Slot, World } from "./world.ts";

/**
 * A move of one match, as listed in some state. There, and in what that state leads to, its match is known; elsewhere, or copied, it is looked for
 * by `at`.
 */
class MatchMove implements Move {
  readonly rule: string;
  readonly at: readonly number[];
  readonly #owner: MoveBook;
  readonly #state: number;
  readonly #match: number;
  readonly #kept: KeptMatch | undefined;

  constructor(
    listed: Move,
    owner: MoveBook,
    state: number,
    match: number,
    kept: KeptMatch | undefined,
  ) {
    this.rule = listed.rule;
    this.at = listed.at;
    this.#owner = owner;
    this.#state = state;
    this.#match = match;
    this.#kept = kept;
  }

  static match(
    move: Move,
    owner: MoveBook,
    world: World,
    slot: Slot,
  ): number | KeptMatch | undefined {
    if (!(move instanceof MatchMove)) return undefined;
    if (move.#owner !== owner)
      throw new SearchError(
        `move of \`${move.rule}\``,
        "another session has listed it, whose classes are not this one's: list the moves of the session that they are made in",
      );
    if (move.#state === world.state && slot.searched === world.state) return move.#match;
    return move.#kept && world.descends(move.#state) ? move.#kept : undefined;
  }
}

/**
 * Moves of one match. `at` names the classes of the roots, then which of the matches at these classes it is, from 0: that
 * says the same in any state, so a move kept from an earlier one is found again, or is no move any more.
 */
export class MoveBook {
  readonly #places = new WeakMap<Slot, { state: number; matches: Map<string, number> }>();

  /**
   * Appends one move a match, in the order of matching, until there are `limit` in all. Matches that are known to have been applied are
   * left out: they would change nothing.
   */
  list(world: World, slot: Slot, limit: number, moves: Move[]): void {
    const { bound, rule } = slot;
    world.search(slot, limit - moves.length + bound.applications);
    const ordinals = new Ordinals();
    for (let match = 0; match < bound.count && moves.length < limit; match++) {
      const at = bound.at(match);
      at.push(ordinals.next(at));
      if (bound.applied(match)) continue;
      moves.push(
        new MatchMove({ rule: rule.name, at }, this, world.state, match, bound.keep(match)),
      );
    }
  }

  /** Which of the rule's matches in this state the move names; `undefined` if it names none. Throws a SearchError for one that another session has listed. */
  match(world: World, slot: Slot, move: Move): number | KeptMatch | undefined {
    const listed = MatchMove.match(move, this, world, slot);
    if (listed !== undefined) return listed;
    const { egraph } = world.terms;
    const exists = (id: Id): boolean => Number.isInteger(id) && id >= 0 && id < world.created;
    const roots = move.at.slice(0, -1);
    if (!roots.every(exists)) return undefined;
    return this.#placesOf(world, slot).get(
      [...roots.map((id) => egraph.find(id)), move.at.at(-1)].join(),
    );
  }

  #placesOf(world: World, slot: Slot): Map<string, number> {
    // What is known are places in the list of matches, which another state may have had since.
    world.search(slot);
    const known = this.#places.get(slot);
    if (known?.state === world.state) return known.matches;
    const matches = new Map<string, number>();
    const ordinals = new Ordinals();
    for (let match = 0; match < slot.bound.count; match++) {
      const at = slot.bound.at(match);
      at.push(ordinals.next(at));
      matches.set(at.join(), match);
    }
    this.#places.set(slot, { state: world.state, matches });
    return matches;
  }
}

/** Numbers matches at the same roots from 0. */
class Ordinals {
  readonly #next = new Map<number | string, number>();

  next(roots: readonly Id[]): number {
    const key = roots.length === 1 ? (roots[0] as Id) : roots.join();
    const ordinal = this.#next.get(key) ?? 0;
    this.#next.set(key, ordinal + 1);
    return ordinal;
  }
}
