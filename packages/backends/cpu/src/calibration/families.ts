import { Random } from "../runtime/random.ts";
import { type Drawn, Sketch } from "./sketch.ts";

/** Draws a program from a seed. */
export type Draw = (seed: number) => Uint8Array;

const drawn =
  (name: string, body: (sketch: Sketch) => void): Draw =>
  (seed) => {
    const sketch = new Sketch(name, new Random(seed));
    body(sketch);
    return sketch.bytes();
  };

/** An activation that convolutional networks use. */
function activation(s: Sketch, x: Drawn): Drawn {
  const op = s.pick(["Relu", "Relu", "Relu", "Clip", "LeakyRelu", "Sigmoid", "HardSwish", "none"]);
  if (op === "none") return x;
  if (op === "Clip") return s.op("Clip", [x, s.scalar(0), s.scalar(6)]);
  return s.op(op, [x], op === "LeakyRelu" ? { alpha: 0.1 } : {});
}

const side = (x: Drawn): number => x.shape.at(-1) as number;
const channels = (x: Drawn): number => x.shape[1] as number;

/** The blocks of convolutional networks, each from images to images. */
const blocks: readonly ((s: Sketch, x: Drawn) => Drawn)[] = [
  // Plain, at times with a stride.
  (s, x) => {
    const stride = side(x) > 8 ? s.pick([1, 1, 2]) : 1;
    const window = s.pick([1, 3, 3, 5]);
    const outputs = s.pick([16, 24, 32, 48, 58, 64, 96, 128]);
    return activation(s, s.convolution(x, outputs, window, { stride }));
  },
  // A residual block of two.
  (s, x) => {
    const y = activation(s, s.convolution(x, channels(x), 3));
    const sum = s.op("Add", [s.convolution(y, channels(x), 3), x]);
    return s.op("Relu", [sum]);
  },
  // A bottleneck.
  (s, x) => {
    const inner = Math.max(8, (channels(x) >> 3) * 4);
    const a = s.op("Relu", [s.convolution(x, inner, 1)]);
    const b = s.op("Relu", [s.convolution(a, inner, 3)]);
    return s.op("Relu", [s.op("Add", [s.convolution(b, channels(x), 1), x])]);
  },
  // An inverted residual: depthwise between two pointwise ones.
  (s, x) => {
    const inner = channels(x) * s.pick([2, 4]);
    const a = activation(s, s.convolution(x, inner, 1));
    const b = activation(s, s.convolution(a, inner, s.pick([3, 5]), { group: inner }));
    const y = s.convolution(b, channels(x), 1);
    return s.pick([true, false]) ? s.op("Add", [y, x]) : y;
  },
  // Groups, of whole blocks of channels or not.
  (s, x) => {
    const group = s.pick([2, 4, 8]);
    const width = group * s.pick([4, 8, 16, 32]);
    const a = s.op("Relu", [s.convolution(x, width, 1)]);
    return s.op("Relu", [s.convolution(a, width, 3, { group })]);
  },
  // Branches put together.
  (s, x) => {
    const branches = [
      s.op("Relu", [s.convolution(x, s.pick([16, 24, 32]), 1)]),
      s.op("Relu", [s.convolution(s.convolution(x, 16, 1), s.pick([16, 32, 48]), 3)]),
      s.convolution(s.pool(x, s.pick(["MaxPool", "AveragePool"]), 3, 1), 16, 1),
    ];
    return s.concat(branches, 1);
  },
  // A gate for each channel.
  (s, x) => {
    const inner = Math.max(4, channels(x) >> 2);
    const mean = s.op("GlobalAveragePool", [x], {}, [x.shape[0] as number, channels(x), 1, 1]);
    const hidden = s.op("Relu", [s.convolution(mean, inner, 1)]);
    const gate = s.op(s.pick(["Sigmoid", "HardSigmoid"]), [s.convolution(hidden, channels(x), 1)]);
    return s.op("Mul", [x, gate]);
  },
  // Halves, one of them worked on, and a shuffle of channels.
  (s, x) => {
    const even = channels(x) % 2 === 0 ? x : s.convolution(x, 32, 1);
    const [a, b] = s.split(even, 2, 1) as [Drawn, Drawn];
    const half = channels(b);
    const y = s.op("Relu", [s.convolution(s.convolution(b, half, 3, { group: half }), half, 1)]);
    const joined = s.concat([a, y], 1);
    const [n, c, h, w] = joined.shape as [number, number, number, number];
    const apart = s.reshape(joined, [n, 2, c / 2, h, w]);
    return s.reshape(s.transpose(apart, [0, 2, 1, 3, 4]), [n, c, h, w]);
  },
  (s, x) => s.pool(x, s.pick(["MaxPool", "AveragePool"]), s.pick([2, 3]), side(x) > 8 ? 2 : 1),
];

