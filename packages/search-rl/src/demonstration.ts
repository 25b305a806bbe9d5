import type { Graph, Mark, Move, Observation, SearchStrategy, Session } from "@rewright/plugin";
import type { Example } from "./imitation.ts";
import { PolicyError } from "./policy-error.ts";
import type { Problem } from "./problem.ts";
import { Walk } from "./walk.ts";

/**
 * Lets a strategy solve a problem and tells, as examples to imitate, the moves that led it to the cheapest state whose cost it asked
 * for, and then to stop. What it tried and took back is left out. Where it began anew from a program (`regrow`), what came after is left out, too.
 *
 * @param limit of the moves that are looked at in a state, as in training. 500 unless said
 * @throws PolicyError where the moves cannot be made a second time, since the budget is spent
 */
export async function demonstrate(
  problem: Problem,
  strategy: SearchStrategy,
  limit: number = 500,
): Promise<Example[]> {
  const session = problem.open();
  const origin = session.mark();
  const recording = new Recording(session);
  await strategy.search(recording);
  session.restore(origin);
  const walk = new Walk(session, limit);
  const start = session.cost();
  const seen: { observation: Observation; target: Float32Array; cost: number }[] = [];
  const look = (chosen: readonly Move[]): void => {
    const moves = walk.moves();
    if (moves.length === 0) return;
    const keys = new Set(chosen.map(keyOf));
    const target = new Float32Array(moves.length + 1);
    for (const [i, move] of moves.entries()) if (keys.has(keyOf(move))) target[i] = 1;
    if (chosen.length === 0) target[moves.length] = 1;
    const sum = target.reduce((a, b) => a + b, 0);
    // Shrinking rules, for example, are no choice.
    if (sum === 0) return;
    const share = target.map((x) => x / sum);
    seen.push({ observation: walk.observe(moves), target: share, cost: session.cost() });
  };
  for (const moves of recording.course) {
    look(moves);
    if (session.apply(moves) === 0)
      throw new PolicyError(
        `${problem.name} does not take the same course a second time: give its session budget enough for the strategy and as many moves again`,
      );
  }
  look([]);
  const lowest = session.cost();
  return seen.map(({ observation, target, cost }) => ({
    observation,
    target,
    value: start > 0 && Number.isFinite(start) ? (Math.min(cost, 2 * start) - lowest) / start : 0,
  }));
}

const keyOf = ({ rule, at }: Move): string => `${rule} ${at.join()}`;

/** A session that notes which moves led to its cheapest state. */
class Recording implements Session {
  /** What led to the cheapest state whose cost was asked for: the moves made together, in order. */
  course: readonly (readonly Move[])[] = [];
  #lowest = Infinity;
  #path: readonly (readonly Move[])[] | undefined = [];
  readonly #paths = new Map<Mark, readonly (readonly Move[])[] | undefined>();
  readonly #session: Session;
  readonly space: Session["space"];
  readonly rules: Session["rules"];
  readonly signal: AbortSignal;

  constructor(session: Session) {
    this.#session = session;
    this.space = session.space;
    this.rules = session.rules;
    this.signal = session.signal;
  }

  get spent(): Session["spent"] {
    return this.#session.spent;
  }

  random(): number {
    return this.#session.random();
  }

  moves(filter?: Parameters<Session["moves"]>[0]): readonly Move[] {
    return this.#session.moves(filter);
  }

  apply(moves: Iterable<Move>): number {
    const made = [...moves];
    const changed = this.#session.apply(made);
    if (changed > 0) this.#path = this.#path && [...this.#path, made];
    return changed;
  }

  mark(): Mark {
    const mark = this.#session.mark();
    this.#paths.set(mark, this.#path);
    return mark;
  }

  restore(mark: Mark): void {
    this.#session.restore(mark);
    this.#path = this.#paths.get(mark);
  }

  cost(): number {
    const cost = this.#session.cost();
    if (this.#path && cost < this.#lowest) {
      this.#lowest = cost;
      this.course = this.#path;
    }
    return cost;
  }

  best(): ReturnType<Session["best"]> {
    this.cost();
    return this.#session.best();
  }

  regrow(from?: Graph): void {
    this.#session.regrow(from);
    this.#path = undefined;
  }

  breathe(): Promise<void> | undefined {
    return this.#session.breathe?.();
  }

  observe(moves: readonly Move[]): Observation {
    return new Walk(this.#session, Infinity).observe(moves);
  }
}
