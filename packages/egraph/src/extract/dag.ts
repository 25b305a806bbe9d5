import type { EGraph } from "../egraph.ts";
import type { Id } from "../ids.ts";
import { CostSets, type Ties } from "./costsets.ts";
import type { Extraction, NodeCost } from "./extraction.ts";
import { improve } from "./improve.ts";
import { Incumbent } from "./incumbent.ts";
import { problem, program, requirePrograms } from "./problem.ts";
import { cheapestTrees } from "./tree.ts";

/** Options of {@link extractDag}. */
export interface DagOptions {
  /** Rounds of local improvement; it ends early when a round finds nothing. Default 16. */
  readonly rounds?: number;
  /** Which of e-nodes that come to the same cost is taken. Default `"oldest"`. */
  readonly ties?: Ties;
  /** Asked now and then whether to end with the best program so far. */
  readonly stop?: () => boolean;
}

/**
 * A program of low cost under sharing: each class it uses counts once. Greedy over cost sets, then local
 * improvement by marginal cost. Not exact (the problem is NP-hard), never cyclic, deterministic.
 */
export function extractDag(
  // biome-ignore lint/suspicious/noExplicitAny: extraction does not look at the facts of the graph
  graph: EGraph<any>,
  roots: readonly Id[],
  cost: NodeCost,
  options: DagOptions = {},
): Extraction {
  const { rounds = 16, ties = "oldest", stop = () => false } = options;
  const task = problem(graph, roots, cost);
  const trees = cheapestTrees(task, task.costs);
  requirePrograms(task, trees.choice);
  const sets = new CostSets(task);
  sets.solve(trees, ties, stop);
  // Each root has its own best program; together they may share less than the cheapest trees do.
  const greedy = new Incumbent(task, sets.merge(task.roots));
  const plain = new Incumbent(task, trees.choice);
  const start = plain.cost < greedy.cost ? plain : greedy;
  improve(start, rounds, stop);
  const { choice, order } = start;
  let total = 0;
  for (const c of order) total += task.costs[choice[c] as number] as number;
  return program(task, order, choice, total);
}
