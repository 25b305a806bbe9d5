import type { Move, Session } from "@rewright/plugin";
import type { Settings } from "./options.ts";
import type { Walk } from "./roll-out.ts";

/** Rounds of shrinking rules after each move. */
const ROUNDS = 3;

/**
 * A session as the search sees it. Where states grow, growing rules are its moves, and the shrinking ones follow each by themselves; where no
 * rule is growing, and in other spaces, in which nothing is right to do wherever it can be done, every rule is a move.
 */
export class Position implements Walk {
  readonly session: Session;
  readonly #granularity: "rule" | "match";
  /** Matches of one rule that are listed at most. */
  readonly #share: number;
  readonly #shrinking: readonly Move[];
  readonly #names: readonly string[];
  /** Moves that stand for all matches of a rule are the same in every state. */
  readonly #rules: readonly Move[];

  constructor(session: Session, { granularity, matches }: Settings) {
    this.session = session;
    const grows = session.space === "growth";
    this.#granularity = granularity ?? (grows ? "rule" : "match");
    const growing = new Set(session.rules.filter((rule) => rule.growing).map(({ name }) => name));
    const isMove = (rule: string): boolean => !grows || growing.size === 0 || growing.has(rule);
    const all = session.moves({ granularity: "rule" });
    this.#names = session.rules.map(({ name }) => name).filter(isMove);
    this.#rules = all.filter(({ rule }) => isMove(rule));
    this.#shrinking = all.filter(({ rule }) => !isMove(rule));
    this.#share = Math.max(1, Math.ceil(matches / Math.max(1, this.#names.length)));
  }

  get moves(): readonly Move[] {
    const granularity = this.#granularity;
    if (granularity === "rule") return this.#rules;
    return this.#names.flatMap((rule) =>
      this.session.moves({ granularity, rule, limit: this.#share }),
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
