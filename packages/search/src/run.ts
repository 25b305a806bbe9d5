import type { SearchStrategy, Session } from "@rewright/plugin";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { type Budget, Limits, type StopReason } from "./budget.ts";
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

/** Notes that are kept. */
const NOTES = 1_000;
/** How long a strategy may compute before a signal or a timer gets its turn. */
const BREATH_MS = 50;

/** What every session owes those that drive it: limits, random numbers, pauses, and an end. */
export class Run {
  readonly limits: Limits;
  /** No strategy drives the session any more. */
  over = false;
  /** The last one ended with an error, which its host was told. */
  failed = false;
  /** Why the last one ended; undefined before the first and while one goes on. */
  stopped: StopReason | undefined;
  /** What strategies have said. */
  readonly notes: string[] = [];
  readonly #random: RandomGenerator;
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

  /** As `Session.note`. Beyond what anyone reads, notes are lost. */
  note(text: string): void {
    if (this.notes.length < NOTES) this.notes.push(text);
  }

  /**
   * Lets a strategy drive a session. `why` tells the reason where no error has ended it; `settle` is called when it has come to its end, however
   * it did. Throws what `drive` and `settle` do.
   */
  async drive(
    strategy: SearchStrategy,
    session: Session,
    why: () => StopReason,
    settle: () => void = () => {},
  ): Promise<void> {
    this.over = false;
    this.failed = false;
    this.stopped = undefined;
    try {
      await drive(strategy, session, this.limits);
      this.stopped = why();
    } catch (caught) {
      this.#fail();
      throw caught;
    } finally {
      this.over = true;
      this.#settle(settle);
    }
  }

  #settle(settle: () => void): void {
    try {
      settle();
    } catch (caught) {
      this.#fail();
      throw caught;
    }
  }

  #fail(): void {
    this.failed = true;
    this.stopped = this.limits.spent ?? "failed";
  }
}

const now = (): number => performance.now();
