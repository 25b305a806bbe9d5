import { generate } from "../codegen.ts";
import { compile } from "../compile.ts";
import { EGraphError } from "../error.ts";
import { CLASSES, DIRTY, LOOKUP, ORDERS, SAME, SCAN, STEP } from "../kernel/steps.ts";
import type { Matches } from "../matches.ts";
import type { Pattern } from "../pattern.ts";
import type { Plan } from "../plan.ts";
import type { QueryOptions } from "../query.ts";
import { firstGenerator, rarest } from "../start.ts";
import type { FrozenGraph } from "./graph.ts";
import { Workspace } from "./workspace.ts";

/** Options of a search of a frozen graph. */
export interface FrozenSearchOptions {
  /**
   * `[i, n]`: only part i of n, of about as many candidates each. The parts one after another are the whole search,
   * row by row. A few patterns cannot be divided; then part 0 has all. All of it when not given.
   */
  readonly part?: readonly [i: number, n: number];
  /** Matches to find at most, of this part. */
  readonly limit?: number;
  /** Asked every few thousand steps whether to give up; what was found until then stays. */
  readonly stop?: () => boolean;
}

/** A plan whose patterns without variables are known, and whose first loop goes over what it is given. */
interface Settled extends Plan {
  /** What that loop goes over; undefined where it is none that can be divided. */
  readonly source: { readonly wanted: number | undefined } | undefined;
}

type Run = (
  out: Matches,
  limit: number,
  stop: (() => boolean) | undefined,
  items: Int32Array | undefined,
) => boolean;

const workspaces = new WeakMap<FrozenGraph, Workspace>();

/**
 * A pattern, or several at once, compiled for a frozen graph: finds what a `Query` found in the graph that was
 * frozen, in the same order, and can do so in parts. Guards are functions, so they are made in the thread that
 * searches and see the numbers of a match only.
 */
export class FrozenQuery {
  private readonly graph: FrozenGraph;
  private readonly slots: number;
  /** Undefined where nothing can match. */
  private readonly plan: Settled | undefined;
  private run: Run | undefined;

  /** Throws a RangeError for roots without slots and guards whose slots are not bound, as `Query` does. */
  constructor(graph: FrozenGraph, roots: readonly Pattern[], options: QueryOptions) {
    const { slots, rootSlots, guards = [] } = options;
    if (roots.length === 0 || roots.length !== rootSlots.length)
      throw new RangeError(
        `a query needs a root slot for each root, and one root at least: ${roots.length} roots, ${rootSlots.length} slots`,
      );
    this.graph = graph;
    this.slots = slots;
    const whole = compile(graph, roots, slots, rootSlots, guards);
    const [root] = roots;
    const within =
      firstGenerator(whole) === SCAN && root?.kind === "node" ? rarest(graph, root) : undefined;
    this.plan = settle(
      graph,
      within ? compile(graph, roots, slots, rootSlots, guards, { within }) : whole,
    );
  }

  /**
   * Appends matches to `out`; returns how many. Throws a RangeError where the rows do not fit, and an
   * {@link EGraphError} `option` for a part that is none.
   */
  search(out: Matches, options: FrozenSearchOptions = {}): number {
    const { slots, plan } = this;
    const { part = [0, 1], limit = Number.POSITIVE_INFINITY, stop } = options;
    const [i, n] = part;
    if (!(Number.isSafeInteger(i) && Number.isSafeInteger(n) && i >= 0 && i < n))
      throw new EGraphError(
        "option",
        `there is no part ${i} of ${n}: parts are numbered from 0 to one less than there are`,
      );
    if (out.width !== slots)
      throw new RangeError(`rows of width ${slots} do not fit matches of width ${out.width}`);
    if (!plan || limit <= 0 || (!plan.source && i > 0)) return 0;
    const before = out.count;
    this.run ??= this.ready(plan);
    this.run(out, limit, stop, plan.source && this.candidates(plan.source.wanted, i, n));
    return out.count - before;
  }

  /** What the first loop goes over in a part. */
  private candidates(wanted: number | undefined, i: number, n: number): Int32Array {
    const { graph } = this;
    const total = wanted === undefined ? graph.created : graph.listed(wanted);
    const from = Math.floor((total * i) / n);
    const to = Math.floor((total * (i + 1)) / n);
    return wanted === undefined ? graph.roots(from, to) : graph.scan(wanted, from, to);
  }

  /** The plan as code, or else interpreted. */
  private ready(plan: Plan): Run {
    const { graph, slots } = this;
    const program = generate(plan, slots, (symbol) => graph.arityOf(symbol));
    if (program) {
      const searched = { heap: graph };
      return (out, limit, stop, items) => program(searched, out, limit, stop, items);
    }
    const workspace = workspaces.get(graph) ?? new Workspace(graph.words);
    workspaces.set(graph, workspace);
    const interpreter = workspace.load(plan, slots);
    return (out, limit, stop, items) => interpreter.run(out, limit, stop, items);
  }
}

/**
 * The plan for a graph that never changes: what it looks up is looked up now, and its first loop, where that goes
 * over a list of the graph, goes over any part of it. Undefined where something that it needs is not there.
 */
function settle(graph: FrozenGraph, plan: Plan): Settled | undefined {
  const code = [...plan.code];
  const initial = new Array<number>(plan.registers).fill(-1);
  let source: Settled["source"];
  for (let at = 0; at < code.length; at += STEP) {
    const [kind, a, b, c, d] = code.slice(at, at + 5) as [number, number, number, number, number];
    if (kind === LOOKUP) {
      const children = plan.orders.slice(d, d + graph.arityOf(a)).map((r) => initial[r] as number);
      const id = graph.seek(a, b, children);
      if (id < 0) return undefined;
      initial[c] = id;
      code.splice(at, 3, SAME, c, c);
    } else if (kind <= ORDERS) {
      if (kind === SCAN) source = { wanted: a };
      else if (kind === CLASSES) source = { wanted: undefined };
      if (source) code.splice(at, 2, DIRTY, kind === SCAN ? b : a);
      break;
    }
  }
  return { ...plan, code, initial, source };
}
