import { generate, type Program } from "./codegen.ts";
import { compile, type Start } from "./compile.ts";
import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import { Interpreter } from "./interpreter.ts";
import { ARITY, CODE, RECORD, STRIDE, TOUCHED } from "./kernel/layout.ts";
import { SCAN } from "./kernel/steps.ts";
import type { Matches } from "./matches.ts";
import type { Guard, NodePattern, Pattern } from "./pattern.ts";
import type { Plan } from "./plan.ts";
import { beginnings, firstGenerator, isHopeless, rarest } from "./start.ts";

/** What a query binds. */
export interface QueryOptions {
  /** Number of slots, the width of a match row. Slots that nothing binds are -1. */
  readonly slots: number;
  /** The slot that receives the class of each root. */
  readonly rootSlots: readonly number[];
  /** Conditions on the slots. */
  readonly guards?: readonly Guard[];
  /** Slots whose facts matter to whoever asks, though to no guard: a change of them makes a match fresh. */
  readonly reads?: readonly number[];
}

/** Options of a search. */
export interface SearchOptions {
  /** Matches to find at most. */
  readonly limit?: number;
  /** Asked every few thousand steps whether to give up; what was found until then stays. */
  readonly stop?: () => boolean;
  /**
   * Only what may be new since the last such search of this query that was complete: all matches that were not
   * there then, among some that were. Restoring a mark brings back what had been seen at it.
   */
  readonly fresh?: boolean;
}

/** Steps after which a query is worth compiling to code. */
const WARM = 500_000;
/** A plan for a graph: interpreted until it has done some work, then code. */
class Machine {
  private readonly graph: EGraph<unknown>;
  private readonly plan: Plan;
  private readonly slots: number;
  private readonly interpreter: Interpreter;
  /** Undefined while interpreted; null where code cannot be made. */
  private program: Program | null | undefined;

  constructor(graph: EGraph<unknown>, plan: Plan, slots: number) {
    this.graph = graph;
    this.plan = plan;
    this.slots = slots;
    this.interpreter = new Interpreter(graph.heap, graph.guards, plan, slots);
  }

  /** Makes code of the plan; whether that is allowed. */
  compile(): boolean {
    const arity = (symbol: number): number => this.graph.ofSymbol(symbol, ARITY);
    this.program ??= generate(this.plan, this.slots, arity) ?? null;
    return this.program !== null;
  }

  /** Appends matches, `limit` at most; returns whether it found all. */
  run(out: Matches, limit: number, stop: (() => boolean) | undefined): boolean {
    if (limit <= 0) return false;
    if (this.program === undefined && this.interpreter.steps > WARM) this.compile();
    return this.program
      ? this.program(this.graph, out, limit, stop)
      : this.interpreter.run(out, limit, stop);
  }
}

/**
 * A pattern, or several at once, compiled for a graph. Several roots are a join: they share slots, are
 * found from one another through parents and children, and match pairwise different classes. Two roots
 * that are the same pattern but for slots of their own are matched in one order only.
 *
 * A query is interpreted until it has done some work, then compiled to code where that is allowed.
 */
export class Query {
  private readonly graph: EGraph<unknown>;
  private readonly roots: readonly Pattern[];
  private readonly options: QueryOptions;
  private readonly whole: Machine;
  /** Whether a search for all matches begins with all e-nodes of the first root. */
  private readonly scans: boolean;
  /** Searches that begin at a pattern below that root: made when it first pays. */
  private readonly within = new Map<NodePattern, Machine>();
  /** For each root: the search that begins at it, in the classes that changed. Made when first needed. */
  private readonly partial: (Machine | undefined)[] = [];
  /** Where it is kept how many ids and changes there were at the last complete fresh search. */
  private seen = -1;
  private clears = 0;
  private readonly depth: number;

  // biome-ignore lint/suspicious/noExplicitAny: a query does not look at the facts of the graph
  constructor(graph: EGraph<any>, roots: readonly Pattern[], options: QueryOptions) {
    if (roots.length === 0 || roots.length !== options.rootSlots.length)
      throw new RangeError(
        `a query needs a root slot for each root, and one root at least: ${roots.length} roots, ${options.rootSlots.length} slots`,
      );
    this.graph = graph;
    this.roots = roots;
    this.options = options;
    const plan = this.plan();
    this.whole = new Machine(graph, plan, options.slots);
    this.scans = firstGenerator(plan) === SCAN;
    this.depth = depthOf(roots, options);
  }

  private plan(start?: Start): Plan {
    const { slots, rootSlots, guards = [] } = this.options;
    return compile(this.graph, this.roots, slots, rootSlots, guards, start);
  }