/** Convolutional networks: a stem, a few blocks, a classifier. */
export const convolutional: Draw = drawn("convolutional", (s) => {
  const size = s.pick([8, 12, 16, 24, 32, 48, 56, 64, 96, 112]);
  let x = s.input([1, s.pick([1, 3, 3, 8, 16, 32]), size, size]);
  const stem = s.pick([8, 16, 24, 32, 64]);
  x = activation(s, s.convolution(x, stem, s.pick([3, 5, 7]), { stride: size > 32 ? 2 : 1 }));
  const count = s.random.integer(1, 6);
  for (let i = 0; i < count; i++) {
    x = s.pick(blocks)(s, x);
    if (channels(x) > 192) x = s.op("Relu", [s.convolution(x, 96, 1)]);
  }
  if (s.pick([true, false])) {
    const mean = s.op("GlobalAveragePool", [x], {}, [1, channels(x), 1, 1]);
    const flat = s.op("Flatten", [mean], {}, [1, channels(x)]);
    x = s.linear(flat, s.pick([10, 100, 1000]));
  }
  s.output(x);
});

/** [length, width] apart into heads: [heads, length, depth]. */
function heads(s: Sketch, x: Drawn, count: number): Drawn {
  const [length, width] = x.shape.slice(-2) as [number, number];
  return s.transpose(s.reshape(x, [1, length, count, width / count]), [0, 2, 1, 3]);
}

function attention(s: Sketch, x: Drawn, count: number): Drawn {
  const width = x.shape.at(-1) as number;
  const length = x.shape.at(-2) as number;
  const merged = s.pick([true, false, false]);
  const [q, k, v] = (
    merged
      ? s.split(s.linear(x, 3 * width), 3, 2)
      : [s.linear(x, width), s.linear(x, width), s.linear(x, width)]
  ) as [Drawn, Drawn, Drawn];
  const keys = s.transpose(heads(s, k, count), [0, 1, 3, 2]);
  const scores = s.matmul(heads(s, q, count), keys);
  const scaled = s.op(s.pick(["Mul", "Div"]), [scores, s.scalar(0.125)]);
  const masked = s.pick([true, false])
    ? s.op("Add", [scaled, s.weights([1, 1, length, length], 1)])
    : scaled;
  const mixed = s.matmul(s.op("Softmax", [masked], { axis: -1 }), heads(s, v, count));
  return s.linear(s.reshape(s.transpose(mixed, [0, 2, 1, 3]), [1, length, width]), width);
}

/** Transformers: attention and wide layers, normalised before or behind. */
export const transformer: Draw = drawn("transformer", (s) => {
  const count = s.pick([1, 2, 4, 8]);
  const width = count * s.pick([8, 16, 32, 64]);
  const length = s.pick([4, 8, 16, 32, 64, 128, 196]);
  let x = s.input([1, length, width]);
  const layers = s.random.integer(1, 3);
  const [isPre, sum] = [s.pick([true, false]), s.pick(["Add", "Add", "Sum"])];
  const inner = width * s.pick([1, 2, 4]);
  const step = (body: (y: Drawn) => Drawn): void => {
    x = isPre ? s.op(sum, [body(s.layerNorm(x)), x]) : s.layerNorm(s.op(sum, [body(x), x]));
  };
  for (let i = 0; i < layers; i++) {
    if (s.pick([true, true, false])) step((y) => attention(s, y, count));
    step((y) =>
      s.linear(
        s.op(s.pick(["Gelu", "Gelu", "Relu", "Sigmoid", "Tanh"]), [s.linear(y, inner)]),
        width,
      ),
    );
  }
  if (s.pick([true, false])) {
    const row = s.op("Gather", [x, s.integers(0)], { axis: 1 }, [1, 1, width]);
    x = s.linear(row, s.pick([2, 64, 1000]));
  }
  s.output(x);
});

const cheap = "Relu Neg Abs Floor Clip".split(" ");
const functions = "Exp Erf Tanh Sigmoid Sqrt Reciprocal Gelu HardSwish".split(" ");
/** Computed by calls of the C library, element by element. */
const called = "Softplus Elu Sin Log Mish".split(" ");
const positive = new Set(["Sqrt", "Reciprocal", "Log"]);

