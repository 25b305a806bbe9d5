import { Random } from "../runtime/random.ts";
import type { Draw } from "./families.ts";
import { type Drawn, Sketch } from "./sketch.ts";

/** One rewrite: the same program before and after, as far as time goes (weights are random in both). */
export interface PairFamily {
  readonly name: string;
  readonly before: Draw;
  readonly after: Draw;
}

type Body = (s: Sketch) => void;

const side =
  (body: Body): Draw =>
  (seed) => {
    const sketch = new Sketch("pair", new Random(seed));
    body(sketch);
    return sketch.bytes();
  };

/** Both sides draw the same sizes, since they draw from the same seed in the same order before anything else. */
function pair<Sizes>(
  name: string,
  sizes: (s: Sketch) => Sizes,
  before: (s: Sketch, sizes: Sizes) => void,
  after: (s: Sketch, sizes: Sizes) => void,
): PairFamily {
  return {
    name,
    before: side((s) => before(s, sizes(s))),
    after: side((s) => after(s, sizes(s))),
  };
}

const rows = (s: Sketch): { length: number; width: number; outputs: number } => ({
  length: s.pick([4, 8, 16, 32, 64, 128, 256]),
  width: s.pick([32, 64, 128, 256, 384]),
  outputs: s.pick([32, 64, 128, 256, 384]),
});

const images = (s: Sketch): { size: number; width: number; outputs: number } => ({
  size: s.pick([7, 14, 28, 56]),
  width: s.pick([16, 32, 64, 128]),
  outputs: s.pick([16, 32, 48, 64, 96]),
});

