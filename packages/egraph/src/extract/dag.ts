import type { EGraph } from "../egraph.ts";
import type { Id } from "../ids.ts";
import { CostSets, type Ties, TOLERANCE } from "./costsets.ts";
import type { Extraction, NodeCost } from "./extraction.ts";
import { improve } from "./improve.ts";
import { Incumbent } from "./incumbent.ts";
import { type Problem, problem, program, requirePrograms } from "./problem.ts";
import { shareCosts } from "./sharing.ts";
import { cheapestTrees } from "./tree.ts";

/** Passes of cost sharing for a first program, and for another one to improve. */
const [FIRST_PASSES, MORE_PASSES] = [8, 3];

/** Options of {@link extractDag}. */
export interface DagOptions {
  /**
   * Rounds of local improvement in all, from several starts if they suffice. 0: greedy only. It ends
   * early when starting again finds nothing better. Default 8.
   */
  readonly rounds?: number;
  /** Which of e-nodes that come to the same cost is taken. Default `"oldest"`. */
  readonly ties?: Ties;
  /** Asked now and then whether to end with the best program so far. */
  readonly stop?: () => boolean;
}

/**
 * A program of low cost under sharing: each class it uses counts once. Greedy over cost sets, cost
 * sharing, then local improvement by marginal cost. Not exact (the problem is NP-hard), never cyclic,
 * never dearer than the program of cheapest trees, deterministic; its effort is bounded, at about a second
 * for 50,000 e-nodes.
 */
export function extractDag(
  // biome-ignore lint/suspicious/noExplicitAny: extraction does not look at the facts of the graph
  graph: EGraph<any>,
  roots: readonly Id[],
  cost: NodeCost,
  options: DagOptions = {},
): Extraction {
  const task = problem(graph, roots, cost);
  const { choice, order } = cheapProgram(task, options);
  return program(task, order, choice, costOfAll(task, order, choice));
}

/** What the e-nodes chosen for some classes cost together. */
export function costOfAll(task: Problem, order: Int32Array, choice: Int32Array): number {
  let total = 0;
  for (const c of order) total += task.costs[choice[c] as number] as number;
  return total;
}

/** The program that {@link extractDag} finds. */
export function cheapProgram(task: Problem, options: DagOptions = {}): Incumbent {
  const { rounds = 8, ties = "oldest", stop = () => false } = options;
  const trees = cheapestTrees(task, task.costs);
  requirePrograms(task, trees.choice);
  let best = new Incumbent(task, trees.choice);
  const sets = new CostSets(task);
  // Each root has its own best program; together they may share less than the cheapest trees do.
  if (sets.solve(trees, ties, stop))
    best = cheaper(new Incumbent(task, sets.merge(task.roots)), best);
  if (rounds > 0) best = cheaper(best, shareCosts(best, FIRST_PASSES, stop));
  let left = rounds - improve(best, rounds, stop);
  while (left > 0 && !stop()) {
    const other = shareCosts(best, MORE_PASSES, stop);
    left -= improve(other, left, stop);
    if (cheaper(best, other) === best) break;
    best = other;
  }
  return best;
}

/** The cheaper of two programs, the first unless the difference is more than rounding. */
function cheaper(first: Incumbent, second: Incumbent): Incumbent {
  return second.cost < first.cost * (1 - TOLERANCE) ? second : first;
}
