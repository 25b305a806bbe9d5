import { expect, test } from "vitest";
import { growth } from "../src/index.ts";
import { Draft, price, spell, tiny, tinyRules } from "./tiny.ts";

test("trees mislead where something is shared: each way to choose says what it costs, and where they disagree", () => {
  const draft = new Draft();
  const [a, b] = [draft.input("a"), draft.input("b")];
  const shared = draft.node("Sub", [a, b]);
  const one = draft.node("Relu", [draft.node("Neg", [shared])]);
  const two = draft.node("Relu", [draft.node("Relu", [shared])]);
  const s = growth({
    graph: draft.graph(one, two, shared),
    // As a tree the right side is cheaper, since what it needs is; but that is paid for anyway.
    rules: tinyRules(
      "unshare: x - y => Fused(x, y)   relu: Relu(Neg(x - y)) => Scale(x; by = 2) * y",
    ),
    dialects: [tiny],
    costModel: price({ Sub: 40, Fused: 41, Neg: 1, Relu: 1, Scale: 10, Mul: 10 }),
  });
  s.apply(s.moves());
  const { programs, disagreements } = s.costs();
  const [tree, greedy, exact] = programs;
  expect(programs.map(({ kind }) => kind)).toEqual(["tree", "greedy", "exact"]);
  expect(spell(tree?.graph as never)).toBe("Mul(Scale(a), b); Relu(Relu(Sub(a, b))); Sub(a, b)");
  expect([tree?.cost, tree?.treeCost]).toEqual([62, 20 + 42 + 40]);
  expect([greedy?.cost, greedy?.treeCost]).toEqual([44, 42 + 42 + 40]);
  expect([exact?.cost, exact?.proven]).toEqual([44, true]);
  expect(exact?.bound).toBeCloseTo(44, 6);
  expect(s.cost()).toBe(greedy?.cost);
  expect(s.exact(60_000)).toEqual({ cost: 44, proven: true });
  expect(s.bestEver.cost).toBe(44);
  expect(disagreements).toHaveLength(2);
  expect(disagreements[0]).toContain(
    "as trees, the program of `tree` is cheaper than that of `greedy` (102 and 124 µs)",
  );
  expect(disagreements[0]).toContain("(62 and 44 µs)");
});

test("where nothing is shared, all ways agree", () => {
  const draft = new Draft();
  const x = draft.node("Relu", [draft.node("Relu", [draft.input("x")])]);
  const s = growth({
    graph: draft.graph(x),
    rules: tinyRules("relus: Relu(Relu(x)) => Relu(x)"),
    dialects: [tiny],
    costModel: price(),
  });
  s.apply(s.moves());
  const { programs, disagreements } = s.costs();
  expect(programs.map(({ cost, treeCost }) => [cost, treeCost])).toEqual([
    [10, 10],
    [10, 10],
    [10, 10],
  ]);
  expect(disagreements).toEqual([]);
  expect(s.costs(["tree"]).programs).toHaveLength(1);
});