/** Rewrites that optimisers of tensor programs make, for the better or, in this runtime, often for the worse. */
export const pairFamilies: readonly PairFamily[] = [
  pair(
    "merge products of one operand",
    rows,
    (s, { length, width }) => {
      const x = s.input([1, length, width]);
      for (let i = 0; i < 3; i++) s.output(s.op("Tanh", [s.linear(x, width, false)]));
    },
    (s, { length, width }) => {
      const x = s.input([1, length, width]);
      for (const y of s.split(s.linear(x, 3 * width, false), 3, 2)) s.output(s.op("Tanh", [y]));
    },
  ),
  pair(
    "re-associate products",
    (s) => ({ ...rows(s), middle: s.pick([8, 32, 128, 512]) }),
    (s, { length, width, outputs, middle }) => {
      const x = s.input([length, width]);
      const y = s.op("MatMul", [s.weights([middle, length], length), x], {}, [middle, width]);
      s.output(s.linear(y, outputs, false));
    },
    (s, { length, width, outputs, middle }) => {
      const x = s.linear(s.input([length, width]), outputs, false);
      s.output(s.op("MatMul", [s.weights([middle, length], length), x], {}, [middle, outputs]));
    },
  ),
  pair(
    "add products of two operands",
    rows,
    (s, { length, width, outputs }) => {
      const [x, y] = s.split(s.input([2, length, width]), 2, 0) as [Drawn, Drawn];
      const sum = s.op("Add", [s.linear(x, outputs, false), s.linear(y, outputs, false)]);
      s.output(s.op("Relu", [sum]));
    },
    (s, { length, width, outputs }) => {
      const [x, y] = s.split(s.input([2, length, width]), 2, 0) as [Drawn, Drawn];
      s.output(s.op("Relu", [s.linear(s.concat([x, y], 2), outputs, false)]));
    },
  ),
  pair(
    "sum convolutions of 1×1 and 3×3",
    images,
    (s, { size, width, outputs }) => {
      const x = s.input([1, width, size, size]);
      s.output(
        s.op("Relu", [s.op("Add", [s.convolution(x, outputs, 3), s.convolution(x, outputs, 1)])]),
      );
    },
    (s, { size, width, outputs }) => {
      s.output(s.op("Relu", [s.convolution(s.input([1, width, size, size]), outputs, 3)]));
    },
  ),
  pair(
    "merge convolutions of one operand",
    (s) => ({ ...images(s), window: s.pick([1, 3]) }),
    (s, { size, width, outputs, window }) => {
      const x = s.input([1, width, size, size]);
      const branches = [0, 1].map(() => s.op("Relu", [s.convolution(x, outputs, window)]));
      for (const y of branches) s.output(s.convolution(y, 16, 1));
    },
    (s, { size, width, outputs, window }) => {
      const x = s.input([1, width, size, size]);
      const both = s.op("Relu", [s.convolution(x, 2 * outputs, window)]);
      for (const y of s.split(both, 2, 1)) s.output(s.convolution(y, 16, 1));
    },
  ),
  pair(
    "enlarge a convolution to merge it",
    images,
    (s, { size, width, outputs }) => {
      const x = s.input([1, width, size, size]);
      s.output(
        s.concat(
          [1, 3].map((window) => s.op("Relu", [s.convolution(x, outputs, window)])),
          1,
        ),
      );
    },
    (s, { size, width, outputs }) => {
      s.output(s.op("Relu", [s.convolution(s.input([1, width, size, size]), 2 * outputs, 3)]));
    },
  ),
  pair(
    "move a transposition",
    rows,
    (s, { length, width }) => {
      const x = s.transpose(s.input([1, length, width]), [0, 2, 1]);
      const y = s.op("Relu", [s.transpose(s.op("Tanh", [x]), [0, 2, 1])]);
      s.output(s.linear(y, 64, false));
    },
    (s, { length, width }) => {
      const y = s.op("Relu", [s.op("Tanh", [s.input([1, length, width])])]);
      s.output(s.linear(y, 64, false));
    },
  ),
  pair(
    "write softmax over channels out",
    images,
    (s, { size, width }) =>
      s.output(s.op("Softmax", [s.input([1, width, size, size])], { axis: 1 })),
    (s, { size, width }) => {
      const x = s.input([1, width, size, size]);
      const one = [1, 1, size, size];
      const highest = s.op("ReduceMax", [x, s.integers(1)], { keepdims: 1 }, one);
      const e = s.op("Exp", [s.op("Sub", [x, highest])]);
      s.output(s.op("Div", [e, s.op("ReduceSum", [e, s.integers(1)], { keepdims: 1 }, one)]));
    },
  ),
  pair(
    "write PRelu out",
    images,
    (s, { size, width, outputs }) => {
      const y = s.convolution(s.input([1, width, size, size]), outputs, 3);
      s.output(s.convolution(s.op("PRelu", [y, s.weights([outputs, 1, 1], 16)]), 16, 1));
    },
    (s, { size, width, outputs }) => {
      const y = s.convolution(s.input([1, width, size, size]), outputs, 3);
      const slope = s.weights([outputs, 1, 1], 16);
      const positive = s.op("Mul", [s.op("Relu", [y]), s.weights([outputs, 1, 1], 16)]);
      s.output(s.convolution(s.op("Add", [s.op("Mul", [y, slope]), positive]), 16, 1));
    },
  ),
  pair(
    "widen groups",
    (s) => ({ size: s.pick([7, 14, 28]), width: s.pick([2, 4, 8]) * 16, own: s.pick([2, 4, 8]) }),
    (s, { size, width, own }) => {
      const x = s.input([1, width, size, size]);
      s.output(s.op("Relu", [s.convolution(x, width, 3, { group: width / own })]));
    },
    (s, { size, width }) => {
      const x = s.input([1, width, size, size]);
      s.output(s.op("Relu", [s.convolution(x, width, 3, { group: width / 16 })]));
    },
  ),
  pair(
    "make rows images",
    (s) => ({ length: s.pick([64, 256, 1024]), width: s.pick([16, 32, 64, 128]) }),
    (s, { length, width }) => {
      const y = s.op("Relu", [s.convolution(s.input([1, width, length]), width, 3)]);
      s.output(s.op("Relu", [s.convolution(y, width, 3)]));
    },
    (s, { length, width }) => {
      const x = s.input([1, width, length]);
      const axis = s.integers(2);
      let y = s.op("Unsqueeze", [x, axis], {}, [1, width, 1, length]);
      for (let i = 0; i < 2; i++) {
        const kernel = s.weights([width, width, 1, 3]);
        const operands = [y, kernel, s.weights([width], 16)];
        y = s.op("Relu", [s.op("Conv", operands, { kernel_shape: [1, 3], pads: [0, 1, 0, 1] })]);
      }
      s.output(s.op("Squeeze", [y, axis], {}, [1, width, length]));
    },
  ),
  pair(
    "select a row early",
    rows,
    (s, { length, width, outputs }) => {
      const y = s.op("Tanh", [s.linear(s.input([1, length, width]), outputs)]);
      s.output(s.op("Gather", [y, s.integers(0)], { axis: 1 }, [1, 1, outputs]));
    },
    (s, { length, width, outputs }) => {
      const x = s.input([1, length, width]);
      const row = s.op("Gather", [x, s.integers(0)], { axis: 1 }, [1, 1, width]);
      s.output(s.op("Tanh", [s.linear(row, outputs)]));
    },
  ),
  pair(
    "spell a residual sum",
    rows,
    (s, { length, width }) => {
      const x = s.input([1, length, width]);
      s.output(s.layerNorm(s.op("Add", [s.op("Tanh", [s.linear(x, width)]), x])));
    },
    (s, { length, width }) => {
      const x = s.input([1, length, width]);
      s.output(s.layerNorm(s.op("Sum", [s.op("Tanh", [s.linear(x, width)]), x])));
    },
  ),
  pair(
    "convolve before enlarging",
    images,
    (s, { size, width, outputs }) => {
      const x = s.input([1, width, size, size]);
      const scales = s.constant({ dtype: "f32", shape: [4], data: Float32Array.of(1, 1, 2, 2) });
      const up = s.resize(x, scales, [1, width, 2 * size, 2 * size]);
      s.output(s.op("Relu", [s.convolution(up, outputs, 1)]));
    },
    (s, { size, width, outputs }) => {
      const y = s.op("Relu", [s.convolution(s.input([1, width, size, size]), outputs, 1)]);
      const scales = s.constant({ dtype: "f32", shape: [4], data: Float32Array.of(1, 1, 2, 2) });
      s.output(s.resize(y, scales, [1, outputs, 2 * size, 2 * size]));
    },
  ),
];
