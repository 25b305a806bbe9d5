import type { EGraph } from "../egraph.ts";
import type { Id, NodeId } from "../ids.ts";
import type { Extraction, NodeCost } from "./extraction.ts";

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
  if (!graph.clean)
    throw new Error("the e-graph has unions pending: call rebuild() before extracting");
  const local = new Int32Array(graph.sets.parent.length).fill(-1);
  const ids: Id[] = [];
  const reach = (id: Id): number => {
    const root = graph.find(id);
    const known = local[root] as number;
    if (known >= 0) return known;
    local[root] = ids.length;
    return ids.push(root) - 1;
  };
  const rootClasses = Int32Array.from(roots, reach);
  const first: number[] = [];
  const nodeIds: NodeId[] = [];
  const classOf: number[] = [];
  const costs: number[] = [];
  const childAt: number[] = [];
  const children: number[] = [];
  const { store } = graph;
  const next = graph.members.next.data;
  for (let c = 0; c < ids.length; c++) {
    first.push(nodeIds.length);
    const root = ids[c] as Id;
    let node = root;
    do {
      const own = cost(node);
      if (!(own >= 0))
        throw new RangeError(
          `the cost of e-node ${node} (${graph.operatorName(graph.op(node))}) is ${own}; costs are numbers ≥ 0`,
        );
      if (own < Number.POSITIVE_INFINITY && !hasChild(graph, node, root)) {
        nodeIds.push(node);
        classOf.push(c);
        costs.push(own);
        childAt.push(children.length);
        const arity = store.arity(node);
        for (let i = 0; i < arity; i++) children.push(reach(store.child(node, i)));
      }
      node = next[node] as number;
    } while (node !== root);
  }
  first.push(nodeIds.length);
  childAt.push(children.length);
  const parentAt = new Int32Array(ids.length + 1);
  for (const child of children) parentAt[child + 1] = (parentAt[child + 1] as number) + 1;
  for (let c = 0; c < ids.length; c++)
    parentAt[c + 1] = (parentAt[c + 1] as number) + (parentAt[c] as number);
  const fill = parentAt.slice();
  const parents = new Int32Array(children.length);
  for (let n = 0; n < nodeIds.length; n++)
    for (let k = childAt[n] as number; k < (childAt[n + 1] as number); k++) {
      const child = children[k] as number;
      parents[fill[child] as number] = n;
      fill[child] = (fill[child] as number) + 1;
    }
  return {
    classes: ids.length,
    nodes: nodeIds.length,
    ids: Int32Array.from(ids),
    first: Int32Array.from(first),
    nodeIds: Int32Array.from(nodeIds),
    classOf: Int32Array.from(classOf),
    costs: Float64Array.from(costs),
    childAt: Int32Array.from(childAt),
    children: Int32Array.from(children),
    parentAt,
    parents,
    roots: rootClasses,
    graph,
  };
}

function hasChild(graph: EGraph<unknown>, node: NodeId, root: Id): boolean {
  const arity = graph.store.arity(node);
  for (let i = 0; i < arity; i++) if (graph.store.child(node, i) === root) return true;
  return false;
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
      if (node === undefined) throw new RangeError(`class ${id} is not part of the program`);
      return node;
    },
  };
}

/** Throws when a root has no program of finite cost. */
export function requirePrograms(problem: Problem, choice: Int32Array): void {
  for (const root of problem.roots)
    if ((choice[root] as number) < 0)
      throw new Error(
        `class ${problem.ids[root]} has no program of finite cost: every e-node in it costs Infinity or needs a class that has none`,
      );
}
