import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Constant, Graph, NdArray } from "@rewright/plugin";
import { tensorProto } from "../src/attribute.ts";
import {
  AttributeProto_AttributeType as A,
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  ValueInfoProtoSchema,
} from "../src/generated/onnx_pb.ts";
import { readModel } from "../src/index.ts";

/** An f32 tensor. */
export const f32 = (shape: readonly number[], ...data: number[]): NdArray => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});

/** A list of i64. */
export const i64 = (...data: number[]): NdArray => ({
  dtype: "i64",
  shape: [data.length],
  data: BigInt64Array.from(data, BigInt),
});

/** The declaration of a tensor. */
export const info = (name: string, ...dims: (number | string)[]) =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType: 1,
          shape: {
            dim: dims.map((dim) => ({
              value:
                typeof dim === "number"
                  ? ({ case: "dimValue", value: BigInt(dim) } as const)
                  : ({ case: "dimParam", value: dim } as const),
            })),
          },
        },
      },
    },
  });

/** A node: `"Relu"` or `"domain.Op"`, its inputs, its outputs, its attributes. */
export const node = (
  op: string,
  input: string[],
  output: string[],
  attribute: AttributeProto[] = [],
) =>
  create(NodeProtoSchema, {
    opType: op.slice(op.lastIndexOf(".") + 1),
    domain: op.slice(0, Math.max(0, op.lastIndexOf("."))),
    input,
    output,
    name: `node of ${output.join()}`,
    attribute,
  });

/** Attributes by kind. */
export const attr = {
  int: (name: string, i: number) =>
    create(AttributeProtoSchema, { name, type: A.INT, i: BigInt(i) }),
  ints: (name: string, ...ints: number[]) =>
    create(AttributeProtoSchema, { name, type: A.INTS, ints: ints.map(BigInt) }),
  float: (name: string, f: number) => create(AttributeProtoSchema, { name, type: A.FLOAT, f }),
  floats: (name: string, ...floats: number[]) =>
    create(AttributeProtoSchema, { name, type: A.FLOATS, floats }),
  text: (name: string, s: string) =>
    create(AttributeProtoSchema, { name, type: A.STRING, s: new TextEncoder().encode(s) }),
  tensor: (name: string, t: TensorProto) =>
    create(AttributeProtoSchema, { name, type: A.TENSOR, t }),
  graph: (name: string, g: GraphProto) => create(AttributeProtoSchema, { name, type: A.GRAPH, g }),
};

/** A graph. */
export const graph = (init: MessageInitShape<typeof GraphProtoSchema>): GraphProto =>
  create(GraphProtoSchema, init);

/** A whole file around a graph. */
export function file(
  main: MessageInitShape<typeof GraphProtoSchema>,
  opset = 17,
  rest: MessageInitShape<typeof ModelProtoSchema> = {},
): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: "", version: BigInt(opset) }],
      graph: create(GraphProtoSchema, main),
      ...rest,
    }),
  );
}

/** A file of one node on `x` of the given shape, its further inputs constants. */
export function single(
  op: string,
  opset: number,
  shape: (number | string)[],
  attributes: AttributeProto[] = [],
  constants: (NdArray | undefined)[] = [],
  outputs: string[] = ["y"],
): Uint8Array {
  const names = constants.map((array, i) => (array ? `c${i}` : ""));
  return file(
    {
      name: "single",
      input: [info("x", ...shape)],
      output: [info(outputs[0] as string)],
      node: [node(op, ["x", ...names], outputs, attributes)],
      initializer: constants.flatMap((array, i) => (array ? [tensorProto(array, `c${i}`)] : [])),
    },
    opset,
  );
}

/** What a file holds. */
export const parse = (bytes: Uint8Array): ModelProto & { graph: GraphProto } =>
  fromBinary(ModelProtoSchema, bytes) as ModelProto & { graph: GraphProto };

/** The elements of a constant of a graph, as plain numbers. */
export const numbers = (constant: Constant | undefined): number[] =>
  Array.from(constant?.load().data as ArrayLike<number | bigint>, Number);

/** The one node of a file of one node, with the contents of its constant operands. */
export function only(bytes: Uint8Array) {
  const { graph: read, notes } = readModel(bytes);
  const [first] = read.nodes;
  if (first === undefined) throw new Error("no node");
  const operands = first.inputs.map((source) =>
    source?.from === "constant" ? numbers(read.constants[source.index]) : source?.from,
  );
  return {
    op: first.op,
    attrs: first.attrs,
    operands,
    results: first.results,
    opaque: first.opaque !== undefined,
    notes,
  };
}

/** The same program in other objects: what a host makes that does not keep the file's. */
export function copyOf(program: Graph): Graph {
  const { inputs, nodes, outputs } = structuredClone({
    inputs: program.inputs,
    nodes: program.nodes,
    outputs: program.outputs,
  });
  const constants = program.constants.map((constant) => ({
    type: constant.type,
    key: constant.key,
    load: () => constant.load(),
  }));
  return { inputs, nodes, outputs, constants };
}
