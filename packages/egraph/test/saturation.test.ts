import { expect, test } from "vitest";
import {
  addTerm,
  EGraph,
  extractTree,
  printTerm,
  type Rule,
  Runner,
  rewrite,
  simple,
  termOf,
} from "../src/index.ts";
import { MATH_TERMS, mathRules } from "./math.ts";

const limits = { nodes: 1e6, iterations: 100 };

function run<D>(graph: EGraph<D>, rules: readonly Rule[], iterations = 100) {
  return new Runner(graph, rules, {
    scheduler: simple(),
    limits: { ...limits, iterations },
  }).run();
}

test("egg's math rules grow the graph as they do in egg", () => {
  const graph = new EGraph();
  for (const term of MATH_TERMS) addTerm(graph, term);
  const report = run(graph, mathRules(graph), 9);
  expect(report.iterations.slice(-2).map(({ nodes, classes }) => [nodes, classes])).toEqual([
    [8113, 3576],
    [28303, 12445],
  ]);
  expect(report.stop).toBe("iterations");
});

test("sums of nine in all orders: every e-node there is, and no more", () => {
  const graph = new EGraph();
  addTerm(graph, "(+ a (+ b (+ c (+ d (+ e (+ f (+ g (+ h j))))))))");
  const report = run(graph, [
    rewrite(graph, "commute", "(+ ?a ?b)", "(+ ?b ?a)"),
    rewrite(graph, "associate", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"),
  ]);
  expect(report.stop).toBe("saturated");
  // A class for every set of summands but the empty one, an e-node for every way to part it in two.
  expect(graph.classCount).toBe(2 ** 9 - 1);
  expect(graph.nodeCount).toBe(3 ** 9 - 2 ** 10 + 1 + 9);
});

test("the shortest of all equal terms is read off", () => {
  const graph = new EGraph();
  const root = addTerm(graph, "(- (* (+ 0 y) (pow 1 1)) (* 0 (i x x)))");
  run(graph, mathRules(graph), 4);
  const best = extractTree(graph, [root], () => 1);
  expect(printTerm(termOf(graph, best, root))).toBe("y");
});
