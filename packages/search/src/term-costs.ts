import type { EGraph, NodeId } from "egraph-ts";

let costs: Float64Array = new Float64Array(1024);
let classes: Int32Array = new Int32Array(1024);
let nodes: Int32Array = new Int32Array(1024);
let children: Int32Array = new Int32Array(4096);
let ends: Int32Array = new Int32Array(1024);
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
  const { created, nodeCount } = graph;
  if (costs.length < created) costs = new Float64Array(2 * created);
  if (nodes.length < nodeCount) {
    const length = 2 * nodeCount;
    [nodes, classes, ends] = [
      new Int32Array(length),
      new Int32Array(length),
      new Int32Array(length),
    ];
    own = new Float64Array(length);
  }
  costs.fill(Infinity, 0, created);
  const choices = new Int32Array(created).fill(-1);
  let count = 0;
  let end = 0;
  for (const id of graph.classes())
    for (const node of graph.nodes(id)) {
      const arity = graph.arity(node);
      if (children.length < end + arity) {
        const longer = new Int32Array(2 * (end + arity));
        longer.set(children);
        children = longer;
      }
      for (let i = 0; i < arity; i++) children[end++] = graph.child(node, i);
      nodes[count] = node;
      classes[count] = id;
      own[count] = cost(node);
      ends[count++] = end;
    }
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
