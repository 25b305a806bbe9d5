import type { EGraph } from "../egraph.ts";
import type { Id, NodeId } from "../ids.ts";
import { ExtractionError } from "./error.ts";
import type { Extraction, NodeCost } from "./extraction.ts";
import { IntList } from "./intlist.ts";

/**
 * The part of a graph that an extraction can reach, renumbered densely: classes from 0, and their usable
 * e-nodes grouped by class, in creation order. The cost of each e-node is asked for once.
 */
export interface Problem {
  readonly classes: number;
  readonly nodes: number;
  /** Per class: its canonical id. */
  readonly ids: Int32Array;
  /** Per class, and one more: its first e-node. */
  readonly first: Int32Array;
  /** Per e-node: its id, class and cost. */
  readonly nodeIds: Int32Array;
  readonly classOf: Int32Array;
  readonly costs: Float64Array;
  /** Per e-node, and one more: its first child in `children`. */
  readonly childAt: Int32Array;
  /** Child classes, with repeats. */
  readonly children: Int32Array;
  /** Per class, and one more: its first parent in `parents`. */
  readonly parentAt: Int32Array;
  /** E-nodes that have the class as a child, once for each time. */
  readonly parents: Int32Array;
  /** The classes of the roots, in the order given, with repeats. */
  readonly roots: Int32Array;
  readonly graph: EGraph<unknown>;
}

/** Collects what is reachable from `roots` through e-nodes of finite cost. */
export function problem(graph: EGraph<unknown>, roots: readonly Id[], cost: NodeCost): Problem {
  requireRebuilt(graph);
  let local: Int32Array = new Int32Array(1024);
  const ids = new IntList();
  /** The number of a canonical id. */
  const reach = (id: Id): number => {
    if (id >= local.length) {
      const grown = new Int32Array(2 * id);
      grown.set(local);
      local = grown;
    }
    const known = local[id] as number;
    if (known > 0) return known - 1;
    ids.push(id);
    local[id] = ids.length;
    return ids.length - 1;
  };
  const rootClasses = Int32Array.from(roots, (root) => reach(canonical(graph, root)));
  const first = new IntList();
  const nodeIds = new IntList();
  const classOf = new IntList();
  const costs: number[] = [];
  const childAt = new IntList();
  const children = new IntList();
  for (let c = 0; c < ids.length; c++) {
    first.push(nodeIds.length);
    const id = ids.at(c);
    for (const node of graph.nodes(id)) {
      const own = costOf(graph, node, cost);
      if (own === Number.POSITIVE_INFINITY) continue;
      const arity = graph.arity(node);
      const from = children.length;
      childAt.push(from);
      let isLoop = false;
      for (let i = 0; i < arity && !isLoop; i++) {
        const child = graph.child(node, i);
        isLoop = child === id;
        if (!isLoop) children.push(child);
      }
      if (isLoop) {
        children.length = from;
        childAt.length--;
        continue;
      }
      for (let k = from; k < children.length; k++) children.set(k, reach(children.at(k)));
      nodeIds.push(node);
      classOf.push(c);
      costs.push(own);
    }
  }
  first.push(nodeIds.length);
  childAt.push(children.length);
  const links = children.trim();
  return {
    classes: ids.length,
    nodes: nodeIds.length,
    ids: ids.trim(),
    first: first.trim(),
    nodeIds: nodeIds.trim(),
    classOf: classOf.trim(),
    costs: Float64Array.from(costs),
    childAt: childAt.trim(),
    children: links,
    ...parentsOf(ids.length, childAt.trim(), links),
    roots: rootClasses,
    graph,
  };
}

/** For each class the e-nodes that have it as a child: an index into `children` turned round. */
export function parentsOf(
  classes: number,
  childAt: Int32Array,
  children: Int32Array,
): { parentAt: Int32Array; parents: Int32Array } {
  const parentAt = new Int32Array(classes + 1);
  for (const child of children) parentAt[child + 1] = (parentAt[child + 1] as number) + 1;
  for (let c = 0; c < classes; c++)
    parentAt[c + 1] = (parentAt[c + 1] as number) + (parentAt[c] as number);
  const fill = parentAt.slice();
  const parents = new Int32Array(children.length);
  for (let n = 0; n + 1 < childAt.length; n++)
    for (let k = childAt[n] as number; k < (childAt[n + 1] as number); k++) {
      const child = children[k] as number;
      parents[fill[child] as number] = n;
      fill[child] = (fill[child] as number) + 1;
    }
  return { parentAt, parents };
}

/** Throws while unions are pending. */
export function requireRebuilt(graph: EGraph<unknown>): void {
  if (!graph.clean)
    throw new ExtractionError(
      "pending",
      "the e-graph has unions pending: call rebuild() before extracting",
    );
}

/** The canonical id of a class that extraction was asked about. */
export function canonical(graph: EGraph<unknown>, id: Id): Id {
  if (!(Number.isInteger(id) && id >= 0 && id < graph.created))
    throw new ExtractionError(
      "class",
      `${id} is no class of this graph; was it made in another one, or after a mark that has been restored?`,
      id,
    );
  return graph.find(id);
}

/** What an e-node costs by itself, if that is a cost. */
export function costOf(graph: EGraph<unknown>, node: NodeId, cost: NodeCost): number {
  const own = cost(node);
  if (!(own >= 0))
    throw new ExtractionError(
      "cost",
      `the cost of e-node ${node} (${graph.operatorName(graph.op(node))}) is ${own}; costs are numbers ≥ 0, and Infinity where an e-node cannot be used`,
      node,
    );
  return own;
}

/** The program of a choice of e-nodes for the classes in `order`. */
export function program(
  problem: Problem,
  order: Int32Array,
  choice: Int32Array,
  cost: number,
): Extraction {
  const chosen = new Map<Id, NodeId>();
  for (const c of order)
    chosen.set(problem.ids[c] as Id, problem.nodeIds[choice[c] as number] as NodeId);
  const { graph } = problem;
  return {
    cost,
    order: [...chosen.keys()],
    choice(id: Id): NodeId {
      const node = chosen.get(graph.find(id));
      if (node === undefined)
        throw new ExtractionError("not chosen", `class ${id} is not part of the program`, id);
      return node;
    },
  };
}

/** What the e-nodes chosen for some classes cost together. */
export function costOfAll(task: Problem, order: Int32Array, choice: Int32Array): number {
  let total = 0;
  for (const c of order) total += task.costs[choice[c] as number] as number;
  return total;
}

/** Throws when a root has no program of finite cost. */
export function requirePrograms(problem: Problem, choice: Int32Array): void {
  for (const root of problem.roots)
    if ((choice[root] as number) < 0)
      throw new ExtractionError(
        "no program",
        `class ${problem.ids[root]} has no program of finite cost: every e-node in it costs Infinity or needs a class that has none`,
        problem.ids[root],
      );
}
