/** What the tests of extraction have in common: generators, a check of programs, naive extractors. */
import fc from "fast-check";
import { expect } from "vitest";
import { EGraph, type Extraction, type Id, type NodeCost } from "../src/index.ts";
import { type Action, growth } from "./script.ts";

/** Costs by e-node, taken modulo their number. */
export const costs: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.nat({ max: 9 }), weight: 8 },
    { arbitrary: fc.constant(0), weight: 2 },
    fc.constant(Number.POSITIVE_INFINITY),
  ),
  { minLength: 7, maxLength: 13 },
);
/** Roots, taken modulo the ids there are. */
export const seeds: fc.Arbitrary<number[]> = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
/** Scripts that make an e-node at least. */
export const someGraph: fc.Arbitrary<Action[]> = growth.filter((script) =>
  script.some((action) => action.do === "add"),
);

/** An extraction is a program: e-nodes of their classes, children first. Returns its DAG and tree cost. */
export function check(
  graph: EGraph,
  roots: readonly Id[],
  cost: NodeCost,
  best: Extraction,
): { dag: number; tree: number } {
  const trees = new Map<Id, number>();
  let dag = 0;
  for (const id of best.order) {
    const node = best.choice(id);
    expect(graph.class(node)).toBe(id);
    expect(graph.nodes(id)).toContain(node);
    const children = graph.children(node).map((child) => {
      expect(trees.has(child), "children come first").toBe(true);
      return trees.get(child) as number;
    });
    trees.set(
      id,
      children.reduce((a, b) => a + b, cost(node)),
    );
    dag += cost(node);
  }
  const used = new Set(roots.map((root) => graph.find(root)));
  for (const id of best.order.toReversed()) {
    expect(used.has(id), "every class is used").toBe(true);
    for (const child of graph.children(best.choice(id))) used.add(child);
  }
  return {
    dag,
    tree: roots.reduce((sum, root) => sum + (trees.get(graph.find(root)) as number), 0),
  };
}

/** Least tree costs by repeating until nothing changes. */
export function leastTrees(graph: EGraph, cost: NodeCost): Map<Id, number> {
  const least = new Map(graph.classes().map((id) => [id, Number.POSITIVE_INFINITY]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of graph.classes())
      for (const node of graph.nodes(id)) {
        const sum = graph.children(node).reduce((a, b) => a + (least.get(b) as number), cost(node));
        if (sum >= (least.get(id) as number)) continue;
        least.set(id, sum);
        changed = true;
      }
  }
  return least;
}

/** The least DAG cost, by trying every choice that has no cycle. Undefined when there are too many. */
export function leastDag(graph: EGraph, roots: readonly Id[], cost: NodeCost): number | undefined {
  let best = Number.POSITIVE_INFINITY;
  let steps = 0;
  const chosen = new Map<Id, number>();
  const isCyclic = (): boolean => {
    const done = new Set<Id>();
    const visit = (id: Id, path: Set<Id>): boolean => {
      if (done.has(id)) return false;
      if (path.has(id)) return true;
      path.add(id);
      const cyclic = graph.children(chosen.get(id) as number).some((child) => visit(child, path));
      path.delete(id);
      done.add(id);
      return cyclic;
    };
    return roots.some((root) => visit(graph.find(root), new Set()));
  };
  const search = (open: readonly Id[], total: number): void => {
    if (++steps > 20000 || total >= best) return;
    const [id, ...rest] = open;
    if (id === undefined) {
      if (!isCyclic()) best = total;
      return;
    }
    if (chosen.has(id)) {
      search(rest, total);
      return;
    }
    for (const node of graph.nodes(id)) {
      chosen.set(id, node);
      search([...rest, ...graph.children(node)], total + cost(node));
      chosen.delete(id);
    }
  };
  search(
    roots.map((root) => graph.find(root)),
    0,
  );
  return steps > 20000 ? undefined : best;
}

/** Leaves, and nodes over them, each with its cost. */
export function costed(): {
  graph: EGraph;
  cost: NodeCost;
  node: (name: string, cost: number, ...children: Id[]) => Id;
} {
  const graph = new EGraph();
  const table = new Map<number, number>();
  return {
    graph,
    cost: (node) => table.get(node) as number,
    node: (name, cost, ...children) => {
      const id = graph.add(graph.operator(name), 0, children);
      table.set(id, cost);
      return id;
    },
  };
}
