// Where hand-written passes gain, the shipped rules do, and not on one model alone: variants in size and in spelling. Predicted by the costs of
// one named processor, so that the machine that runs the tests has no say.
import { cpu } from "@rewright/backend-cpu";
import { bert, bertClassifier, nasrnn } from "@rewright/example-models";
import { ModelBuilder, readModel, type Value } from "@rewright/onnx";
import { optimize } from "rewright";
import { describe, expect, test } from "vitest";
import { dlrm } from "../models/dlrm.ts";
import { gcn } from "../models/gcn.ts";
import { mobileone } from "../models/mobileone.ts";
import { pointnet } from "../models/pointnet.ts";
import { resnext50 } from "../models/resnext.ts";
import { wavenet } from "../models/wavenet.ts";

/** What was built, the operators that must be gone, and how many times as fast the result is predicted to be, at least. */
type Case = readonly [
  name: string,
  build: () => Uint8Array,
  gone: readonly string[],
  least: number,
];

/** Attention between tokens, their heads side by side, as sums over labels: by a softmax, or linear, q · (kᵀ · v) less a denominator. */
function einsums(quadratic: boolean): Uint8Array {
  const b = new ModelBuilder("einsums");
  const heads = { q: [2, 48, 4, 24], k: [2, 40, 4, 24], v: [2, 40, 4, 24] };
  const [q, k, v] = Object.entries(heads).map(([name, shape]) => b.input(name, "f32", shape));
  const einsum = (equation: string, ...operands: readonly (Value | undefined)[]): Value =>
    b.node("Einsum", operands, { equation });
  if (quadratic) {
    const weights = b.node("Softmax", [einsum("bqhd,bkhd->bhqk", q, k)], { axis: 3 });
    b.output("y", einsum("bhqk,bkhd->bqhd", weights, v));
  } else {
    const scale = b.input("scale", "f32", [2, 48, 4]);
    const product = einsum("bkhd, bkhe -> bhde", k, v);
    b.output("y", einsum("bqhd,bhde,bqh->bqhe", q, product, scale));
  }
  return b.bytes();
}

const cases: readonly Case[] = [
  [
    "MobileOne in training form",
    () =>
      mobileone({
        size: 64,
        classes: 10,
        stages: [
          [3, 48],
          [2, 64],
        ],
      }),
    ["BatchNormalization", "Add"],
    2.5,
  ],
  [
    "with its normalisations apart, and fewer branches",
    () => mobileone({ size: 64, classes: 10, stages: [[2, 32]], branches: 2, apart: true }),
    ["BatchNormalization", "Add"],
    1.5,
  ],
  ["WaveNet", () => wavenet({ layers: 3, stacks: 2, samples: 1024 }), ["Pad"], 1.4],
  [
    "with more channels, and two at a time",
    () => wavenet({ layers: 2, stacks: 1, channels: 48, skip: 48, levels: 32, batch: 2 }),
    ["Pad"],
    1.3,
  ],
  ["PointNet", () => pointnet({ points: 512, width: 0.5 }), ["Tile", "Concat"], 1.5],
  [
    "with a net for its features, in batches",
    () => pointnet({ points: 256, width: 0.25, features: true, batch: 2 }),
    ["Tile", "Concat"],
    1.4,
  ],
  ["DLRM", () => dlrm({ tables: 12, rows: 100 }), [], 1.3],
  [
    "with larger examples and fewer tables",
    () => dlrm({ tables: 8, rows: 50, batch: 4 }),
    [],
    1.15,
  ],
  [
    "a graph net over a dense matrix",
    () => gcn({ vertices: 300, widths: [96, 24, 8, 4] }),
    [],
    1.5,
  ],
  [
    "a NasRNN of three steps, two at a time",
    () => nasrnn({ steps: 3, hidden: 256, batch: 2 }),
    [],
    1.1,
  ],
  [
    "a classifier on one row of BERT's last layer",
    () => bertClassifier({ layers: 2, hidden: 96, heads: 4, sequence: 48, inner: 192 }),
    ["Erf", "Softmax"],
    1.3,
  ],
  [
    "BERT with adapters",
    () => bert({ layers: 1, hidden: 96, heads: 3, sequence: 40, adapters: 6 }),
    ["Erf", "Softmax"],
    1.1,
  ],
  ["attention in Einstein sums", () => einsums(true), ["Einsum"], 1.2],
  [
    "linear attention in Einstein sums, three factors in one",
    () => einsums(false),
    ["Einsum"],
    1.3,
  ],
  ["ResNeXt", () => resnext50({ size: 64, blocks: [2, 1], classes: 10 }), [], 1.02],
];

describe("predicted gains", () => {
  const backend = cpu({ part: "zen4" });

  test.each(cases)("%s", async (_, build, gone, least) => {
    const bytes = build();
    const { model, report } = await optimize(bytes, { backend, measure: false });
    expect(report.verified).toBe(true);
    expect(report.predictedSpeedup).toBeGreaterThan(least);
    const left = new Set(readModel(model).graph.nodes.map((node) => node.op));
    expect(gone.filter((op) => left.has(op))).toEqual([]);
  });
});
