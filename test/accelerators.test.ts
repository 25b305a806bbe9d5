// What the GPU's and the TPU's costs prefer of what their rules offer.
import { describe, expect, test } from "vitest";
import { gpu } from "../packages/backends/gpu/src/index.ts";
import { tpu } from "../packages/backends/tpu/src/index.ts";
import { compileRules } from "../packages/dsl/src/index.ts";
import { ModelBuilder, readModel, type Value } from "../packages/onnx/src/index.ts";
import type { Backend } from "../packages/plugin/src/index.ts";
import { growth, saturate } from "../packages/search/src/index.ts";
import { onnx, ruleFiles } from "../packages/tensor/src/index.ts";

/** The operators of the program that is cheapest on a backend. */
async function cheapest(backend: Backend, build: (model: ModelBuilder) => void): Promise<string[]> {
  const { rules } = compileRules(backend.rules ?? [], { dialects: [onnx] });
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

describe.each([gpu(), tpu()])("$name", (backend) => {
  const best = (build: (model: ModelBuilder) => void): Promise<string[]> =>
    cheapest(backend, build);

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

  test("low-rank adapters go into the weights, although products of one operand abound", async () => {
    const known = [onnx, ...(backend.dialects ?? [])];
    const { rules, declared } = compileRules([...ruleFiles, ...(backend.rules ?? [])], {
      dialects: known,
    });
    const own = { kind: "dialect", spec: 1, name: "declared", ops: declared } as const;
    const model = new ModelBuilder("adapters", { opset: 18 });
    const x = model.input("x", "f32", [64, 128]);
    for (let i = 0; i < 4; i++) {
      const low = model.node("MatMul", [x, weights(model, [128, 8], i)]);
      const high = model.node("MatMul", [low, weights(model, [8, 128], i)]);
      const whole = model.node("MatMul", [x, weights(model, [128, 128], i)]);
      model.output(`y${i}`, model.node("Relu", [model.node("Add", [whole, high])]));
    }
    const session = growth({
      graph: readModel(model.bytes()).graph,
      ...{ rules, dialects: [...known, own], costModel: backend.costModel },
      budget: { nodes: 4_000, iterations: 200 },
    });
    await session.run(saturate());
    const { graph } = session.bestEver;
    const products = graph.nodes.filter(
      ({ op, operands }) => /^(MatMul|Gemm)$/.test(op) && operands.some((each) => !each?.constant),
    );
    expect(products.length).toBeLessThanOrEqual(4);
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
});
