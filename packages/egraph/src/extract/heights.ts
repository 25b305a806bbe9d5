import type { Problem } from "./problem.ts";
import { cheapestTrees } from "./tree.ts";

/**
 * Ways down for a dual ascent: of several children of an e-node it follows the one of the greatest height.
 * None is the best everywhere, and the bounds they give differ widely.
 */
export const ways: readonly ((task: Problem) => Float64Array)[] = [
  // The dearest child, and the cheapest.
  (task) => cheapestTrees(task, task.costs).cost,
  (task) => cheapestTrees(task, task.costs).cost.map((cost) => -cost),
  // The one of the smallest term.
  (task) => cheapestTrees(task, new Float64Array(task.nodes).fill(1)).cost.map((size) => -size),
  // The one that most e-nodes use.
  (task) =>
    Float64Array.from(
      { length: task.classes },
      (_, c) => (task.parentAt[c + 1] as number) - (task.parentAt[c] as number),
    ),
  // The first.
  (task) => new Float64Array(task.classes),
];
