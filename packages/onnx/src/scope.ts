/**
 * Names across graphs within graphs: an inner graph (a branch, a loop's body) sees the names of the graphs around it.
 *
 * @module
 */

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
} from "./generated/onnx_pb.ts";
import type { FileNode } from "./node.ts";
import { fieldsOf } from "./wire.ts";

/** The fields of AttributeProto that hold one graph, and several. */
const GRAPH = 6;
const GRAPHS = 11;

interface Scope {
  readonly names: Set<string>;
  readonly outer?: Scope | undefined;
}

function holds(scope: Scope | undefined, name: string): boolean {
  for (let at = scope; at !== undefined; at = at.outer) if (at.names.has(name)) return true;
  return false;
}

function graphsOf(attributes: readonly AttributeProto[]): GraphProto[] {
  return attributes.flatMap(({ g, graphs }) => (g ? [g, ...graphs] : graphs));
}

/** Replaces every name of a graph that is not its own by what `visit` says, inner graphs included. */
function visitFree(
  graph: GraphProto,
  outer: Scope | undefined,
  visit: (name: string) => string,
): void {
  const scope: Scope = { names: new Set(), outer };
  for (const { name } of graph.input) scope.names.add(name);
  for (const { name } of graph.initializer) scope.names.add(name);
  for (const { values } of graph.sparseInitializer) if (values) scope.names.add(values.name);
  const replace = (name: string): string =>
    name === "" || holds(scope, name) ? name : visit(name);
  for (const node of graph.node) {
    node.input = node.input.map(replace);
    for (const inner of graphsOf(node.attribute)) visitFree(inner, scope, visit);
    for (const name of node.output) scope.names.add(name);
  }
  for (const output of graph.output) output.name = replace(output.name);
}

/** Every name that a graph, or one within it, defines, and the operators of its nodes. */
function visitInner(
  graph: GraphProto,
  name: (name: string) => void,
  operator: (node: NodeProto) => void,
): void {
  for (const input of graph.input) name(input.name);
  for (const tensor of graph.initializer) name(tensor.name);
  for (const { values } of graph.sparseInitializer) if (values) name(values.name);
  for (const node of graph.node) {
    for (const output of node.output) name(output);
    operator(node);
    for (const inner of graphsOf(node.attribute)) visitInner(inner, name, operator);
  }
}

/** What a node's inner graphs take from around them, and what they hold. */
export interface Inner {
  /** Names of the graphs around that they use, in the order of first use. */
  readonly captures: readonly string[];
  readonly defines: ReadonlySet<string>;
  /** The operators of ONNX's own domain within. */
  readonly operators: ReadonlySet<string>;
}

/** What the inner graphs of a node take and hold; `undefined` where it has none. */
export function innerOf(node: FileNode): Inner | undefined {
  const attributes = [...node.attributes.values()].filter((bytes) =>
    fieldsOf(bytes).some(({ no }) => no === GRAPH || no === GRAPHS),
  );
  if (attributes.length === 0) return undefined;
  const captures = new Set<string>();
  const defines = new Set<string>();
  const operators = new Set<string>();
  for (const graph of graphsOf(
    attributes.map((bytes) => fromBinary(AttributeProtoSchema, bytes)),
  )) {
    visitInner(
      graph,
      (name) => defines.add(name),
      ({ domain, opType }) => {
        if (domain === "" || domain === "ai.onnx") operators.add(opType);
      },
    );
    visitFree(graph, undefined, (name) => {
      captures.add(name);
      return name;
    });
  }
  return { captures: [...captures], defines, operators };
}

/** A node whose inner graphs take other names from around them. */
export function renameCaptures(bytes: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  const node = fromBinary(NodeProtoSchema, bytes);
  for (const graph of graphsOf(node.attribute))
    visitFree(graph, undefined, (name) => names.get(name) ?? name);
  return toBinary(NodeProtoSchema, node);
}
