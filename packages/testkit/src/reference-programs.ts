/**
 * Six programs as models are made of, to see what a backend makes of them.
 *
 * @module
 */

import type { Graph, Source } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { GraphDraft } from "./graph-draft.ts";

/** `small` programs can be computed by reference semantics in no time; `usual` ones are as large as models have them, for costs. */
export type Scale = "small" | "usual";

/** A program and what to call it. */
export interface ReferenceProgram {
  readonly name: string;
  readonly graph: Graph;
}

/** Two layers, biases added apart. */
function mlp(scale: Scale): Graph {
  const d = new GraphDraft([onnx]);
  const [batch, width, hidden] = scale === "small" ? [3, 8, 12] : [64, 1024, 4096];
  const x = d.input([batch, width]);
  const first = d.node("Add", [d.node("MatMul", [x, d.weights(width, hidden)]), d.weights(hidden)]);
  const second = d.node("MatMul", [d.node("Relu", [first]), d.weights(hidden, width)]);
  return d.graph(d.node("Add", [second, d.weights(width)]));
}

function normalised(d: GraphDraft, x: Source, channels: number): Source {
  const ones = d.constant({
    ...{ dtype: "f32", shape: [channels] },
    data: new Float32Array(channels).fill(1),
  });
  return d.node("BatchNormalization", [
    x,
    d.weights(channels),
    d.weights(channels),
    d.weights(channels),
    ones,
  ]);
}

const window = (k: number) => {
  const pads = Array<number>(4).fill((k - 1) / 2);
  return { kernel_shape: [k, k], pads, strides: [1, 1], dilations: [1, 1] };
};

/** A bottleneck: 1×1, 3×3, 1×1, each normalised, around them a residual sum. */
function resnet(scale: Scale): Graph {
  const d = new GraphDraft([onnx]);
  const [batch, wide, narrow, side] = scale === "small" ? [1, 8, 4, 5] : [16, 256, 64, 56];
  const x = d.input([batch, wide, side, side]);
  const layer = (from: Source, inputs: number, outputs: number, k: number): Source => {
    const y = d.node("Conv", [from, d.weights(outputs, inputs, k, k)], window(k));
    return normalised(d, y, outputs);
  };
  const a = d.node("Relu", [layer(x, wide, narrow, 1)]);
  const b = d.node("Relu", [layer(a, narrow, narrow, 3)]);
  return d.graph(d.node("Relu", [d.node("Add", [layer(b, narrow, wide, 1), x])]));
}

interface Heads {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly depth: number;
}
const headsOf = (scale: Scale): Heads => {
  return scale === "small"
    ? { batch: 1, length: 4, heads: 2, depth: 3 }
    : { batch: 8, length: 128, heads: 12, depth: 64 };
};

/** Scaled products of queries and keys, softmax, product with the values: [batch, heads, length, depth] each. */
function attend(d: GraphDraft, q: Source, k: Source, v: Source, { depth }: Heads): Source {
  const scores = d.node("MatMul", [q, d.node("Transpose", [k], { perm: [0, 1, 3, 2] })]);
  const scaled = d.node("Mul", [scores, d.number(1 / Math.sqrt(depth))]);
  return d.node("MatMul", [d.node("Softmax", [scaled], { axis: 3 }), v]);
}

function projected(d: GraphDraft, x: Source, h: Heads): Source {
  const width = h.heads * h.depth;
  const y = d.node("MatMul", [x, d.weights(width, width)]);
  const split = d.node("Reshape", [y, d.integers(h.batch, h.length, h.heads, h.depth)]);
  return d.node("Transpose", [split], { perm: [0, 2, 1, 3] });
}

function joined(d: GraphDraft, x: Source, h: Heads): Source {
  const y = d.node("Transpose", [x], { perm: [0, 2, 1, 3] });
  return d.node("Reshape", [y, d.integers(h.batch, h.length, h.heads * h.depth)]);
}

