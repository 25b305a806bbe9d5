import { PriorityQueue } from "./priority-queue.ts";
import type { Problem } from "./problem.ts";

/**
 * The e-nodes that no program below `limit` uses, as a bound with its reduced costs shows: a program costs
 * at least `bound` and the reduced costs of its e-nodes, among which are, with an e-node, a path from a root
 * down to it and one from it down to a leaf. 1 per e-node that is of no use.
 */
export function superfluous(
  task: Problem,
  roots: Iterable<number>,
  reduced: Float64Array,
  bound: number,
  limit: number,
): Uint8Array {
  const down = heights(task, reduced);
  const up = depths(task, roots, reduced);
  const { classOf, childAt, children } = task;
  const gone = new Uint8Array(task.nodes);
  for (let n = 0; n < task.nodes; n++) {
    let highest = 0;
    for (let k = childAt[n] as number; k < (childAt[n + 1] as number); k++)
      highest = Math.max(highest, down[children[k] as number] as number);
    const sum = bound + (up[classOf[n] as number] as number) + (reduced[n] as number) + highest;
    if (!(sum < limit)) gone[n] = 1;
  }
  return gone;
}

/** Per class: the least cost of the dearest path down from it, over all its programs. */
function heights(task: Problem, costs: Float64Array): Float64Array {
  const { classOf, childAt, children, parentAt, parents } = task;
  const height = new Float64Array(task.classes).fill(Number.POSITIVE_INFINITY);
  const missing = new Int32Array(task.nodes);
  const queue = new PriorityQueue(task.nodes);
  for (let n = 0; n < task.nodes; n++) {
    missing[n] = (childAt[n + 1] as number) - (childAt[n] as number);
    if (missing[n] === 0) queue.push(n, costs[n] as number, 0);
  }
  while (queue.size > 0) {
    const top = queue.top();
    const c = classOf[top] as number;
    const value = queue.topCost();
    queue.pop();
    if (value === Number.POSITIVE_INFINITY || (height[c] as number) < Number.POSITIVE_INFINITY)
      continue;
    height[c] = value;
    for (let k = parentAt[c] as number; k < (parentAt[c + 1] as number); k++) {
      const n = parents[k] as number;
      const left = (missing[n] as number) - 1;
      missing[n] = left;
      if (left > 0) continue;
      // Classes are settled in ascending order: the last child is the highest.
      let highest = 0;
      for (let j = childAt[n] as number; j < (childAt[n + 1] as number); j++)
        highest = Math.max(highest, height[children[j] as number] as number);
      queue.push(n, highest + (costs[n] as number), 0);
    }
  }
  return height;
}

/** Per class: the least cost of a path from a root down to it, its own e-node not counted. */
function depths(task: Problem, roots: Iterable<number>, costs: Float64Array): Float64Array {
  const { first, childAt, children } = task;
  const depth = new Float64Array(task.classes).fill(Number.POSITIVE_INFINITY);
  const queue = new PriorityQueue(task.nodes);
  const settle = (c: number, value: number): void => {
    if ((depth[c] as number) < Number.POSITIVE_INFINITY) return;
    depth[c] = value;
    for (let n = first[c] as number; n < (first[c + 1] as number); n++)
      queue.push(n, value + (costs[n] as number), 0);
  };
  for (const root of roots) settle(root, 0);
  while (queue.size > 0) {
    const n = queue.top();
    const value = queue.topCost();
    queue.pop();
    if (value === Number.POSITIVE_INFINITY) break;
    for (let k = childAt[n] as number; k < (childAt[n + 1] as number); k++)
      settle(children[k] as number, value);
  }
  return depth;
}
