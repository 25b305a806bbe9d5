// Every model there is goes through the main job: the builders, and the real models beside the repository where they are.
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readModel } from "@rewright/onnx";
import { optimize } from "rewright";
import { describe, expect, test } from "vitest";
import { bert, bertClassifier, bertSizes, convnet, lora, nasrnn } from "../src/index.ts";

const shared = join(import.meta.dirname, "../../../../shared/data");

/** What a search of fixed extent makes of a model: verified, and no dearer than before. */
async function improved(bytes: Uint8Array) {
  const { model, report } = await optimize(bytes, {
    measure: false,
    budget: { nodes: 20_000, iterations: 400, seconds: 600 },
  });
  expect(report.dropped).toEqual([]);
  expect(report.verified).toBe(true);
  expect(report.after.predicted).toBeLessThanOrEqual(report.before.predicted);
  if (!report.gained) expect(Buffer.compare(model, bytes)).toBe(0);
  const [before, after] = [readModel(bytes).graph, readModel(model).graph];
  expect(after.inputs).toEqual(before.inputs);
  expect(after.outputs.map((o) => o.name)).toEqual(before.outputs.map((o) => o.name));
  return report;
}

describe("builders", () => {
  const used = (report: Awaited<ReturnType<typeof improved>>): string[] =>
    report.rules.filter((r) => r.used).map((r) => r.name);

  test.each([false, true])(
    "a BERT classifier reads one row of its last layer; open sizes: %s",
    async (dynamic) => {
      const report = await improved(bertClassifier({ ...bertSizes.tiny, sequence: 32, dynamic }));
      expect(report.predictedSpeedup).toBeGreaterThan(1.3);
      expect(used(report)).toEqual(
        expect.arrayContaining([
          "gathering.gather_row",
          "product_selection.cut_rows",
          "normal_selection.cut_softmax",
          "movement_selection.cut_reshape",
          "layer_norm.layer_norm",
        ]),
      );
    },
  );

  test("BERT's normalisations and activations are gathered", async () => {
    const report = await improved(bert({ ...bertSizes.tiny, sequence: 32 }));
    expect(used(report)).toEqual(
      expect.arrayContaining(["gelu.gelu_last", "layer_norm.layer_norm"]),
    );
    expect(report.after.nodes).toBeLessThan(report.before.nodes / 1.5);
  });

  test("LoRA's adapters are merged into the weights", async () => {
    const report = await improved(lora({ hidden: 64, sequence: 16 }));
    expect(used(report)).toEqual(
      expect.arrayContaining(["association.matmul_assoc", "distribution.merge_right_sum"]),
    );
  });

  test("a convolutional net", () => improved(convnet({ size: 16 })));
  test("NasRNN", () => improved(nasrnn({ hidden: 64 })));
});

/** Models that ONNX Runtime itself refuses: they hold operators of another runtime. */
const refused: ReadonlySet<string> = new Set([
  "EEGFormer-network.onnx",
  "MLPerf_ImageClassification-network.onnx",
  "microLlama_FP32_microLlama1-network.onnx",
  "miniMobileNetv2-network.onnx",
]);

describe.each(["onnx-small", "onnx-more", "onnx-light"])("%s", (folder) => {
  const files = globSync(`${folder}/*.onnx`, { cwd: shared }).sort();
  test("is there", ({ skip }) => {
    if (!existsSync(join(shared, folder))) skip(`no ${folder} beside the repository`);
    expect(files.length).toBeGreaterThan(0);
  });
  test.each(files)("%s", async (file) => {
    const bytes = readFileSync(join(shared, file));
    if (refused.has(basename(file)))
      await expect(improved(bytes)).rejects.toThrow(/ONNX Runtime refuses the model as it is/);
    else await improved(bytes);
  });
});
