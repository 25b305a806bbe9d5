// Everything that a file may hold comes back byte for byte, also where other parts of the same graph are changed.
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Graph, GraphNode, Source } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { tensorProto } from "../src/attribute.ts";
import {
  AttributeProto_AttributeType as A,
  AttributeProtoSchema,
  FunctionProtoSchema,
  type ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type SparseTensorProto,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataType as T,
  type TensorProto,
  TensorProtoSchema,
  type TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "../src/generated/onnx_pb.ts";
import { readModel, writeModel } from "../src/index.ts";
import { attr, copyOf, f32, file, graph, i64, info, node } from "./models.ts";

/** What a file holds besides the part that is changed, and what of that must be in whatever is written. */
interface Part {
  readonly main?: {
    readonly input?: ValueInfoProto[];
    readonly initializer?: TensorProto[];
    readonly sparseInitializer?: SparseTensorProto[];
    readonly node?: NodeProto[];
  };
  readonly rest?: MessageInitShape<typeof ModelProtoSchema>;
  readonly kept: readonly Uint8Array[];
}

const raw = (name: string, dataType: number, dims: number[], ...bytes: number[]): TensorProto =>
  create(TensorProtoSchema, {
    ...{ name, dataType: dataType as TensorProto["dataType"], dims: dims.map(BigInt) },
    rawData: Uint8Array.from(bytes),
  });
const bytesOf = {
  tensor: (tensor: TensorProto) => toBinary(TensorProtoSchema, tensor),
  node: (n: NodeProto) => toBinary(NodeProtoSchema, n),
};

/** Tensors, each read by an operator that nothing here knows. */
function tensors(...list: TensorProto[]): Part {
  return {
    main: {
      initializer: list,
      node: list.map(({ name }, i) => node("my.Reads", ["x", name], [`read ${i}`])),
    },
    kept: list.map(bytesOf.tensor),
  };
}

/** Nodes, as they are. */
function nodes(list: NodeProto[], more: Omit<Part, "kept"> = {}): Part {
  return { ...more, main: { ...more.main, node: list }, kept: list.map(bytesOf.node) };
}

const declared = (name: string, type: MessageInitShape<typeof TypeProtoSchema>) =>
  create(ValueInfoProtoSchema, { name, type });
const float = { value: { case: "tensorType", value: { elemType: 1 } } } as const;
const branch = (name: string, op: string, from: string) =>
  graph({ name, node: [node(op, [from], [`${name} out`])], output: [info(`${name} out`, 2)] });
const sparse = create(SparseTensorProtoSchema, {
  values: tensorProto(f32([2], 3, 4), "sparse"),
  indices: tensorProto(i64(1, 5)),
  dims: [9n],
});
const loop = graph({
  name: "body",
  input: [info("i"), info("go"), info("state", 2)],
  node: [node("Add", ["state", "outside"], ["next"]), node("Identity", ["go"], ["on"])],
  output: [info("on"), info("next", 2)],
});
const scan = graph({
  name: "step",
  input: [info("carried", 2)],
  node: [node("Mul", ["carried", "outside"], ["then"])],
  output: [info("then", 2)],
});
const call = create(FunctionProtoSchema, {
  ...{ name: "Twice", domain: "my.functions", input: ["a"], output: ["b"], docString: "doubles" },
  opsetImport: [{ domain: "", version: 17n }],
  node: [node("Add", ["a", "a"], ["b"])],
  metadataProps: [{ key: "of", value: "the function" }],
});
const noted = create(NodeProtoSchema, {
  ...node("my.Noted", ["x"], ["noted"]),
  docString: "what it is for\n\u2028 and why",
  metadataProps: [create(StringStringEntryProtoSchema, { key: "layer", value: "3" })],
});
noted.$unknown = [{ no: 4711, wireType: 2, data: Uint8Array.of(3, 1, 2, 3) }];

const parts: readonly (readonly [string, Part])[] = [
  ["operators, attributes and fields that are unknown", nodes([noted])],
  [
    "a function of the model, and a call of it",
    {
      ...nodes([node("my.functions.Twice", ["x"], ["twice"])], { rest: { functions: [call] } }),
      kept: [toBinary(FunctionProtoSchema, call)],
    },
  ],
  [
    "operator sets of several domains",
    {
      rest: {
        opsetImport: [
          { domain: "", version: 17n },
          { domain: "ai.onnx.ml", version: 3n },
          { domain: "my", version: 7n },
        ],
      },
      kept: [
        toBinary(
          OperatorSetIdProtoSchema,
          create(OperatorSetIdProtoSchema, { domain: "ai.onnx.ml", version: 3n }),
        ),
      ],
    },
  ],
  [
    "branches that capture names",
    nodes(
      [
        node("Exp", ["x"], ["outside"]),
        node(
          "If",
          ["which"],
          ["chosen"],
          [
            attr.graph("then_branch", branch("then", "Sin", "outside")),
            attr.graph("else_branch", branch("else", "Cos", "x")),
          ],
        ),
      ],
      { main: { input: [declared("which", float)] } },
    ),
  ],
  [
    "a loop that captures a name",
    nodes([
      node("Exp", ["x"], ["outside"]),
      node("Loop", ["", "", "x"], ["looped"], [attr.graph("body", loop)]),
    ]),
  ],
  [
    "a scan that captures a name",
    nodes([
      node("Exp", ["x"], ["outside"]),
      node("Scan", ["x"], ["scanned"], [attr.graph("body", scan), attr.int("num_scan_inputs", 0)]),
    ]),
  ],
  [
    "optional and sequence types",
    nodes(
      [node("SequenceLength", ["list"], ["count"]), node("OptionalHasElement", ["maybe"], ["has"])],
      {
        main: {
          input: [
            declared("list", { value: { case: "sequenceType", value: { elemType: float } } }),
            declared("maybe", { value: { case: "optionalType", value: { elemType: float } } }),
          ],
        },
      },
    ),
  ],
  [
    "a sparse initializer",
    {
      main: { sparseInitializer: [sparse], node: [node("MatMul", ["x", "sparse"], ["product"])] },
      kept: [toBinary(SparseTensorProtoSchema, sparse)],
    },
  ],
  [
    "a sparse constant",
    nodes([
      node(
        "Constant",
        [],
        ["table"],
        [
          create(AttributeProtoSchema, {
            ...{ name: "sparse_value", type: A.SPARSE_TENSOR, sparseTensor: sparse },
          }),
        ],
      ),
    ]),
  ],
  ["int4 and uint4", tensors(raw("a", T.INT4, [3], 0x9f, 0x08), raw("b", T.UINT4, [2], 0xf1))],
  ["int2 and uint2", tensors(raw("a", T.INT2, [4], 0x9c), raw("b", T.UINT2, [3], 0x27))],
  [
    "all kinds of float8 and float4",
    tensors(
      raw("a", T.FLOAT8E4M3FN, [3], 0x7f, 0x80, 0x01),
      raw("b", T.FLOAT8E4M3FNUZ, [2], 0x80, 0x7f),
      raw("c", T.FLOAT8E5M2, [3], 0x7d, 0xfc, 0x00),
      raw("d", T.FLOAT8E5M2FNUZ, [1], 0x80),
      raw("e", T.FLOAT8E8M0, [2], 0xff, 0x00),
      raw("f", T.FLOAT4E2M1, [3], 0x7f, 0x08),
    ),
  ],
  [
    "float16 and bfloat16, NaNs with a payload, subnormal numbers",
    tensors(
      raw("a", T.FLOAT16, [3], 0x01, 0x7c, 0x01, 0x00, 0x00, 0x80),
      raw("b", T.BFLOAT16, [2], 0x81, 0x7f, 0x01, 0x00),
    ),
  ],
  [
    "floats of any bits, and integers beyond the safe ones",
    tensors(
      raw("a", T.FLOAT, [2], 0x01, 0x00, 0xa0, 0x7f, 0x00, 0x00, 0x00, 0x80),
      raw("b", T.INT64, [1], 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
      raw("c", T.UINT64, [1], 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    ),
  ],
  [
    "numbers in typed fields",
    tensors(
      create(TensorProtoSchema, { name: "a", dims: [2n], dataType: T.FLOAT16, int32Data: [1, 2] }),
      create(TensorProtoSchema, { name: "b", dims: [1n], dataType: T.DOUBLE, doubleData: [-0] }),
    ),
  ],
  [
    "texts, also such as are none",
    tensors(
      create(TensorProtoSchema, {
        ...{ name: "a", dims: [2n], dataType: T.STRING },
        stringData: [new TextEncoder().encode("Gödel"), Uint8Array.of(0xff, 0xfe)],
      }),
    ),
  ],
  ["an element type of the future", tensors(raw("a", 99, [2], 1, 2, 3))],
  ["no elements, and no dimensions", tensors(raw("a", T.FLOAT, [0]), raw("b", T.INT8, [], 5))],
];

/** y = -(-x), and the part beside it. */
function modelWith({ main = {}, rest = {} }: Part): Uint8Array {
  const results = (main.node ?? []).map(({ output }) => output[0] as string);
  return file(
    {
      ...main,
      name: "main",
      docString: "the graph's",
      input: [info("x", 2), ...(main.input ?? [])],
      output: [info("y", 2), ...results.map((name) => create(ValueInfoProtoSchema, { name }))],
      node: [node("Neg", ["x"], ["once"]), node("Neg", ["once"], ["y"]), ...(main.node ?? [])],
      metadataProps: [{ key: "graph", value: "meta" }],
    },
    17,
    {
      ...{ irVersion: 13n, producerName: "p", docString: "the model's" },
      metadataProps: [{ key: "model", value: "meta" }],
      ...rest,
    },
  );
}

/** The program with y = |x| in the place of y = -(-x). */
function changed(program: Graph): Graph {
  const at = program.nodes.findIndex(({ op }) => op === "Neg");
  const first = program.nodes[at] as GraphNode;
  const moved = <S extends Source>(source: S): S =>
    source.from === "node" && source.index > at ? { ...source, index: source.index - 1 } : source;
  const nodes = program.nodes.toSpliced(at, 2, { ...first, op: "Abs" });
  return {
    ...program,
    nodes: nodes.map((n) => ({ ...n, inputs: n.inputs.map((s) => s && moved(s)) })),
    outputs: program.outputs.map(({ name, source }) => ({ name, source: moved(source) })),
  };
}

describe.each(parts)("%s", (_, part) => {
  const bytes = modelWith(part);
  const kept = [...part.kept, "the graph's", "the model's", "meta"].map((what) =>
    Buffer.from(what as string),
  );

  test("come back where nothing is changed", () => {
    const model = readModel(bytes);
    expect(writeModel(model, model.graph)).toEqual(bytes);
    expect(writeModel(model, copyOf(model.graph))).toEqual(bytes);
  });

  test("come back where something else is", () => {
    const model = readModel(bytes);
    const written = Buffer.from(writeModel(model, changed(model.graph)));
    expect(written.length).toBeLessThan(bytes.length);
    for (const [i, what] of kept.entries())
      expect(written.includes(what), `part ${i} is not there`).toBe(true);
    const again = readModel(written).graph;
    expect(again.outputs.map(({ name }) => name)).toEqual(
      model.graph.outputs.map(({ name }) => name),
    );
    expect(again.nodes.map(({ op }) => op)).toContain("Abs");
  });
});
