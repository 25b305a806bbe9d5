import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareOutputs, randomInputs, startRuntime } from "@rewright/backend-cpu";
import { ModelBuilder, readModel } from "@rewright/onnx";
import type { Attrs, NdArray } from "@rewright/plugin";
import { evaluateGraph, onnx } from "@rewright/tensor";
import { expect, onTestFinished, test } from "vitest";

/** Operators in versions that ONNX does not have: what they are taken to mean is what the runtime makes of them. */
const cases: readonly (readonly [op: string, opset: number, vectors: number, attrs: Attrs])[] = [
  ["LayerNormalization", 11, 2, { epsilon: 0.25 }],
  ["SimplifiedLayerNormalization", 11, 1, { axis: -1, epsilon: 0.25 }],
  ["MeanVarianceNormalization", 7, 0, {}],
  ["MeanVarianceNormalization", 7, 0, { across_channels: 1 }],
  ["ThresholdedRelu", 7, 0, { alpha: 0.25 }],
];

test.each(cases)("%s in operator set %i", async (op, opset, vectors, attrs) => {
  const b = new ModelBuilder("test", { opset });
  const vector = (from: number): NdArray => ({
    dtype: "f32",
    shape: [4],
    data: Float32Array.from([0, 1, 2, 3], (i) => from + i / 4),
  });
  const operands = Array.from({ length: vectors }, (_, i) => b.constant(vector(i)));
  const shape = [2, 3, 5, 4];
  b.output("y", b.node(op, [b.input("x", "f32", shape), ...operands], attrs), {
    dtype: "f32",
    shape,
  });
  const { graph } = readModel(b.bytes());
  expect(graph.nodes[0]?.opaque).toBeUndefined();

  const folder = mkdtempSync(join(tmpdir(), "rewright-test-"));
  const runtime = await startRuntime();
  onTestFinished(async () => {
    await runtime.close();
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, "model.onnx"), b.bytes());
  const session = await runtime.load(join(folder, "model.onnx"), { level: "disabled" });
  const inputs = randomInputs(graph, { seed: 1 });
  const { x } = inputs;
  const [y] = evaluateGraph(graph, [x as NdArray], [onnx]);
  expect(compareOutputs(await session.run(inputs), { y: y as NdArray }).worst).toMatchObject({
    ok: true,
  });
});
