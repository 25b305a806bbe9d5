import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Constant, Graph, GraphNode } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import {
  ModelProtoSchema,
  type NodeProto,
  StringStringEntryProtoSchema,
} from "../src/generated/onnx_pb.ts";
import { modelOf, readModel, writeModel } from "../src/index.ts";
import { constantOf } from "../src/tensor.ts";
import {
  attr,
  copyOf,
  f32,
  file,
  graph,
  i64,
  info,
  node,
  numbers,
  parse,
  single,
} from "./models.ts";

const text = (s: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(s);
const unknown = (no: number) => [{ no, wireType: 2, data: Uint8Array.from([3, 1, 2, 3]) }];

/** Nodes in brief: operator, inputs, outputs. */
const brief = (nodes: readonly NodeProto[]): string[] =>
  nodes.map(({ opType, input, output }) => `${output.join()} = ${opType}(${input.join()})`);

/** The program of one file written into another with the same inputs and outputs. */
function transplant(from: Uint8Array, into: Uint8Array) {
  return parse(writeModel(readModel(into), readModel(from).graph));
}

/** A program with some of its nodes changed. */
function changed(
  program: Graph,
  nodes: readonly GraphNode[],
  outputs = program.outputs,
  constants: readonly Constant[] = program.constants,
): Graph {
  return { ...program, nodes, outputs, constants };
}

const type = { dtype: "f32", shape: [2] } as const;
const operand = { ...type, constant: false };
const unary = (op: string, index: number): GraphNode => ({
  op,
  attrs: {},
  inputs: [index < 0 ? { from: "input", index: 0 } : { from: "node", index, result: 0 }],
  operands: [operand],
  results: [type],
});

/** A file with everything that this package does not read. */
function decorated(): Uint8Array {
  const main = graph({
    name: "main",
    docString: "about the graph",
    input: [info("x", 2)],
    output: [info("y", 2)],
    valueInfo: [info("a", 2), info("b", 2)],
    initializer: [
      { name: "w", dims: [2n], dataType: 1, floatData: [1, Number.NaN], docString: "weights" },
      { name: "scale", dims: [1n], dataType: 1, floatData: [0.5] },
    ],
    node: [
      {
        ...node("Add", ["x", "w"], ["a"]),
        docString: "adds",
        metadataProps: [create(StringStringEntryProtoSchema, { key: "k", value: "v" })],
      },
      node("Neg", ["a"], ["b"]),
      node("my.Op", ["b"], ["y"]),
    ],
    quantizationAnnotation: [
      { tensorName: "a", quantParameterTensorNames: [{ key: "SCALE_TENSOR", value: "scale" }] },
    ],
    metadataProps: [{ key: "g", value: "h" }],
  });
  main.$unknown = unknown(1000);
  (main.node[0] as NodeProto).$unknown = unknown(2000);
  const model = fromBinary(
    ModelProtoSchema,
    file(main, 17, {
      producerName: "someone",
      docString: "about the model",
      opsetImport: [
        { domain: "", version: 17n },
        { domain: "my", version: 4n },
      ],
      metadataProps: [{ key: "author", value: "ä" }],
      functions: [
        { name: "F", domain: "f", input: ["a"], output: ["b"], node: [node("Relu", ["a"], ["b"])] },
      ],
      trainingInfo: [],
    }),
  );
  model.$unknown = unknown(3000);
  return toBinary(ModelProtoSchema, model);
}

describe("what is not touched comes back byte for byte", () => {
  test("the whole file", () => {
    const bytes = decorated();
    const model = readModel(bytes);
    expect(writeModel(model, model.graph)).toEqual(bytes);
    expect(writeModel(model, copyOf(model.graph))).toEqual(bytes);
  });

  test("floating-point data of any bits, in typed fields too", () => {
    const bytes = file({
      input: [info("x", 2)],
      output: [info("y", 2)],
      initializer: [{ name: "w", dims: [2n], dataType: 1, floatData: [1, 2] }],
      node: [node("Add", ["x", "w"], ["y"])],
    });
    // A signalling NaN, which no number of the language can hold.
    bytes.set(
      [0x01, 0x00, 0xa0, 0x7f],
      Buffer.from(bytes).indexOf(Buffer.from([0, 0, 0x80, 0x3f])),
    );
    const model = readModel(bytes);
    expect(writeModel(model, copyOf(model.graph))).toEqual(bytes);
  });

  test("nodes whose operands change places, whose defaults are said, whose axes count from the front", () => {
    const bytes = file({
      input: [info("x", 2, 3)],
      output: [info("y", 2, 3)],
      initializer: [{ name: "w", dims: [3n], dataType: 1, floatData: [1, 2, 3] }],
      node: [node("Add", ["x", "w"], ["a"]), node("Softmax", ["a"], ["y"], [attr.int("axis", -1)])],
    });
    const model = readModel(bytes);
    const [add, softmax] = model.graph.nodes as [GraphNode, GraphNode];
    const swapped = {
      ...add,
      inputs: add.inputs.toReversed(),
      operands: add.operands.toReversed(),
    };
    const settled = { ...softmax, attrs: { axis: 1 } };
    expect(writeModel(model, changed(model.graph, [swapped, settled]))).toEqual(bytes);
    expect(writeModel(model, changed(model.graph, [add, { ...softmax, attrs: {} }]))).toEqual(
      bytes,
    );
  });

  test("Constant nodes stay where they are", () => {
    const constant = (name: string, value: number) =>
      node("Constant", [], [name], [attr.float("value_float", value)]);
    const bytes = file({
      input: [info("x", 2)],
      output: [info("y", 2)],
      node: [
        constant("late", 2),
        node("Relu", ["x"], ["r"]),
        constant("early", 1),
        node("Add", ["r", "early"], ["a"]),
        node("Add", ["a", "late"], ["y"]),
      ],
    });
    const model = readModel(bytes);
    expect(writeModel(model, model.graph)).toEqual(bytes);
  });
});

test("nodes after a change keep their names, and what they are", () => {
  const weights = (name: string) => ({ name, dims: [2n], dataType: 1, floatData: [1, 2] });
  const model = readModel(
    file({
      input: [info("x", 2)],
      output: [info("y", 2)],
      initializer: [weights("w"), { ...weights("v"), floatData: [3, 4] }],
      node: [
        node("Neg", ["x"], ["a"]),
        { ...node("Add", ["w", "a"], ["b"]), docString: "first" },
        node("Relu", ["b"], ["c"]),
        node("Add", ["c", "v"], ["y"]),
      ],
    }),
  );
  const [, ...rest] = model.graph.nodes;
  const { graph: written } = parse(
    writeModel(model, changed(model.graph, [unary("Abs", -1), ...rest])),
  );
  expect(brief(written.node)).toEqual([
    "Abs_0 = Abs(x)",
    "b = Add(w,Abs_0)",
    "c = Relu(b)",
    "y = Add(c,v)",
  ]);
  expect(written.node.map(({ name }) => name)).toEqual([
    "Abs_1",
    "node of b",
    "node of c",
    "node of y",
  ]);
  expect(written.node[1]?.docString).toBe("first");
});

test("a node after a change is said anew where its old form would mean something else", () => {
  const model = readModel(
    file(
      {
        input: [info("x", 2, 3, 1)],
        output: [info("y", 2, 3, 1)],
        initializer: [{ name: "w", dims: [1n], dataType: 1, floatData: [1] }],
        node: [
          node("Add", ["x", "w"], ["a"]),
          node("Softmax", ["a"], ["y"], [attr.int("axis", 1)]),
        ],
      },
      11,
    ),
  );
  // The operand of Softmax becomes wider behind its axis, over which operator set 11 would go on.
  const narrow = { dtype: "f32", shape: [2, 3, 1] } as const;
  const wide = { dtype: "f32", shape: [2, 3, 2] } as const;
  const [add, softmax] = model.graph.nodes as [GraphNode, GraphNode];
  const input = { from: "input", index: 0 } as const;
  const nodes: GraphNode[] = [
    {
      op: "Concat",
      attrs: { axis: 2 },
      inputs: [input, input],
      operands: [
        { ...narrow, constant: false },
        { ...narrow, constant: false },
      ],
      results: [wide],
    },
    {
      ...add,
      inputs: [{ from: "node", index: 0, result: 0 }, add.inputs[1]],
      operands: [{ ...wide, constant: false }, add.operands[1]],
      results: [wide],
    },
    {
      ...softmax,
      inputs: [{ from: "node", index: 1, result: 0 }],
      operands: [{ ...wide, constant: false }],
      results: [wide],
    },
  ];
  const outputs = [{ name: "y", source: { from: "node", index: 2, result: 0 } as const }];
  const written = parse(writeModel(model, changed(model.graph, nodes, outputs)));
  expect(written.opsetImport[0]?.version).toBe(13n);
  expect(brief(written.graph.node)).toEqual([
    "Concat_0 = Concat(x,x)",
    "a = Add(Concat_0,w)",
    "y = Softmax(a)",
  ]);
  expect(written.graph.node[2]?.name).toBe("node of y");
});

describe("what is gone takes along what was said about it", () => {
  test("value infos, annotations, constants", () => {
    const model = readModel(decorated());
    const [, , last] = model.graph.nodes as [GraphNode, GraphNode, GraphNode];
    const program = changed(
      model.graph,
      [unary("Abs", -1), { ...last, inputs: [{ from: "node", index: 0, result: 0 }] }],
      [{ name: "y", source: { from: "node", index: 1, result: 0 } }],
    );
    const { graph: written, functions, $unknown } = parse(writeModel(model, program));
    expect(brief(written.node)).toEqual(["Abs_0 = Abs(x)", "y = Op(Abs_0)"]);
    expect(written.node[1]).toMatchObject({ name: "node of y", domain: "my" });
    expect(written.valueInfo).toEqual([]);
    expect(written.quantizationAnnotation).toEqual([]);
    expect(written.initializer).toEqual([]);
    expect(written.metadataProps).toMatchObject([{ key: "g" }]);
    expect(functions).toHaveLength(1);
    expect($unknown).toHaveLength(1);
    expect(written.$unknown).toHaveLength(1);
  });

  test("an annotation keeps what it refers to", () => {
    const { graph: written } = parse(
      writeModel(readModel(decorated()), readModel(decorated()).graph),
    );
    expect(written.initializer.map(({ name }) => name)).toEqual(["w", "scale"]);
  });

  test("inputs' defaults stay, and so does everything that training may change", () => {
    const main = {
      input: [info("x", 2), info("w", 2)],
      output: [info("y", 2)],
      initializer: [
        { name: "w", dims: [2n], dataType: 1, floatData: [1, 2] },
        { name: "v", dims: [2n], dataType: 1, floatData: [1, 2] },
      ],
      node: [node("Add", ["x", "w"], ["y"])],
    };
    const write = (bytes: Uint8Array): string[] => {
      const model = readModel(bytes);
      const relu = changed(model.graph, [unary("Relu", -1)]);
      return parse(writeModel(model, relu)).graph.initializer.map(({ name }) => name);
    };
    expect(write(file(main))).toEqual(["w"]);
    expect(write(file(main, 17, { trainingInfo: [{}] }))).toEqual(["w", "v"]);
  });
});

describe("new nodes are in the form of the file's operator set", () => {
  const into = (opset: number, ...shape: number[]) => single("Frobnicate", opset, shape);
  const bounds = [i64(1), i64(3), i64(0), i64(1)];
  test.each<[string, number, Uint8Array, object]>([
    [
      "Squeeze",
      11,
      single("Squeeze", 21, [1, 2], [], [i64(-2)]),
      { input: ["x"], attribute: [{ name: "axes", ints: [-2n] }] },
    ],
    [
      "Squeeze",
      9,
      single("Squeeze", 21, [1, 2], [], [i64(-2)]),
      { input: ["x"], attribute: [{ name: "axes", ints: [0n] }] },
    ],
    [
      "Squeeze",
      13,
      single("Squeeze", 11, [1, 2], [attr.ints("axes", 0)]),
      { input: ["x", "constant_0"], attribute: [] },
    ],
    [
      "Unsqueeze",
      10,
      single("Unsqueeze", 21, [2], [], [i64(-1)]),
      { input: ["x"], attribute: [{ name: "axes", ints: [1n] }] },
    ],
    [
      "ReduceMean",
      13,
      single("ReduceMean", 18, [2, 3], [attr.int("keepdims", 0)], [i64(1)]),
      {
        input: ["x"],
        attribute: [
          { name: "keepdims", i: 0n },
          { name: "axes", ints: [1n] },
        ],
      },
    ],
    ["ReduceSum", 12, single("ReduceSum", 13, [2, 3]), { input: ["x"], attribute: [] }],
    [
      "Slice",
      9,
      single("Slice", 13, [9], [], bounds),
      {
        input: ["x"],
        attribute: [
          { name: "starts", ints: [1n] },
          { name: "ends", ints: [3n] },
          { name: "axes", ints: [0n] },
        ],
      },
    ],
    [
      "Split",
      11,
      single("Split", 13, [4], [], [i64(1, 3)], ["y", "z"]),
      { input: ["x"], attribute: [{ name: "split", ints: [1n, 3n] }] },
    ],
    [
      "Split",
      13,
      single("Split", 18, [4], [attr.int("num_outputs", 2)], [], ["y", "z"]),
      { input: ["x"], attribute: [] },
    ],
    [
      "Pad",
      9,
      single("Pad", 13, [2], [], [i64(1, 1), f32([], 0.5)]),
      {
        input: ["x"],
        attribute: [
          { name: "pads", ints: [1n, 1n] },
          { name: "value", f: 0.5 },
        ],
      },
    ],
    [
      "Clip",
      6,
      single("Clip", 13, [2], [], [f32([], 0), f32([], 6)]),
      {
        input: ["x"],
        attribute: [
          { name: "min", f: 0 },
          { name: "max", f: 6 },
        ],
      },
    ],
    [
      "Dropout",
      7,
      single("Dropout", 13, [2], [], [f32([], 0.25)]),
      { input: ["x"], attribute: [{ name: "ratio", f: 0.25 }] },
    ],
    [
      "TopK",
      9,
      single("TopK", 11, [5], [attr.int("axis", 0)], [i64(2)], ["y", "i"]),
      { input: ["x"], attribute: [{ name: "axis" }, { name: "k", i: 2n }] },
    ],
    [
      "Softmax",
      11,
      single("Softmax", 13, [2, 3]),
      { input: ["x"], attribute: [{ name: "axis", i: 1n }] },
    ],
    [
      "Softmax",
      11,
      single("Softmax", 13, [2, 3, 1], [attr.int("axis", -2)]),
      { input: ["x"], attribute: [{ name: "axis", i: 1n }] },
    ],
    [
      "Resize",
      11,
      single("Resize", 18, [1, 1, 2, 2], [], [undefined, undefined, i64(1, 1, 4, 4)]),
      { input: ["x", "constant_0", "constant_0", "constant_1"], attribute: [] },
    ],
    [
      "Upsample",
      9,
      single(
        "Resize",
        13,
        [1, 1, 2, 2],
        [
          attr.text("coordinate_transformation_mode", "asymmetric"),
          attr.text("nearest_mode", "floor"),
        ],
        [undefined, f32([4], 1, 1, 2, 2)],
      ),
      { input: ["x", "constant_0"], attribute: [] },
    ],
    [
      "Upsample",
      8,
      single(
        "Resize",
        13,
        [1, 1, 2, 2],
        [attr.text("coordinate_transformation_mode", "asymmetric"), attr.text("mode", "linear")],
        [undefined, f32([4], 1, 1, 2, 2)],
      ),
      { input: ["x"], attribute: [{ name: "mode" }, { name: "scales", floats: [1, 1, 2, 2] }] },
    ],
    [
      "Resize",
      10,
      single("Upsample", 9, [1, 1, 2, 2], [], [f32([4], 1, 1, 2, 2)]),
      { input: ["x", "constant_0"], attribute: [] },
    ],
    [
      "Reshape",
      8,
      single("Reshape", 21, [4], [attr.int("allowzero", 0)], [i64(2, 2)]),
      { input: ["x", "constant_0"], attribute: [] },
    ],
    [
      "Flatten",
      7,
      single("Flatten", 21, [2, 3, 4], [attr.int("axis", -1)]),
      { input: ["x"], attribute: [{ name: "axis", i: 2n }] },
    ],
    [
      "Cast",
      9,
      single("Cast", 21, [2], [attr.int("to", 7), attr.int("saturate", 1)]),
      { input: ["x"], attribute: [{ name: "to", i: 7n }] },
    ],
    [
      "BatchNormalization",
      9,
      single(
        "BatchNormalization",
        15,
        [1, 2, 3],
        [attr.int("training_mode", 0)],
        [f32([2], 1, 1), f32([2], 0, 0), f32([2], 0, 0), f32([2], 1, 1)],
      ),
      { attribute: [] },
    ],
  ])("%s at %d", (op, opset, from, expected) => {
    const written = transplant(from, into(opset, 2));
    expect(written.opsetImport).toMatchObject([{ version: BigInt(opset) }]);
    expect(written.graph.node).toHaveLength(1);
    expect(written.graph.node[0]).toMatchObject({ opType: op, ...expected });
    expect(written.graph.node[0]?.output[0]).toBe("y");
  });

  test.each<[string, number, number, Uint8Array]>([
    ["Gelu came with 20", 17, 20, single("Gelu", 20, [2])],
    [
      "Softmax over one of several axes",
      11,
      13,
      single("Softmax", 13, [2, 3, 4], [attr.int("axis", 1)]),
    ],
    [
      "axes that are not constant",
      11,
      13,
      file(
        {
          input: [info("x", 0, 1)],
          output: [info("y", 2)],
          node: [node("Shape", ["x"], ["s"]), node("ReduceSum", ["x", "s"], ["y"])],
        },
        13,
      ),
    ],
    ["a slice with steps", 9, 10, single("Slice", 13, [9], [], [i64(0), i64(9), i64(0), i64(2)])],
    [
      "parts of unequal size",
      13,
      18,
      single("Split", 18, [5], [attr.int("num_outputs", 2)], [], ["y", "z"]),
    ],
    [
      "an attribute that was not there",
      13,
      14,
      single("Reshape", 14, [4], [attr.int("allowzero", 1)], [i64(2, 2)]),
    ],
    [
      "a value that was not there",
      13,
      19,
      single("Pad", 19, [2], [attr.text("mode", "wrap")], [i64(1, 1)]),
    ],
    ["a type that was not there", 7, 11, single("Equal", 11, [2], [], [f32([2], 1, 2)])],
    [
      "an operand that was not optional",
      9,
      11,
      single("Gemm", 11, [2, 2], [], [f32([2, 2], 1, 2, 3, 4)]),
    ],
    ["shapes that did not broadcast", 7, 8, single("Max", 8, [2], [], [f32([1], 1)])],
    [
      "another way of resizing",
      9,
      11,
      single("Resize", 13, [1, 1, 2, 2], [], [undefined, f32([4], 1, 1, 2, 2)]),
    ],
    ["operands of two types", 7, 12, single("Pow", 12, [2], [], [i64(2)])],
  ])("else the set is raised to the lowest that has one: %s", (_, opset, raised, from) => {
    const opaque = single("my.Frobnicate", opset, [2]);
    expect(transplant(from, opaque).opsetImport[0]?.version).toBe(BigInt(raised));
  });

  test("other domains are imported, attributes are of the types that their vocabulary declares", () => {
    const bytes = single("Relu", 17, [2]);
    const model = readModel(bytes);
    const fused = {
      ...unary("com.microsoft.Fused", -1),
      attrs: { strength: 1, alpha: 1, kind: "a" },
    };
    const dialect = {
      kind: "dialect",
      spec: 1,
      name: "fused",
      ops: {
        "com.microsoft.Fused": {
          operands: [{ name: "x" }],
          attrs: { strength: { type: "float" } },
          infer: () => [],
        },
      },
    } as const;
    const { graph: written, opsetImport } = parse(
      writeModel(model, changed(model.graph, [fused]), { dialects: [dialect] }),
    );
    expect(opsetImport).toMatchObject([{ version: 17n }, { domain: "com.microsoft", version: 1n }]);
    expect(written.node[0]).toMatchObject({
      domain: "com.microsoft",
      attribute: [
        { name: "strength", f: 1 },
        { name: "alpha", f: 1 },
        { name: "kind", s: text("a") },
      ],
    });
  });

  test("an operator that no set has is refused", () => {
    const model = readModel(single("Relu", 17, [2]));
    const write = (node: GraphNode) => () => writeModel(model, changed(model.graph, [node]));
    expect(write(unary("Frobnicate", -1))).toThrow(
      /no operator set from 17 to \d+ can say Frobnicate/,
    );
    expect(write({ ...unary("Relu", -1), attrs: { fast: 1 } })).toThrow(/can say Relu/);
  });
});

describe("raising the operator set", () => {
  const append =
    (bytes: Uint8Array): (() => ReturnType<typeof parse>) =>
    () => {
      const model = readModel(bytes);
      const { nodes, outputs } = model.graph;
      const last = unary("Gelu", nodes.length - 1);
      const source = { from: "node", index: nodes.length, result: 0 } as const;
      return parse(
        writeModel(
          model,
          changed(model.graph, [...nodes, last], [{ name: outputs[0]?.name ?? "", source }]),
        ),
      );
    };

  test("what is understood is said anew, under its own name", () => {
    const bytes = single("Squeeze", 11, [1, 2], [attr.ints("axes", 0)]);
    const { graph: written, opsetImport } = append(bytes)();
    expect(opsetImport[0]?.version).toBe(20n);
    expect(brief(written.node)).toEqual([
      "Squeeze_0 = Squeeze(x,constant_0)",
      "y = Gelu(Squeeze_0)",
    ]);
    expect(written.node[0]).toMatchObject({ name: "node of y", attribute: [] });
    expect(readModel(modelOf(readModel(bytes).graph)).notes).toEqual([]);
  });

  test("what means the same stays as it is", () => {
    const { graph: written } = append(
      single("LSTM", 11, [1, 1, 2], [attr.int("hidden_size", 3)]),
    )();
    expect(written.node[0]).toMatchObject({ opType: "LSTM", attribute: [{ name: "hidden_size" }] });
  });

  const softmax = node("Softmax", ["x"], ["y"], [attr.int("axis", 0)]);
  const cast = (name: string) => ({ input: [info("x", 2, 2)], output: [info("y", 2, 2)], name });
  test.each<[string, Uint8Array]>([
    ["an opaque operator", file({ ...cast("a"), node: [softmax] }, 11)],
    [
      "one in an inner graph",
      file(
        {
          ...cast("b"),
          node: [
            node(
              "my.If",
              [],
              ["y"],
              [attr.graph("then", graph({ node: [softmax], output: [info("y", 2)] }))],
            ),
          ],
        },
        11,
      ),
    ],
    [
      "one in a function",
      file({ ...cast("c"), node: [node("f.F", ["x"], ["y"])] }, 11, {
        functions: [{ name: "F", domain: "f", input: ["x"], output: ["y"], node: [softmax] }],
      }),
    ],
  ])("is refused where it would change the meaning of %s", (_, bytes) =>
    expect(append(bytes)).toThrow(
      /operator set 11, but Gelu needs 20, under which Softmax in .* would not mean the same/,
    ),
  );
});

describe("the interface is kept", () => {
  const main = {
    input: [info("x", 2)],
    output: [info("a", 2), info("b", 2)],
    initializer: [{ name: "w", dims: [2n], dataType: 1, floatData: [1, 2] }],
    node: [node("Relu", ["x"], ["a"]), node("Add", ["a", "w"], ["b"])],
  };
  const write = (
    outputs: Graph["outputs"][number]["source"][],
    nodes?: readonly GraphNode[],
  ): string[] => {
    const model = readModel(file(main));
    const named = outputs.map((source, i) => ({ name: "ab"[i] ?? "", source }));
    const { graph: written } = parse(
      writeModel(model, changed(model.graph, nodes ?? model.graph.nodes, named)),
    );
    expect(written.output).toEqual([info("a", 2), info("b", 2)]);
    return brief(written.node);
  };
  const result = (index: number) => ({ from: "node", index, result: 0 }) as const;

  test("an output that has become an input", () =>
    expect(write([{ from: "input", index: 0 }, result(1)])).toEqual([
      "Relu_0 = Relu(x)",
      "b = Add(Relu_0,w)",
      "a = Identity(x)",
    ]));
  test("one that has become a constant", () =>
    expect(write([result(0), { from: "constant", index: 0 }], [unary("Relu", -1)])).toEqual([
      "a = Relu(x)",
      "b = Identity(w)",
    ]));
  test("two that have become one", () =>
    expect(write([result(0), result(0)], [unary("Relu", -1)])).toEqual([
      "a = Relu(x)",
      "b = Identity(a)",
    ]));
  test("two that have changed places", () =>
    expect(write([result(1), result(0)])).toEqual(["b = Relu(x)", "a = Add(b,w)"]));
  test("one whose node is new, and whose old node is used elsewhere", () =>
    expect(
      write([result(2), result(1)], [...readModel(file(main)).graph.nodes, unary("Neg", 0)]),
    ).toEqual(["Relu_0 = Relu(x)", "b = Add(Relu_0,w)", "a = Neg(Relu_0)"]));

  test("outputs that are inputs, constants or listed twice", () => {
    const bytes = file({
      input: [info("x", 2)],
      output: [info("x", 2), info("c", 1), info("y", 2), info("d", 1), info("y", 2), info("k", 1)],
      initializer: [
        { name: "c", dims: [1n], dataType: 1, floatData: [1] },
        { name: "d", dims: [1n], dataType: 1, floatData: [1] },
      ],
      node: [
        node("Constant", [], ["k"], [attr.floats("value_floats", 1)]),
        node("Relu", ["x"], ["y"]),
      ],
    });
    const model = readModel(bytes);
    expect(writeModel(model, model.graph)).toEqual(bytes);
    expect(writeModel(model, copyOf(model.graph))).toEqual(bytes);
  });

  test("a constant gives up its name to an output", () => {
    const model = readModel(
      file({
        input: [info("x", 2)],
        output: [info("w", 2)],
        initializer: [{ name: "w", dims: [2n], dataType: 1, floatData: [1, 2] }],
      }),
    );
    const add: GraphNode = {
      op: "Add",
      attrs: {},
      inputs: [
        { from: "input", index: 0 },
        { from: "constant", index: 0 },
      ],
      operands: [operand, { ...type, constant: true }],
      results: [type],
    };
    const { graph: written } = parse(
      writeModel(model, changed(model.graph, [add], [{ name: "w", source: result(0) }])),
    );
    expect(brief(written.node)).toEqual(["w = Add(x,constant_0)"]);
    expect(written.initializer).toMatchObject([{ name: "constant_0", floatData: [1, 2] }]);
  });
});

describe("constants", () => {
  test("equal ones of the file are used, new ones are added once", () => {
    const model = readModel(
      file({
        input: [info("x", 2)],
        output: [info("y", 2)],
        initializer: [{ name: "w", dims: [2n], dataType: 1, floatData: [1, 2] }],
        node: [node("Add", ["x", "w"], ["y"])],
      }),
    );
    const constants = [
      constantOf(f32([2], 1, 2)),
      constantOf(f32([2], 3, 4)),
      constantOf(f32([2], 3, 4)),
    ];
    const add = (index: number, constant: number): GraphNode => ({
      op: "Add",
      attrs: {},
      inputs: [
        index < 0 ? { from: "input", index: 0 } : { from: "node", index, result: 0 },
        { from: "constant", index: constant },
      ],
      operands: [operand, { ...type, constant: true }],
      results: [type],
    });
    const program = changed(
      model.graph,
      [add(-1, 1), add(0, 0), add(1, 2)],
      [{ name: "y", source: { from: "node", index: 2, result: 0 } }],
      constants,
    );
    const { graph: written } = parse(writeModel(model, program));
    expect(written.initializer.map(({ name }) => name)).toEqual(["w", "constant_0"]);
    expect(written.node.map(({ input }) => input[1])).toEqual(["constant_0", "w", "constant_0"]);
  });

  test("are Constant nodes where initializers would have to be inputs", () => {
    const into = file(
      { input: [info("x", 2)], output: [info("y", 2)], node: [node("Relu", ["x"], ["y"])] },
      8,
      { irVersion: 3n },
    );
    const { graph: written } = transplant(single("Add", 8, [2], [], [f32([2], 1, 2)]), into);
    expect(written.initializer).toEqual([]);
    expect(brief(written.node)).toEqual(["constant_0 = Constant()", "y = Add(x,constant_0)"]);
  });

  test("of every type come back from elements", () => {
    const arrays = [
      f32([2], 1, -0),
      i64(2, -1),
      { dtype: "bool", shape: [2], data: [1, 0] },
      { dtype: "f16", shape: [2], data: [0.5, Number.NaN] },
      { dtype: "i4", shape: [3], data: [-8, 7, 1] },
      { dtype: "string", shape: [2], data: ["", "ä"] },
      { dtype: "c64", shape: [1], data: [1, 2] },
      { dtype: "f64", shape: [], data: [1e300] },
    ] as const;
    const model = readModel(single("my.Op", 17, [2], [], [f32([1], 9)]));
    const [any] = model.graph.nodes as [GraphNode];
    const inputs = arrays.map((_, index) => ({ from: "constant", index }) as const);
    const operands = arrays.map(({ dtype, shape }) => ({ dtype, shape, constant: true }));
    const [first] = inputs;
    const program = changed(
      model.graph,
      [{ op: "my.Op", attrs: {}, inputs, operands, results: any.results }],
      model.graph.outputs,
      arrays.map(constantOf),
    );
    expect(first).toBeDefined();
    const again = readModel(writeModel(model, program));
    expect(again.graph.constants.map(({ key }) => key)).toEqual(
      program.constants.map(({ key }) => key),
    );
  });
});

describe("inner graphs", () => {
  /** y = If(c) { v = x + w; out = -v } else { out = x }, where w = Relu(x). */
  const bytes = (inner = "v") =>
    file({
      input: [info("c"), info("x", 2)],
      output: [info("y", 2)],
      node: [
        node("Relu", ["x"], ["w"]),
        node(
          "If",
          ["c"],
          ["y"],
          [
            attr.graph(
              "then_branch",
              graph({
                node: [node("Add", ["x", "w"], [inner]), node("Neg", [inner], ["out"])],
                output: [info("out", 2)],
              }),
            ),
            attr.graph(
              "else_branch",
              graph({ node: [node("Identity", ["x"], ["out"])], output: [info("out", 2)] }),
            ),
          ],
        ),
      ],
    });
  const inside = (written: ReturnType<typeof parse>) => {
    const branch = written.graph.node.find(({ opType }) => opType === "If")?.attribute[0]?.g;
    return brief(branch?.node ?? []);
  };

  test("take what took the place of what they took", () => {
    const model = readModel(bytes());
    const [, branch] = model.graph.nodes as [GraphNode, GraphNode];
    // w is now -x, under another name.
    const neg = { ...unary("Neg", -1), inputs: [{ from: "input", index: 1 } as const] };
    const written = parse(writeModel(model, changed(model.graph, [neg, branch])));
    expect(brief(written.graph.node)).toEqual(["Neg_0 = Neg(x)", "y = If(c)"]);
    expect(inside(written)).toEqual(["v = Add(x,Neg_0)", "out = Neg(v)"]);
    expect(written.graph.node[1]?.attribute[1]).toEqual(parse(bytes()).graph.node[1]?.attribute[1]);
  });

  test("that use the new name themselves take it under yet another", () => {
    const model = readModel(bytes("x2"));
    const [relu, branch] = model.graph.nodes as [GraphNode, GraphNode];
    const shadowed = readModel(
      file({
        input: [info("c"), info("x2", 2)],
        output: [info("y", 2)],
        node: [],
        initializer: [{ name: "y", dims: [2n], dataType: 1, floatData: [1, 2] }],
      }),
    );
    expect(shadowed.graph.inputs[1]?.name).toBe("x2");
    // The branch defines x2 itself; let it take an input of that name from around it.
    const around = file({
      input: [info("c"), info("x2", 2), info("x", 2)],
      output: [info("y", 2)],
      node: parse(bytes("x2")).graph.node,
    });
    const outer = readModel(around);
    const [first, second] = outer.graph.nodes as [GraphNode, GraphNode];
    const swapped = {
      ...second,
      inputs: second.inputs.map((source) =>
        source?.from === "input" && source.index === 2
          ? ({ from: "input", index: 1 } as const)
          : source,
      ),
    };
    const written = parse(writeModel(outer, changed(outer.graph, [first, swapped])));
    expect(brief(written.graph.node)).toEqual([
      "w = Relu(x)",
      "Identity_0 = Identity(x2)",
      "y = If(c)",
    ]);
    expect(inside(written)).toEqual(["x2 = Add(Identity_0,w)", "out = Neg(x2)"]);
    expect([relu.op, branch.op]).toEqual(["Relu", "If"]);
  });
});

describe("constants that are only carried along", () => {
  const sparse = {
    values: { name: "s", dims: [1n], dataType: 1, floatData: [5] },
    indices: { name: "i", dims: [1n], dataType: 7, int64Data: [2n] },
    dims: [4n],
  };
  const future = { name: "t", dims: [1n], dataType: 99 as never, rawData: new Uint8Array(3) };
  const bytes = file({
    input: [info("x", 2)],
    output: [info("y", 2), info("z", 2)],
    initializer: [future],
    sparseInitializer: [sparse],
    node: [node("my.Op", ["x", "s", "t"], ["y"]), node("Relu", ["y"], ["z"])],
  });

  test("stay, or go with their last use", () => {
    const model = readModel(bytes);
    expect(writeModel(model, model.graph)).toEqual(bytes);
    const program = changed(
      model.graph,
      [unary("Relu", -1)],
      ["y", "z"].map((name) => ({ name, source: { from: "node", index: 0, result: 0 } })),
    );
    const { graph: written } = parse(writeModel(model, program));
    expect([written.initializer, written.sparseInitializer]).toEqual([[], []]);
  });

  test("can be outputs under other names, and be there twice", () => {
    const model = readModel(bytes);
    const nodes = model.graph.nodes;
    const again = [...nodes, nodes[0] as GraphNode, nodes[1] as GraphNode];
    const outputs = [0, 1].map((index) => ({
      name: "yz"[index] as string,
      source: { from: "node", index: index === 0 ? 1 : nodes.length + index, result: 0 } as const,
    }));
    const { graph: written } = parse(writeModel(model, changed(model.graph, again, outputs)));
    expect(written.sparseInitializer).toMatchObject([
      { ...sparse, values: { ...sparse.values, name: "y" } },
      { ...sparse, values: { ...sparse.values, name: "z" } },
    ]);
    expect(written.initializer.map(({ name }) => name)).toEqual(["t", "Constant_0"]);
  });
});

test("a file without any of ONNX's own operators can come to use them", () => {
  const bytes = file(
    { input: [info("x", 2)], output: [info("y", 2)], node: [node("my.Op", ["x"], ["y"])] },
    0,
    { opsetImport: [{ domain: "my", version: 1n }] },
  );
  const model = readModel(bytes);
  expect(model.opset).toBe(0);
  expect(writeModel(model, model.graph)).toEqual(bytes);
  const { opsetImport } = parse(writeModel(model, changed(model.graph, [unary("Relu", -1)])));
  expect(opsetImport).toMatchObject([{ domain: "my" }, { domain: "", version: 13n }]);
});

test("a second opaque operator of the same kind is a copy with names of its own", () => {
  const model = readModel(single("my.Op", 17, [2], [attr.int("k", 3)]));
  const [op] = model.graph.nodes as [GraphNode];
  const second = { ...op, inputs: [{ from: "node", index: 0, result: 0 } as const] };
  const program = changed(
    model.graph,
    [op, second],
    [{ name: "y", source: { from: "node", index: 1, result: 0 } }],
  );
  const { graph: written } = parse(writeModel(model, program));
  expect(brief(written.node)).toEqual(["Op_0 = Op(x)", "y = Op(Op_0)"]);
  expect(written.node[1]).toMatchObject({
    domain: "my",
    name: "Op_1",
    attribute: [{ name: "k", i: 3n }],
  });
});

test("a result that the file did not ask for can be asked for", () => {
  const bytes = file(
    {
      input: [info("x", 4)],
      output: [info("b", 2)],
      node: [node("Split", ["x"], ["", "b"], [attr.int("num_outputs", 2)])],
    },
    18,
  );
  const model = readModel(bytes);
  const [split] = model.graph.nodes as [GraphNode];
  const add: GraphNode = {
    op: "Add",
    attrs: {},
    inputs: [0, 1].map((result) => ({ from: "node", index: 0, result }) as const),
    operands: [operand, operand],
    results: [type],
  };
  expect(writeModel(model, model.graph)).toEqual(bytes);
  const program = changed(
    model.graph,
    [split, add],
    [{ name: "b", source: { from: "node", index: 1, result: 0 } }],
  );
  expect(brief(parse(writeModel(model, program)).graph.node)).toEqual([
    "Split_0,Split_1 = Split(x)",
    "b = Add(Split_0,Split_1)",
  ]);
});

test("a result that an output took over from a node keeps a name of its own", () => {
  // Dropout's first result must have one; here it was output y, which has become the input.
  const bytes = file(
    {
      input: [info("x", 2)],
      output: [info("y", 2), info("z", 2)],
      node: [node("Dropout", ["x"], ["y", "z"])],
    },
    13,
  );
  const model = readModel(bytes);
  const y = { name: "y", source: { from: "input", index: 0 } } as const;
  const [, z] = model.graph.outputs;
  const program = changed(model.graph, model.graph.nodes, [y, z as NonNullable<typeof z>]);
  expect(brief(parse(writeModel(model, program)).graph.node)).toEqual([
    "Dropout_0,z = Dropout(x)",
    "y = Identity(x)",
  ]);
});

test("a name beyond a node's results is free for another node", () => {
  const bytes = file(
    {
      input: [info("x", 2)],
      output: [info("y", 2), info("z", 2)],
      node: [node("Dropout", ["x"], ["y", "z"])],
    },
    13,
  );
  const model = readModel(bytes);
  const [dropout] = model.graph.nodes as [GraphNode];
  const first = { ...dropout, results: dropout.results.slice(0, 1) };
  const program = changed(
    model.graph,
    [first, dropout],
    [
      { name: "y", source: { from: "node", index: 0, result: 0 } },
      { name: "z", source: { from: "node", index: 1, result: 1 } },
    ],
  );
  const written = readModel(writeModel(model, program)).graph;
  expect(written.outputs.map(({ name }) => name)).toEqual(["y", "z"]);
  expect(written.nodes.map(({ op }) => op)).toEqual(["Dropout", "Dropout"]);
});

test("what is no program for the file is refused", () => {
  const model = readModel(single("Relu", 17, [2]));
  const { graph: program } = model;
  expect(() => writeModel({ ...model }, program)).toThrow(/only a model that readModel returned/);
  expect(() => writeModel(model, { ...program, inputs: [] })).toThrow(
    /0 inputs and 1 outputs, the file 1 and 1/,
  );
  expect(() => writeModel(model, changed(program, [unary("Relu", 0)]))).toThrow(
    /node 0 \(Relu\) of the program takes node 0/,
  );
  expect(() => writeModel(model, changed(program, []))).toThrow(
    /output 0 of the program takes node 0/,
  );
  expect(() => writeModel(model, changed(program, [{ ...unary("Odd", -1), opaque: "?" }]))).toThrow(
    /opaque and not from this model/,
  );
});

describe("a model from a program alone", () => {
  test("has its interface and its operators", () => {
    const read = readModel(single("Clip", 6, ["N", 3], [attr.float("max", 6)]));
    const bytes = modelOf(read.graph, { name: "alone" });
    const { graph: written, opsetImport, irVersion } = parse(bytes);
    expect(written).toMatchObject({
      name: "alone",
      input: [info("x", "N", 3)],
      output: [info("y", "N", 3)],
    });
    expect(opsetImport).toMatchObject([{ domain: "", version: 21n }]);
    expect(irVersion).toBe(10n);
    expect(numbers(readModel(bytes).graph.constants[0])).toEqual([6]);
  });

  test("is in the operator set asked for, or the lowest above it that can say it", () => {
    const { graph: program } = readModel(single("Gelu", 20, [2]));
    const model = parse(modelOf(program, { opset: 13 }));
    expect(model.opsetImport[0]?.version).toBe(20n);
    expect(model.irVersion).toBe(9n);
    expect(parse(modelOf(program, { opset: 22 })).opsetImport[0]?.version).toBe(22n);
  });

  test("cannot be made of opaque operators", () => {
    expect(() => modelOf(readModel(single("my.Op", 17, [2])).graph)).toThrow(/opaque/);
  });
});
