import type { EGraph } from "../egraph.ts";
import type { Id } from "../ids.ts";
import type { Ties } from "./costsets.ts";
import { ExtractionError } from "./error.ts";
import type { Extraction, NodeCost } from "./extraction.ts";
import { costOfAll, problem, program } from "./problem.ts";
import { Search } from "./search.ts";

/** Steps of branch and bound by default, a fifth of a second at most. */
const EFFORT = 2e6;

/** Options of {@link extractDag}. */
export interface DagOptions {
  /**
   * Rounds of local improvement in all, from several starts if they suffice. 0: greedy only. It ends
   * early when starting again finds nothing better. Default 8.
   */
  readonly rounds?: number;
  /**
   * Steps of branch and bound and of starting again after that: by default 2e6, a fifth of a second
   * at most, and none where bounds show that the program is the best, nor on graphs of more than a
   * hundredth of it in e-nodes. 0: none, for where milliseconds count.
   */
  readonly effort?: number;
  /** Which of e-nodes that come to the same cost is taken. Default `"oldest"`. */
  readonly ties?: Ties;
  /** Asked now and then whether to end with the best program so far. */
  readonly stop?: () => boolean;
}

/**
 * A program of low cost under sharing: each class it uses counts once. Greedy over cost sets, cost
 * sharing, dual ascent, local improvement by marginal cost, and a little branch and bound. Not exact (the
 * problem is NP-hard), never cyclic, never dearer than the program of cheapest trees, deterministic; its
 * effort is bounded, at about a second for 50,000 e-nodes.
 */
export function extractDag(
  // biome-ignore lint/suspicious/noExplicitAny: extraction does not look at the facts of the graph
  graph: EGraph<any>,
  roots: readonly Id[],
  cost: NodeCost,
  options: DagOptions = {},
): Extraction {
  const { effort = EFFORT, stop = () => false } = options;
  if (!(effort >= 0)) throw new ExtractionError("option", `effort is ${effort}, not a number ≥ 0`);
  const task = problem(graph, roots, cost);
  const search = new Search(task, { ...options, effort, stop });
  search.run();
  const { choice, order } = search.best;
  return program(task, order, choice, costOfAll(task, order, choice));
}