/** Attention whose queries, keys and values are products of one input with three weights. */
function sharedAttention(scale: Scale): Graph {
  const d = new GraphDraft([onnx]);
  const h = headsOf(scale);
  const x = d.input([h.batch, h.length, h.heads * h.depth]);
  const [q, k, v] = [projected(d, x, h), projected(d, x, h), projected(d, x, h)];
  return d.graph(joined(d, attend(d, q, k, v, h), h));
}

/** Attention, residual sums, layer norms, and a feed-forward part with GELU as exporters spell it. */
function bert(scale: Scale): Graph {
  const d = new GraphDraft([onnx]);
  const h = headsOf(scale);
  const width = h.heads * h.depth;
  const x = d.input([h.batch, h.length, width]);
  const norm = (y: Source): Source => {
    return d.node("LayerNormalization", [y, d.weights(width), d.weights(width)], { axis: -1 });
  };
  const attended = attend(d, projected(d, x, h), projected(d, x, h), projected(d, x, h), h);
  const output = d.node("MatMul", [joined(d, attended, h), d.weights(width, width)]);
  const first = norm(d.node("Add", [output, x]));
  const up = d.node("MatMul", [first, d.weights(width, 4 * width)]);
  const biased = d.node("Add", [up, d.weights(4 * width)]);
  const erf = d.node("Erf", [d.node("Div", [biased, d.number(Math.SQRT2)])]);
  const gelu = d.node("Mul", [
    d.node("Mul", [biased, d.node("Add", [erf, d.number(1)])]),
    d.number(0.5),
  ]);
  const down = d.node("MatMul", [gelu, d.weights(4 * width, width)]);
  return d.graph(norm(d.node("Add", [down, first])));
}

/** An inverted bottleneck: 1×1, depthwise 3×3, 1×1, clipped between. */
function depthwise(scale: Scale): Graph {
  const d = new GraphDraft([onnx]);
  const [batch, wide, narrow, side] = scale === "small" ? [1, 6, 3, 5] : [16, 192, 32, 56];
  const x = d.input([batch, narrow, side, side]);
  const clip = (y: Source): Source => d.node("Clip", [y, d.number(0), d.number(6)]);
  const up = clip(
    normalised(d, d.node("Conv", [x, d.weights(wide, narrow, 1, 1)], window(1)), wide),
  );
  const inner = d.node("Conv", [up, d.weights(wide, 1, 3, 3)], { ...window(3), group: wide });
  const down = d.node(
    "Conv",
    [clip(normalised(d, inner, wide)), d.weights(narrow, wide, 1, 1)],
    window(1),
  );
  return d.graph(d.node("Add", [normalised(d, down, narrow), x]));
}

/** One step of an LSTM, written out. */
function lstm(scale: Scale): Graph {
  const d = new GraphDraft([onnx]);
  const [batch, width] = scale === "small" ? [2, 4] : [64, 512];
  const [x, h, c] = [d.input([batch, width]), d.input([batch, width]), d.input([batch, width])];
  const sum = d.node("Add", [
    d.node("Gemm", [x, d.weights(width, 4 * width), d.weights(4 * width)]),
    d.node("MatMul", [h, d.weights(width, 4 * width)]),
  ]);
  const gates = d.nodes("Split", [sum, d.integers(width, width, width, width)], { axis: 1 }, 4);
  const [i, o, f] = gates.slice(0, 3).map((gate) => d.node("Sigmoid", [gate])) as [
    Source,
    Source,
    Source,
  ];
  const candidate = d.node("Tanh", [gates[3] as Source]);
  const cell = d.node("Add", [d.node("Mul", [f, c]), d.node("Mul", [i, candidate])]);
  return d.graph(d.node("Mul", [o, d.node("Tanh", [cell])]), cell);
}

const makers: Readonly<Record<string, (scale: Scale) => Graph>> = {
  MLP: mlp,
  "ResNet block": resnet,
  "BERT block": bert,
  "attention with shared QKV": sharedAttention,
  "depthwise block": depthwise,
  "LSTM cell": lstm,
};

/** The six reference programs. */
export function referencePrograms(scale: Scale): readonly ReferenceProgram[] {
  return Object.entries(makers).map(([name, make]) => ({ name, graph: make(scale) }));
}
