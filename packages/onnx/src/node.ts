/**
 * NodeProto as it lies in the file: its parts as text where they are names, as bytes where they are content.
 *
 * @module
 */

import { Pieces } from "./pieces.ts";
import { latinAt, textAt } from "./text.ts";
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

/** What nodes of a file may have in common: all but their names and what only they take and yield. */
export interface Kind {
  readonly opType: string;
  /** "" for ONNX's own operators, however the file spells that. */
  readonly domain: string;
  readonly overload: string;
  /** AttributeProtos by name, in the file's order. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  /** Some attribute holds a graph, or several. */
  readonly holdsGraphs: boolean;
}

/** Kinds by the bytes that say them: nodes that say the same share one. */
export type Kinds = Map<string, Kind>;

/** A node of a file. Its name, and the ranges of its fields, are read when they are asked for. */
export class FileNode implements Kind {
  readonly bytes: Uint8Array;
  /** "" where an optional input is absent. */
  readonly inputs: readonly string[];
  /** "" where a result is not asked for. */
  readonly outputs: readonly string[];
  readonly kind: Kind;
  #fields: readonly Field[] | undefined;
  #name: string | undefined;

  constructor(
    bytes: Uint8Array,
    inputs: readonly string[],
    outputs: readonly string[],
    kind: Kind,
  ) {
    this.bytes = bytes;
    this.inputs = inputs;
    this.outputs = outputs;
    this.kind = kind;
  }

  get fields(): readonly Field[] {
    this.#fields ??= fieldsOf(this.bytes);
    return this.#fields;
  }
  get name(): string {
    this.#name ??= textOf(this.bytes, this.fields, NAME);
    return this.#name;
  }
  get opType(): string {
    return this.kind.opType;
  }
  get domain(): string {
    return this.kind.domain;
  }
  get overload(): string {
    return this.kind.overload;
  }
  get attributes(): ReadonlyMap<string, Uint8Array> {
    return this.kind.attributes;
  }
  get holdsGraphs(): boolean {
    return this.kind.holdsGraphs;
  }
}

/** One spelling for ONNX's own domain. */
export function plainDomain(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

/** The tags of a node's inputs, outputs and name, which files have before all else. */
const INPUT_TAG = (INPUT << 3) | BYTES;
const OUTPUT_TAG = (OUTPUT << 3) | BYTES;
const NAME_TAG = (NAME << 3) | BYTES;
/** What a node says is remembered up to this many bytes: more are the weights of a constant. */
const SHORT = 512;

/**
 * Reads a NodeProto that `checkWire` has passed.
 * @param kinds what other nodes of the file have said; what this one says is added
 */
export function readNode(bytes: Uint8Array, kinds?: Kinds): FileNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at];
    if (tag !== INPUT_TAG && tag !== OUTPUT_TAG && tag !== NAME_TAG) break;
    let length = 0;
    let scale = 1;
    let byte: number;
    do {
      byte = bytes[++at] as number;
      length += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80);
    const start = at + 1;
    at = start + length;
    if (tag === INPUT_TAG) inputs.push(textAt(bytes, start, at));
    else if (tag === OUTPUT_TAG) outputs.push(textAt(bytes, start, at));
  }
  const isShort = bytes.length - at <= SHORT;
  const key = kinds && isShort ? latinAt(bytes, at, bytes.length) : "";
  const known = kinds?.get(key);
  if (known) return new FileNode(bytes, inputs, outputs, known);
  const rest = bytes.subarray(at);
  const fields = fieldsOf(rest);
  for (const field of fields) {
    if (field.no === INPUT) inputs.push(textAt(rest, field.start, field.end));
    else if (field.no === OUTPUT) outputs.push(textAt(rest, field.start, field.end));
  }
  const kind = kindOf(rest, fields);
  if (kinds && isShort && fields.every(({ no }) => no > NAME)) kinds.set(key, kind);
  return new FileNode(bytes, inputs, outputs, kind);
}

function kindOf(bytes: Uint8Array, fields: readonly Field[]): Kind {
  const attributes = new Map<string, Uint8Array>();
  let holdsGraphs = false;
  for (const field of fields) {
    if (field.no !== ATTRIBUTE) continue;
    const content = contentOf(bytes, field);
    const parts = fieldsOf(content);
    holdsGraphs ||= parts.some((part) => GRAPHS.includes(part.no));
    attributes.set(textOf(content, parts, ATTRIBUTE_NAME), content);
  }
  return {
    ...{ attributes, holdsGraphs },
    opType: textOf(bytes, fields, OP_TYPE),
    domain: plainDomain(textOf(bytes, fields, DOMAIN)),
    overload: textOf(bytes, fields, OVERLOAD),
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
  newName?: string,
): Uint8Array {
  const isNamed = newName === undefined || newName === node.name;
  if (isNamed && sameList(inputs, node.inputs) && sameList(outputs, node.outputs))
    return node.bytes;
  const name = newName ?? node.name;
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
