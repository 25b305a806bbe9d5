import type { EGraph } from "../egraph.ts";
import type { Id } from "../ids.ts";
import type { Extraction, NodeCost } from "./extraction.ts";
import { PriorityQueue } from "./priority-queue.ts";
import { type Problem, problem, program, requirePrograms } from "./problem.ts";
import { Topology } from "./topology.ts";

/**
 * The program of least tree cost, in which a class that is used n times counts n times; with several
 * roots the sum of theirs. Exact; costs beyond `Number.MAX_VALUE` count as that. Ties go to the smaller
 * term, then to the older e-node.
 */
export function extractTree(
  // biome-ignore lint/suspicious/noExplicitAny: extraction does not look at the facts of the graph
  graph: EGraph<any>,
  roots: readonly Id[],
  cost: NodeCost,
): Extraction {
  const task = problem(graph, roots, cost);
  const best = cheapestTrees(task, task.costs);
  requirePrograms(task, best.choice);
  let total = 0;
  for (const root of task.roots) total += best.cost[root] as number;
  total = Math.min(total, Number.MAX_VALUE);
  const order = new Topology(task).sort(best.choice, task.roots) as Int32Array;
  return program(task, order, best.choice, total);
}

/** The least tree cost of each class. */
export interface Trees {
  /** Per class: the e-node chosen, -1 where there is none of finite cost. */
  readonly choice: Int32Array;
  /** Per class: the cost of its term, Infinity where there is none. */
  readonly cost: Float64Array;
  /** The classes that have a term, cheapest first, so children before parents. */
  readonly order: Int32Array;
}

/** What changes the costs of trees. */
export interface TreeOptions {
  /** Per class: 1 where it costs nothing and needs no e-node. */
  readonly free?: Uint8Array;
  /** Per class: among how many users its cost is divided. The result is then a heuristic, acyclic still. */
  readonly shares?: Float64Array;
}

/**
 * Least tree costs by Knuth's generalisation of Dijkstra's algorithm ("A generalization of Dijkstra's
 * algorithm", 1977): classes are settled in ascending order of (cost, size). The size of a term exceeds
 * those of its children, so e-nodes that cost nothing can form no cycle.
 */
export function cheapestTrees(
  task: Problem,
  costs: Float64Array,
  { free, shares }: TreeOptions = {},
): Trees {
  const { classes, nodes, childAt, children, parentAt, parents, classOf } = task;
  const choice = new Int32Array(classes).fill(-1);
  const cost = new Float64Array(classes).fill(Number.POSITIVE_INFINITY);
  const size = new Float64Array(classes);
  const order = new Int32Array(classes);
  let settled = 0;
  const missing = new Int32Array(nodes);
  const queue = new PriorityQueue(nodes);
  const isDone = new Uint8Array(classes);

  const release = (c: number): void => {
    const end = parentAt[c + 1] as number;
    for (let k = parentAt[c] as number; k < end; k++) {
      const n = parents[k] as number;
      const left = (missing[n] as number) - 1;
      missing[n] = left;
      if (left === 0 && isDone[classOf[n] as number] === 0) offer(n);
    }
  };
  const offer = (n: number): void => {
    let sum = costs[n] as number;
    if (sum === Number.POSITIVE_INFINITY) return;
    let terms = 1;
    for (let k = childAt[n] as number; k < (childAt[n + 1] as number); k++) {
      const child = children[k] as number;
      sum += cost[child] as number;
      terms += size[child] as number;
    }
    if (shares) sum /= shares[classOf[n] as number] as number;
    // The term of a deep graph may be larger than any number; it is a term all the same.
    queue.push(n, Math.min(sum, Number.MAX_VALUE), Math.min(terms, Number.MAX_VALUE));
  };

  for (let n = 0; n < nodes; n++) missing[n] = (childAt[n + 1] as number) - (childAt[n] as number);
  if (free)
    for (let c = 0; c < classes; c++)
      if (free[c] === 1) {
        cost[c] = 0;
        isDone[c] = 1;
      }
  for (let n = 0; n < nodes; n++)
    if (missing[n] === 0 && isDone[classOf[n] as number] === 0) offer(n);
  if (free) for (let c = 0; c < classes; c++) if (free[c] === 1) release(c);
  while (queue.size > 0) {
    const n = queue.top();
    const c = classOf[n] as number;
    if (isDone[c] === 0) {
      isDone[c] = 1;
      choice[c] = n;
      cost[c] = queue.topCost();
      size[c] = queue.topSize();
      order[settled++] = c;
      queue.pop();
      release(c);
    } else queue.pop();
  }
  return { choice, cost, order: order.subarray(0, settled) };
}
