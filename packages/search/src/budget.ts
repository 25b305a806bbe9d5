import type { Session } from "@rewright/plugin";

/** What a run may spend. Runs under limits of nodes and iterations alone repeat exactly; seconds depend on the machine. */
export interface Budget {
  /** E-nodes that may exist at once; 50,000 unless said. */
  readonly nodes?: number;
  /** Seconds of wall time since the session began; 60 unless said. */
  readonly seconds?: number;
  /** Of these, what is kept for after `tolerate`, so that inexact rules get their turn; none unless said. */
  readonly reserve?: number;
  /** Calls of `apply`; no limit unless said. */
  readonly iterations?: number;
  /** Bytes of the e-graph's arrays; 2 GiB unless said. */
  readonly bytes?: number;
}

/**
 * Why a run ended. `saturated`: no rule changes anything any more; `satisfied`: the strategy ended by itself; `failed`: an error ended it,
 * of the strategy or of what it worked with, before any limit of the run was reached; the others: that limit was reached.
 */
export type StopReason =
  | "saturated"
  | "nodes"
  | "seconds"
  | "iterations"
  | "bytes"
  | "aborted"
  | "satisfied"
  | "failed";

/** The share of its time that a run may take besides to extract programs. */
const EXTRACTING_SHARE = 0.25;

/** The limits of one run, its clock and its counter of iterations. */
export class Limits {
  readonly nodes: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly signal: AbortSignal;
  iterations = 0;
  #reserve: number;
  readonly mostIterations: number;
  readonly #clock: () => number;
  readonly #start: number;

  constructor(budget: Budget, signal: AbortSignal | undefined, clock: () => number) {
    this.nodes = limit("nodes", budget.nodes, 50_000);
    this.seconds = limit("seconds", budget.seconds, 60);
    this.#reserve = limit("reserve", budget.reserve, 0);
    this.bytes = limit("bytes", budget.bytes, 2 ** 31);
    this.mostIterations = limit("iterations", budget.iterations, Infinity);
    this.signal = signal ?? new AbortController().signal;
    this.#clock = clock;
    this.#start = clock();
  }

  /** Milliseconds since the run began. */
  get ms(): number {
    return this.#clock() - this.#start;
  }

  /** What strategies are told of them. */
  get told(): NonNullable<Session["limits"]> {
    const ms = (this.seconds - this.#reserve) * 1000;
    return { nodes: this.nodes, ms, iterations: this.mostIterations };
  }

  /** Gives what was kept of the time. */
  release(): void {
    this.#reserve = 0;
  }

  /** Which limit of the run, rather than of the state, is spent. */
  get spent(): "aborted" | "seconds" | "iterations" | undefined {
    if (this.signal.aborted) return "aborted";
    if (this.#isOver) return "seconds";
    if (this.iterations >= this.mostIterations) return "iterations";
    return undefined;
  }

  /** Called off, or so late that programs are to be taken as they are, without improving on them. */
  get late(): boolean {
    return this.signal.aborted || this.ms >= this.seconds * 1000 * (1 + EXTRACTING_SHARE);
  }

  /** Out of time, or called off: what is under way must end now. */
  get interrupted(): boolean {
    return this.signal.aborted || this.#isOver;
  }

  get #isOver(): boolean {
    return this.ms >= (this.seconds - this.#reserve) * 1000;
  }
}

function limit(name: string, given: number | undefined, otherwise: number): number {
  const value = given ?? otherwise;
  if (!(value >= 0)) throw new RangeError(`budget.${name} is ${value}: it must be a number ≥ 0`);
  return value;
}
