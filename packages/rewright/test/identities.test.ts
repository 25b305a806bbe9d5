// Identities that ONNX Runtime's own optimiser leaves alone: each as exporters spell it, in a model of its own, and what must remain.
import { ModelBuilder, readModel, type Value } from "@rewright/onnx";
import type { Attrs, Dim } from "@rewright/plugin";
import { expect, test } from "vitest";
import { optimize } from "../src/index.ts";

/** A model under construction, in few words. */
class Sketch {
  readonly builder: ModelBuilder;
  #seed = 1;

  constructor(opset: number) {
    this.builder = new ModelBuilder("identity", { opset });
  }

  input(shape: readonly Dim[], name = "x"): Value {
    return this.builder.input(name, "f32", shape);
  }

  /** A constant of reals between 0.5 and 1.5. */
  weight(...shape: readonly number[]): Value {
    const size = shape.reduce((a, b) => a * b, 1);
    const seed = this.#seed++;
    const data = Float32Array.from({ length: size }, (_, i) => 1 + Math.sin(seed + 1.7 * i) / 2);
    return this.builder.constant({ dtype: "f32", shape, data });
  }

  number(x: number): Value {
    return this.builder.constant({ dtype: "f32", shape: [], data: [x] });
  }

  list(...values: readonly number[]): Value {
    const data = BigInt64Array.from(values, BigInt);
    return this.builder.constant({ dtype: "i64", shape: [values.length], data });
  }

  index(value: number): Value {
    return this.builder.constant({
      dtype: "i64",
      shape: [],
      data: BigInt64Array.of(BigInt(value)),
    });
  }

  op(name: string, operands: readonly (Value | undefined)[], attrs: Attrs = {}): Value {
    return this.builder.node(name, operands, attrs);
  }

  mean(x: Value, axes: readonly number[] = [-1], keepdims = 1): Value {
    return this.op("ReduceMean", [x, this.list(...axes)], { keepdims });
  }

  sum(x: Value, axis = -1): Value {
    return this.op("ReduceSum", [x, this.list(axis)], { keepdims: 1 });
  }

  slice(x: Value, start: number, end: number, axis: number): Value {
    return this.op("Slice", [x, this.list(start), this.list(end), this.list(axis), this.list(1)]);
  }
}

/** What a model says, the operators that must be left in this order of names, and the opset. */
type Case = readonly [
  name: string,
  build: (m: Sketch) => Value,
  left:
    | readonly string[]
    | ((found: { ops: readonly string[]; shapes: readonly string[] }) => void),
];

const normal = (m: Sketch, x: Value) => ({
  d: m.op("Sub", [x, m.mean(x)]),
  γ: m.weight(64),
  β: m.weight(64),
  ε: m.number(1e-5),
});
const rms = (m: Sketch) => ({ x: m.input([2, 8, 64]), γ: m.weight(64), ε: m.number(1e-5) });

/** That some node has a result of this shape, and none of that. */
const shapes =
  (has: readonly Dim[], not?: readonly Dim[]) =>
  ({ shapes }: { readonly shapes: readonly string[] }): void => {
    expect(shapes).toContain(has.join());
    if (not) expect(shapes).not.toContain(not.join());
  };

/** A convolution of single pixels, as exporters write its attributes. */
const pointwise = { kernel_shape: [1, 1], pads: [0, 0, 0, 0], strides: [1, 1] };

