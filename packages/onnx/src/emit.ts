/**
 * NodeProtos for the nodes of a program: the file's own bytes where nothing differs.
 *
 * @module
 */

import { create, toBinary } from "@bufbuild/protobuf";
import type { Dialect, GraphNode, Source } from "@rewright/plugin";
import { attributeProto } from "./attribute.ts";
import { type AttributeProto, NodeProtoSchema } from "./generated/onnx_pb.ts";
import type { LoweredNode } from "./lower.ts";
import type { OriginNode } from "./model.ts";
import type { FreshNames } from "./naming.ts";
import { annotations, type FileNode, withNames } from "./node.ts";
import type { ConstantPool } from "./pool.ts";
import { definitionOf } from "./raise.ts";
import { renameCaptures } from "./scope.ts";

/** What making a node needs to know of the program around it. */
export interface Surroundings {
  readonly pool: ConstantPool;
  readonly fresh: FreshNames;
  readonly dialects: readonly Dialect[];
  /** The name of a value; "" for none. */
  nameOf(source: Source | undefined): string;
  /** Another name for a named value. */
  copyOf(name: string): string;
}

/** The operator and the domain in a full name. */
export function splitName(op: string): { readonly domain: string; readonly opType: string } {
  const dot = op.lastIndexOf(".");
  return { domain: op.slice(0, Math.max(dot, 0)), opType: op.slice(dot + 1) };
}

function attributesOf(
  op: string,
  attrs: Iterable<readonly [string, AttributeValue]>,
  dialects: readonly Dialect[],
): AttributeProto[] {
  const declared = definitionOf(op, dialects)?.attrs ?? {};
  return Array.from(attrs, ([name, value]) =>
    attributeProto(
      op,
      name,
      value,
      Object.hasOwn(declared, name) ? declared[name]?.type : undefined,
    ),
  );
}
type AttributeValue = GraphNode["attrs"][string];

/** A node with these inputs, outputs and attributes. */
export function plainNode(
  name: string,
  op: string,
  attribute: readonly AttributeProto[],
  inputs: readonly string[],
  outputs: readonly string[],
): Uint8Array {
  const { domain, opType } = splitName(op);
  const node = create(NodeProtoSchema, {
    name,
    opType,
    attribute: [...attribute],
    input: [...inputs],
    output: [...outputs],
  });
  if (domain !== "") node.domain = domain;
  return toBinary(NodeProtoSchema, node);
}

/** A node that the file does not have. It is given in its operator set's form, or, outside ONNX's own domain, as it is. */
export function newNode(
  node: GraphNode,
  lowered: LoweredNode | undefined,
  outputs: readonly string[],
  around: Surroundings,
): Uint8Array {
  const { op, attrs, operands } = lowered ?? {
    op: node.op,
    attrs: new Map(Object.entries(node.attrs)),
    operands: node.inputs.map((source) => source && { source }),
  };
  const inputs = operands.map((operand) =>
    operand !== undefined && "array" in operand
      ? around.pool.useArray(operand.array)
      : around.nameOf(operand?.source),
  );
  const name = around.fresh.make(splitName(op).opType);
  return plainNode(name, op, attributesOf(op, attrs, around.dialects), inputs, outputs);
}

/** A node of the file in the form of another operator set. */
export function restatedNode(
  file: FileNode,
  lowered: LoweredNode,
  outputs: readonly string[],
  around: Surroundings,
): Uint8Array {
  const inputs = lowered.operands.map((operand) =>
    operand !== undefined && "array" in operand
      ? around.pool.useArray(operand.array)
      : around.nameOf(operand?.source),
  );
  const attributes = attributesOf(lowered.op, lowered.attrs, around.dialects);
  const bytes = plainNode(file.name, lowered.op, attributes, inputs, outputs);
  return Uint8Array.from([...bytes, ...annotations(file)]);
}

/** The outputs of a node of the file: results by their new names, what was never asked for as it was. */
function outputsOf(origin: OriginNode, results: readonly string[]): readonly string[] {
  return Array.from(
    { length: Math.max(origin.outputs.length, results.length) },
    (_, i) => results[i] ?? origin.outputs[i] ?? "",
  );
}

/**
 * A node of the file with the inputs and outputs it has in the program.
 * @param copy the node is another one of the same kind, and gets a name of its own
 */
export function fileNode(
  node: GraphNode,
  origin: OriginNode,
  file: FileNode,
  results: readonly string[],
  copy: boolean,
  around: Surroundings,
): Uint8Array {
  let inputs: readonly string[] = origin.slots.map((slot) =>
    "operand" in slot ? around.nameOf(node.inputs[slot.operand]) : around.pool.useFixed(slot.fixed),
  );
  // Inputs that may change places stay where the file has them.
  if (inputs.length === 2 && inputs[0] === file.inputs[1] && inputs[1] === file.inputs[0])
    if (definitionOf(node.op, around.dialects)?.commutative) inputs = file.inputs;
  const name = copy ? around.fresh.make(file.opType) : undefined;
  let outputs = outputsOf(origin, results);
  if (copy) outputs = results;
  const bytes = withNames(file, inputs, outputs, name);
  const { inner } = origin;
  if (inner === undefined) return bytes;
  const renamed = new Map<string, string>();
  for (const [i, captured] of inner.captures.entries()) {
    const now = around.nameOf(node.inputs[origin.slots.length + i]);
    // An inner graph may itself use a name that is free around it.
    if (now !== captured) renamed.set(captured, inner.defines.has(now) ? around.copyOf(now) : now);
  }
  return renamed.size === 0 ? bytes : renameCaptures(bytes, renamed);
}
