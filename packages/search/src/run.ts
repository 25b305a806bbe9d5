import type { SearchStrategy, Session } from "@rewright/plugin";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { type Budget, Limits } from "./budget.ts";
import { drive } from "./drive.ts";

/** What is said of a run, whatever its space. */
export interface RunOptions {
  readonly budget?: Budget;
  /** Of the session's random numbers; 1 unless said. */
  readonly seed?: number;
  /** Calls the run off. */
  readonly signal?: AbortSignal;
  /** Milliseconds on a clock that never goes back; `performance.now` unless said. */
  readonly clock?: () => number;
}

/** Calls of `apply` after the run's limits are spent; a strategy that goes on longer never looks at `spent`. */
const FUTILE = 1_000;
/** How long a strategy may compute before a signal or a timer gets its turn. */
const BREATH_MS = 50;

/** What every session owes those that drive it: limits, random numbers, pauses, and an end. */
export class Run {
  readonly limits: Limits;
  /** No strategy drives the session any more. */
  over = false;
  /** What strategies have said. */
  readonly notes: string[] = [];
  readonly #random: RandomGenerator;
  #futile = 0;
  /** When the strategy paused last, in milliseconds of the run. */
  #breath = 0;

  constructor({ budget = {}, seed = 1, signal, clock = now }: RunOptions) {
    this.limits = new Limits(budget, signal, clock);
    this.#random = xoroshiro128plus(seed);
  }

  /** As `Session.random`. */
  random(): number {
    return uniformFloat64(this.#random);
  }

  /** As `Session.breathe`. */
  breathe(): Promise<void> | undefined {
    if (this.limits.ms - this.#breath < BREATH_MS) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#breath = this.limits.ms;
        resolve();
      });
    });
  }

  /** Changes nothing, since the limits are spent. Throws an Error when that happens again and again. */
  refuse(): 0 {
    if (++this.#futile <= FUTILE) return 0;
    throw new Error(
      `applied moves ${FUTILE} times after the limits of the run were spent: end when \`session.spent.all\` is true`,
    );
  }

  /** Lets a strategy drive a session; `end` is called when it has come to its end, however it did. Throws what `drive` does. */
  async drive(strategy: SearchStrategy, session: Session, end: () => void): Promise<void> {
    this.over = false;
    this.#futile = 0;
    try {
      await drive(strategy, session, this.limits);
    } finally {
      this.over = true;
      end();
    }
  }
}

const now = (): number => performance.now();
