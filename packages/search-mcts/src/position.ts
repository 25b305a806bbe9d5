import type { Move, Observation, Session } from "@rewright/plugin";
import type { Prior } from "./guidance.ts";
import type { Granularity, Settings } from "./options.ts";
import type { Walk } from "./roll-out.ts";

/** Rounds of shrinking rules after each move. */
const ROUNDS = 3;

/**
 * A session as the search sees it. Where states grow, growing rules are its moves, and the shrinking ones follow each by themselves; where no
 * rule is growing, and in other spaces, in which nothing is right to do wherever it can be done, every rule is a move.
 */
export class Position implements Walk {
  readonly session: Session;
  readonly #granularity: Granularity;
  readonly #prior: Prior | undefined;
  /** Matches that are listed at most. */
  readonly #most: number;
  readonly #shrinking: readonly Move[];
  readonly #names: readonly string[];
  /** Moves that stand for all matches of a rule are the same in every state. */
  readonly #rules: readonly Move[];

  constructor(session: Session, { granularity, matches, prior }: Settings) {
    this.session = session;
    this.#prior = prior;
    const grows = session.space === "growth";
    this.#granularity = granularity ?? (grows ? "rule" : "both");
    const growing = new Set(session.rules.filter((rule) => rule.growing).map(({ name }) => name));
    const isMove = (rule: string): boolean => !grows || growing.size === 0 || growing.has(rule);
    const all = session.moves({ granularity: "rule" });
    this.#names = session.rules.map(({ name }) => name).filter(isMove);
    this.#rules = all.filter(({ rule }) => isMove(rule));
    this.#shrinking = all.filter(({ rule }) => !isMove(rule));
    this.#most = matches;
  }

  get moves(): readonly Move[] {
    if (this.#granularity === "rule") return this.#rules;
    const places = this.#names.map((rule) =>
      this.session.moves({ granularity: "match", rule, limit: this.#most }),
    );
    const single = fairly(places, this.#most);
    if (this.#granularity === "match") return single;
    const several = new Set(places.filter(({ length }) => length > 1).map(([move]) => move?.rule));
    return [...this.#rules.filter(({ rule }) => several.has(rule)), ...single];
  }

  random(): number {
    return this.session.random();
  }

  prior(moves: readonly Move[]): ArrayLike<number> | undefined {
    return this.#prior?.(this.observe(moves));
  }

  /** The state and these moves as policies see them. Throws an Error where the session shows nothing. */
  observe(moves: readonly Move[]): Observation {
    const { session } = this;
    if (session.observe) return session.observe(moves);
    throw new Error(
      `mcts: there is a prior or a value, but the ${session.space} session offers no \`observe\` for it to look at`,
    );
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

/** So many of these moves: where there are more, none of a rule that has more than its share, as long as others have less. */
function fairly(places: readonly (readonly Move[])[], most: number): readonly Move[] {
  const waiting = places.filter(({ length }) => length > 0).sort((a, b) => a.length - b.length);
  let left = most;
  let share = Infinity;
  for (const [i, { length }] of waiting.entries()) {
    share = left / (waiting.length - i);
    if (length > share) break;
    left -= length;
    share = Infinity;
  }
  // Of a share that is no whole number, the first rules have the rest.
  const whole = Math.floor(share);
  let over =
    share < Infinity ? left - whole * waiting.filter(({ length }) => length > share).length : 0;
  return places.flatMap((moves) => {
    if (moves.length <= share) return moves;
    return moves.slice(0, over-- > 0 ? whole + 1 : whole);
  });
}
