/**
 * Names across graphs within graphs: an inner graph (a branch, a loop's body) sees the names of the graphs around it.
 *
 * @module
 */

import { type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  NodeProtoSchema,
} from "./generated/onnx_pb.ts";
import { type FileNode, readNode } from "./node.ts";
import { fieldsOf } from "./wire.ts";
import { eachMessage } from "./within.ts";

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

/** Calls `name` with every name that a graph, or one within it, defines, as often as it does. */
function visitDefined(graph: GraphProto, name: (name: string) => void): void {
  for (const input of graph.input) name(input.name);
  for (const tensor of graph.initializer) name(tensor.name);
  for (const { values } of graph.sparseInitializer) if (values) name(values.name);
  for (const node of graph.node) {
    for (const output of node.output) name(output);
    for (const inner of graphsOf(node.attribute)) visitDefined(inner, name);
  }
}

/** ONNX's own operators anywhere within a message. */
export function operatorsWithin(bytes: Uint8Array, desc: DescMessage): string[] {
  const operators: string[] = [];
  eachMessage(bytes, desc, NodeProtoSchema, (content) => {
    const { domain, opType } = readNode(content);
    if (domain === "") operators.push(opType);
  });
  return operators;
}

/** What a node's inner graphs take from around them, and what they hold. */
export interface Inner {
  /** Names of the graphs around that they use, in the order of first use. */
  readonly captures: readonly string[];
  readonly defines: ReadonlySet<string>;
  /** The operators of ONNX's own domain within. */
  readonly operators: ReadonlySet<string>;
}

/** The attributes of a node that hold graphs. */
function graphAttributes(node: FileNode): Uint8Array[] {
  if (!node.holdsGraphs) return [];
  return [...node.attributes.values()].filter((bytes) =>
    fieldsOf(bytes).some(({ no }) => no === GRAPH || no === GRAPHS),
  );
}

/** The names that a node's inner graphs define, as often as they do. */
export function definitionsWithin(node: FileNode): string[] {
  const names: string[] = [];
  const attributes = graphAttributes(node).map((bytes) => fromBinary(AttributeProtoSchema, bytes));
  for (const graph of graphsOf(attributes)) visitDefined(graph, (name) => names.push(name));
  return names;
}

/** What the inner graphs of a node take and hold; `undefined` where it has none. */
export function innerOf(node: FileNode): Inner | undefined {
  if (!node.holdsGraphs) return undefined;
  const attributes = graphAttributes(node);
  const captures = new Set<string>();
  const defines = new Set<string>();
  for (const graph of graphsOf(
    attributes.map((bytes) => fromBinary(AttributeProtoSchema, bytes)),
  )) {
    visitDefined(graph, (name) => defines.add(name));
    visitFree(graph, undefined, (name) => {
      captures.add(name);
      return name;
    });
  }
  const operators = attributes.flatMap((bytes) => operatorsWithin(bytes, AttributeProtoSchema));
  return { captures: [...captures], defines, operators: new Set(operators) };
}

/** A node whose inner graphs take other names from around them. */
export function renameCaptures(bytes: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  const node = fromBinary(NodeProtoSchema, bytes);
  for (const graph of graphsOf(node.attribute))
    visitFree(graph, undefined, (name) => names.get(name) ?? name);
  return toBinary(NodeProtoSchema, node);
}
