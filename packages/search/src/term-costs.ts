import { type EGraph, Listing, type NodeId } from "egraph-ts";

const listing = new Listing();
let costs: Float64Array = new Float64Array(1024);
let choices: Int32Array = new Int32Array(1024);
let own: Float64Array = new Float64Array(1024);

/** Of each class, by its canonical id: the cost of its cheapest tree, and that tree's e-node. Valid until the next are asked for. */
export interface Cheapest {
  readonly costs: ArrayLike<number>;
  readonly nodes: ArrayLike<NodeId>;
}

/**
 * The cheapest tree of each class. Passes over all e-nodes until nothing gets cheaper: in a graph of
 * some hundred e-nodes, most of them made after their children, these are few. Every cost is above 0, so that no tree is in itself.
 */
export function cheapestTrees(
  // biome-ignore lint/suspicious/noExplicitAny: the facts of the graph are not looked at
  graph: EGraph<any>,
  cost: (node: NodeId) => number,
): Cheapest {
  const { created } = graph;
  if (costs.length < created) {
    costs = new Float64Array(2 * created);
    choices = new Int32Array(2 * created);
    own = new Float64Array(2 * created);
  }
  costs.fill(Infinity, 0, created);
  choices.fill(-1, 0, created);
  listing.take(graph);
  const { count, nodes, classes, ends, children } = listing;
  for (let n = 0; n < count; n++) own[n] = cost(nodes[n] as NodeId);
  for (let isDone = false; !isDone; ) {
    isDone = true;
    let at = 0;
    for (let n = 0; n < count; n++) {
      let sum = own[n] as number;
      for (const last = ends[n] as number; at < last; at++)
        sum += costs[children[at] as number] as number;
      const id = classes[n] as number;
      if (sum >= (costs[id] as number)) continue;
      costs[id] = sum;
      choices[id] = nodes[n] as number;
      isDone = false;
    }
  }
  return { costs, nodes: choices };
}
