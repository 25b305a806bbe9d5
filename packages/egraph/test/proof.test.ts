import fc from "fast-check";
import { expect, test } from "vitest";
import { EGraph } from "../src/index.ts";
import { Reference } from "./reference.ts";
import { COMMUTATIVE, growth, history, Pair } from "./script.ts";

/** The reasons are enough: the unions they name alone, and congruence, make the two terms equal. */
function expectSufficient(pair: Pair): void {
  const { graph, ids, unions, reference } = pair;
  for (const [a, x] of ids.entries())
    for (const [b, y] of ids.entries()) {
      if (a >= b || graph.find(x) !== graph.find(y)) continue;
      const reasons = graph.reasons(x, y);
      expect(reasons).toEqual([...new Set(reasons)].sort((p, q) => p - q));
      const replay = new Reference(COMMUTATIVE);
      for (const { op, arg, children } of reference.terms) replay.add(op, arg, children);
      for (const reason of reasons) replay.union(...(unions[reason] as [number, number]));
      replay.rebuild();
      expect(replay.label[a]).toBe(replay.label[b]);
    }
}

test("reasons suffice to prove an equality", () => {
  fc.assert(
    fc.property(growth, (script) => expectSufficient(new Pair({ proofs: true }).run(script))),
    { numRuns: 150 },
  );
});

test("reasons suffice after restoring too", () => {
  fc.assert(
    fc.property(history, (script) => expectSufficient(new Pair({ proofs: true }).run(script))),
    { numRuns: 150 },
  );
});

test("a term built from equals is explained by why they are equal", () => {
  const graph = new EGraph({ proofs: true });
  const leaf = graph.operator("leaf");
  const f = graph.operator("f");
  const [a, b, c] = ["a", "b", "c"].map((name) => graph.add(leaf, graph.intern(name, name), []));
  if (a === undefined || b === undefined || c === undefined) throw new Error();
  const fa = graph.add(f, 0, [a]);
  graph.union(a, b, 7);
  graph.union(c, a, 9);
  graph.rebuild();
  const fb = graph.add(f, 0, [b]);
  expect(graph.find(fb)).toBe(graph.find(fa));
  expect(graph.reasons(fa, fb)).toEqual([7]);
  expect(graph.reasons(graph.add(f, 0, [c]), fb)).toEqual([7, 9]);
  expect(graph.reasons(fa, fa)).toEqual([]);
  expect(() => graph.reasons(a, fa)).toThrow("not known to be equal");
  expect(graph.nodeCount).toBe(4);
  expect(graph.originalChild(fb, 0)).toBe(b);
});

test("commutative children are paired as they were equal when the nodes became congruent", () => {
  const graph = new EGraph({ proofs: true });
  const plus = graph.operator("+", { commutative: true });
  const leaf = graph.operator("leaf");
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) =>
    graph.add(leaf, graph.intern(name, name), []),
  ) as [number, number, number, number];
  const first = graph.add(plus, 0, [a, b]);
  const second = graph.add(plus, 0, [c, d]);
  graph.union(a, d, 1);
  graph.union(b, c, 2);
  graph.rebuild();
  graph.union(a, c, 3);
  graph.rebuild();
  expect(graph.reasons(first, second)).toEqual([1, 2]);
});
