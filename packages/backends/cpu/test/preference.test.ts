import { ModelBuilder, modelOf, readModel, type Value } from "@rewright/onnx";
import type { Attrs, DType, NdArray } from "@rewright/plugin";
import { afterAll, describe, expect, test } from "vitest";
import { compileRules } from "../../../dsl/src/index.ts";
import { growth, saturate } from "../../../search/src/index.ts";
import { onnx } from "../../../tensor/src/index.ts";
import { compareOutputs, cpu, type Runtime, randomInputs, startRuntime } from "../src/index.ts";
import { Random } from "../src/runtime/random.ts";
import { unavailable } from "./available.ts";

const backend = cpu({ part: "zen4" });
const dialects = [onnx, ...(backend.dialects ?? [])];
const { rules } = compileRules(backend.rules ?? [], { dialects });

/** A model of a few nodes, most of whose operands are weights. */
class Sketch {
  readonly #model = new ModelBuilder("sketch", { opset: 18 });
  readonly #random = new Random(7);

  x(shape: readonly number[], name = "x"): Value {
    return this.#model.input(name, "f32", shape);
  }

  weights(...shape: number[]): Value {
    const length = shape.reduce((product, dim) => product * dim, 1);
    const data = Float32Array.from({ length }, () => this.#random.normal() / 4);
    return this.#model.constant({ dtype: "f32", shape, data });
  }

  value(dtype: DType, shape: readonly number[], data: NdArray["data"]): Value {
    return this.#model.constant({ dtype, shape, data });
  }

  axes(...axes: number[]): Value {
    return this.value("i64", [axes.length], BigInt64Array.from(axes.map(BigInt)));
  }

  apply(op: string, operands: readonly Value[], attrs: Attrs = {}): Value {
    return this.#model.node(op, operands, attrs);
  }

  bytes(y: Value): Uint8Array {
    this.#model.output("y", y);
    return this.#model.bytes();
  }
}

const image = [1, 32, 24, 24];
const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1], dilations: [1, 1] };

