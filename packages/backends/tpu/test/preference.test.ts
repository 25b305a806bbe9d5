import { expect, test } from "vitest";
import { compileRules } from "../../../dsl/src/index.ts";
import { ModelBuilder, readModel, type Value } from "../../../onnx/src/index.ts";
import { growth, saturate } from "../../../search/src/index.ts";
import { onnx } from "../../../tensor/src/index.ts";
import { tpu } from "../src/index.ts";

const backend = tpu();
const { rules } = compileRules(backend.rules ?? [], { dialects: [onnx] });

/** The operators of the cheapest program. */
async function best(build: (model: ModelBuilder) => void): Promise<string[]> {
  const model = new ModelBuilder("preference", { opset: 18 });
  build(model);
  const session = growth({
    graph: readModel(model.bytes()).graph,
    rules,
    dialects: [onnx],
    costModel: backend.costModel,
    budget: { nodes: 300, iterations: 6 },
  });
  await session.run(saturate());
  return session.finalists(1).flatMap(({ graph }) => graph.nodes.map((node) => node.op));
}

function weights(model: ModelBuilder, shape: readonly number[], seed: number): Value {
  const length = shape.reduce((product, dim) => product * dim, 1);
  const data = Float32Array.from({ length }, (_, i) => Math.sin(i + seed));
  return model.constant({ dtype: "f32", shape, data });
}

test.each([
  ["two", 2, [65536, 512]],
  ["three", 3, [1024, 64]],
  ["three batched", 3, [4, 256, 64]],
])("%s narrow products of one operand become one", async (_, many, shape) => {
  const width = shape.at(-1) ?? 0;
  const ops = await best((model) => {
    const x = model.input("x", "f32", shape);
    for (let i = 0; i < many; i++) {
      const product = model.node("MatMul", [x, weights(model, [width, 16], i)]);
      model.output(`y${i}`, model.node("Relu", [product]));
    }
  });
  expect(ops.filter((op) => op === "MatMul" || op === "Gemm")).toEqual(["Gemm"]);
});

test("two convolutions of one operand become one", async () => {
  const ops = await best((model) => {
    const x = model.input("x", "f32", [32, 256, 56, 56]);
    for (let i = 0; i < 2; i++) {
      const operands = [x, weights(model, [16, 256, 1, 1], i), weights(model, [16], i)];
      model.output(`y${i}`, model.node("Relu", [model.node("Conv", operands)]));
    }
  });
  expect(ops.filter((op) => op === "Conv")).toHaveLength(1);
});

test("attention becomes one operator", async () => {
  const ops = await best((model) => {
    const [q, k, v] = ["q", "k", "v"].map((name) => model.input(name, "f32", [1, 8, 256, 64]));
    const keys = model.node("Transpose", [k], { perm: [0, 1, 3, 2] });
    const scale = model.constant({ dtype: "f32", shape: [], data: [0.125] });
    const scores = model.node("Mul", [model.node("MatMul", [q, keys]), scale]);
    model.output("y", model.node("MatMul", [model.node("Softmax", [scores], { axis: 3 }), v]));
  });
  expect(ops).toEqual(["Attention"]);
});