const cases: readonly Case[] = [
  // Selection
  [
    "columns of a product",
    (m) => m.slice(m.op("MatMul", [m.input([16, 64]), m.weight(64, 64)]), 0, 8, 1),
    ["MatMul"],
  ],
  [
    "a row of a product",
    (m) =>
      m.op("Gather", [m.op("MatMul", [m.input([1, 16, 64]), m.weight(64, 64)]), m.index(0)], {
        axis: 1,
      }),
    shapes([1, 1, 64], [1, 16, 64]),
  ],
  [
    "the last row",
    (m) =>
      m.op("Gather", [m.op("MatMul", [m.input([1, 16, 64]), m.weight(64, 64)]), m.index(-1)], {
        axis: 1,
      }),
    shapes([1, 1, 64], [1, 16, 64]),
  ],
  [
    "the last row of an open length",
    (m) =>
      m.op("Gather", [m.op("MatMul", [m.input([1, "S", 256]), m.weight(256, 256)]), m.index(-1)], {
        axis: 1,
      }),
    shapes([1, 1, 256], [1, "S", 256]),
  ],
  [
    "the last row, cut",
    (m) =>
      m.slice(
        m.op("Relu", [m.op("MatMul", [m.input([1, "S", 64]), m.weight(64, 64)])]),
        -1,
        2 ** 31 - 1,
        1,
      ),
    shapes([1, 1, 64], [1, "S", 64]),
  ],
  [
    "the last row in a list",
    (m) =>
      m.op("Gather", [m.op("MatMul", [m.input([1, "S", 64]), m.weight(64, 64)]), m.list(-1)], {
        axis: 1,
      }),
    shapes([1, 1, 64], [1, "S", 64]),
  ],
  [
    "rows by a list",
    (m) =>
      m.op("Gather", [m.op("MatMul", [m.input([1, 16, 64]), m.weight(64, 64)]), m.list(2, 3, 4)], {
        axis: 1,
      }),
    shapes([1, 3, 64], [1, 16, 64]),
  ],
  [
    "rows by a list out of order",
    (m) =>
      m.op(
        "Gather",
        [
          m.op("Gelu", [
            m.op("Add", [m.op("MatMul", [m.input([1, 16, 64]), m.weight(64, 64)]), m.weight(64)]),
          ]),
          m.list(5, 0),
        ],
        { axis: 1 },
      ),
    shapes([1, 2, 64], [1, 16, 64]),
  ],
  [
    "a strided slice",
    (m) =>
      m.op("Squeeze", [
        m.op("Slice", [
          m.op("MatMul", [m.input([2, 16, 64]), m.weight(64, 64)]),
          m.list(0, 0, 0),
          m.list(2 ** 31 - 1, 1, 2 ** 31 - 1),
          m.list(0, 1, 2),
          m.list(1, 1, 1),
        ]),
        m.list(1),
      ]),
    shapes([2, 1, 64], [2, 16, 64]),
  ],
  // Means and pools
  [
    "the mean of a product's rows",
    (m) => m.mean(m.op("MatMul", [m.input([1, 64, 64]), m.weight(64, 64)]), [1]),
    shapes([1, 1, 64], [1, 64, 64]),
  ],
  [
    "the mean of a linear layer's rows",
    (m) =>
      m.mean(
        m.op("Add", [m.op("MatMul", [m.input([1, 64, 64]), m.weight(64, 64)]), m.weight(64)]),
        [1],
        0,
      ),
    shapes([1, 64], [1, 64, 64]),
  ],
  [
    "a pool after a pointwise convolution",
    (m) =>
      m.op(
        "AveragePool",
        [m.op("Conv", [m.input([1, 64, 32, 32]), m.weight(64, 64, 1, 1), m.weight(64)], pointwise)],
        { kernel_shape: [2, 2], strides: [2, 2] },
      ),
    shapes([1, 64, 16, 16], [1, 64, 32, 32]),
  ],
  [
    "a global pool after a pointwise convolution",
    (m) =>
      m.op("GlobalAveragePool", [
        m.op("Conv", [m.input([1, 64, 32, 32]), m.weight(64, 64, 1, 1)], pointwise),
      ]),
    shapes([1, 64, 1, 1], [1, 64, 32, 32]),
  ],
  // Products
  [
    "two constant matrices",
    (m) =>
      m.op("MatMul", [m.op("MatMul", [m.input([16, 64]), m.weight(64, 64)]), m.weight(64, 32)]),
    ["MatMul"],
  ],
  [
    "two linear layers",
    (m) =>
      m.op("Add", [
        m.op("MatMul", [
          m.op("Add", [m.op("MatMul", [m.input([1, 16, 64]), m.weight(64, 64)]), m.weight(64)]),
          m.weight(64, 32),
        ]),
        m.weight(32),
      ]),
    ["MatMul", "Add"],
  ],
  [
    "one operand, two matrices",
    (m) => {
      const x = m.input([1, 16, 64]);
      return m.op("Add", [
        m.op("MatMul", [x, m.weight(64, 64)]),
        m.op("MatMul", [x, m.weight(64, 64)]),
      ]);
    },
    ["MatMul"],
  ],
  [
    "two operands, one matrix",
    (m) => {
      const w = m.weight(64, 64);
      return m.op("Add", [
        m.op("MatMul", [m.input([1, 16, 64]), w]),
        m.op("MatMul", [m.input([1, 16, 64], "y"), w]),
      ]);
    },
    ["Add", "MatMul"],
  ],
  [
    "a sum of outer products",
    (m) => {
      const x = m.input([128, 16]);
      const y = m.input([128, 16], "y");
      return m.op(
        "ReduceSum",
        [
          m.op("Mul", [m.op("Unsqueeze", [x, m.list(2)]), m.op("Unsqueeze", [y, m.list(1)])]),
          m.list(0),
        ],
        { keepdims: 0 },
      );
    },
    ["Transpose", "MatMul"],
  ],
  // Normalisations
  [
    "a norm with d · d",
    (m) => {
      const x = m.input([2, 8, 64]);
      const { d, γ, β, ε } = normal(m, x);
      const v = m.mean(m.op("Mul", [d, d]));
      return m.op("Add", [
        m.op("Mul", [m.op("Div", [d, m.op("Sqrt", [m.op("Add", [v, ε])])]), γ]),
        β,
      ]);
    },
    ["LayerNormalization"],
  ],
  [
    "a norm with a reciprocal",
    (m) => {
      const x = m.input([2, 8, 64]);
      const { d, γ, β, ε } = normal(m, x);
      const v = m.mean(m.op("Pow", [d, m.number(2)]));
      return m.op("Add", [
        m.op("Mul", [
          m.op("Mul", [d, m.op("Reciprocal", [m.op("Sqrt", [m.op("Add", [v, ε])])])]),
          γ,
        ]),
        β,
      ]);
    },
    ["LayerNormalization"],
  ],
  [
    "a norm with a power",
    (m) => {
      const x = m.input([2, 8, 64]);
      const { d, γ, β, ε } = normal(m, x);
      const v = m.mean(m.op("Mul", [d, d]));
      return m.op("Add", [
        m.op("Mul", [m.op("Mul", [d, m.op("Pow", [m.op("Add", [v, ε]), m.number(-0.5)])]), γ]),
        β,
      ]);
    },
    ["LayerNormalization"],
  ],
  [
    "a norm with the scale on the deviation's factor",
    (m) => {
      const x = m.input([2, 8, 64]);
      const { d, γ, β, ε } = normal(m, x);
      const v = m.mean(m.op("Mul", [d, d]));
      return m.op("Add", [
        m.op("Mul", [d, m.op("Mul", [m.op("Pow", [m.op("Add", [v, ε]), m.number(-0.5)]), γ])]),
        β,
      ]);
    },
    ["LayerNormalization"],
  ],
  [
    "a norm by the mean of squares",
    (m) => {
      const x = m.input([2, 8, 64]);
      const { d, γ, β, ε } = normal(m, x);
      const μ = m.mean(x);
      const v = m.op("Sub", [m.mean(m.op("Mul", [x, x])), m.op("Mul", [μ, μ])]);
      return m.op("Add", [
        m.op("Mul", [m.op("Div", [d, m.op("Sqrt", [m.op("Add", [v, ε])])]), γ]),
        β,
      ]);
    },
    ["LayerNormalization"],
  ],
  [
    "a norm as TensorFlow spells it",
    (m) => {
      const x = m.input([2, 8, 64]);
      const μ = m.mean(x);
      const d = m.op("Sub", [x, μ]);
      const s = m.op("Mul", [
        m.op("Reciprocal", [
          m.op("Sqrt", [m.op("Add", [m.mean(m.op("Mul", [d, d])), m.number(1e-5)])]),
        ]),
        m.weight(64),
      ]);
      return m.op("Add", [m.op("Mul", [x, s]), m.op("Sub", [m.weight(64), m.op("Mul", [μ, s])])]);
    },
    ["LayerNormalization"],
  ],
  [
    "a norm without affine part",
    (m) => {
      const x = m.input([2, 8, 64]);
      const { d, ε } = normal(m, x);
      return m.op("Div", [d, m.op("Sqrt", [m.op("Add", [m.mean(m.op("Mul", [d, d])), ε])])]);
    },
    ["LayerNormalization"],
  ],
  [
    "a root mean square, divided by",
    (m) => {
      const { x, γ, ε } = rms(m);
      return m.op("Mul", [
        m.op("Div", [x, m.op("Sqrt", [m.op("Add", [m.mean(m.op("Mul", [x, x])), ε])])]),
        γ,
      ]);
    },
    ["RMSNormalization"],
  ],
  [
    "a root mean square by its reciprocal",
    (m) => {
      const { x, γ, ε } = rms(m);
      return m.op("Mul", [
        γ,
        m.op("Mul", [
          x,
          m.op("Reciprocal", [
            m.op("Sqrt", [m.op("Add", [m.mean(m.op("Pow", [x, m.number(2)])), ε])]),
          ]),
        ]),
      ]);
    },
    ["RMSNormalization"],
  ],
  [
    "a root mean square by a power",
    (m) => {
      const { x, γ, ε } = rms(m);
      return m.op("Mul", [
        m.op("Mul", [
          x,
          m.op("Pow", [m.op("Add", [m.mean(m.op("Pow", [x, m.number(2)])), ε]), m.number(-0.5)]),
        ]),
        γ,
      ]);
    },
    ["RMSNormalization"],
  ],
  [
    "a root mean square by the norm",
    (m) => {
      const { x, γ } = rms(m);
      return m.op("Mul", [
        m.op("Div", [
          x,
          m.op("Div", [m.op("ReduceL2", [x, m.list(-1)], { keepdims: 1 }), m.number(8)]),
        ]),
        γ,
      ]);
    },
    ["RMSNormalization"],
  ],
  // Softmax
  [
    "a softmax by hand",
    (m) => {
      const x = m.input([8, 64]);
      const e = m.op("Exp", [x]);
      return m.op("Div", [e, m.sum(e)]);
    },
    ["Softmax"],
  ],
  [
    "a softmax by hand, shifted",
    (m) => {
      const x = m.input([8, 64]);
      const e = m.op("Exp", [
        m.op("Sub", [x, m.op("ReduceMax", [x, m.list(-1)], { keepdims: 1 })]),
      ]);
      return m.op("Div", [e, m.sum(e)]);
    },
    ["Softmax"],
  ],
  [
    "the logarithm of a softmax",
    (m) => m.op("Log", [m.op("Softmax", [m.input([8, 64])])]),
    ["LogSoftmax"],
  ],
  // Movement
  [
    "a pixel shuffle",
    (m) =>
      m.op("Reshape", [
        m.op("Transpose", [m.op("Reshape", [m.input([1, 16, 8, 8]), m.list(1, 4, 2, 2, 8, 8)])], {
          perm: [0, 1, 4, 2, 5, 3],
        }),
        m.list(1, 4, 16, 16),
      ]),
    ["DepthToSpace"],
  ],
  [
    "a pixel shuffle by depth",
    (m) =>
      m.op("Reshape", [
        m.op("Transpose", [m.op("Reshape", [m.input([1, 16, 8, 8]), m.list(1, 2, 2, 4, 8, 8)])], {
          perm: [0, 3, 4, 1, 5, 2],
        }),
        m.list(1, 4, 16, 16),
      ]),
    ["DepthToSpace"],
  ],
  [
    "a pixel unshuffle",
    (m) =>
      m.op("Reshape", [
        m.op("Transpose", [m.op("Reshape", [m.input([1, 4, 16, 16]), m.list(1, 4, 8, 2, 8, 2)])], {
          perm: [0, 3, 5, 1, 2, 4],
        }),
        m.list(1, 16, 8, 8),
      ]),
    ["SpaceToDepth"],
  ],
  [
    "an expansion",
    (m) => m.op("Div", [m.input([8, 64]), m.op("Expand", [m.input([8, 1], "y"), m.list(8, 64)])]),
    ["Div"],
  ],
  [
    "a tiling",
    (m) => m.op("Mul", [m.op("Tile", [m.input([1, 64], "y"), m.list(8, 1)]), m.input([8, 64])]),
    ["Mul"],
  ],
  [
    "what is split and joined",
    (m) =>
      m.op("Relu", [
        m.op(
          "Concat",
          m.builder.node("Split", [m.input([8, 64]), m.list(32, 32)], { axis: 1 }, { outputs: 2 }),
          { axis: 1 },
        ),
      ]),
    ["Relu"],
  ],
  // Twice
  [
    "twice negated",
    (m) => m.op("Relu", [m.op("Neg", [m.op("Neg", [m.input([8, 64])])])]),
    ["Relu"],
  ],
  ["twice rectified", (m) => m.op("Relu", [m.op("Relu", [m.input([8, 64])])]), ["Relu"]],
  [
    "the logarithm of the exponential",
    (m) => m.op("Relu", [m.op("Log", [m.op("Exp", [m.input([8, 64])])])]),
    ["Relu"],
  ],
  [
    "two constants added",
    (m) => m.op("Add", [m.op("Add", [m.input([8, 64]), m.weight(64)]), m.weight(8, 1)]),
    ["Add"],
  ],
  [
    "a hard sigmoid by its pieces",
    (m) => {
      const cut = m.op("Clip", [
        m.op("Add", [m.input([2, 64]), m.number(3)]),
        m.number(0),
        m.number(6),
      ]);
      return m.op("Div", [cut, m.number(6)]);
    },
    ["HardSigmoid"],
  ],
  [
    "a detour by a wider type",
    (m) =>
      m.op("Relu", [
        m.op("Cast", [m.op("Cast", [m.input([2, 64])], { to: "f64" })], { to: "f32" }),
      ]),
    ["Relu"],
  ],
  [
    "a mean between transpositions",
    (m) => {
      const last = m.op("Transpose", [m.input([2, 8, 6, 10])], { perm: [0, 2, 3, 1] });
      const mean = m.mean(m.op("Relu", [last]), [1]);
      return m.op("Transpose", [mean], { perm: [0, 3, 1, 2] });
    },
    ["Relu", "ReduceMean"],
  ],
  [
    "a bias of zeros",
    (m) => {
      const zeros = m.builder.constant({
        dtype: "f32",
        shape: [1, 1, 64],
        data: Array(64).fill(0),
      });
      return m.op("Relu", [m.op("Add", [m.input([2, 8, 64]), zeros])]);
    },
    ["Relu"],
  ],
  [
    "attention to a single token",
    (m) => {
      const scores = m.op("MatMul", [m.input([2, 4, 1, 8], "q"), m.input([2, 4, 8, 1], "k")]);
      const values = m.op("Relu", [m.input([2, 4, 1, 8], "v")]);
      return m.op("MatMul", [m.op("Softmax", [scores], { axis: -1 }), values]);
    },
    ["Relu"],
  ],
  [
    "unit vectors times a matrix",
    (m) => {
      const vectors = m.op("OneHot", [
        m.builder.input("tokens", "i64", ["N", 16]),
        m.index(257),
        m.builder.constant({ dtype: "f32", shape: [2], data: [0, 1] }),
      ]);
      return m.op("MatMul", [m.op("Reshape", [vectors, m.list(-1, 257)]), m.weight(257, 64)]);
    },
    ({ ops }) => {
      expect(ops).toContain("Gather");
      expect(ops).not.toContain("OneHot");
      expect(ops).not.toContain("MatMul");
    },
  ],
  // Convolutions
  [
    "a batch norm after a convolution",
    (m) =>
      m.op("BatchNormalization", [
        m.op("Conv", [m.input([1, 8, 8, 8]), m.weight(8, 8, 3, 3)]),
        m.weight(8),
        m.weight(8),
        m.weight(8),
        m.weight(8),
      ]),
    ["Conv"],
  ],
  [
    "every other pixel apart",
    (m) => {
      const x = m.input([1, 3, 32, 32]);
      const cut = (t: Value, start: number, axis: number): Value =>
        m.op("Slice", [t, m.list(start), m.list(2 ** 31 - 1), m.list(axis), m.list(2)]);
      const parts = [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ].map(([i = 0, j = 0]) => cut(cut(x, i, -2), j, -1));
      const focus = m.op("Concat", parts, { axis: 1 });
      return m.op("Conv", [focus, m.weight(16, 12, 3, 3), m.weight(16)], { pads: [1, 1, 1, 1] });
    },
    ["Conv"],
  ],
  [
    "a batch norm after a linear layer",
    (m) =>
      m.op("BatchNormalization", [
        m.op("Gemm", [m.input([8, 64]), m.weight(64, 32), m.weight(32)]),
        m.weight(32),
        m.weight(32),
        m.weight(32),
        m.weight(32),
      ]),
    ["Gemm"],
  ],
];

test.each(cases)("%s", async (_, build, left) => {
  const m = new Sketch(23);
  m.builder.output("result", build(m));
  const { model, report } = await optimize(m.builder.bytes(), { measure: false });
  expect(report).toMatchObject({ verified: true, gained: true, dropped: [], stopped: "saturated" });
  const { nodes } = readModel(model).graph;
  const ops = nodes.map(({ op }) => op);
  if (typeof left === "function")
    left({ ops, shapes: nodes.flatMap((n) => n.results.map((r) => r.shape.join())) });
  else expect(ops.filter((op) => op !== "Constant")).toEqual(left);
});