/** A slow spelling, an operator of it that must go, and one that must come. */
const cases: readonly (readonly [string, (s: Sketch) => Value, string, string])[] = [
  [
    "a slope for each channel",
    (s) => s.apply("PRelu", [s.x(image), s.weights(32, 1, 1)]),
    "PRelu",
    "Relu",
  ],
  ["one slope", (s) => s.apply("PRelu", [s.x(image), s.weights(1)]), "PRelu", "LeakyRelu"],
  ["Mish", (s) => s.apply("Mish", [s.x(image)]), "Mish", "Sigmoid"],
  [
    "Mish as exporters spell it",
    (s) => {
      const x = s.x(image);
      return s.apply("Mul", [x, s.apply("Tanh", [s.apply("Softplus", [x])])]);
    },
    "Softplus",
    "Sigmoid",
  ],
  ["Softplus", (s) => s.apply("Softplus", [s.x(image)]), "Softplus", "Log"],
  ["Elu", (s) => s.apply("Elu", [s.x(image)], { alpha: 1 }), "Elu", "Exp"],
  ["steep Elu", (s) => s.apply("Elu", [s.x(image)], { alpha: 2 }), "Elu", "Exp"],
  ["Selu", (s) => s.apply("Selu", [s.x(image)]), "Selu", "Exp"],
  ["a norm", (s) => s.apply("ReduceL2", [s.x([256, 768]), s.axes(1)]), "ReduceL2", "ReduceSum"],
  ["absolute values", (s) => s.apply("ReduceL1", [s.x([256, 768]), s.axes(1)]), "ReduceL1", "Abs"],
  [
    "squares",
    (s) => s.apply("ReduceSumSquare", [s.x([256, 768]), s.axes(1)]),
    "ReduceSumSquare",
    "Mul",
  ],
  [
    "exponentials",
    (s) => s.apply("ReduceLogSumExp", [s.x([256, 768]), s.axes(1)]),
    "ReduceLogSumExp",
    "Exp",
  ],
  [
    "a sum behind a batch of 1",
    (s) => s.apply("ReduceSum", [s.x([1, 600, 512]), s.axes(1)]),
    "none",
    "Squeeze",
  ],
  [
    "a mean behind a batch of 1",
    (s) => s.apply("ReduceMean", [s.x([1, 600, 512]), s.axes(1)]),
    "none",
    "Squeeze",
  ],
  ["Softmax over channels", (s) => s.apply("Softmax", [s.x(image)], { axis: 1 }), "Softmax", "Exp"],
  [
    "a residual sum before a normalisation",
    (s) => {
      const sum = s.apply("Add", [s.x([1, 64, 128]), s.x([1, 64, 128], "z")]);
      return s.apply("LayerNormalization", [sum, s.weights(128), s.weights(128)]);
    },
    "Add",
    "Sum",
  ],
  [
    "LRN",
    (s) => s.apply("LRN", [s.x(image)], { size: 5, alpha: 0.1, beta: 0.75, bias: 1 }),
    "LRN",
    "Conv",
  ],
  [
    "LRN of many channels",
    (s) => s.apply("LRN", [s.x([1, 192, 28, 28])], { size: 5, alpha: 0.1, beta: 0.75, bias: 1 }),
    "LRN",
    "Transpose",
  ],
  [
    "LRN of another width",
    (s) => s.apply("LRN", [s.x([2, 160, 20, 24])], { size: 3, alpha: 0.1, beta: 0.75, bias: 2 }),
    "LRN",
    "Transpose",
  ],
  ["a column", (s) => s.apply("MatMul", [s.x([1024, 512]), s.weights(512, 1)]), "MatMul", "Gemm"],
  [
    "a convolution of one dimension",
    (s) =>
      s.apply("Conv", [s.x([1, 64, 500]), s.weights(64, 64, 3), s.weights(64)], {
        ...{ kernel_shape: [3], pads: [1, 1], strides: [1], dilations: [1], group: 1 },
      }),
    "none",
    "Unsqueeze",
  ],
  [
    "narrow groups",
    (s) => s.apply("Conv", [s.x(image), s.weights(32, 4, 3, 3)], { ...window, group: 8 }),
    "none",
    "Conv of 16 inputs",
  ],
  [
    "narrow groups with a bias",
    (s) => {
      const operands = [s.x(image), s.weights(32, 4, 3, 3), s.weights(32)];
      return s.apply("Conv", operands, { ...window, group: 8 });
    },
    "none",
    "Conv of 16 inputs",
  ],
  [
    "a residual block of few channels, for two images",
    (s) => {
      const wide = { ...window, dilations: [2, 2], pads: [2, 2, 2, 2] };
      const conv = (x: Value): Value =>
        s.apply("Conv", [x, s.weights(8, 8, 3, 3), s.weights(8)], wide);
      const x = s.x([2, 8, 64, 64]);
      return s.apply("Relu", [s.apply("Add", [x, conv(s.apply("Relu", [conv(x)]))])]);
    },
    "none",
    "Conv of 16 inputs",
  ],
  [
    "few channels of eight images, four at a time, without biases",
    (s) => {
      const wide = { ...window, dilations: [1, 3], pads: [1, 3, 1, 3] };
      const conv = (x: Value): Value => s.apply("Conv", [x, s.weights(4, 4, 3, 3)], wide);
      return conv(
        s.apply("MaxPool", [conv(s.x([8, 4, 64, 64]))], { kernel_shape: [2, 2], strides: [2, 2] }),
      );
    },
    "none",
    "Conv of 16 inputs",
  ],
  [
    "a depthwise convolution of 58 channels, without a bias",
    (s) =>
      s.apply("Conv", [s.x([1, 58, 28, 28]), s.weights(58, 1, 3, 3)], { ...window, group: 58 }),
    "none",
    "Pad",
  ],
  [
    "one output, nine by nine taps",
    (s) =>
      s.apply("Conv", [s.x([2, 12, 39, 41]), s.weights(1, 12, 9, 9), s.weights(1)], {
        ...{ ...window, kernel_shape: [9, 9], pads: [4, 3, 2, 1], auto_pad: "NOTSET", group: 1 },
      }),
    "none",
    "Transpose",
  ],
  [
    "three outputs in steps",
    (s) =>
      s.apply("Conv", [s.x([1, 40, 45, 37]), s.weights(3, 40, 5, 4)], {
        ...{ ...window, kernel_shape: [5, 4], strides: [2, 1], pads: [0, 1, 2, 3], group: 1 },
      }),
    "none",
    "Transpose",
  ],
  [
    "a long filter",
    (s) =>
      s.apply("Conv", [s.x([1, 1, 1, 3000]), s.weights(1, 1, 1, 64)], {
        ...{
          kernel_shape: [1, 64],
          strides: [1, 2],
          pads: [0, 0, 0, 0],
          dilations: [1, 1],
          group: 1,
        },
      }),
    "none",
    "Transpose",
  ],
  [
    "a depthwise convolution of 58 channels",
    (s) =>
      s.apply("Conv", [s.x([1, 58, 28, 28]), s.weights(58, 1, 3, 3), s.weights(58)], {
        ...{ ...window, group: 58 },
      }),
    "none",
    "Pad",
  ],
  [
    "ONNX Runtime's own sum and normalisation",
    (s) =>
      s.apply("com.microsoft.SkipLayerNormalization", [
        ...[s.x([1, 64, 128]), s.x([1, 64, 128], "z"), s.weights(128), s.weights(128)],
      ]),
    "com.microsoft.SkipLayerNormalization",
    "LayerNormalization",
  ],
  [
    "attention",
    (s) => {
      const head = (name: string): Value => s.x([1, 4, 16, 16], name);
      const keys = s.apply("Transpose", [head("k")], { perm: [0, 1, 3, 2] });
      const scores = s.apply("Mul", [
        s.apply("MatMul", [head("q"), keys]),
        s.value("f32", [], [0.25]),
      ]);
      return s.apply("MatMul", [s.apply("Softmax", [scores], { axis: 3 }), head("v")]);
    },
    "Softmax",
    "Attention",
  ],
  [
    "attention whose heads are side by side before and after, under a mask of keys",
    (s) => {
      const x = s.x([2, 24, 64]);
      const heads = (perm: readonly number[], ...shape: number[]): Value => {
        const projected = s.apply("MatMul", [x, s.weights(64, 64)]);
        return s.apply("Transpose", [s.apply("Reshape", [projected, s.axes(...shape)])], { perm });
      };
      const [q, k, v] = [
        heads([0, 2, 1, 3], 2, 24, 4, 16),
        heads([0, 2, 3, 1], 0, -1, 4, 16),
        heads([0, 2, 1, 3], 2, 0, 4, -1),
      ];
      const scores = s.apply("Div", [s.apply("MatMul", [q, k]), s.value("f32", [], [4])]);
      const masked = s.apply("Add", [scores, s.x([2, 1, 1, 24], "mask")]);
      const mixed = s.apply("MatMul", [s.apply("Softmax", [masked], { axis: 3 }), v]);
      const back = s.apply("Transpose", [mixed], { perm: [0, 2, 1, 3] });
      return s.apply("Reshape", [back, s.axes(2, 24, 64)]);
    },
    "Transpose",
    "Attention",
  ],
];

