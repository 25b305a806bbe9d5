import { describe, expect, test } from "vitest";
import { readModel } from "../src/index.ts";
import { attr, f32, file, graph, i64, info, node, numbers, only, single } from "./models.ts";

describe("older forms are raised", () => {
  test.each<[string, Uint8Array, object, unknown[]]>([
    ["Squeeze 11", single("Squeeze", 11, [1, 2], [attr.ints("axes", 0)]), {}, ["input", [0]]],
    ["Squeeze 11 of all", single("Squeeze", 11, [1, 2]), {}, ["input"]],
    ["Squeeze 13", single("Squeeze", 13, [1, 2], [], [i64(0)]), {}, ["input", [0]]],
    [
      "Unsqueeze 11",
      single("Unsqueeze", 11, [2], [attr.ints("axes", 0, 2)]),
      {},
      ["input", [0, 2]],
    ],
    [
      "ReduceSum 11",
      single("ReduceSum", 11, [2, 3], [attr.ints("axes", 1), attr.int("keepdims", 0)]),
      { keepdims: 0 },
      ["input", [1]],
    ],
    [
      "ReduceMean 13",
      single("ReduceMean", 13, [2, 3], [attr.ints("axes", -1)]),
      {},
      ["input", [-1]],
    ],
    ["ReduceMean 18", single("ReduceMean", 18, [2, 3], [], [i64(1)]), {}, ["input", [1]]],
    [
      "Split 11",
      single("Split", 11, [4], [attr.ints("split", 1, 3)], [], ["y", "z"]),
      {},
      ["input", [1, 3]],
    ],
    [
      "Split 13 in equal parts",
      single("Split", 13, [4], [], [], ["y", "z"]),
      { num_outputs: 2 },
      ["input"],
    ],
    [
      "Split 18",
      single("Split", 18, [4], [attr.int("num_outputs", 2)], [], ["y", "z"]),
      { num_outputs: 2 },
      ["input"],
    ],
    [
      "Slice 9",
      single("Slice", 9, [9], [attr.ints("starts", 1), attr.ints("ends", 5)]),
      {},
      ["input", [1], [5]],
    ],
    [
      "Slice 9 with axes",
      single(
        "Slice",
        9,
        [9, 9],
        [attr.ints("starts", 1), attr.ints("ends", 5), attr.ints("axes", 1)],
      ),
      {},
      ["input", [1], [5], [1]],
    ],
    [
      "Pad 2",
      single(
        "Pad",
        10,
        [2],
        [attr.ints("pads", 1, 1), attr.float("value", 0.5), attr.text("mode", "constant")],
      ),
      { mode: "constant" },
      ["input", [1, 1], [0.5]],
    ],
    [
      "Clip 6",
      single("Clip", 10, [2], [attr.float("min", 0), attr.float("max", 6)]),
      {},
      ["input", [0], [6]],
    ],
    [
      "Clip 6 above only",
      single("Clip", 6, [2], [attr.float("max", 6)]),
      {},
      ["input", undefined, [6]],
    ],
    [
      "Clip 11",
      single("Clip", 11, [2], [], [undefined, f32([], 6)]),
      {},
      ["input", undefined, [6]],
    ],
    [
      "Dropout 7",
      single("Dropout", 7, [2], [attr.float("ratio", 0.5)], [], ["y", "mask"]),
      {},
      ["input", [0.5]],
    ],
    [
      "TopK 1",
      single("TopK", 9, [5], [attr.int("k", 2), attr.int("axis", 0)], [], ["y", "i"]),
      { axis: 0 },
      ["input", [2]],
    ],
    [
      "Softmax 11 over the last axis",
      single("Softmax", 11, [2, 3], [attr.int("axis", 1)]),
      { axis: 1 },
      ["input"],
    ],
    ["Softmax 7, the rest being 1", single("Softmax", 7, [2, 3, 1, 1]), { axis: 1 }, ["input"]],
    ["Softmax 13", single("Softmax", 13, [2, 3, 4], [attr.int("axis", 1)]), { axis: 1 }, ["input"]],
    [
      "BatchNormalization 7",
      single(
        "BatchNormalization",
        7,
        [1, 2, 3],
        [attr.int("spatial", 1)],
        [f32([2], 1, 1), f32([2], 0, 0), f32([2], 0, 0), f32([2], 1, 1)],
      ),
      {},
      ["input", [1, 1], [0, 0], [0, 0], [1, 1]],
    ],
    ["Relu 1", single("Relu", 5, [2], [attr.ints("consumed_inputs", 0)]), {}, ["input"]],
    [
      "Add 6",
      single("Add", 6, [2], [attr.int("broadcast", 0)], [f32([2], 1, 2)]),
      {},
      ["input", [1, 2]],
    ],
    [
      "Resize 10",
      single("Resize", 10, [1, 1, 2, 2], [attr.text("mode", "nearest")], [f32([4], 1, 1, 2, 2)]),
      { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
      ["input", undefined, [1, 1, 2, 2]],
    ],
    [
      "Resize 11 with empty operands",
      single("Resize", 11, [1, 1, 2, 2], [], [f32([0]), f32([0]), i64(1, 1, 4, 4)]),
      {},
      ["input", undefined, undefined, [1, 1, 4, 4]],
    ],
    [
      "Upsample 7",
      single("Upsample", 7, [1, 1, 2, 2], [attr.floats("scales", 1, 1, 2, 2)]),
      { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
      ["input", undefined, [1, 1, 2, 2]],
    ],
    [
      "Upsample 9",
      single("Upsample", 9, [1, 1, 2, 2], [], [f32([4], 1, 1, 2, 2)]),
      { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
      ["input", undefined, [1, 1, 2, 2]],
    ],
    ["Cast to a named type", single("Cast", 9, [2], [attr.int("to", 7)]), { to: "i64" }, ["input"]],
    [
      "Reshape 5 to 23",
      single("Reshape", 23, [4], [attr.int("allowzero", 0)], [i64(2, 2)]),
      { allowzero: 0 },
      ["input", [2, 2]],
    ],
  ])("%s", (_, bytes, attrs, operands) => {
    const found = only(bytes);
    expect(found).toMatchObject({ opaque: false, notes: [] });
    expect(found.attrs).toEqual(attrs);
    expect(found.operands).toEqual(operands);
    expect(found.results[0]?.dtype).not.toBe("unknown");
  });

  test("Upsample becomes Resize", () => {
    const up = single("Upsample", 9, [1, 1, 2, 3], [], [f32([4], 1, 1, 2, 2)]);
    expect(only(up)).toMatchObject({
      op: "Resize",
      results: [{ dtype: "f32", shape: [1, 1, 4, 6] }],
    });
  });
});

describe("what the vocabulary cannot say stays opaque", () => {
  test.each<[string, Uint8Array]>([
    ["Softmax 11 over several axes", single("Softmax", 11, [2, 3, 4], [attr.int("axis", 1)])],
    ["Softmax 11 of unknown width", single("Softmax", 11, [2, "N", "M"], [attr.int("axis", 1)])],
    ["Reshape 1", single("Reshape", 4, [4], [attr.ints("shape", 2, 2)])],
    [
      "Add 6 that broadcasts",
      single("Add", 6, [2, 3], [attr.int("broadcast", 1), attr.int("axis", 0)], [f32([2], 1, 2)]),
    ],
    ["Pow 1 that broadcasts", single("Pow", 1, [2, 3], [attr.int("broadcast", 1)], [f32([], 2)])],
    [
      "BatchNormalization 7, one value an element",
      single(
        "BatchNormalization",
        7,
        [1, 2],
        [attr.int("spatial", 0)],
        [f32([2], 1, 1), f32([2], 0, 0), f32([2], 0, 0), f32([2], 1, 1)],
      ),
    ],
    [
      "BatchNormalization 7 in training",
      single(
        "BatchNormalization",
        7,
        [1, 2],
        [],
        [f32([2], 1, 1), f32([2], 0, 0), f32([2], 0, 0), f32([2], 1, 1)],
        ["y", "m"],
      ),
    ],
    ["Dropout 6 in training", single("Dropout", 6, [2])],
    [
      "Dropout 13 in training",
      single("Dropout", 13, [2], [], [f32([], 0.5), { dtype: "bool", shape: [], data: [1] }]),
    ],
    ["Resize 10 that shrinks", single("Resize", 10, [1, 1, 4, 4], [], [f32([4], 1, 1, 0.5, 0.5)])],
    ["PRelu 6, a slope a channel", single("PRelu", 6, [1, 2, 3], [], [f32([2], 1, 2)])],
    ["Cast 1, to a type by name", single("Cast", 5, [2], [attr.text("to", "FLOAT")])],
    [
      "Upsample 1",
      single(
        "Upsample",
        6,
        [1, 1, 2, 2],
        [attr.float("width_scale", 2), attr.float("height_scale", 2)],
      ),
    ],
    ["an attribute of nobody's", single("Relu", 17, [2], [attr.int("fast", 1)])],
    ["an operator of nobody's", single("Frobnicate", 17, [2])],
    ["another domain", single("com.microsoft.Gelu", 17, [2])],
    ["an operator before its time", single("Gelu", 17, [2])],
    ["an operator set of the future", single("Relu", 1000, [2])],
    [
      "an application that is ill-shaped",
      single("MatMul", 17, [2, 3], [], [f32([2, 2], 1, 2, 3, 4)]),
    ],
  ])("%s", (_, bytes) => {
    const found = only(bytes);
    expect(found.opaque).toBe(true);
    expect(found.attrs).toEqual({});
    expect(found.results[0]).toEqual({ dtype: "f32", shape: [] });
  });

  test("results are of the types that the file declares", () => {
    const { graph: read } = readModel(
      file({
        input: [info("x", "N")],
        output: [info("z", "N", 2)],
        valueInfo: [info("y", 3, "N")],
        node: [node("Mystery", ["x"], ["y"]), node("my.Other", ["y"], ["z", "rest"])],
      }),
    );
    expect(read.nodes.map(({ results }) => results)).toEqual([
      [{ dtype: "f32", shape: [3, "N"] }],
      [
        { dtype: "f32", shape: ["N", 2] },
        { dtype: "unknown", shape: [] },
      ],
    ]);
    expect(read.nodes.map(({ op }) => op)).toEqual(["Mystery", "my.Other"]);
  });

  test("equal contents have equal keys, whatever their names", () => {
    const twice = (second: number) =>
      readModel(
        file({
          input: [info("x", 2)],
          output: [info("b", 2)],
          node: [
            node("Mystery", ["x"], ["a"], [attr.int("k", 1)]),
            node("Mystery", ["a"], ["b"], [attr.int("k", second)]),
          ],
        }),
      ).graph.nodes.map(({ opaque }) => opaque);
    const [a, b] = twice(1);
    expect(a).toBe(b);
    const [c, d] = twice(2);
    expect(c).not.toBe(d);
  });

  test("a function of the file is not the operator of the same name", () => {
    const functions = [
      {
        name: "Relu",
        domain: "",
        input: ["a"],
        output: ["b"],
        node: [node("Abs", ["a"], ["b"])],
        opsetImport: [{ version: 17n }],
      },
    ];
    const main = {
      input: [info("x", 2)],
      output: [info("y", 2)],
      node: [node("Relu", ["x"], ["y"])],
    };
    expect(only(file(main)).opaque).toBe(false);
    expect(only(file(main, 17, { functions })).opaque).toBe(true);
  });
});

describe("constants", () => {
  test("small ones are known by their contents, in whichever field they are", () => {
    const model = readModel(
      file({
        input: [info("x", 2)],
        output: [info("y", 2)],
        initializer: [
          { name: "a", dims: [2n], dataType: 7, int64Data: [1n, -1n] },
          {
            name: "b",
            dims: [2n],
            dataType: 7,
            rawData: Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, ...new Array(8).fill(255)]),
          },
          { name: "c", dims: [2n], dataType: 10, int32Data: [0x3c00, 0xbc00] },
          { name: "d", dims: [3n], dataType: 9, int32Data: [0, 1, 1] },
          {
            name: "e",
            dims: [2n],
            dataType: 8,
            stringData: [new Uint8Array(), Uint8Array.from([0xc3, 0xa4])],
          },
          { name: "f", dims: [1n], dataType: 12, uint64Data: [2n ** 32n - 1n] },
          { name: "g", dims: [3n], dataType: 22, int32Data: [0xf1, 0x02] },
          { name: "h", dims: [1n], dataType: 14, floatData: [1, 2] },
          { name: "i", dims: [0n, 3n], dataType: 1 },
        ],
        node: [
          node("Concat", ["x", "x"], ["y"], [attr.int("axis", 0)]),
          node("Any", ["a", "b", "c", "d", "e", "f", "g", "h", "i"], ["z"]),
        ],
      }),
    );
    const [a, b, c, d, e, f, g, h, i] = model.graph.constants;
    expect(a?.key).toBe("i64[2]:0100000000000000ffffffffffffffff");
    expect(b?.key).toBe(a?.key);
    expect(a?.type).toEqual({ dtype: "i64", shape: [2], value: [1, -1] });
    expect(numbers(c)).toEqual([1, -1]);
    expect(d?.load().data).toEqual(Uint8Array.of(0, 1, 1));
    expect(e?.key).toBe('string[2]:["","ä"]');
    expect(numbers(f)).toEqual([2 ** 32 - 1]);
    expect(numbers(g)).toEqual([1, -1, 2]);
    expect(numbers(h)).toEqual([1, 2]);
    expect(i?.load()).toEqual({ dtype: "f32", shape: [0, 3], data: new Float32Array() });
  });

  test("large ones by a hash of their contents, not by their storage", () => {
    const data = Float32Array.from({ length: 5000 }, (_, i) => i);
    const { constants } = readModel(
      file({
        input: [info("x", 5000)],
        output: [info("x", 5000)],
        initializer: [
          { name: "a", dims: [5000n], dataType: 1, floatData: [...data] },
          { name: "b", dims: [5000n], dataType: 1, rawData: new Uint8Array(data.buffer) },
          { name: "c", dims: [50n, 100n], dataType: 1, floatData: [...data] },
        ],
      }),
    ).graph;
    expect(constants[0]?.key).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(constants[1]?.key).toBe(constants[0]?.key);
    expect(constants[2]?.key).not.toBe(constants[0]?.key);
    expect(constants[1]?.load().data).toEqual(data);
  });

  test("Constant nodes are constants, in all their forms", () => {
    const forms = [
      attr.tensor("value", {
        ...attr.tensor("t", {} as never).t,
        $typeName: "onnx.TensorProto",
        dims: [1n],
        dataType: 6,
        int32Data: [7],
      } as never),
      attr.float("value_float", 0.5),
      attr.int("value_int", 3),
      attr.ints("value_ints", 1, 2),
      attr.floats("value_floats", 0.25),
      attr.text("value_string", "s"),
    ];
    const names = forms.map((_, i) => `k${i}`);
    const { graph: read, operators } = readModel(
      file({
        input: [info("x", 2)],
        output: [info("y", 2)],
        node: [
          ...forms.map((form, i) => node("Constant", [], [`k${i}`], [form])),
          node("Any", ["x", ...names], ["y"]),
        ],
      }),
    );
    expect(operators).toBe(1);
    expect(read.constants.map(({ type }) => [type.dtype, type.shape])).toEqual([
      ["i32", [1]],
      ["f32", []],
      ["i64", []],
      ["i64", [2]],
      ["f32", [1]],
      ["string", []],
    ]);
    expect(read.nodes[0]?.operands.slice(1).every((operand) => operand?.constant)).toBe(true);
  });

  test("what cannot be held as one is an operator without operands", () => {
    const sparse = {
      values: { name: "s", dims: [1n], dataType: 1, floatData: [5] },
      indices: { name: "i", dims: [1n], dataType: 7, int64Data: [2n] },
      dims: [4n],
    };
    const { graph: read, operators } = readModel(
      file({
        input: [info("x", 2)],
        output: [info("y", 2)],
        initializer: [
          { name: "new", dims: [1n], dataType: 99 as never, rawData: new Uint8Array(3) },
        ],
        sparseInitializer: [sparse],
        node: [node("Any", ["x", "s", "new"], ["y"])],
      }),
    );
    expect(operators).toBe(1);
    expect(read.nodes.map(({ op, opaque }) => [op, opaque !== undefined])).toEqual([
      ["Constant", true],
      ["Constant", true],
      ["Any", true],
    ]);
    expect(read.nodes[1]?.results).toEqual([{ dtype: "f32", shape: [4] }]);
    expect(read.nodes[2]?.operands[1]?.constant).toBe(true);
  });
});

describe("the interface", () => {
  test("initializers that are inputs stay inputs, with a default", () => {
    const model = readModel(
      file(
        {
          input: [info("x", 2), info("w", 2)],
          output: [info("y", 2)],
          initializer: [{ name: "w", dims: [2n], dataType: 1, floatData: [1, 2] }],
          node: [node("Add", ["x", "w"], ["y"])],
        },
        8,
        { irVersion: 3n },
      ),
    );
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(["x", "w"]);
    expect(model.graph.constants).toEqual([]);
    expect(numbers(model.defaults.get("w"))).toEqual([1, 2]);
    expect(model.irVersion).toBe(3);
  });

  test("outputs may be inputs, constants, or listed twice", () => {
    const { graph: read } = readModel(
      file({
        input: [info("x", 2)],
        output: [info("x", 2), info("y", 2), info("c", 1), info("y", 2)],
        initializer: [{ name: "c", dims: [1n], dataType: 1, floatData: [1] }],
        node: [node("Relu", ["x"], ["y"])],
      }),
    );
    expect(read.outputs).toEqual([
      { name: "x", source: { from: "input", index: 0 } },
      { name: "y", source: { from: "node", index: 0, result: 0 } },
      { name: "c", source: { from: "constant", index: 0 } },
      { name: "y", source: { from: "node", index: 0, result: 0 } },
    ]);
  });

  test("sizes that are not said, or said as ?, are sizes of their own", () => {
    const unsaid = info("a", 2);
    if (unsaid.type?.value.case === "tensorType")
      unsaid.type.value.value.shape?.dim.push({
        $typeName: "onnx.TensorShapeProto.Dimension",
        value: { case: undefined },
        denotation: "",
      });
    const { inputs } = readModel(
      file({ input: [unsaid, info("b", "?", -1, "N", 0)], output: [info("a", 2)] }),
    ).graph;
    expect(inputs.map(({ type }) => type.shape)).toEqual([
      [2, "?a.1"],
      ["?b.0", "?b.1", "N", 0],
    ]);
  });

  test("values that are no tensors are unknown", () => {
    const { inputs, nodes } = readModel(
      file({
        input: [{ name: "s", type: { value: { case: "sequenceType", value: {} } } }],
        output: [info("y", 2)],
        node: [node("SequenceLength", ["s"], ["y"]), node("Identity", ["s"], ["t"])],
      }),
    ).graph;
    expect(inputs[0]?.type.dtype).toBe("unknown");
    expect(nodes[1]?.results[0]?.dtype).toBe("unknown");
  });
});

test("what may draw random numbers is like no other, what may not is the same", () => {
  const twice = (op: string): (string | undefined)[] =>
    readModel(
      file({
        input: [info("x", 2)],
        output: [info("a", 2), info("b", 2)],
        node: [node(op, ["x"], ["a"]), node(op, ["x"], ["b"])],
      }),
    ).graph.nodes.map(({ opaque }) => opaque);
  const [random, other] = twice("org.example.Noise");
  expect(random).toBeDefined();
  expect(random).not.toBe(other);
  const [tree, same] = twice("StringNormalizer");
  expect(tree).toBeDefined();
  expect(tree).toBe(same);
});

test("nodes out of order are put in order", () => {
  const { graph: read } = readModel(
    file({
      input: [info("x", 2)],
      output: [info("c", 2)],
      node: [node("Abs", ["b"], ["c"]), node("Neg", ["a"], ["b"]), node("Relu", ["x"], ["a"])],
    }),
  );
  expect(read.nodes.map(({ op }) => op)).toEqual(["Relu", "Neg", "Abs"]);
});

test("a chain of 20,000 nodes listed backwards", () => {
  const nodes = Array.from({ length: 20_000 }, (_, i) =>
    node("Relu", [i === 0 ? "x" : `v${i}`], [`v${i + 1}`]),
  );
  const { graph: read } = readModel(
    file({ input: [info("x", 2)], output: [info("v20000", 2)], node: nodes.reverse() }),
  );
  expect(read.outputs[0]?.source).toEqual({ from: "node", index: 19_999, result: 0 });
});

test("names that an inner graph takes from around it are operands", () => {
  const branch = (name: string, ...nodes: ReturnType<typeof node>[]) =>
    attr.graph(name, graph({ name, node: nodes, output: [info(`${name} out`, 2)] }));
  // The one takes x and y and has a v of its own, the other takes y through a graph within it.
  const deep = attr.graph(
    "body",
    graph({ name: "deep", node: [node("Abs", ["y"], ["w"])], output: [info("w", 2)] }),
  );
  const { graph: read } = readModel(
    file({
      input: [info("c"), info("x", 2), info("y", 2)],
      output: [info("z", 2)],
      node: [
        node(
          "If",
          ["c"],
          ["z"],
          [
            branch(
              "then_branch",
              node("Add", ["x", "y"], ["v"]),
              node("Neg", ["v"], ["then_branch out"]),
            ),
            branch("else_branch", node("Wrap", [], ["else_branch out"], [deep])),
          ],
        ),
      ],
    }),
  );
  expect(read.nodes[0]?.inputs).toEqual([0, 1, 2].map((index) => ({ from: "input", index })));
  expect(read.nodes[0]?.opaque).toBeDefined();
});

test("what a vocabulary is given for another domain is understood", () => {
  const dialect = {
    kind: "dialect",
    spec: 1,
    name: "ours",
    ops: {
      "com.microsoft.Gelu": {
        operands: [{ name: "X" }],
        infer: ([x]: readonly unknown[]) => [x as never],
      },
    },
  } as const;
  const bytes = single("com.microsoft.Gelu", 17, [2, 3]);
  const [found] = readModel(bytes, { dialects: [dialect] }).graph.nodes;
  expect(found).toMatchObject({
    op: "com.microsoft.Gelu",
    results: [{ dtype: "f32", shape: [2, 3] }],
  });
  expect(found?.opaque).toBeUndefined();
});

test("attributes of files from before attributes had types are known by their content", () => {
  const untyped = [
    { ...attr.int("axis", 0), type: undefined },
    { ...attr.float("alpha", 0.5), type: undefined },
    { ...attr.text("mode", "edge"), type: undefined },
    { ...attr.ints("pads", 1, 1), type: undefined },
  ].map(({ type: _, ...rest }) => rest);
  const [axis, alpha, mode, pads] = untyped;
  const read = (op: string, ...attribute: unknown[]) =>
    only(
      file(
        {
          input: [info("x", 2)],
          output: [info("y", 2)],
          node: [{ opType: op, input: ["x"], output: ["y"], attribute: attribute as never }],
        },
        8,
      ),
    );
  expect(read("Concat", axis).attrs).toEqual({ axis: 0 });
  expect(read("Elu", alpha).attrs).toEqual({ alpha: 0.5 });
  expect(read("Pad", mode, pads)).toMatchObject({
    attrs: { mode: "edge" },
    operands: ["input", [1, 1]],
  });
});

test("a float attribute keeps the sign of zero", () => {
  const { attrs } = only(single("LeakyRelu", 17, [2], [attr.float("alpha", -0)]));
  expect(Object.is(attrs["alpha"], -0)).toBe(true);
});

test("a float attribute is the shortest decimal that the file's bits stand for", () => {
  expect(
    only(single("LeakyRelu", 17, [2], [attr.float("alpha", Math.fround(0.01))])).attrs,
  ).toEqual({ alpha: 0.01 });
  expect(
    only(single("LeakyRelu", 17, [2], [attr.float("alpha", Math.fround(1 / 3))])).attrs["alpha"],
  ).toBeCloseTo(1 / 3, 7);
});
