import type { EGraph } from "../egraph.ts";
import type { Id } from "../ids.ts";
import { ExtractionError } from "./error.ts";
import type { Extraction, NodeCost } from "./extraction.ts";
import type { IlpSolver } from "./ilp.ts";
import { costOfAll, problem, program } from "./problem.ts";
import { PROOF, Search } from "./search.ts";

/** Steps of the own search by default, and links that local improvement before it may look at: ten seconds or so. */
const [EFFORT, LINKS] = [1e10, 1e9];

/** Options of {@link extractExact}. */
export interface ExactOptions {
  /**
   * Wall-clock time in seconds, after which the best program so far is returned. Default 30. Infinity: no
   * clock is read, and the result depends on nothing but the input.
   */
  readonly seconds?: number;
  /** Steps of the search, about 1e8 a second: bounds it without a clock. Default 1e10. */
  readonly effort?: number;
  /** For what is left open by the own search. A solve blocks, and may be a little late when the time is up. */
  readonly solver?: IlpSolver;
  /** Asked now and then whether to end with the best program so far. */
  readonly stop?: () => boolean;
}

/** A program, and what is known about how good it is. */
export interface ExactExtraction extends Extraction {
  /** No program costs less, up to rounding. At most `cost`. */
  readonly bound: number;
  /** Whether the program is shown to be optimal: its cost exceeds the bound by less than a billionth. */
  readonly proven: boolean;
  /** How much of its cost it might be too dear: (cost - bound) / cost. */
  readonly gap: number;
}

/**
 * The cheapest program under sharing, or the best that could be found in the time, with a lower bound: the
 * program of `extractDag`, then reductions, dual ascent and branch and bound, and what these leave open by
 * the solver if there is one. A bound of the solver is as good as its tolerances (of HiGHS about a
 * millionth); all others are exact up to rounding. Without a clock (`seconds: Infinity`) the result depends
 * on nothing but the input. Throws an {@link ExtractionError} for costs that are NaN or negative, ids that
 * are none, a graph that is not rebuilt, and a root without a program.
 */
export function extractExact(
  // biome-ignore lint/suspicious/noExplicitAny: extraction does not look at the facts of the graph
  graph: EGraph<any>,
  roots: readonly Id[],
  cost: NodeCost,
  options: ExactOptions = {},
): ExactExtraction {
  const { seconds = 30, effort = EFFORT, solver, stop = () => false } = options;
  if (!(seconds >= 0))
    throw new ExtractionError("option", `seconds is ${seconds}, not a number ≥ 0`);
  if (!(effort >= 0)) throw new ExtractionError("option", `effort is ${effort}, not a number ≥ 0`);
  const isTimed = seconds < Number.POSITIVE_INFINITY;
  const end = isTimed ? performance.now() + seconds * 1000 : seconds;
  const secondsLeft = (): number => (isTimed ? (end - performance.now()) / 1000 : seconds);
  const task = problem(graph, roots, cost);
  const search = new Search(task, {
    ...{ effort, links: LINKS, secondsLeft, stop: () => secondsLeft() <= 0 || stop() },
    ...(solver && { solver }),
  });
  search.run();
  const { choice, order } = search.best;
  const total = costOfAll(task, order, choice);
  const bound = Math.min(search.bound, total);
  return {
    ...program(task, order, choice, total),
    ...{
      bound,
      proven: bound >= total * (1 - PROOF),
      gap: total > 0 ? (total - bound) / total : 0,
    },
  };
}
