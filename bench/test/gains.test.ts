// Where hand-written passes gain, the shipped rules do, and not on one model alone: variants in size and in spelling. Predicted by the costs of
// one named processor, so that the machine that runs the tests has no say.
import { cpu } from "@rewright/backend-cpu";
import { bert, bertClassifier, nasrnn } from "@rewright/example-models";
import { ModelBuilder, readModel, type Value } from "@rewright/onnx";
import type { NdArray } from "@rewright/plugin";
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

/** An f32 tensor of numbers between 0.5 and 1.5. */
function weights(...shape: readonly number[]): NdArray {
  const count = shape.reduce((a, d) => a * d, 1);
  const data = Float32Array.from({ length: count }, (_, i) => 0.5 + ((i * 37) % 101) / 101);
  return { dtype: "f32", shape, data };
}

const list = (...items: readonly number[]): NdArray => ({
  dtype: "i64",
  shape: [items.length],
  data: BigInt64Array.from(items, BigInt),
});

/** Masked attention of eight heads of queries; keys and values have fewer, and are repeated. */
function shared({ groups, stacked }: { groups: number; stacked: boolean }): Uint8Array {
  const b = new ModelBuilder("shared");
  const [tokens, width, each] = [64, 32, 8 / groups];
  const q = b.input("q", "f32", [1, 8, tokens, width]);
  const [k, v] = ["k", "v"].map((name) => b.input(name, "f32", [1, groups, tokens, width]));
  const repeat = (x: Value | undefined): Value => {
    const apart = b.node("Unsqueeze", [x, b.constant(list(2))]);
    const wide = b.constant(list(1, groups, each, tokens, width));
    const repeated = b.node("Expand", [apart, wide]);
    return b.node("Reshape", [repeated, b.constant(list(1, 8, tokens, width))]);
  };
  const scale = b.constant({ dtype: "f32", shape: [], data: [0.42] });
  const scaled = (x: Value): Value => b.node("Mul", [x, scale]);
  let scores: Value;
  let values: Value;
  if (stacked) {
    const wide = b.constant(list(1, 8, tokens, width));
    const keys = b.node("Expand", [k, wide]);
    values = b.node("Expand", [v, wide]);
    const stack = b.node("Reshape", [keys, b.constant(list(-1, tokens, width))]);
    const turned = b.node("Transpose", [stack], { perm: [0, 2, 1] });
    const apart = b.node("Reshape", [turned, b.constant(list(1, 8, width, tokens))]);
    scores = b.node("MatMul", [scaled(q), scaled(apart)]);
  } else {
    const turned = b.node("Transpose", [repeat(k)], { perm: [0, 1, 3, 2] });
    values = repeat(v);
    scores = scaled(b.node("MatMul", [q, turned]));
  }
  const masked = b.node("Add", [scores, b.constant(weights(tokens, tokens))]);
  b.output("y", b.node("MatMul", [b.node("Softmax", [masked], { axis: -1 }), values]));
  return b.bytes();
}

/** A normalisation of so many groups of 48 channels: as one of instances, its scale and shift apart. */
function groupNorm(count: number): Uint8Array {
  const b = new ModelBuilder("norm");
  const [channels, length] = [48, 500];
  const x = b.input("x", "f32", [1, channels, length]);
  const groups = b.node("Reshape", [x, b.constant(list(0, count, -1))]);
  const vector = (value: number): Value =>
    b.constant({ dtype: "f32", shape: [count], data: new Float32Array(count).fill(value) });
  const normal = b.node("InstanceNormalization", [groups, vector(1), vector(0)]);
  const back = b.node("Reshape", [normal, b.constant(list(1, channels, length))]);
  const scaled = b.node("Mul", [back, b.constant(weights(channels, 1))]);
  b.output("y", b.node("Add", [scaled, b.constant(weights(channels, 1))]));
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
  [
    "a decoder's attention, keys shared by groups of queries",
    () => shared({ groups: 2, stacked: false }),
    ["Softmax", "Expand"],
    1.1,
  ],
  [
    "keys shared by all queries, scaled and transposed as exporters do",
    () => shared({ groups: 1, stacked: true }),
    ["Softmax", "Expand"],
    1.05,
  ],
  [
    "channels normalised one by one, as groups",
    () => groupNorm(48),
    ["Mul", "Add", "Reshape"],
    1.5,
  ],
  ["channels normalised in groups", () => groupNorm(8), ["Mul", "Add"], 1.05],
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