  /**
   * Appends matches to `out`, in creation order of the first root's e-nodes; returns how many. The same
   * row comes once for every choice of e-nodes that gives it. The graph must be rebuilt.
   */
  search(out: Matches, options: SearchOptions = {}): number {
    const { graph } = this;
    const { slots } = this.options;
    if (!graph.clean)
      throw new EGraphError(
        "pending",
        "the e-graph has unions pending: call rebuild() before searching",
      );
    if (out.width !== slots)
      throw new RangeError(`rows of width ${slots} do not fit matches of width ${out.width}`);
    const { limit = Number.POSITIVE_INFINITY, stop, fresh = false } = options;
    const before = out.count;
    if (fresh) this.searchFresh(out, limit, stop);
    else this.best().run(out, limit, stop);
    return out.count - before;
  }

  /** Makes the next fresh search a whole one. */
  forget(): void {
    if (this.seen >= 0) this.see(0, 0);
  }

  /** Compiles the query to code at once; whether that is allowed. @internal */
  compile(): boolean {
    return this.whole.compile();
  }

  /** The search for all matches that begins where there are fewest e-nodes to begin with. */
  private best(): Machine {
    const [root] = this.roots;
    const within = this.scans && root?.kind === "node" ? rarest(this.graph, root) : undefined;
    if (!within) return this.whole;
    const machine =
      this.within.get(within) ?? new Machine(this.graph, this.plan({ within }), this.options.slots);
    this.within.set(within, machine);
    return machine;
  }

  /** How many e-nodes a search for all matches begins with at least. */
  private beginnings(): number {
    const [root] = this.roots;
    return this.scans && root?.kind === "node"
      ? beginnings(this.graph, root)
      : Number.POSITIVE_INFINITY;
  }

  private searchFresh(out: Matches, limit: number, stop: (() => boolean) | undefined): void {
    const { heap, clears } = this.graph;
    if (this.seen < 0) this.seen = heap.append(CODE, [0, 0]);
    if (this.clears !== clears) this.see(0, 0);
    this.clears = clears;
    const at = (heap.words[CODE] as number) + this.seen;
    const created = heap.words[at] as number;
    const touched = heap.words[at + 1] as number;
    const ids = heap.length(RECORD) / STRIDE;
    const changes = heap.length(TOUCHED);
    if (created === ids && touched === changes) return;
    if (isHopeless(this.graph, this.roots) || this.searchSince(created, touched, out, limit, stop))
      this.see(ids, changes);
  }

  /** Finds what may be new since there were `created` ids and `touched` changes; whether it found all. */
  private searchSince(
    created: number,
    touched: number,
    out: Matches,
    limit: number,
    stop: (() => boolean) | undefined,
  ): boolean {
    const dirty = created === 0 ? -1 : this.graph.changes.since(created, touched, this.depth);
    if (dirty < 0 || this.beginnings() <= dirty) return this.best().run(out, limit, stop);
    return dirty === 0 || this.searchChanged(out, limit, stop);
  }

  private searchChanged(out: Matches, limit: number, stop: (() => boolean) | undefined): boolean {
    const before = out.count;
    for (let root = 0; root < this.roots.length; root++) {
      const machine =
        this.partial[root] ??
        new Machine(this.graph, this.plan({ changed: root }), this.options.slots);
      this.partial[root] = machine;
      if (!machine.run(out, limit - (out.count - before), stop)) return false;
    }
    return true;
  }

  /** Notes what has been seen, in the memory of the graph, where it can be undone. */
  private see(created: number, touched: number): void {
    const { heap } = this.graph;
    heap.kernel.note(this.seen, created);
    heap.kernel.note(this.seen + 1, touched);
  }
}

/** Levels below a root at which a change can make a match: what is bound once and read by nobody does not matter. */
function depthOf(
  roots: readonly Pattern[],
  { guards = [], reads = [], rootSlots }: QueryOptions,
): number {
  const uses = new Map<number, number>();
  const use = (slot: number): void => void uses.set(slot, (uses.get(slot) ?? 0) + 1);
  const count = (pattern: Pattern): void => {
    if (pattern.kind === "variable") use(pattern.slot);
    else {
      if (pattern.classSlot !== undefined) use(pattern.classSlot);
      for (const child of [...pattern.children, ...(pattern.suffix ?? [])]) count(child);
    }
  };
  for (const root of roots) count(root);
  for (const slot of rootSlots) use(slot);
  for (const slot of [...guards.flatMap(({ needs }) => needs), ...reads]) use(slot);
  const depth = (pattern: Pattern): number => {
    if (pattern.kind === "variable") return (uses.get(pattern.slot) ?? 0) > 1 ? 0 : -1;
    const below = [...pattern.children, ...(pattern.suffix ?? [])].map(depth);
    // Guards read further children through the e-node.
    const rest = pattern.rest ? 0 : -1;
    return 1 + Math.max(-1, rest, ...below);
  };
  return Math.max(0, ...roots.map(depth));
}
