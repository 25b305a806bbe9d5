import { generate, type Program } from "./codegen.ts";
import { compile } from "./compile.ts";
import type { EGraph } from "./egraph.ts";
import { execute, type Meter } from "./machine.ts";
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

/** Steps after which a query is worth compiling to code. */
const WARM = 50_000;

/**
 * A pattern, or several at once, compiled for a graph. Several roots are a join: they share slots, are
 * found from one another through parents and children, and match pairwise different classes. Two roots
 * that are the same pattern but for slots of their own are matched in one order only.
 *
 * A query is interpreted until it has done some work, then compiled to code where that is allowed.
 */
export class Query {
  private readonly graph: EGraph<unknown>;
  private readonly slots: number;
  private readonly plan: Plan;
  private readonly registers: Int32Array;
  private readonly meter: Meter = { steps: 0 };
  /** Undefined while interpreted; null where code cannot be made. */
  private program: Program | null | undefined;

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
    const { graph, registers, meter } = this;
    const { limit = Number.POSITIVE_INFINITY, stop } = options;
    if (this.program === undefined && meter.steps > WARM) this.compile();
    if (this.program) return this.program(graph, registers, out, limit, stop);
    return execute(graph, this.plan, registers, out, limit, stop, meter);
  }

  private compile(): void {
    this.program = generate(this.plan, this.slots) ?? null;
  }
}
