import { compareOutputs, type Runtime, randomInputs, startRuntime } from "@rewright/backend-cpu";
import { ModelBuilder, readModel, type Value } from "@rewright/onnx";
import type { Attrs, NdArray } from "@rewright/plugin";
import { evaluateGraph, onnx } from "@rewright/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { optimize } from "../src/index.ts";

describe("attention means in each operator set what the runtime makes of it", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await startRuntime();
  });
  afterAll(() => runtime?.close());

  const forms: readonly (readonly [form: string, mask: boolean, cache: boolean, attrs: Attrs])[] = [
    ["plain", false, false, {}],
    ["scaled, under a mask and causal", true, false, { scale: 0.25, is_causal: 1 }],
    ["capped before the mask", true, false, { softcap: 0.5 }],
    ["with a cache", true, true, { is_causal: 1 }],
  ];
  const cases = [23, 24, 25, 26].flatMap((opset) => forms.map((form) => [opset, ...form] as const));

  test.each(cases)("opset %i: %s", async (opset, _, mask, cache, attrs) => {
    const b = new ModelBuilder("test", { opset });
    const input = (name: string, ...shape: number[]): Value => b.input(name, "f32", shape);
    const past = cache ? [input("pk", 2, 2, 2, 8), input("pv", 2, 2, 2, 6)] : [];
    const operands = [
      ...[input("q", 2, 4, 3, 8), input("k", 2, 2, 5, 8), input("v", 2, 2, 5, 6)],
      ...[mask ? input("m", 3, cache ? 7 : 5) : undefined, ...past],
    ];
    const results = b.node("Attention", operands, attrs, { outputs: 3 });
    for (const [i, result] of results.entries())
      b.output(`y${i}`, result, { dtype: "f32", shape: ["a", "b", `c${i}`, `d${i}`] });
    const { graph } = readModel(b.bytes());
    expect(graph.nodes[0]?.opaque).toBeUndefined();
    const inputs = randomInputs(graph, { seed: 1 });
    const session = await runtime.load(b.bytes(), { level: "disabled" });
    const said = await session.run(inputs);
    await session.close();
    const arrays = graph.inputs.map(({ name }) => inputs[name] as NdArray);
    const own = evaluateGraph(graph, arrays, [onnx]).map((array, i) => [`y${i}`, array]);
    expect(compareOutputs(said, Object.fromEntries(own)).worst).toMatchObject({ ok: true });
  });
});

describe("attention that is spelled out becomes one operator", () => {
  const spelled = (opset: number): Uint8Array => {
    const b = new ModelBuilder("test", { opset });
    const [q, k, v] = ["q", "k", "v"].map((name) => b.input(name, "f32", [1, 4, 64, 16])) as [
      Value,
      Value,
      Value,
    ];
    const scale = b.constant({ dtype: "f32", shape: [], data: [0.25] });
    const keys = b.node("Transpose", [k], { perm: [0, 1, 3, 2] });
    const scores = b.node("Mul", [b.node("MatMul", [q, keys]), scale]);
    b.output("y", b.node("MatMul", [b.node("Softmax", [scores], { axis: 3 }), v]));
    return b.bytes();
  };

  test.each([
    [17, 23],
    [23, 23],
    [24, 24],
    [26, 26],
  ])("in a file of opset %i, then of %i", async (opset, written) => {
    const { model, report } = await optimize(spelled(opset), { measure: false });
    expect(report).toMatchObject({ gained: true, verified: true, dropped: [] });
    const found = readModel(model);
    expect(found.graph.nodes.map(({ op }) => op)).toEqual(["Attention"]);
    expect(found.opset).toBe(written);
  });
});
