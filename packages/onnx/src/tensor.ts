/**
 * TensorProto: a tensor's elements within the bytes of a file, decoded only when asked for.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Constant, Dim, DType, NdArray, TensorType } from "@rewright/plugin";
import { type Content, inMemory } from "./content.ts";
import type { DataFiles } from "./data-files.ts";
import { bitsOf, bytesOf, decode, dtypeOf, encode } from "./element.ts";
import { ModelError, quote } from "./error.ts";
import { locate, rangeContent } from "./external.ts";
import { Pieces } from "./pieces.ts";
import type { HeldFile } from "./skeleton.ts";
import { textAt } from "./text.ts";
import {
  BYTES,
  contentOf,
  FIXED64,
  type Field,
  fieldsOf,
  varintOf,
  varints,
  wholeOf,
} from "./wire.ts";

/** The fields of TensorProto, by number. */
const DIMS = 1;
const DATA_TYPE = 2;
const SEGMENT = 3;
const FLOAT_DATA = 4;
const INT32_DATA = 5;
const STRING_DATA = 6;
const INT64_DATA = 7;
const NAME = 8;
const RAW_DATA = 9;
const DOUBLE_DATA = 10;
const UINT64_DATA = 11;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

/** The fields that hold elements as numbers or texts. */
const TYPED: ReadonlySet<number> = new Set([
  ...[FLOAT_DATA, INT32_DATA, STRING_DATA, INT64_DATA, DOUBLE_DATA, UINT64_DATA],
]);

/** Constants of at most this many elements are identified by their contents, others by a hash of them. */
const SMALL = 4096;
/** Types say what is known of the elements of tensors with at most this many. */
const TELLING = 64;