describe("what the costs prefer, the rules know how to reach, and it is equal", () => {
  let runtime: Runtime | undefined;
  afterAll(() => runtime?.close());

  test.each(cases)("%s", async (_, draw, gone, come) => {
    const sketch = new Sketch();
    const bytes = sketch.bytes(draw(sketch));
    const { graph } = readModel(bytes, { dialects: backend.dialects ?? [] });
    const session = growth({
      graph,
      rules,
      dialects,
      costModel: backend.costModel,
      budget: { nodes: 3000, iterations: 30 },
    });
    await session.run(saturate());
    const [best] = session.finalists(1);
    if (best === undefined) throw new Error("the session found no program");
    const found = best.graph.nodes.map((node) =>
      node.op === "Conv" ? `Conv of ${node.operands[1]?.shape[1]} inputs` : node.op,
    );
    expect(found.some((op) => op.startsWith(come))).toBe(true);
    expect(found).not.toContain(gone);
    if (unavailable !== undefined) return;
    runtime ??= await startRuntime();
    const inputs = randomInputs(graph);
    const original = await (await runtime.load(bytes, { level: "disabled" })).run(inputs);
    const rewritten = await (await runtime.load(modelOf(best.graph))).run(inputs);
    expect(compareOutputs(original, rewritten)).toMatchObject({ ok: true });
  });
});
