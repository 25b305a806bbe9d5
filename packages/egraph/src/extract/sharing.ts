import { type Budget, TREES } from "./budget.ts";
import { Incumbent } from "./incumbent.ts";
import { cheapestTrees } from "./tree.ts";

/**
 * A class is priced at slightly less than its part of what it costs (uses ^ 1.2 instead of uses): that
 * draws choices together on what is shared already. Found by experiment.
 */
const ATTRACTION = 1.2;

/**
 * Another program, from the uses that one makes of its classes: the cost of each class is divided among
 * its users, which turns tree costs into an estimate of costs under sharing, and the cheapest trees give
 * the next program, `passes` times. Returns the best of those.
 */
export function shareCosts(
  from: Incumbent,
  passes: number,
  stop: () => boolean,
  budget: Budget,
): Incumbent {
  const { task } = from;
  const shares = new Float64Array(task.classes);
  let current = from;
  let best: Incumbent | undefined;
  for (let pass = 0; pass < passes && !budget.isSpent && !stop(); pass++) {
    for (let c = 0; c < task.classes; c++)
      shares[c] = Math.max(1, current.uses[c] as number) ** ATTRACTION;
    budget.spent += TREES * (task.nodes + task.children.length);
    current = new Incumbent(task, cheapestTrees(task, task.costs, { shares }).choice, budget);
    if (!best || current.cost < best.cost) best = current;
  }
  return best ?? from;
}