/** A tensor of a file. */
export interface FileTensor {
  readonly name: string;
  /** `undefined` for an element type that this version does not know. */
  readonly constant: Constant | undefined;
  /** How many bytes lie outside the file, and in which file. */
  readonly external: number;
  readonly path?: string;
  /** The elements as `raw_data` holds them, where they are external data or left in the model's file. */
  readonly outside?: Content;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Which field holds a type's elements when they are not raw. */
function typedField(dtype: DType): number {
  switch (dtype) {
    case "f32":
    case "c64":
      return FLOAT_DATA;
    case "f64":
    case "c128":
      return DOUBLE_DATA;
    case "i64":
      return INT64_DATA;
    case "u32":
    case "u64":
      return UINT64_DATA;
    case "string":
      return STRING_DATA;
    default:
      return INT32_DATA;
  }
}

/** How many numbers a repeated numeric field holds. */
function countNumbers(bytes: Uint8Array, fields: readonly Field[], size: number): number {
  let count = 0;
  for (const field of fields) {
    if (field.wire !== BYTES) count++;
    else if (size > 0) count += (field.end - field.start) / size;
    else for (let at = field.start; at < field.end; at++) if ((bytes[at] as number) < 0x80) count++;
  }
  return count;
}

/** The elements of a typed field in the form of `raw_data`. */
function rawOf(
  bytes: Uint8Array,
  fields: readonly Field[],
  dtype: DType,
  count: number,
): Uint8Array {
  const number = typedField(dtype);
  if (number === FLOAT_DATA || number === DOUBLE_DATA) {
    const [only] = fields;
    if (fields.length === 1 && only?.wire === BYTES) return contentOf(bytes, only);
    const parts = fields.map((field) => contentOf(bytes, field));
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
  // Packed types give a byte of several elements for each number, all others an element.
  const bits = Math.max(8, bitsOf(dtype) as number);
  const view = new DataView(new ArrayBuffer(bytesOf(dtype, count)));
  let at = 0;
  for (const value of varints(bytes, fields)) {
    if (bits === 64) view.setBigUint64(at, value, true);
    else if (bits === 32) view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
    else if (bits === 16) view.setUint16(at, Number(BigInt.asUintN(16, value)), true);
    else view.setUint8(at, Number(BigInt.asUintN(8, value)));
    at += bits / 8;
  }
  return new Uint8Array(view.buffer);
}

/** Hexadecimal digits of bytes. */
function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** A digest of text and bytes. */
export function digest(text: string, parts: Iterable<string | Uint8Array>): string {
  const hash = createHash("sha256").update(text);
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest("hex")}`;
}

/** The key of contents: spelt out for at most 4,096 elements, a hash for more. */
function keyOf(
  dtype: DType,
  shape: readonly number[],
  count: number,
  content: () => Iterable<string | Uint8Array>,
): string {
  const prefix = `${dtype}[${shape.join(",")}]:`;
  if (count > SMALL) return digest(prefix, content());
  return Array.from(content(), (part) => (typeof part === "string" ? part : hex(part))).reduce(
    (text, part) => text + part,
    prefix,
  );
}

/** The elements of a small list of integers, as its type tells them. */
function tellingValue(
  { dtype, shape }: TensorType,
  count: number,
  load: () => NdArray,
): readonly Dim[] | undefined {
  if (shape.length > 1 || count > TELLING || !/^[iu]\d|^bool/.test(dtype)) return undefined;
  // A bound of a slice may be 2⁶³ - 1. Whoever computes with such a number sees that it is beyond the safe ones.
  return Array.from(load().data as ArrayLike<number | bigint>, Number);
}

/** The elements of a constant that has at most 4,096 of them: more say nothing that a form of an operator could depend on. */
export function smallContents(constant: Constant | undefined): NdArray | undefined {
  const size = constant?.type.shape.reduce<number>((product, dim) => product * Number(dim), 1);
  return size !== undefined && size <= SMALL ? constant?.load() : undefined;
}

/** A constant of these elements, rounded to its element type. */
export function constantOf(given: NdArray): Constant {
  const { dtype, shape } = given;
  const count = shape.reduce((product, dim) => product * dim, 1);
  const array: NdArray =
    dtype === "string" ? given : { dtype, shape, data: decode(dtype, encode(given), count) };
  const value = tellingValue(array, count, () => array);
  const content = (): (string | Uint8Array)[] => [
    dtype === "string" ? JSON.stringify(array.data) : encode(array),
  ];
  let key: string | undefined;
  return {
    type: { dtype, shape, ...(value && { value }) },
    get key() {
      key ??= keyOf(dtype, shape, count, content);
      return key;
    },
    load: () => array,
  };
}

/** The dimensions of a tensor and how many elements they make. @throws {ModelError} when they are negative or too many. */
function shapeOf(dims: Iterable<bigint>, label: () => string): { shape: number[]; count: number } {
  const shape: number[] = [];
  let count = 1;
  for (const dim of dims) {
    const size = BigInt.asIntN(64, dim);
    if (size < 0n)
      throw new ModelError(
        `${label()} has the negative dimension ${size}. Give it the size of its data.`,
      );
    shape.push(Number(size));
    if (shape.length > 1024) throw new ModelError(`${label()} has more than 1024 dimensions`);
  }
  if (!shape.includes(0))
    for (const size of shape) {
      count *= size;
      if (count > Number.MAX_SAFE_INTEGER / 16)
        throw new ModelError(
          `${label()} has dimensions [${shape.join(", ")}], more elements than can be. The file is damaged.`,
        );
    }
  else count = 0;
  return { shape, count };
}

/** Dimensions are not packed, as a rule. */
function dimensions(bytes: Uint8Array, fields: readonly Field[]): Iterable<bigint> {
  return fields.every(({ wire }) => wire !== BYTES)
    ? fields.map((field) => varintOf(bytes, field))
    : varints(bytes, fields);
}

/**
 * Reads the head of a TensorProto, and checks that its data are as many as it says; no element is decoded.
 *
 * @param bytes the message, which `checkWire` has passed
 * @param files where data may lie outside the message
 * @param fallback what to call it in messages when it has no name
 * @throws {ModelError} naming the tensor, when its dimensions and its data disagree or it is stored in a way nothing uses
 */
export function readTensor(bytes: Uint8Array, files: DataFiles, fallback: string): FileTensor {
  const fields = fieldsOf(bytes);
  const all = (no: number): readonly Field[] => fields.filter((field) => field.no === no);
  const lasts: (Field | undefined)[] = [];
  const dims: Field[] = [];
  const stored: Field[] = [];
  for (const field of fields) {
    const { no, start, end, wire } = field;
    if (no === DIMS) dims.push(field);
    else if (no <= DATA_LOCATION) lasts[no] = field;
    if (TYPED.has(no) && (end > start || wire !== BYTES || no === STRING_DATA)) stored.push(field);
  }
  const last = (no: number): Field | undefined => lasts[no];
  const nameField = last(NAME);
  const name = nameField ? textAt(bytes, nameField.start, nameField.end) : "";
  const label = (): string => (name === "" ? fallback : `tensor ${quote(name)}`);
  if (last(SEGMENT))
    throw new ModelError(`${label()} is stored in segments, which nothing reads. Save it whole.`);
  const { shape, count } = shapeOf(dimensions(bytes, dims), label);
  const typeField = last(DATA_TYPE);
  const number = typeField ? Number(varintOf(bytes, typeField)) : 0;
  if (number === 0) throw new ModelError(`${label()} has no element type. Save the model again.`);
  const dtype = dtypeOf(number);
  const locationField = last(DATA_LOCATION);
  const external = locationField !== undefined && varintOf(bytes, locationField) === 1n;

  const whole = bytesOf(dtype ?? "u8", count);
  if (external) {
    if (dtype === undefined || dtype === "string")
      throw new ModelError(
        `${label()} of ${dtype ?? `element type ${number}`} lies outside the file, which cannot be read for that type`,
      );
    const entries = externalEntries(bytes, all(EXTERNAL_DATA), label());
    const range = locate(entries, files.directory, whole, label());
    const outside = rangeContent(range, label);
    const { path } = range;
    return {
      ...{ name, constant: fileConstant(dtype, shape, count, outside) },
      ...{ external: whole, path, outside },
    };
  }
  if (dtype === undefined) return { name, constant: undefined, external: 0 };

  const expect = (got: number, wanted: number, what: string): void => {
    if (got !== wanted)
      throw new ModelError(
        `${label()} of type ${dtype}[${shape.join(", ")}] holds ${got} ${what} instead of ${wanted}. ` +
          "Its dimensions or its data are wrong: export the model again.",
      );
  };
  const left = files.held && fields.filter((field) => files.held?.follow(bytes, field));
  if (files.held && left && left.length > 0) {
    const [only] = left;
    const found = only && files.held.follow(bytes, only);
    const others = fields.some(({ no }) => no === RAW_DATA || TYPED.has(no));
    if (left.length > 1 || others || found === undefined)
      return readTensor(inPlace(bytes, files.held), {}, fallback);
    const { no, content } = found;
    if (no !== RAW_DATA && no !== typedField(dtype))
      return readTensor(inPlace(bytes, files.held), {}, fallback);
    expect(content.length, whole, "bytes");
    return {
      name,
      constant: fileConstant(dtype, shape, count, content),
      external: 0,
      outside: content,
    };
  }
  const rawField = last(RAW_DATA);
  const typed = typedField(dtype);
  const isRaw = rawField !== undefined && rawField.end > rawField.start;
  if (stored.some(({ no }) => no !== typed || isRaw))
    throw new ModelError(
      `${label()} of type ${dtype} has its data in two fields, or in one of another type. Export the model again.`,
    );
  if (dtype === "string") {
    expect(all(STRING_DATA).length, count, "strings");
    return stringTensor(bytes, all(STRING_DATA), name, shape);
  }
  if (rawField !== undefined && stored.length === 0) {
    expect(rawField.end - rawField.start, whole, "bytes");
    const raw = inMemory(contentOf(bytes, rawField));
    return { name, constant: fileConstant(dtype, shape, count, raw), external: 0 };
  }
  const held = all(typed);
  const size =
    held.some(({ wire }) => wire === FIXED64) || typed === DOUBLE_DATA
      ? 8
      : typed === FLOAT_DATA
        ? 4
        : 0;
  const numbers =
    dtype === "c64" || dtype === "c128" ? 2 * count : (bitsOf(dtype) as number) < 8 ? whole : count;
  expect(countNumbers(bytes, held, size), numbers, "numbers");
  const read = (): Uint8Array => rawOf(bytes, held, dtype, count);
  const decoded: Content = { length: whole, read, chunks: () => [read()] };
  return { name, constant: fileConstant(dtype, shape, count, decoded), external: 0 };
}

/** A tensor with the elements that were left in the model's file. */
function inPlace(bytes: Uint8Array, held: HeldFile): Uint8Array {
  return withElements(bytes, held)?.finish() ?? bytes;
}

/** The same, elements not read yet; `undefined` where none were left there. */
export function withElements(bytes: Uint8Array, held: HeldFile): Pieces | undefined {
  const fields = fieldsOf(bytes);
  if (!fields.some((field) => held.follow(bytes, field))) return undefined;
  const pieces = new Pieces();
  for (const field of fields) {
    const found = held.follow(bytes, field);
    if (found) pieces.field(found.no, found.content);
    else pieces.raw(wholeOf(bytes, field));
  }
  return pieces;
}

/** The entries of `external_data`. @throws {ModelError} when one is given twice. */
function externalEntries(
  bytes: Uint8Array,
  fields: readonly Field[],
  label: string,
): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const field of fields) {
    const entry = contentOf(bytes, field);
    const parts = ["", ""];
    for (const part of fieldsOf(entry))
      if (part.no === 1 || part.no === 2) parts[part.no - 1] = textAt(entry, part.start, part.end);
    const [key = "", value = ""] = parts;
    if (entries.has(key)) throw new ModelError(`${label}: its external data gives "${key}" twice`);
    entries.set(key, value);
  }
  return entries;
}

/** Strings that are not text (no valid UTF-8) cannot be given as such: the tensor is then left alone. */
function stringTensor(
  bytes: Uint8Array,
  fields: readonly Field[],
  name: string,
  shape: readonly number[],
): FileTensor {
  let data: readonly string[] | undefined;
  try {
    data = fields.map((field) => strictUtf8.decode(contentOf(bytes, field)));
  } catch {
    data = undefined;
  }
  return { name, constant: data && constantOf({ dtype: "string", shape, data }), external: 0 };
}

function fileConstant(
  dtype: DType,
  shape: readonly number[],
  count: number,
  content: Content,
): Constant {
  const load = (): NdArray => ({ dtype, shape, data: decode(dtype, content.read(), count) });
  const value = tellingValue({ dtype, shape }, count, load);
  const type: TensorType = { dtype, shape, ...(value && { value }) };
  let key: string | undefined;
  return {
    type,
    get key() {
      key ??= keyOf(dtype, shape, count, () => content.chunks());
      return key;
    },
    load,
  };
}
