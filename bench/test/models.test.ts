// The models that the optimiser is measured on: each can be made, is understood, and runs.
import { randomInputs, startRuntime } from "@rewright/backend-cpu";
import { readModel } from "@rewright/onnx";
import { describe, expect, test } from "vitest";
import { build, entries } from "../models/index.ts";

/** Sizes that run in a moment. */
const small: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  bert: { layers: 1, hidden: 32, heads: 2, sequence: 8, vocabulary: 50 },
  bertClassifier: { layers: 1, hidden: 32, heads: 2, sequence: 8, vocabulary: 50 },
  dlrm: { tables: 3, rows: 10 },
  gcn: { vertices: 20, widths: [8, 6, 4] },
  gpt2: { hidden: 24, heads: 2, sequence: 6 },
  inceptionV3: { size: 75, width: 0.05, classes: 5 },
  mobilenetV2: { size: 32, classes: 5 },
  mobileone: {
    size: 32,
    classes: 5,
    stages: [
      [2, 8],
      [1, 12],
    ],
  },
  nasrnn: { steps: 2, hidden: 16 },
  pointnet: { points: 16, width: 0.05 },
  resnext50: { size: 32, blocks: [1, 2], groups: 4, classes: 5 },
  vit: { layers: 1, hidden: 24, heads: 2, size: 32, patch: 8, classes: 5 },
  wavenet: { layers: 2, stacks: 2, channels: 4, skip: 6, levels: 8, samples: 20 },
};

describe("built models", () => {
  test("have names of their own", () => {
    expect(new Set(entries.map((entry) => entry.name)).size).toBe(entries.length);
  });

  test.each(entries.filter((entry) => "builder" in entry))("$name", async (entry) => {
    const bytes = build(entry, small["builder" in entry ? entry.builder : ""]);
    const { graph } = readModel(bytes);
    for (const node of graph.nodes) {
      expect(node.opaque, node.op).toBeUndefined();
      for (const { dtype, shape } of node.results) {
        expect(dtype).not.toBe("unknown");
        expect(shape.every((d) => typeof d === "number")).toBe(true);
      }
    }
    const runtime = await startRuntime();
    try {
      const session = await runtime.load(bytes, { level: "disabled" });
      for (const { data } of Object.values(await session.run(randomInputs(graph))))
        expect(Array.from(data, Number).every(Number.isFinite)).toBe(true);
    } finally {
      await runtime.close();
    }
  });
});
