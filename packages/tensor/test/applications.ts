/** Random applications of the numeric operators: operands and attributes that are well-typed by construction. */

import type { Attrs, DType, NdArray } from "@rewright/plugin";
import { sizeOf, tensor } from "../src/array.ts";

export interface Application {
  readonly operands: readonly (NdArray | undefined)[];
  readonly attrs: Attrs;
  /** How many results are asked for. */
  readonly count?: number;
}

/** A seeded source of random numbers (mulberry32), and what applications are drawn with. */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  int(least: number, greatest: number): number {
    return least + Math.floor(this.unit() * (greatest - least + 1));
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)] as T;
  }

  coin(): boolean {
    return this.unit() < 0.5;
  }

  shape(least = 0, greatest = 4): number[] {
    return Array.from({ length: this.int(least, greatest) }, () => this.int(1, 4));
  }

  /** A shape that broadcasts to `target`. */
  narrower(target: readonly number[]): number[] {
    const from = this.int(0, target.length);
    return target.slice(from).map((dim) => (this.unit() < 0.3 ? 1 : dim));
  }

  tensor(dtype: DType, shape: readonly number[]): NdArray {
    return tensor(
      dtype,
      shape,
      Array.from({ length: sizeOf(shape) }, () => {
        if (dtype === "bool") return this.coin();
        if (dtype === "string") return this.of(["a", "b", "c"]);
        if (dtype.includes("f")) return this.unit() * 6 - 3;
        return this.int(dtype.startsWith("u") ? 0 : -9, 9);
      }),
    );
  }
}

const FLOATS: readonly DType[] = ["f32", "f64", "f16", "bf16"];
const WIDE: readonly DType[] = [...FLOATS, "i32", "i64", "u32", "u64"];
const NUMBERS: readonly DType[] = [...WIDE, "i8", "u8", "i16", "u16"];

type Sampler = (draw: Draw) => Application;

const unary =
  (types: readonly DType[], attrs: (draw: Draw) => Attrs = () => ({})): Sampler =>
  (draw) => ({ operands: [draw.tensor(draw.of(types), draw.shape())], attrs: attrs(draw) });

/** One to four operands of one element type that broadcast together. */
const broadcast =
  (types: readonly DType[], least: number, most: number, attrs: Attrs = {}): Sampler =>
  (draw) => {
    const dtype = draw.of(types);
    const shape = draw.shape();
    const operands = Array.from({ length: draw.int(least, most) }, (_, i) =>
      draw.tensor(dtype, i === 0 && draw.coin() ? shape : draw.narrower(shape)),
    );
    return { operands, attrs };
  };

const parameter = (names: readonly string[]) => (draw: Draw) =>
  Object.fromEntries(names.filter(() => draw.coin()).map((name) => [name, draw.unit() + 0.1]));

const reduction =
  (types: readonly DType[]): Sampler =>
  (draw) => {
    const data = draw.tensor(draw.of(types), draw.shape(1));
    const axes = data.shape.map((_, axis) => axis).filter(() => draw.coin());
    const signed = axes.map((axis) => (draw.coin() ? axis : axis - data.shape.length));
    return {
      operands: draw.unit() < 0.2 ? [data] : [data, tensor("i64", [axes.length], signed)],
      attrs: { keepdims: draw.int(0, 1), noop_with_empty_axes: draw.int(0, 1) },
    };
  };

const anAxis = (draw: Draw, rank: number) => draw.int(-rank, rank - 1);

const onAxis =
  (types: readonly DType[], attrs: (draw: Draw) => Attrs = () => ({})): Sampler =>
  (draw) => {
    const shape = draw.shape(1);
    return {
      operands: [draw.tensor(draw.of(types), shape)],
      attrs: { axis: anAxis(draw, shape.length), ...attrs(draw) },
    };
  };

const matMul =
  (left: readonly DType[], right?: readonly DType[]): Sampler =>
  (draw) => {
    const dtype = draw.of(left);
    const [m, k, n] = [draw.int(1, 4), draw.int(1, 4), draw.int(1, 4)];
    const batch = draw.shape(0, 2);
    const a = draw.unit() < 0.2 ? [k] : [...draw.narrower(batch), m, k];
    const b = draw.unit() < 0.2 ? [k] : [...draw.narrower(batch), k, n];
    return {
      operands: [
        draw.tensor(dtype, a),
        draw.tensor(right === undefined ? dtype : draw.of(right), b),
      ],
      attrs: {},
    };
  };

