import { expect, test } from "vitest";
import { growth } from "../src/index.ts";
import { Draft, price, tiny, tinyRules } from "./tiny.ts";

test("an estimate sees what is cheaper in its place, with what it shares for free", () => {
  const draft = new Draft();
  const [a, b] = [draft.input("a"), draft.input("b")];
  const shared = draft.node("Sub", [a, b]);
  const graph = draft.graph(
    draft.node("Relu", [draft.node("Add", [shared, a])]),
    draft.node("Neg", [shared]),
  );
  const s = growth({
    graph,
    // The right side is dearer as a tree; but what it needs is there.
    rules: tinyRules("swap: Relu((x - y) + x) => Fused(Neg(x - y), x)"),
    dialects: [tiny],
    costModel: price({ Sub: 50, Relu: 30, Neg: 30, Fused: 20 }),
  });
  expect(s.estimate()).toBe(120);
  const start = s.mark();
  for (let i = 0; i < 3; i++) {
    s.apply(s.moves());
    expect(s.estimate()).toBeCloseTo(100, 6);
    expect(s.cost()).toBe(100);
    s.restore(start);
    expect(s.estimate()).toBe(120);
  }
  // What an estimate promised is kept.
  expect(s.bestEver.cost).toBe(100);
});

test("what was merged into a circle is spelled otherwise", () => {
  const draft = new Draft();
  const [a, b] = [draft.input("a"), draft.input("b")];
  const graph = draft.graph(
    draft.node("Relu", [draft.node("Sub", [draft.node("Add", [a, b]), b])]),
  );
  const s = growth({
    graph,
    rules: tinyRules("same: (x + y) - y => x + y   idle: Relu(x) => Relu(x) * Relu(x)"),
    dialects: [tiny],
    costModel: price(),
  });
  s.apply(s.moves());
  expect(s.estimate()).toBeCloseTo(20, 6);
  expect(s.cost()).toBe(20);
});
