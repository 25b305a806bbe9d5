import { expect, test } from "vitest";
import { EGraph, extractTree } from "../src/index.ts";
import { addTerm, MATH_RULES, MATH_TERMS, Rewriter } from "./math.ts";

test("egg's math rules grow the graph as they do in egg", () => {
  const graph = new EGraph();
  for (const term of MATH_TERMS) addTerm(graph, term);
  graph.rebuild();
  const rewriter = new Rewriter(graph, MATH_RULES);
  for (let i = 0; i < 8; i++) rewriter.step();
  expect([graph.nodeCount, graph.classCount]).toEqual([8113, 3576]);
  rewriter.step();
  expect([graph.nodeCount, graph.classCount]).toEqual([28303, 12445]);
});

test("sums of nine in all orders: every e-node there is, and no more", () => {
  const graph = new EGraph();
  addTerm(graph, "(+ a (+ b (+ c (+ d (+ e (+ f (+ g (+ h j))))))))");
  const rewriter = new Rewriter(graph, [
    ["(+ ?a ?b)", "(+ ?b ?a)"],
    ["(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"],
  ]);
  for (let nodes = 0; nodes !== graph.nodeCount; ) {
    nodes = graph.nodeCount;
    rewriter.step();
  }
  // A class for every set of summands but the empty one, an e-node for every way to part it in two.
  expect(graph.classCount).toBe(2 ** 9 - 1);
  expect(graph.nodeCount).toBe(3 ** 9 - 2 ** 10 + 1 + 9);
});

test("the shortest of all equal terms is read off", () => {
  const graph = new EGraph();
  const root = addTerm(graph, "(- (* (+ 0 y) (pow 1 1)) (* 0 (i x x)))");
  const rewriter = new Rewriter(graph, MATH_RULES);
  for (let i = 0; i < 4; i++) rewriter.step();
  const best = extractTree(graph, [root], () => 1);
  expect(best.order).toHaveLength(1);
  expect(graph.operatorName(graph.op(best.choice(root)))).toBe("y");
});
