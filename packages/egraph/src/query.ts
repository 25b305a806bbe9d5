import { compile } from "./compile.ts";
import type { EGraph } from "./egraph.ts";
import { execute } from "./machine.ts";
import type { Matches } from "./matches.ts";
import type { Guard, Pattern } from "./pattern.ts";
import type { Plan } from "./plan.ts";

/** What a query binds. */
export interface QueryOptions {
  /** Number of slots, the width of a match row. Slots that nothing binds are -1. */
  readonly slots: number;
  /** The slot that receives the class of each root. */
  readonly rootSlots: readonly number[];
  /** Conditions on the slots. */
  readonly guards?: readonly Guard[];
}

/** Options of a search. */
export interface SearchOptions {
  /** Matches to find at most. */
  readonly limit?: number;
  /** Asked every few thousand steps whether to give up; what was found until then stays. */
  readonly stop?: () => boolean;
}

/**
 * A pattern, or several at once, compiled for a graph. Several roots are a join: they share slots, are
 * found from one another through parents and children, and match pairwise different classes. Two roots
 * that are the same pattern but for slots of their own are matched in one order only.
 */
export class Query {
  private readonly graph: EGraph<unknown>;
  private readonly slots: number;
  private readonly plan: Plan;
  private readonly registers: Int32Array;

  // biome-ignore lint/suspicious/noExplicitAny: a query does not look at the facts of the graph
  constructor(graph: EGraph<any>, roots: readonly Pattern[], options: QueryOptions) {
    if (roots.length === 0 || roots.length !== options.rootSlots.length)
      throw new RangeError(
        `a query needs a root slot for each root, and one root at least: ${roots.length} roots, ${options.rootSlots.length} slots`,
      );
    this.graph = graph;
    this.slots = options.slots;
    this.plan = compile(graph, roots, options.slots, options.rootSlots, options.guards ?? []);
    this.registers = new Int32Array(Math.max(1, this.plan.registers));
  }

  /**
   * Appends matches to `out`, in creation order of the first root's e-nodes; returns how many. The same
   * row comes once for every choice of e-nodes that gives it. The graph must be rebuilt.
   */
  search(out: Matches, options: SearchOptions = {}): number {
    if (!this.graph.clean)
      throw new Error("the e-graph has unions pending: call rebuild() before searching");
    if (out.width !== this.slots)
      throw new RangeError(`rows of width ${this.slots} do not fit matches of width ${out.width}`);
    this.registers.fill(-1);
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    return execute(this.graph, this.plan, this.registers, out, limit, options.stop);
  }
}