/** Single steps on a tensor of any rank, each from a shape to a shape. */
const operations: readonly ((s: Sketch, x: Drawn) => Drawn)[] = [
  (s, x) => {
    const op = s.pick(cheap);
    return s.op(op, op === "Clip" ? [x, s.scalar(-1), s.scalar(1)] : [x]);
  },
  (s, x) => {
    const op = s.pick(functions.concat(called));
    // Neither infinite nor undefined: kernels take other times over such numbers.
    if (positive.has(op)) return s.op(op, [s.op("Add", [s.op("Abs", [x]), s.scalar(1)])]);
    return s.op(op, [op === "Exp" ? s.op("Neg", [s.op("Abs", [x])]) : x]);
  },
  (s, x) => s.op(s.pick(["Add", "Mul", "Sub", "Max"]), [x, s.op("Neg", [x])]),
  (s, x) => s.op(s.pick(["Add", "Mul", "Sub", "Div"]), [x, s.scalar(1.25)]),
  (s, x) => s.op(s.pick(["Add", "Mul"]), [x, s.weights([x.shape.at(-1) as number], 1)]),
  (s, x) => s.op("Sum", [x, s.op("Relu", [x]), s.op("Abs", [x])]),
  (s, x) => s.op("Softmax", [x], { axis: s.pick([-1, -1, -1, 1]) }),
  (s, x) => s.layerNorm(x),
  (s, x) => s.op("PRelu", [x, s.weights([x.shape.at(-1) as number], 16)]),
  (s, x) => {
    const axis = s.pick([1, 2]);
    const shape = x.shape.map((size, i) => (i === axis ? 1 : size));
    const op = s.pick(["ReduceMean", "ReduceSum", "ReduceMax"]);
    return s.op("Sub", [x, s.op(op, [x, s.integers(axis)], { keepdims: 1 }, shape)]);
  },
  (s, x) => {
    const last = x.shape.length - 1;
    const shape = x.shape.map((size, i) => (i === last ? 1 : size));
    return s.op("Mul", [x, s.op("ReduceMean", [x, s.integers(last)], { keepdims: 1 }, shape)]);
  },
  (s, x) =>
    s.transpose(
      x,
      s.pick([
        [0, 2, 1],
        [1, 0, 2],
        [2, 1, 0],
      ]),
    ),
  (s, x) => s.concat([x, s.op("Relu", [x])], s.pick([1, 2])),
  (s, x) => {
    const axis = s.pick([1, 2]);
    if ((x.shape[axis] as number) % 2 === 1) return s.op("Neg", [x]);
    const [a, b] = s.split(x, 2, axis) as [Drawn, Drawn];
    return s.op("Mul", [a, s.op("Sigmoid", [b])]);
  },
  (s, x) => {
    const axis = s.pick([1, 2]);
    const size = x.shape[axis] as number;
    const step = s.pick([1, 1, 2]);
    const after = Math.ceil((size >> 1) / step);
    const shape = x.shape.map((own, i) => (i === axis ? after : own));
    const bounds = [0, size >> 1, axis, step].map((value) => s.integers(value));
    return size < 8 ? s.op("Abs", [x]) : s.op("Slice", [x, ...bounds], {}, shape);
  },
  (s, x) => {
    const rows = Array.from({ length: 32 }, (_, i) => (i * 7) % (x.shape[1] as number));
    return s.op("Gather", [x, s.integers(...rows)], { axis: 1 }, [
      x.shape[0] as number,
      32,
      x.shape[2] as number,
    ]);
  },
  (s, x) => {
    const condition = s.op("Greater", [x, s.scalar(0)]);
    return s.op("Where", [condition, x, s.scalar(0.5)], {}, x.shape);
  },
  (s, x) =>
    s.op("Pad", [x, s.integers(0, 1, 0, 0, 1, 0)], {}, [
      x.shape[0] as number,
      (x.shape[1] as number) + 2,
      x.shape[2] as number,
    ]),
  (s, x) => s.linear(x, s.pick([16, 32, 64, 100, 128, 256]), s.pick([true, false])),
  // Rows as channels: convolutions in one dimension, dense or in groups.
  (s, x) => s.convolution(x, s.pick([8, 16, 32, 64]), s.pick([1, 3, 5])),
  (s, x) => {
    const rows = x.shape[1] as number;
    const group = s.pick([1, 4, rows]);
    const y = s.convolution(x, rows, 3, { group: rows % group === 0 ? group : 1 });
    return s.op(s.pick(["Relu", "Tanh"]), [y]);
  },
  (s, x) => {
    const y = s.op("Tanh", [s.linear(x, 32, false)]);
    return s.matmul(s.matmul(y, s.transpose(y, [0, 2, 1])), x);
  },
];

/** Any operators of the vocabulary, one behind the other. */
export const vocabulary: Draw = drawn("vocabulary", (s) => {
  let x = s.input([
    s.pick([1, 1, 2, 4]),
    s.pick([8, 32, 64, 128, 256]),
    s.pick([8, 32, 64, 128, 256]),
  ]);
  const count = s.random.integer(3, 12);
  for (let i = 0; i < count; i++) {
    const next = s.pick(operations)(s, x);
    if (next.shape.reduce((size, own) => size * own, 1) <= 2 ** 19) x = next;
  }
  s.output(s.op("Neg", [x]));
});
