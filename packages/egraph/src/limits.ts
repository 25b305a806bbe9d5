import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import type { Matches } from "./matches.ts";

/** How far a run may go. Each is a number ≥ 0; Infinity: no limit. */
export interface Limits {
  /** E-nodes; 100,000 unless said. */
  readonly nodes?: number;
  /** E-classes; no limit unless said. */
  readonly classes?: number;
  /** Matches of one rule in one iteration; 1,000,000 unless said. */
  readonly matches?: number;
  /** Iterations; 30 unless said. */
  readonly iterations?: number;
  /** Seconds since the first iteration began; no limit unless said, since results then depend on the machine. */
  readonly seconds?: number;
  /** Bytes of the arrays of the graph and of the matches; 2³⁰ unless said. */
  readonly bytes?: number;
}

/** The limit that ended a run, or the signal. */
export type LimitName = keyof Limits | "aborted";

/** Limits of runs that are not given others. */
const DEFAULT_LIMITS: Required<Limits> = {
  nodes: 100_000,
  classes: Number.POSITIVE_INFINITY,
  matches: 1_000_000,
  iterations: 30,
  seconds: Number.POSITIVE_INFINITY,
  bytes: 2 ** 30,
};

/** Watches the limits of a run. */
export class Gauge {
  /** The first limit that was passed, once there is one. */
  passed: LimitName | undefined;
  readonly limits: Required<Limits>;
  // biome-ignore lint/suspicious/noExplicitAny: limits do not look at the facts of the graph
  private readonly graph: EGraph<any>;
  private readonly signal: { readonly aborted: boolean } | undefined;
  private readonly clock: () => number;
  private readonly matchBytes: () => number;
  private started: number | undefined;

  constructor(
    // biome-ignore lint/suspicious/noExplicitAny: limits do not look at the facts of the graph
    graph: EGraph<any>,
    limits: Limits,
    signal: { readonly aborted: boolean } | undefined,
    clock: () => number,
    matchBytes: () => number,
  ) {
    const known = Object.keys(DEFAULT_LIMITS);
    for (const [name, value] of Object.entries(limits)) {
      if (!known.includes(name))
        throw new EGraphError(
          "option",
          `there is no limit "${name}"; there are ${known.join(", ")}`,
        );
      if (!(typeof value === "number" && value >= 0))
        throw new EGraphError(
          "option",
          `the limit "${name}" is a number ≥ 0, Infinity for none; not ${String(value)}`,
        );
    }
    this.graph = graph;
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.signal = signal;
    this.clock = clock;
    this.matchBytes = matchBytes;
  }

  /** Rows that fit into matches before they, doubling as they grow, hold more bytes than are left. */
  room(matches: Matches): number {
    let { length } = matches.rows;
    let left = (this.limits.bytes - this.graph.bytes - this.matchBytes()) / 4;
    if (left === Number.POSITIVE_INFINITY) return left;
    for (; length <= left && length > 0; length *= 2) left -= length;
    return Math.floor(length / matches.width);
  }

  /** Starts the time, at the first call. */
  start(): void {
    this.started ??= this.clock();
  }

  /** Whether to stop, between iterations. */
  between(iterations: number): boolean {
    if (iterations >= this.limits.iterations) this.passed ??= "iterations";
    return this.now();
  }

  /** Whether to stop: looks at everything but the iterations. */
  now(): boolean {
    const { limits } = this;
    if (this.size()) return true;
    if (this.signal?.aborted) this.passed = "aborted";
    else if (this.clock() - (this.started ?? 0) > limits.seconds * 1000) this.passed = "seconds";
    else if (this.graph.bytes + this.matchBytes() > limits.bytes) this.passed = "bytes";
    return this.passed !== undefined;
  }

  /** Whether to stop: looks at the size only. */
  size(): boolean {
    const { graph, limits } = this;
    if (graph.nodeCount > limits.nodes) this.passed ??= "nodes";
    else if (graph.classCount > limits.classes) this.passed ??= "classes";
    return this.passed !== undefined;
  }
}
