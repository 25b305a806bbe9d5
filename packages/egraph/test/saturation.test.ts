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
import { LARGE, RECORD } from "../src/kernel/layout.ts";
import { MATH_TERMS, mathRules } from "./math.ts";

const limits = { nodes: 1e6, iterations: 100 };

function run<D>(graph: EGraph<D>, rules: readonly Rule[], iterations = 100) {
  return new Runner(graph, rules, {
    scheduler: simple(),
    limits: { ...limits, iterations },
  }).run();
}

test.each([true, false])("egg's math rules grow the graph as in egg; wasm: %s", (wasm) => {
  const graph = new EGraph({ wasm });
  for (const term of MATH_TERMS) addTerm(graph, term);
  // The last iteration ends in a graph that is large: its look-ups are made otherwise.
  const report = run(graph, mathRules(graph), 10);
  expect(report.iterations.slice(-3).map(({ nodes, classes }) => [nodes, classes])).toEqual([
    [8113, 3576],
    [28303, 12445],
    [136446, 58464],
  ]);
  expect(graph.heap.length(RECORD)).toBeGreaterThan(LARGE);
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
