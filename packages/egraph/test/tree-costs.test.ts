import fc from "fast-check";
import { expect, test } from "vitest";
import {
  EGraph,
  ExtractionError,
  extractTree,
  type Id,
  type Mark,
  type NodeCost,
  TreeCosts,
  type TreeMark,
} from "../src/index.ts";
import { check, costed, leastTrees } from "./extracting.ts";

type Step =
  | { readonly do: "add"; readonly op: number; readonly children: readonly number[] }
  | { readonly do: "union"; readonly a: number; readonly b: number }
  | { readonly do: "update" | "mark" | "restore" | "release" };

const handle = fc.nat({ max: 1000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      op: fc.nat({ max: 5 }),
      children: fc.array(handle, { maxLength: 3, size: "max" }),
    }),
    weight: 8,
  },
  { arbitrary: fc.record({ do: fc.constant("union" as const), a: handle, b: handle }), weight: 4 },
  {
    arbitrary: fc.record({
      do: fc.constantFrom(
        "update" as const,
        "mark" as const,
        "restore" as const,
        "release" as const,
      ),
    }),
    weight: 3,
  },
);

/** Compares all classes with the naive fixed point, and the program of each with that of a fresh extraction. */
function compare(graph: EGraph, costs: TreeCosts, cost: NodeCost): void {
  const least = leastTrees(graph, cost);
  for (const id of graph.classes()) {
    expect(costs.cost(id)).toBe(least.get(id));
    if (costs.cost(id) === Number.POSITIVE_INFINITY) {
      expect(costs.choice(id)).toBe(-1);
      continue;
    }
    const fresh = extractTree(graph, [id], cost);
    expect(costs.choice(id)).toBe(fresh.choice(id));
    const kept = costs.extract([id]);
    expect(check(graph, [id], cost, kept).tree).toBe(kept.cost);
    expect(kept.order.map((c) => kept.choice(c)).sort()).toEqual(
      fresh.order.map((c) => fresh.choice(c)).sort(),
    );
  }
}

test("tree costs follow growth, unions, marks and restores", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      fc.array(fc.oneof(fc.nat({ max: 4 }), fc.constant(Number.POSITIVE_INFINITY)), {
        minLength: 6,
        maxLength: 6,
      }),
      (steps, table) => {
        const graph = new EGraph();
        // By operator: equal e-nodes have equal costs.
        const ops = table.map((_, i) => graph.operator(`f${i}`));
        const cost: NodeCost = (node) => table[ops.indexOf(graph.op(node))] as number;
        const costs = new TreeCosts(graph, cost);
        const marks: { graph: Mark; costs: TreeMark; ids: number }[] = [];
        const ids: Id[] = [];
        const pick = (i: number): Id => ids[i % ids.length] as Id;
        const update = (): void => {
          graph.rebuild();
          costs.update();
          compare(graph, costs, cost);
        };
        for (const action of steps) {
          if (action.do === "add")
            ids.push(
              graph.add(
                ops[action.op] as number,
                0,
                ids.length > 0 ? action.children.map(pick) : [],
              ),
            );
          else if (action.do === "union") {
            if (ids.length > 0) graph.union(pick(action.a), pick(action.b));
          } else if (action.do === "update") update();
          else if (action.do === "mark") {
            update();
            marks.push({ graph: graph.mark(), costs: costs.mark(), ids: ids.length });
          } else {
            const mark = marks.pop();
            if (!mark) continue;
            if (action.do === "restore") {
              graph.restore(mark.graph);
              costs.restore(mark.costs);
              ids.length = mark.ids;
              compare(graph, costs, cost);
            } else {
              graph.release(mark.graph);
              costs.release(mark.costs);
            }
          }
        }
        update();
      },
    ),
    { numRuns: 400 },
  );
});

test("costs that facts change, up and down, are followed once told of", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(handle, fc.array(handle, { maxLength: 2 }), handle), { minLength: 3 }),
      fc.array(
        fc.tuple(handle, fc.oneof(fc.nat({ max: 9 }), fc.constant(Number.POSITIVE_INFINITY))),
      ),
      (nodes, changes) => {
        const { graph, node } = costed();
        const price = new Map<number, number>();
        const cost: NodeCost = (id) => price.get(graph.op(id)) as number;
        const ids: Id[] = [];
        nodes.forEach(([own, children, other], i) => {
          const name = `n${i}`;
          price.set(graph.operator(name), own % 7);
          const below = ids.length > 0 ? children.map((c) => ids[c % ids.length] as Id) : [];
          ids.push(node(name, 0, ...below));
          if (other % 2 === 0) graph.union(ids[i] as Id, ids[other % ids.length] as Id);
        });
        graph.rebuild();
        const costs = new TreeCosts(graph, cost);
        compare(graph, costs, cost);
        for (const [which, own] of changes) {
          price.set(graph.operator(`n${which % nodes.length}`), own);
          costs.update([ids[which % nodes.length] as Id]);
          compare(graph, costs, cost);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("a subsumed e-node is dropped once told of, and is back on a restore", () => {
  const { graph, cost, node } = costed();
  const cheap = node("cheap", 1);
  const dear = node("dear", 5);
  const user = node("user", 1, cheap);
  graph.union(cheap, dear);
  graph.rebuild();
  const costs = new TreeCosts(graph, cost);
  const marks = [graph.mark(), costs.mark()] as const;
  graph.subsume(cheap);
  graph.rebuild();
  costs.update([cheap]);
  compare(graph, costs, cost);
  expect(costs.cost(user)).toBe(6);
  graph.restore(marks[0]);
  costs.restore(marks[1]);
  expect(costs.cost(user)).toBe(2);
  compare(graph, costs, cost);
});

test("marks close in order, and ids and costs are checked", () => {
  const { graph, cost, node } = costed();
  const a = node("a", 1);
  const costs = new TreeCosts(graph, cost);
  const outer = costs.mark();
  const inner = costs.mark();
  costs.restore(outer);
  expect(() => costs.restore(inner)).toThrow("this mark of tree costs is closed");
  expect(() => costs.restore(outer)).toThrow(ExtractionError);
  expect(() => costs.cost(-1)).toThrow("-1 is no class of this graph");
  expect(() => costs.cost(99)).toThrow("99 is no class of this graph");
  expect(() => costs.extract([a]).choice(node("b", 1))).toThrow("not part of the program");
  expect(() => new TreeCosts(graph, () => Number.NaN)).toThrow("costs are numbers ≥ 0");
  graph.union(a, node("c", 1));
  expect(() => costs.update()).toThrow("call rebuild()");
});
