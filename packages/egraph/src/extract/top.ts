import type { EGraph } from "../egraph.ts";
import type { Id } from "../ids.ts";
import { BranchAndBound } from "./branch.ts";
import { Budget, TREES } from "./budget.ts";
import { ExtractionError } from "./error.ts";
import type { Extraction, NodeCost } from "./extraction.ts";
import { Incumbent } from "./incumbent.ts";
import { costOfAll, type Problem, problem, program } from "./problem.ts";
import { isWorthBranching, Search } from "./search.ts";
import { Topology } from "./topology.ts";
import { cheapestTrees } from "./tree.ts";

/** Steps of the search for what the exchanges miss, by default: about a second. */
const EFFORT = 1e7;
/** Steps of the search for the first of them. */
const EFFORT_FIRST = 2e6;

/** Links that exchanges may look at: about a second. */
const EXCHANGES = 1e8;

/** Options of {@link extractTop}. */
export interface TopOptions {
  /** Steps of the search for the exact answer; 0: only programs close to the best one are looked at. Default 1e7, about a second. */
  readonly effort?: number;
  /** Asked now and then whether to end with the programs so far. */
  readonly stop?: () => boolean;
}

/** Programs, and whether they are the cheapest. */
export interface TopExtraction {
  /** Distinct programs, cheapest first. */
  readonly programs: readonly Extraction[];
  /** Whether it is shown that no other program is cheaper than the last, and that there are no more if they are fewer than asked for. */
  readonly proven: boolean;
}

/**
 * The `count` cheapest programs under sharing, for a model that ranks whole programs. Two programs are
 * distinct when they consist of different e-nodes. The first is never dearer than that of `extractDag`;
 * the others begin with what comes of it by exchanging the e-node of one class after the other, best
 * first, and are then searched for by branch and bound, which makes them exactly the cheapest ones where
 * it ends within the effort (`proven`; of equally dear ones any). Deterministic.
 */
export function extractTop(
  // biome-ignore lint/suspicious/noExplicitAny: extraction does not look at the facts of the graph
  graph: EGraph<any>,
  roots: readonly Id[],
  cost: NodeCost,
  count: number,
  options: TopOptions = {},
): TopExtraction {
  if (!(Number.isInteger(count) && count >= 1))
    throw new ExtractionError("option", `count is ${count}, not a whole number ≥ 1`);
  const { effort = EFFORT, stop = () => false } = options;
  const task = problem(graph, roots, cost);
  const best = new Ranking(task, count);
  const first = new Search(task, { effort: Math.min(effort, EFFORT_FIRST), stop });
  first.run();
  best.add(first.best.choice);
  exchange(task, best, stop);
  const proven = isWorthBranching(task, effort) && branch(task, best, effort, stop);
  const programs = best.items.map(({ choice, order, cost: total }) =>
    program(task, order, choice, total),
  );
  return { programs, proven };
}

/** Searches for cheaper programs than the last one ranked; returns whether it has seen them all. */
function branch(task: Problem, best: Ranking, effort: number, stop: () => boolean): boolean {
  const search = new BranchAndBound(task, best.limit, {
    ...{ effort, stop, offer: (choice: Int32Array): number => best.add(choice) },
    heights: cheapestTrees(task, task.costs).cost.map((height) => -height),
  });
  return search.run() === Number.POSITIVE_INFINITY;
}

interface Ranked {
  readonly cost: number;
  readonly choice: Int32Array;
  readonly order: Int32Array;
  /** The e-nodes in ascending order: equal keys, equal programs. */
  readonly key: string;
}

/** The cheapest distinct programs met so far, cheapest first, in the order met where they cost the same. */
class Ranking {
  readonly items: Ranked[] = [];
  private readonly task: Problem;
  private readonly count: number;
  private readonly topology: Topology;
  private readonly keys = new Set<string>();

  constructor(task: Problem, count: number) {
    this.task = task;
    this.count = count;
    this.topology = new Topology(task);
  }

  /** What a further program must cost less than. */
  get limit(): number {
    const last = this.items[this.count - 1];
    return last ? last.cost : Number.POSITIVE_INFINITY;
  }

  /** Adds the program of a choice if it is new and cheap enough; returns the limit. */
  add(choice: Int32Array): number {
    const { task, items, keys } = this;
    const order = this.topology.sort(choice, task.roots);
    if (!order) return this.limit;
    const cost = costOfAll(task, order, choice);
    if (cost >= this.limit) return this.limit;
    const key = Int32Array.from(order, (c) => choice[c] as number)
      .sort()
      .join();
    if (keys.has(key)) return this.limit;
    keys.add(key);
    let at = items.length;
    while (at > 0 && (items[at - 1] as Ranked).cost > cost) at--;
    items.splice(at, 0, { cost, choice: choice.slice(), order: order.slice(), key });
    if (items.length > this.count) keys.delete((items.pop() as Ranked).key);
    return this.limit;
  }
}

/** Exchanges the e-node of each class of the programs ranked, cheapest program first, until none is left to begin with. */
function exchange(task: Problem, best: Ranking, stop: () => boolean): void {
  const done = new Set<string>();
  const budget = new Budget(EXCHANGES);
  for (;;) {
    const from = best.items.find((item) => !done.has(item.key));
    if (!from) return;
    done.add(from.key);
    const incumbent = new Incumbent(task, from.choice.slice(), budget);
    const { uses, choice, cost } = incumbent;
    // Other classes enter with what is cheapest beside the program.
    const free = Uint8Array.from(uses, (count) => (count > 0 ? 1 : 0));
    const entering = cheapestTrees(task, task.costs, { free }).choice;
    budget.spent += TREES * (task.nodes + task.children.length);
    for (let c = 0; c < task.classes; c++) if (free[c] === 0) choice[c] = entering[c] as number;
    for (const c of from.order) {
      if (budget.isSpent || stop()) return;
      const own = choice[c] as number;
      const kept = cost - (task.costs[own] as number) - incumbent.dropChildren(c);
      const cheap: number[] = [];
      for (let n = task.first[c] as number; n < (task.first[c + 1] as number); n++)
        if (n !== own && incumbent.price(c, n, best.limit - kept) < Number.POSITIVE_INFINITY)
          cheap.push(n);
      incumbent.useChildren(c);
      for (const n of cheap) {
        choice[c] = n;
        best.add(choice);
        budget.spent += 20 * from.order.length;
      }
      choice[c] = own;
    }
  }
}
