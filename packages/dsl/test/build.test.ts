import type { Graph, TensorType } from "@rewright/plugin";
import type { Id } from "egraph-ts";
import { expect, test } from "vitest";
import {
  type BoundRule,
  bindRule,
  compileRules,
  loadGraph,
  type Rule,
  Terms,
} from "../src/index.ts";
import { Program } from "./programs.ts";
import { tiny } from "./tiny.ts";

function rule(body: string): Rule {
  const text = `import tiny from "dialect:tiny"\nrules r {\n${body}\n}\n`;
  return compileRules([{ file: "test.rules", text }], { dialects: [tiny] }).rules[0] as Rule;
}

function load(graph: Graph): { terms: Terms; outputs: Id[] } {
  const terms = new Terms([tiny], { proofs: false });
  return { terms, outputs: loadGraph(terms, graph) };
}

/** Relu(x), Relu(Relu(x)) */
function relus(): Graph {
  const p = new Program();
  const once = p.node("Relu", [p.input("x", [2, 3])]);
  p.output("once", once);
  p.output("twice", p.node("Relu", [once]));
  return p.graph;
}

test("a right side is built without being united with the left", () => {
  const { terms, outputs } = load(relus());
  const bound: BoundRule = bindRule(rule("square: Relu(Relu(x)) => Relu(x) * Relu(x)"), terms);
  expect(bound.search(10)).toBe(1);
  const before = terms.egraph.nodeCount;
  const found = bound.build(0);
  expect(found?.matched).toEqual([outputs[1]]);
  expect(terms.egraph.nodeCount).toBe(before + 1);
  expect(terms.egraph.unionCount).toBe(0);
  expect(terms.egraph.op(found?.built[0] as Id)).toBe(terms.operation("Mul", 1).id);
  expect(bound.apply(0, 0)).toBe(true);
});

test("what would be refused when applied is refused when built, and adds nothing", () => {
  const { terms } = load(relus());
  const bound = bindRule(rule("ill: Relu(Relu(x)) => MatMul(x, x)"), terms);
  bound.search(10);
  const before = terms.egraph.nodeCount;
  expect(bound.build(0)).toBeUndefined();
  expect(terms.egraph.nodeCount).toBe(before);
});

test("roots may be kept to certain classes", () => {
  const { terms, outputs } = load(relus());
  let within: Id | undefined = outputs[0];
  const bound = bindRule(rule("twice: Relu(x) => Relu(Relu(x))"), terms, (id) => id === within);
  expect([bound.search(10), bound.at(0)]).toEqual([1, [outputs[0]]]);
  within = outputs[1];
  expect([bound.search(10), bound.at(0)]).toEqual([1, [outputs[1]]]);
  within = undefined;
  expect(bound.search(10)).toBe(0);
});

test("an e-node is applied to other operands, and keeps the type it was given", () => {
  const p = new Program();
  const type: TensorType = { dtype: "f32", shape: [7] };
  const [x, y] = [p.input("x", [2, 3]), p.input("y", [2, 3])];
  p.output("opaque", p.opaque("Mystery", "key", [x], [type]));
  p.output("y", y);
  const { terms, outputs } = load(p.graph);
  const [opaque, other] = outputs as [Id, Id];
  const again = terms.again(opaque, [other]);
  expect(again).not.toBe(opaque);
  expect(terms.facts(again)).toBe(terms.facts(opaque));
  expect(terms.again(again, [terms.egraph.child(opaque, 0)])).toBe(opaque);
});
