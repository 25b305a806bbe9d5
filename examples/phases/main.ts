// Rewriting a graph first and fusing it for the target second ends dearer than one e-graph that holds both: what looks better to the first phase
// can hide what the second one looks for.
import assert from "node:assert/strict";
import { gpu } from "@rewright/backend-gpu";
import { compileRules, type Rule } from "@rewright/dsl";
import { ModelBuilder, readModel } from "@rewright/onnx";
import type { Graph } from "@rewright/plugin";
import { growth, saturate } from "@rewright/search";
import { onnx } from "@rewright/tensor";

const { costModel, dialects: own = [], rules: fusions = [] } = gpu({ part: "H100", kernels: true });
const dialects = [onnx, ...own];

/** What holds of products and activations on any target. */
const algebra = {
  file: "algebra.rules",
  text: `import onnx from "dialect:onnx"
rules algebra {
  scale:      (a @ b) * s  <=>  (a * s) @ b   when size(s) == 1 and rank(s) <= rank(a)
  turn_relu:  Relu(Transpose(x; perm = p))  <=>  Transpose(Relu(x); perm = p)
}
`,
};
const compiled = (files: readonly (typeof algebra)[]): readonly Rule[] =>
  compileRules(files, { dialects }).rules;
const [graphRules, fusionRules] = [compiled([algebra]), compiled(fusions)];

async function cheapest(
  graph: Graph,
  rules: readonly Rule[],
): Promise<{ cost: number; graph: Graph }> {
  const session = growth({
    graph,
    rules,
    dialects,
    costModel,
    budget: { nodes: 5_000, iterations: 50 },
  });
  await session.run(saturate());
  return session.bestEver;
}

/** Attention of which the scores are scaled: the queries are smaller, so that scaling these looks better. */
function attention(): Graph {
  const b = new ModelBuilder("attention", { opset: 18 });
  const [q, k, v] = ["q", "k", "v"].map((name) => b.input(name, "f16", [8, 16, 512, 64]));
  const keys = b.node("Transpose", [k], { perm: [0, 1, 3, 2] });
  const scale = b.constant({ dtype: "f16", shape: [], data: [0.125] });
  const scores = b.node("Mul", [b.node("MatMul", [q, keys]), scale]);
  b.output("y", b.node("MatMul", [b.node("Softmax", [scores], { axis: 3 }), v]));
  return readModel(b.bytes()).graph;
}

/** A product, turned, and dropped below zero: the order of the last two costs the same, until one of them can be fused. */
function turned(): Graph {
  const b = new ModelBuilder("turned", { opset: 18 });
  const w = b.constant({
    dtype: "f16",
    shape: [512, 512],
    data: new Float32Array(512 * 512).fill(0.01),
  });
  const y = b.node("MatMul", [b.input("x", "f16", [1024, 512]), w]);
  b.output("y", b.node("Relu", [b.node("Transpose", [y], { perm: [1, 0] })]));
  return readModel(b.bytes()).graph;
}

for (const [name, graph] of [
  ["attention", attention()],
  ["a turned product", turned()],
] as const) {
  const first = await cheapest(graph, graphRules);
  const second = await cheapest(first.graph, fusionRules);
  const together = await cheapest(graph, [...graphRules, ...fusionRules]);
  const tell = ({ cost, graph }: typeof first): string =>
    `${cost.toFixed(1)} µs: ${graph.nodes.map(({ op }) => op.split(".").at(-1)).join(", ")}`;
  console.log(
    `${name}\n  rewritten, then fused  ${tell(second)}\n  together               ${tell(together)}`,
  );
  assert(together.cost < second.cost);
}