/** A window on an image: its kernel and the attributes of how it slides, or nothing where it would not fit. */
function window(draw: Draw, spatial: readonly number[]): { kernel: number[]; attrs: Attrs } {
  const kernel = spatial.map((size) => draw.int(1, Math.min(3, size)));
  const attrs: Record<string, readonly number[] | string> = {};
  if (draw.coin()) attrs["strides"] = spatial.map(() => draw.int(1, 3));
  const reach = (axis: number, dilation: number) => ((kernel[axis] as number) - 1) * dilation + 1;
  if (draw.coin()) {
    const dilations = spatial.map((size, axis) => (reach(axis, 2) <= size ? draw.int(1, 2) : 1));
    attrs["dilations"] = dilations;
  }
  const auto = draw.of(["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
  if (auto !== "NOTSET") attrs["auto_pad"] = auto;
  // Padding below the size of the kernel, so that every window meets the image.
  else if (draw.coin())
    attrs["pads"] = [...spatial, ...spatial].map((_, i) =>
      draw.int(0, (kernel[i % spatial.length] as number) - 1),
    );
  return { kernel, attrs };
}

const image = (draw: Draw, channels: number) => [
  draw.int(1, 2),
  channels,
  ...Array.from({ length: draw.int(1, 3) }, () => draw.int(2, 5)),
];

const convolution =
  (transposed: boolean): Sampler =>
  (draw) => {
    const dtype = draw.of(FLOATS);
    const group = draw.int(1, 2);
    const [inputs, outputs] = [group * draw.int(1, 2), draw.int(1, 2)];
    const x = image(draw, inputs);
    const { kernel, attrs } = window(draw, x.slice(2));
    const w = transposed
      ? [inputs, outputs, ...kernel]
      : [outputs * group, inputs / group, ...kernel];
    const operands = [draw.tensor(dtype, x), draw.tensor(dtype, w)];
    if (draw.coin()) operands.push(draw.tensor(dtype, [outputs * group]));
    // A result of nothing is refused: without padding there is always something.
    const { pads: _, ...unpadded } = attrs as Record<string, Attrs[string]>;
    return { operands, attrs: { ...(transposed ? unpadded : attrs), group } };
  };

const pooling =
  (types: readonly DType[], extra: (draw: Draw) => Attrs, count = 1): Sampler =>
  (draw) => {
    const x = image(draw, draw.int(1, 3));
    const { kernel, attrs } = window(draw, x.slice(2));
    return {
      operands: [draw.tensor(draw.of(types), x)],
      attrs: { ...attrs, ...extra(draw), kernel_shape: kernel, ceil_mode: draw.int(0, 1) },
      count: draw.int(1, count),
    };
  };

const globalPool: Sampler = (draw) => ({
  operands: [draw.tensor(draw.of(FLOATS), image(draw, draw.int(1, 3)))],
  attrs: {},
});

const channelled =
  (entries: number, attrs: (draw: Draw, channels: number) => Attrs): Sampler =>
  (draw) => {
    const dtype = draw.of(FLOATS);
    const channels = draw.of([2, 4]);
    const operands = [draw.tensor(dtype, image(draw, channels))];
    for (let i = 0; i < entries; i++) {
      const entry = draw.tensor(dtype, [channels]);
      // The fourth is a variance.
      operands.push(
        i < 3 ? entry : { ...entry, data: Array.from(entry.data as number[], Math.abs) },
      );
    }
    return { operands, attrs: attrs(draw, channels) };
  };

const layerNorm =
  (bias: boolean, count: number): Sampler =>
  (draw) => {
    const dtype = draw.of(FLOATS);
    const shape = draw.shape(1);
    const axis = anAxis(draw, shape.length);
    const normalized = shape.slice(axis);
    const operands = [draw.tensor(dtype, shape), draw.tensor(dtype, draw.narrower(normalized))];
    if (bias && draw.coin()) operands.push(draw.tensor(dtype, draw.narrower(normalized)));
    return { operands, attrs: { axis }, count: draw.int(1, count) };
  };

const einsum: Sampler = (draw) => {
  const [i, j, k, b] = [1, 2, 3, 4].map(() => draw.int(1, 4)) as [number, number, number, number];
  const [equation, ...shapes] = draw.of<[string, ...number[][]]>([
    ["ij,jk->ik", [i, j], [j, k]],
    ["bij, bjk", [b, i, j], [b, j, k]],
    ["...ij,...jk->...ik", [b, 1, i, j], [k, j, k]],
    ["ii->i", [i, i]],
    ["ij->", [i, j]],
    ["ijk->kij", [i, j, k]],
    ["i,j,k->kji", [i], [j], [k]],
    ["bij,kj->bk", [b, i, j], [k, j]],
    ["bhid,bhjd->bhij", [b, 2, i, k], [b, 2, j, k]],
  ]);
  const dtype = draw.of(["f32", "f64", "i64", "i32"] as const);
  return { operands: shapes.map((shape) => draw.tensor(dtype, shape)), attrs: { equation } };
};

const attention: Sampler = (draw) => {
  const dtype = draw.of(["f32", "f64"] as const);
  const [batch, shared, size, width] = [1, 1, 1, 1].map(() => draw.int(1, 3)) as [
    number,
    number,
    number,
    number,
  ];
  const heads = shared * draw.int(1, 2);
  const [length, keys, past] = [draw.int(1, 4), draw.int(1, 4), draw.int(0, 2)];
  const flat = draw.coin();
  const operand = (n: number, l: number, d: number) =>
    draw.tensor(dtype, flat ? [batch, l, n * d] : [batch, n, l, d]);
  const cached = past > 0;
  const mask = draw.coin()
    ? draw.tensor(draw.of(["bool", dtype]), draw.narrower([batch, heads, length, keys + past]))
    : undefined;
  const operands = [
    operand(heads, length, size),
    operand(shared, keys, size),
    operand(shared, keys, width),
    mask?.shape.length === 0 ? undefined : mask,
    cached ? draw.tensor(dtype, [batch, shared, past, size]) : undefined,
    cached ? draw.tensor(dtype, [batch, shared, past, width]) : undefined,
  ];
  return {
    operands,
    attrs: {
      ...(flat ? { q_num_heads: heads, kv_num_heads: shared } : {}),
      is_causal: draw.int(0, 1),
      softcap: draw.of([0, 2]),
      qk_matmul_output_mode: draw.int(0, 3),
    },
    count: draw.int(1, 4),
  };
};

const each = (names: string, sampler: Sampler): Record<string, Sampler> =>
  Object.fromEntries(names.split(" ").map((name) => [name, sampler]));

/** How to draw an application of each operator with reference semantics. */
export const samplers: Readonly<Record<string, Sampler>> = {
  ...each(
    "Sqrt Reciprocal Exp Log Erf Floor Ceil Round Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Tanh Sigmoid HardSwish Softplus Softsign Mish IsNaN",
    unary(FLOATS),
  ),
  ...each("Abs Sign", unary(NUMBERS)),
  ...each("Neg Relu", unary([...FLOATS, "i8", "i16", "i32", "i64"])),
  BitwiseNot: unary(["i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"]),
  Not: unary(["bool"]),
  IsInf: unary(FLOATS, (draw) => ({ detect_negative: draw.int(0, 1) })),
  ...each("LeakyRelu Elu ThresholdedRelu Swish", unary(FLOATS, parameter(["alpha"]))),
  Celu: unary(["f32"], parameter(["alpha"])),
  Selu: unary(FLOATS, parameter(["alpha", "gamma"])),
  HardSigmoid: unary(FLOATS, parameter(["alpha", "beta"])),
  Shrink: unary(["f32", "i32", "u8"], parameter(["bias", "lambd"])),
  Gelu: unary(FLOATS, (draw) => ({ approximate: draw.of(["none", "tanh"]) })),
  PRelu: (draw) => {
    const dtype = draw.of(WIDE);
    const shape = draw.shape();
    return {
      operands: [draw.tensor(dtype, shape), draw.tensor(dtype, draw.narrower(shape))],
      attrs: {},
    };
  },
  Clip: (draw) => {
    const dtype = draw.of(NUMBERS);
    const bound = () => (draw.coin() ? draw.tensor(dtype, []) : undefined);
    return { operands: [draw.tensor(dtype, draw.shape()), bound(), bound()], attrs: {} };
  },
  ...each("Add Sub Mul Div", broadcast(NUMBERS, 2, 2)),
  Mod: (draw) => broadcast(NUMBERS, 2, 2, { fmod: 1 })(draw),
  Pow: (draw) => {
    const shape = draw.shape();
    return {
      operands: [
        draw.tensor(draw.of([...FLOATS, "i32", "i64"] as const), shape),
        draw.tensor(draw.of(NUMBERS), draw.narrower(shape)),
      ],
      attrs: {},
    };
  },
  BitShift: broadcast(["u8", "u16", "u32", "u64"], 2, 2, { direction: "LEFT" }),
  ...each("BitwiseAnd BitwiseOr BitwiseXor", broadcast(["i8", "u8", "i64", "u64"], 2, 2)),
  ...each("Max Min", broadcast(NUMBERS, 1, 4)),
  ...each("Sum Mean", broadcast(FLOATS, 1, 4)),
  Equal: broadcast([...NUMBERS, "bool", "string"], 2, 2),
  ...each("Greater GreaterOrEqual Less LessOrEqual", broadcast(NUMBERS, 2, 2)),
  ...each("And Or Xor", broadcast(["bool"], 2, 2)),
  Where: (draw) => {
    const dtype = draw.of([...NUMBERS, "bool", "string"] as const);
    const shape = draw.shape();
    return {
      operands: [
        draw.tensor("bool", draw.narrower(shape)),
        draw.tensor(dtype, shape),
        draw.tensor(dtype, draw.narrower(shape)),
      ],
      attrs: {},
    };
  },
  ...each(
    "ReduceSum ReduceMean ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare",
    reduction(WIDE),
  ),
  ...each("ReduceMax ReduceMin", reduction([...WIDE, "i8", "u8", "bool"])),
  ...each(
    "ArgMax ArgMin",
    onAxis(NUMBERS, (draw) => ({ keepdims: draw.int(0, 1), select_last_index: draw.int(0, 1) })),
  ),
  ...each("Softmax LogSoftmax Hardmax", onAxis(FLOATS)),
  LpNormalization: onAxis(FLOATS, (draw) => ({ p: draw.int(1, 2) })),
  CumSum: (draw) => {
    const x = draw.tensor(draw.of(WIDE), draw.shape(1));
    const axis = tensor("i64", [], [anAxis(draw, x.shape.length)]);
    return { operands: [x, axis], attrs: { exclusive: draw.int(0, 1), reverse: draw.int(0, 1) } };
  },
  TopK: (draw) => {
    const x = draw.tensor(draw.of(["f32", "i64", "u8"] as const), draw.shape(1));
    const axis = anAxis(draw, x.shape.length);
    const k = tensor("i64", [1], [draw.int(0, x.shape.at(axis) as number)]);
    return { operands: [x, k], attrs: { axis, largest: draw.int(0, 1) }, count: draw.int(1, 2) };
  },
  MatMul: matMul(WIDE),
  MatMulInteger: matMul(["i8", "u8"], ["i8", "u8"]),
  Gemm: (draw) => {
    const dtype = draw.of(WIDE);
    const [m, k, n] = [draw.int(1, 4), draw.int(1, 4), draw.int(1, 4)];
    const [transA, transB] = [draw.int(0, 1), draw.int(0, 1)];
    const operands = [
      draw.tensor(dtype, transA ? [k, m] : [m, k]),
      draw.tensor(dtype, transB ? [n, k] : [k, n]),
    ];
    if (draw.coin()) operands.push(draw.tensor(dtype, draw.narrower([m, n])));
    return { operands, attrs: { transA, transB, alpha: draw.of([1, 0.5]), beta: draw.of([1, 2]) } };
  },
  Det: (draw) => {
    const n = draw.int(1, 4);
    return { operands: [draw.tensor(draw.of(FLOATS), [...draw.shape(0, 2), n, n])], attrs: {} };
  },
  Einsum: einsum,
  Conv: convolution(false),
  ConvTranspose: convolution(true),
  MaxPool: pooling([...FLOATS, "i8", "u8"], (draw) => ({ storage_order: draw.int(0, 1) }), 2),
  AveragePool: pooling(FLOATS, (draw) => ({ count_include_pad: draw.int(0, 1) })),
  LpPool: pooling(FLOATS, (draw) => ({ p: draw.int(1, 3) })),
  ...each("GlobalMaxPool GlobalAveragePool GlobalLpPool", globalPool),
  BatchNormalization: (draw) => {
    const training_mode = draw.int(0, 1);
    const count = training_mode === 1 ? draw.of([1, 3]) : 1;
    return { ...channelled(4, () => ({ training_mode }))(draw), count };
  },
  InstanceNormalization: channelled(2, () => ({})),
  GroupNormalization: channelled(2, (draw, channels) => ({
    num_groups: draw.of([1, 2, channels]),
  })),
  LRN: channelled(0, (draw) => ({ size: draw.int(1, 4), alpha: 0.1 })),
  MeanVarianceNormalization: (draw) => ({
    operands: [draw.tensor(draw.of(FLOATS), draw.shape(4, 4))],
    attrs: draw.coin() ? { axes: [1, -1] } : {},
  }),
  LayerNormalization: layerNorm(true, 3),
  RMSNormalization: layerNorm(false, 1),
  Attention: attention,
  Dropout: (draw) => ({
    operands: [draw.tensor(draw.of(FLOATS), draw.shape())],
    attrs: {},
    count: draw.int(1, 2),
  }),
};
