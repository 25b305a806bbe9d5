import { expect, test } from "vitest";
import { EGraph, extractDag, extractTree, Matches, Query } from "../src/index.ts";

test("x * 2 becomes x << 1", () => {
  const graph = new EGraph();
  const mul = graph.operator("*", { commutative: true });
  const shl = graph.operator("<<");
  const number = graph.operator("number");
  const x = graph.add(graph.operator("x"), 0, []);
  const constant = (n: number) => graph.add(number, graph.intern(`${n}`, n), []);
  const root = graph.add(mul, 0, [constant(2), x]);
  const query = new Query(
    graph,
    [
      {
        kind: "node",
        op: mul,
        children: [
          { kind: "variable", slot: 0 },
          { kind: "node", op: number, arg: graph.intern("2", 2), children: [] },
        ],
      },
    ],
    { slots: 2, rootSlots: [1] },
  );
  const matches = new Matches(2);
  expect(query.search(matches)).toBe(1);
  for (let i = 0; i < matches.count; i++)
    graph.union(
      matches.rows[2 * i + 1] as number,
      graph.add(shl, 0, [matches.rows[2 * i] as number, constant(1)]),
    );
  graph.rebuild();
  const cost = (node: number) => (graph.op(node) === mul ? 4 : 1);
  for (const best of [extractTree(graph, [root], cost), extractDag(graph, [root], cost)]) {
    expect(graph.operatorName(graph.op(best.choice(root)))).toBe("<<");
    expect(best.cost).toBe(3);
    expect(best.order).toHaveLength(3);
  }
});
