/**
 * NodeProto as it lies in the file: its parts as text where they are names, as bytes where they are content.
 *
 * @module
 */

import { Pieces } from "./pieces.ts";
import { textAt } from "./text.ts";
import { BYTES, contentOf, type Field, fieldsOf, wholeOf } from "./wire.ts";

/** The fields of NodeProto, by number. */
const INPUT = 1;
const OUTPUT = 2;
const NAME = 3;
const OP_TYPE = 4;
const ATTRIBUTE = 5;
const DOC_STRING = 6;
const DOMAIN = 7;
const OVERLOAD = 8;
const METADATA = 9;
/** The field of AttributeProto that names it. */
const ATTRIBUTE_NAME = 1;
/** The fields of AttributeProto that hold graphs. */
const GRAPHS: readonly number[] = [6, 11];

/** The text of the last field with this number, "" where there is none. */
export function textOf(bytes: Uint8Array, fields: readonly Field[], no: number): string {
  const field = fields.findLast((candidate) => candidate.no === no);
  return field ? textAt(bytes, field.start, field.end) : "";
}

/** A node of a file. */
export interface FileNode {
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  readonly name: string;
  readonly opType: string;
  /** "" for ONNX's own operators, however the file spells that. */
  readonly domain: string;
  readonly overload: string;
  /** "" where an optional input is absent. */
  readonly inputs: readonly string[];
  /** "" where a result is not asked for. */
  readonly outputs: readonly string[];
  /** AttributeProtos by name, in the file's order. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  /** Some attribute holds a graph, or several. */
  readonly holdsGraphs: boolean;
}

/** One spelling for ONNX's own domain. */
export function plainDomain(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

/** Reads a NodeProto that `checkWire` has passed. */
export function readNode(bytes: Uint8Array): FileNode {
  const fields = fieldsOf(bytes);
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Uint8Array>();
  const texts = new Map<number, string>();
  let holdsGraphs = false;
  for (const field of fields) {
    const { no, start, end } = field;
    if (no === INPUT) inputs.push(textAt(bytes, start, end));
    else if (no === OUTPUT) outputs.push(textAt(bytes, start, end));
    else if (no === ATTRIBUTE) {
      const content = contentOf(bytes, field);
      const parts = fieldsOf(content);
      holdsGraphs ||= parts.some((part) => GRAPHS.includes(part.no));
      attributes.set(textOf(content, parts, ATTRIBUTE_NAME), content);
    } else if (no !== DOC_STRING && field.wire === BYTES) texts.set(no, textAt(bytes, start, end));
  }
  return {
    ...{ bytes, fields, inputs, outputs, attributes, holdsGraphs },
    name: texts.get(NAME) ?? "",
    opType: texts.get(OP_TYPE) ?? "",
    domain: plainDomain(texts.get(DOMAIN) ?? ""),
    overload: texts.get(OVERLOAD) ?? "",
  };
}

/** What to call a node in a message. */
export function nodeLabel(node: FileNode, index: number): string {
  return node.name === ""
    ? `node ${index} (${node.opType})`
    : `node "${node.name}" (${node.opType})`;
}

/** ONNX's own operators that draw random numbers; `Dropout` does in training. */
const RANDOM: ReadonlySet<string> = new Set(
  "Bernoulli Dropout Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike".split(
    " ",
  ),
);
/** Whether two nodes of this kind may yield different results on the same inputs, for all that is known. */
function mayBeRandom({ domain, opType, holdsGraphs }: FileNode): boolean {
  return domain !== "" || RANDOM.has(opType) || holdsGraphs;
}

/**
 * The parts of a node that make it what it is: all but its names, its inputs and outputs, and what only people read. The outputs' names,
 * which are its own, are among them where the node may draw random numbers: then no two are the same.
 */
export function essence(node: FileNode): Uint8Array {
  const incidental = [INPUT, NAME, DOC_STRING, METADATA];
  if (!mayBeRandom(node)) incidental.push(OUTPUT);
  const pieces = new Pieces();
  for (const field of node.fields)
    if (!incidental.includes(field.no)) pieces.raw(wholeOf(node.bytes, field));
  return pieces.finish();
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i]);

/** A node with other inputs and outputs, and another name where one is given; the very same bytes where nothing differs. */
export function withNames(
  node: FileNode,
  inputs: readonly string[],
  outputs: readonly string[],
  name: string = node.name,
): Uint8Array {
  if (sameList(inputs, node.inputs) && sameList(outputs, node.outputs) && name === node.name)
    return node.bytes;
  const pieces = new Pieces();
  for (const input of inputs) pieces.field(INPUT, input);
  for (const output of outputs) pieces.field(OUTPUT, output);
  if (name !== "") pieces.field(NAME, name);
  for (const field of node.fields) if (field.no > NAME) pieces.raw(wholeOf(node.bytes, field));
  return pieces.finish();
}

/** The fields of a node that only people read, to go with what is written in its place. */
export function annotations(node: FileNode): Uint8Array {
  const pieces = new Pieces();
  for (const field of node.fields)
    if (field.no === DOC_STRING || field.no > OVERLOAD) pieces.raw(wholeOf(node.bytes, field));
  return pieces.finish();
}
