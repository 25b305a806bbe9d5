/**
 * A model from a program alone.
 *
 * @module
 */

import { create, toBinary } from "@bufbuild/protobuf";
import type { Graph, Source, TensorType } from "@rewright/plugin";
import { ModelError, quote } from "./error.ts";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
} from "./generated/onnx_pb.ts";
import type { Origin } from "./model.ts";
import { irVersionFor } from "./opset.ts";
import { UNKNOWN, valueInfo } from "./type.ts";
import { contentOf, fieldsOf } from "./wire.ts";
import { type WriteOptions, writeInto } from "./write.ts";

function typeOfSource(graph: Graph, source: Source): TensorType {
  if (source.from === "input") return graph.inputs[source.index]?.type ?? UNKNOWN;
  if (source.from === "constant") return graph.constants[source.index]?.type ?? UNKNOWN;
  return graph.nodes[source.index]?.results[source.result] ?? UNKNOWN;
}

/** A file with the inputs and outputs of a program, and nothing between them. */
function shell(graph: Graph, opset: number, name: string): Origin {
  const bytes = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(irVersionFor(opset)),
      producerName: "rewright",
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(opset) })],
      graph: create(GraphProtoSchema, {
        name,
        input: graph.inputs.map(({ name: input, type }) =>
          valueInfo(input, type.dtype, type.shape),
        ),
        output: graph.outputs.map(({ name: output, source }) => {
          const { dtype, shape } = typeOfSource(graph, source);
          return valueInfo(output, dtype, shape);
        }),
      }),
    }),
  );
  const fields = fieldsOf(bytes);
  const graphField = fields.find(({ no }) => no === 7);
  const graphBytes = graphField ? contentOf(bytes, graphField) : new Uint8Array();
  const inputs = graph.inputs.map((input) => input.name);
  const outputs = graph.outputs.map((output) => output.name);
  return {
    graph: { inputs: graph.inputs, constants: [], nodes: [], outputs: [] },
    bytes,
    fields,
    graphBytes,
    graphFields: fieldsOf(graphBytes),
    nodes: [],
    carriers: [],
    inputs,
    outputs,
    irVersion: irVersionFor(opset),
    domains: new Map([["", opset]]),
    names: () => new Set([...inputs, ...outputs]),
    pinned: new Set(),
    files: {},
    external: 0,
    apart: () => new Set(),
  };
}

/**
 * A whole model from a program alone.
 *
 * @param options `opset`: the operator set to use (21 unless said), raised where an operator needs a later one; `name`: the graph's name
 * @throws {ModelError} when an operator is opaque or in no operator set, or two inputs have the same name
 */
export function modelOf(
  graph: Graph,
  options: WriteOptions & { readonly opset?: number; readonly name?: string } = {},
): Uint8Array {
  const opset = options.opset ?? 21;
  const name = options.name ?? "graph";
  const names = graph.inputs.map((input) => input.name);
  const twice = names.find((input, index) => names.indexOf(input) !== index);
  if (twice !== undefined) throw new ModelError(`two inputs are called ${quote(twice)}`);
  const first = writeInto(shell(graph, opset, name), graph, options);
  if (first.opset === opset) return first.bytes;
  return writeInto(shell(graph, first.opset, name), graph, options).bytes;
}
