import type { Move, Observation, Session } from "@rewright/plugin";
import { PolicyError } from "./policy-error.ts";

/** Rounds of shrinking rules after each move, in spaces where they are never a choice. */
const ROUNDS = 3;

/** Places of one rule that are looked at in a state. */
const PLACES = 64;

/**
 * A session as a policy walks through it. In an e-graph a move is a growing rule wherever it matches, followed by the shrinking
 * rules, which take nothing away; elsewhere a move is a rewrite at one place, or wherever its rule matches.
 */
export class Walk {
  readonly session: Session;
  readonly #limit: number;
  readonly #growing: ReadonlySet<string> | undefined;
  readonly #shrinking: readonly Move[];
  /** The states passed since {@link begin}, where the session names states. */
  readonly #passed = new Set<string>();

  /** @param limit of the moves that are looked at in a state */
  constructor(session: Session, limit: number) {
    this.session = session;
    this.#limit = limit;
    const growing = new Set(session.rules.filter((rule) => rule.growing).map(({ name }) => name));
    const grows = session.space === "growth" && growing.size > 0;
    this.#growing = grows ? growing : undefined;
    this.#shrinking = grows
      ? session.moves({ granularity: "rule" }).filter(({ rule }) => !growing.has(rule))
      : [];
  }

  /** The moves there are now. */
  moves(): readonly Move[] {
    const { session } = this;
    if (session.space !== "growth") return this.#places();
    const moves = session.moves({ granularity: "rule" });
    return moves.filter(({ rule }) => this.#growing?.has(rule) ?? true).slice(0, this.#limit);
  }

  /**
   * Each rule that matches in several places, wherever it matches; then single places, as many of each rule as there is room for: first one
   * of each, then a second one, and so on.
   */
  #places(): readonly Move[] {
    const { session } = this;
    const places = session.rules.map(({ name }) =>
      session.moves({ granularity: "match", rule: name, limit: PLACES }),
    );
    const several = places.filter((moves) => moves.length > 1);
    const moves: Move[] = several.map(([move]) => ({ rule: (move as Move).rule, at: [] }));
    for (let i = 0; i < PLACES; i++) {
      for (const own of places) {
        if (moves.length >= this.#limit) return moves;
        const move = own[i];
        if (move) moves.push(move);
      }
    }
    return moves;
  }

  /** The state and these moves as features. Throws a PolicyError where the session shows none. */
  observe(moves: readonly Move[]): Observation {
    const { session } = this;
    if (!session.observe)
      throw new PolicyError(
        `a session of the space "${session.space}" shows no features (it has no observe()), and a learned strategy needs them: choose another strategy`,
      );
    const observation = session.observe(moves);
    if (observation.moveNodes.length !== moves.length)
      throw new PolicyError(
        `observe() describes ${observation.moveNodes.length} moves, and was asked about ${moves.length}: this is a fault of the session`,
      );
    return observation;
  }

  /** Begins here. Shrinks until nothing changes, in spaces where that is no choice. */
  begin(): void {
    this.#shrink(Infinity);
    this.#passed.clear();
    this.#isNew();
  }

  /**
   * Makes a move. Returns whether it led anywhere: one that changes nothing does not, nor one that leads back to a state passed, which is taken
   * back.
   */
  make(move: Move): boolean {
    const { session } = this;
    const here = session.hash ? session.mark() : undefined;
    if (session.apply([move]) === 0) return false;
    this.#shrink(ROUNDS);
    if (this.#isNew()) return true;
    if (here) session.restore(here);
    return false;
  }

  /** Notes the present state. Returns whether it was not passed before; `true` where that cannot be known. */
  #isNew(): boolean {
    const hash = this.session.hash?.();
    if (hash === undefined) return true;
    const isNew = !this.#passed.has(hash);
    this.#passed.add(hash);
    return isNew;
  }

  #shrink(rounds: number): void {
    for (let round = 0; round < rounds && this.#shrinking.length > 0; round++) {
      if (this.session.spent.all || this.session.apply(this.#shrinking) === 0) return;
    }
  }
}
