import type { Observation } from "@rewright/plugin";
import { expect, test } from "vitest";
import { FEATURE_VERSION, growth, MOVE_WIDTH, NODE_WIDTH } from "../src/index.ts";
import { operatorCode } from "../src/operator-code.ts";
import { Draft, price, tiny, tinyRules } from "./tiny.ts";

const text = "fuse: Relu(x + y) => Fused(x, y) #target\nassociate: (a + b) + c <=> a + (b + c)";

/** Relu(a + (b + 1)), twice, and its product with itself. */
function session(rules = text, prices = {}): ReturnType<typeof growth> {
  const draft = new Draft();
  const [a, b] = [draft.input("a"), draft.input("b", { dtype: "f32", shape: [4] })];
  const sum = draft.node("Add", [a, draft.node("Add", [b, draft.constant(1, 2, 3, 4)])]);
  const relu = draft.node("Relu", [sum]);
  return growth({
    graph: draft.graph(draft.node("Mul", [relu, relu]), relu),
    rules: tinyRules(rules),
    dialects: [tiny],
    costModel: price(prices),
  });
}

const row = ({ nodes, nodeWidth }: Observation, i: number): number[] => [
  ...nodes.subarray(i * nodeWidth, (i + 1) * nodeWidth),
];
const move = ({ moves, moveWidth }: Observation, i: number): number[] => [
  ...moves.subarray(i * moveWidth, (i + 1) * moveWidth),
];

/** The row of the program's node with this operator. */
function rowOf(observation: Observation, op: string): number {
  const places = operatorCode(op);
  const count = observation.nodes.length / NODE_WIDTH;
  const rows = Array.from({ length: count }, (_, i) => row(observation, i));
  return rows.findIndex((features) => places.every((place) => features[place] === 1));
}

test("a row is a node of the cheapest program, an edge leads from an operand to its use", () => {
  const seen = session().observe([]);
  expect(seen.version).toBe(FEATURE_VERSION);
  expect([seen.nodeWidth, seen.moveWidth]).toEqual([NODE_WIDTH, MOVE_WIDTH]);
  // Two inputs, a constant, Add, Add, Relu, Mul.
  expect(seen.nodes).toHaveLength(7 * NODE_WIDTH);
  expect(seen.edges).toHaveLength(2 * (2 + 2 + 1 + 2));
  const [relu, mul] = [rowOf(seen, "Relu"), rowOf(seen, "Mul")];
  const pairs = Array.from({ length: 7 }, (_, i) => [...seen.edges.subarray(2 * i, 2 * i + 2)]);
  expect(pairs.filter(([, to]) => to === mul)).toEqual(
    [
      [relu, relu],
      [relu, relu],
    ].map(() => [relu, mul]),
  );
});

test("a node's features tell its type, share of the cost, place and kind", () => {
  const seen = session(text, { Mul: 30 }).observe([]);
  const mul = row(seen, rowOf(seen, "Mul")).slice(48);
  const size = Math.log2(5);
  const expected = [
    ...[0, 0, 0, size / 16, 1 / 8, size / 32],
    ...[1, 0, 0, 32 / 64],
    ...[30 / 60, Math.sqrt(0.5)],
    ...[Math.log2(3) / 4, Math.log2(2) / 4, 1],
    ...[0, 0, 1, 0],
  ];
  expect(mul.map((x) => x.toFixed(5))).toEqual(expected.map((x) => x.toFixed(5)));
  const relu = row(seen, rowOf(seen, "Relu"));
  // Used twice, and an output.
  expect(relu[48 + 13]).toBeCloseTo(Math.log2(4) / 4);
  expect(row(seen, rowOf(seen, "(constant)"))[48 + 15]).toBe(1);
  expect(row(seen, rowOf(seen, "(input)"))[48 + 16]).toBe(1);
});

test("a move's features tell its rule's sides, and the rows it touches", () => {
  const s = session();
  const seen = s.observe(s.moves());
  const [fuse, associate, back] = [move(seen, 0), move(seen, 1), move(seen, 2)];
  for (const place of operatorCode("Relu")) expect(fuse[place]).toBeGreaterThan(0);
  for (const place of operatorCode("Fused")) expect(fuse[48 + place]).toBeGreaterThan(0);
  expect(fuse.slice(96, 103)).toEqual([0.25, 0.125, -0.125, 0, 0, 0, 0]);
  expect([associate[99], back[99]]).toEqual([1, 1]);
  expect(fuse.slice(103, 111).filter((x) => x === 1)).toHaveLength(1);
  expect(seen.moveNodes).toEqual([[rowOf(seen, "Relu")], expect.any(Array), expect.any(Array)]);
  // x + y is y + x: two matches.
  expect(fuse.slice(111)).toEqual([Math.log2(3) / 10, Math.log2(3) / 10, 0].map(Math.fround));
  const places = s.moves({ granularity: "match", rule: "t.fuse" });
  const single = s.observe(places);
  expect(single.moveNodes).toEqual([[rowOf(single, "Relu")], [rowOf(single, "Relu")]]);
  expect(move(single, 0).at(-1)).toBe(1);
});

test("a rule is known by its sides: neither its name nor its place in the session shows", () => {
  const [one, other] = text.split("\n") as [string, string];
  const turned = `other_name: (p + q) + r <=> p + (q + r)\nand_this: Relu(u + v) => Fused(u, v) #target`;
  const [a, b] = [session(`${other}\n${one}`), session(turned)];
  expect(a.observe(a.moves())).toEqual(b.observe(b.moves()));
});

test("moves of another state touch what is left of their places; observing changes nothing", () => {
  const s = session();
  const start = s.mark();
  s.apply(s.moves());
  const later = s.moves({ granularity: "match" });
  s.restore(start);
  const [hash, cost] = [s.egraph.hash(), s.cost()];
  const seen = s.observe([
    ...later,
    { rule: "t.fuse", at: [1e9, 0] },
    { rule: "t.fuse", at: [0.5, 0] },
  ]);
  expect(seen.moveNodes.slice(-2)).toEqual([[], []]);
  expect(s.egraph.hash()).toBe(hash);
  expect(s.cost()).toBe(cost);
  expect(s.apply(s.moves())).toBeGreaterThan(0);
});

test("the program observed is the present one, with what else is known to equal each node", () => {
  const s = session();
  s.apply(s.moves({ rule: "t.fuse" }));
  const seen = s.observe([]);
  const fused = row(seen, rowOf(seen, "Fused"));
  // Relu(x + y), Fused(x, y), Fused(y, x).
  expect(fused.at(-1)).toBeCloseTo(Math.log2(3) / 8);
  expect(rowOf(seen, "Relu")).toBe(-1);
});

test("names of operators do not collide among those that are common", () => {
  const names =
    "Add Sub Mul Div MatMul Gemm Conv Relu Gelu Erf Tanh Sigmoid Softmax LayerNormalization Transpose Reshape Concat Split Slice Gather ReduceMean ReduceSum Sqrt Pow Exp Where Cast Unsqueeze Squeeze Expand Identity MaxPool AveragePool BatchNormalization Clip Flatten Pad".split(
      " ",
    );
  expect(new Set(names.map((name) => `${[...operatorCode(name)].sort()}`)).size).toBe(names.length);
});
