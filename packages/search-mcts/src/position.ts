import type { Move, Session } from "@rewright/plugin";
import type { Settings } from "./options.ts";
import type { Walk } from "./roll-out.ts";

/** Rounds of shrinking rules after each move. */
const ROUNDS = 3;

/**
 * A session as the search sees it: growing rules are its moves, and the shrinking ones follow each by themselves. Where no rule is
 * growing, every rule is a move.
 */
export class Position implements Walk {
  readonly session: Session;
  readonly #settings: Settings;
  readonly #shrinking: readonly Move[];
  readonly #isMove: (rule: string) => boolean;
  /** Moves that stand for all matches of a rule are the same in every state. */
  readonly #rules: readonly Move[];

  constructor(session: Session, settings: Settings) {
    this.session = session;
    this.#settings = settings;
    const growing = new Set(session.rules.filter((rule) => rule.growing).map(({ name }) => name));
    const all = session.moves({ granularity: "rule" });
    this.#isMove = growing.size > 0 ? (rule) => growing.has(rule) : () => true;
    this.#rules = all.filter(({ rule }) => this.#isMove(rule));
    this.#shrinking = all.filter(({ rule }) => !this.#isMove(rule));
  }

  get moves(): readonly Move[] {
    const { granularity, matches } = this.#settings;
    if (granularity === "rule") return this.#rules;
    const share = Math.max(1, Math.ceil(matches / Math.max(1, this.#rules.length)));
    return this.#rules.flatMap(({ rule }) =>
      this.session.moves({ granularity, rule, limit: share }),
    );
  }

  random(): number {
    return this.session.random();
  }

  /** Not `estimate`: from above, it hides the small gains that tell moves apart, and what takes the time here is applying rules. */
  cost(): number {
    return this.session.cost();
  }

  make(move: Move): boolean {
    if (this.session.spent.all || this.session.apply([move]) === 0) return false;
    this.shrink(ROUNDS);
    return true;
  }

  look(move: Move): number {
    const mark = this.session.mark();
    const cost = this.make(move) ? this.cost() : Infinity;
    this.session.restore(mark);
    return cost;
  }

  /** Makes moves one after the other. */
  follow(path: readonly Move[]): void {
    for (const move of path) this.make(move);
  }

  shrink(rounds: number): void {
    for (let round = 0; round < rounds && this.#shrinking.length > 0; round++)
      if (this.session.spent.all || this.session.apply(this.#shrinking) === 0) return;
  }
}
