/**
 * Attributes: AttributeProto to and from the values of the plugin contracts.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import type { Attr, AttrType, NdArray } from "@rewright/plugin";
import type { DataFiles } from "./data-files.ts";
import { dtypeOf, encode, numberOf } from "./element.ts";
import { ModelError } from "./error.ts";
import {
  AttributeProto_AttributeType as A,
  type AttributeProto,
  AttributeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "./generated/onnx_pb.ts";
import { FLOAT_ATTRIBUTES, FLOAT_UNLESS } from "./generated/operators.ts";
import { readTensor } from "./tensor.ts";
import { contentOf, type Field, fieldsOf, varintOf, varints } from "./wire.ts";

/** A TensorProto that holds these elements. @throws {ModelError} when they are not as many as the shape says. */
export function tensorProto(array: NdArray, name?: string): TensorProto {
  const size = array.shape.reduce((product, dim) => product * dim, 1);
  const count = array.data.length / (array.dtype === "c64" || array.dtype === "c128" ? 2 : 1);
  const what = `tensor${name === undefined ? "" : ` "${name}"`} ${array.dtype}[${array.shape.join(", ")}]`;
  if (count !== size) throw new ModelError(`${what} holds ${count} elements instead of ${size}`);
  if (numberOf(array.dtype) === 0) throw new ModelError(`${what} has no element type`);
  const tensor = create(TensorProtoSchema, {
    dims: array.shape.map(BigInt),
    dataType: numberOf(array.dtype) as TensorProto["dataType"],
  });
  if (name !== undefined) tensor.name = name;
  if (array.dtype === "string")
    tensor.stringData = (array.data as readonly string[]).map((text) => utf8.encode(text));
  else tensor.rawData = encode(array) as Uint8Array<ArrayBuffer>;
  return tensor;
}
const utf8 = new TextEncoder();

// ── Reading ──────────────────────────────────────────────────────────────────

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** The field of AttributeProto that holds one tensor. */
const TENSOR = 5;

/**
 * The shortest decimal number that is this float32: a file's 0.01 is then the 0.01 that a rule means, and writing it
 * gives the same bits.
 */
function shortestFloat(x: number): number {
  // Text would lose the sign of zero.
  if (x === 0 || !Number.isFinite(x)) return x;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return short;
  }
  return x;
}

function integer(x: bigint): number | bigint {
  const number = Number(x);
  return Number.isSafeInteger(number) ? number : x;
}

/** The bytes of an attribute's tensor within the bytes of the attribute. */
export function attributeTensor(bytes: Uint8Array): Uint8Array | undefined {
  const field = fieldsOf(bytes).findLast(({ no }) => no === TENSOR);
  return field && contentOf(bytes, field);
}

/** The kinds of plain attributes by the field of AttributeProto that holds them. */
const KINDS: ReadonlyMap<number, number> = new Map([
  [2, A.FLOAT],
  [3, A.INT],
  [4, A.STRING],
  [7, A.FLOATS],
  [8, A.INTS],
  [9, A.STRINGS],
]);
const TYPE = 20;
const REFERENCE = 21;

/** The numbers of a repeated field of floats, packed or not. */
function floatsOf(bytes: Uint8Array, fields: readonly Field[]): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: number[] = [];
  for (const { start, end } of fields)
    for (let at = start; at < end; at += 4) found.push(shortestFloat(view.getFloat32(at, true)));
  return found;
}

function intsOf(bytes: Uint8Array, fields: readonly Field[]): (number | bigint)[] {
  return Array.from(varints(bytes, fields), (x) => integer(BigInt.asIntN(64, x)));
}

/**
 * The value of an attribute; `undefined` where it cannot be given as one: graphs, types, sparse tensors, bytes that are
 * not text, references to a function's attributes.
 * @throws {ModelError} when it is a tensor that contradicts itself
 */
export function readAttribute(bytes: Uint8Array, files: DataFiles): Attr | undefined {
  const tensor = attributeTensor(bytes);
  if (tensor !== undefined)
    return readTensor(tensor, files, "the tensor of an attribute").constant?.load();
  const fields = fieldsOf(bytes);
  const reference = fields.findLast(({ no }) => no === REFERENCE);
  if (reference !== undefined && reference.end > reference.start) return undefined;
  const type = fields.findLast(({ no }) => no === TYPE);
  const said = type ? Number(varintOf(bytes, type)) : A.UNDEFINED;
  // Files from before attributes had types: the one content that is there says it.
  const kind =
    said === A.UNDEFINED
      ? [...KINDS].find(([no]) => fields.some((field) => field.no === no))?.[1]
      : said;
  const holds = fields.filter(({ no }) => KINDS.get(no) === kind);
  const single = holds.slice(-1);
  const texts = (of: readonly Field[]): string[] =>
    of.map((field) => strictUtf8.decode(contentOf(bytes, field)));
  try {
    switch (kind) {
      case A.FLOAT:
        return floatsOf(bytes, single)[0] ?? 0;
      case A.INT:
        return intsOf(bytes, single)[0] ?? 0;
      case A.STRING:
        return texts(single)[0] ?? "";
      case A.FLOATS:
        return floatsOf(bytes, holds);
      case A.INTS:
        return intsOf(bytes, holds);
      case A.STRINGS:
        return texts(holds);
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function isInteger(x: Attr): boolean {
  return typeof x === "bigint" || Number.isSafeInteger(x);
}

function listOf(value: Attr, holds: (x: Attr) => boolean): Attr | undefined {
  return isArray(value) && value.every(holds) ? value : undefined;
}

/** The value of a declared type that a value read from a file stands for; `undefined` when it is of another type. */
export function conform(value: Attr, type: AttrType): Attr | undefined {
  switch (type) {
    case "int":
    case "axis":
      return isInteger(value) ? value : undefined;
    case "float":
      return typeof value === "number" ? value : undefined;
    case "string":
      return typeof value === "string" ? value : undefined;
    case "dtype":
      return typeof value === "number" ? dtypeOf(value) : undefined;
    case "ints":
    case "axes":
      return listOf(value, isInteger);
    case "floats":
      return listOf(value, (x) => typeof x === "number");
    case "strings":
      return listOf(value, (x) => typeof x === "string");
    case "tensor":
      return typeof value === "object" && "dtype" in value ? value : undefined;
    default:
      return typeof value === "string" && type.includes(value) ? value : undefined;
  }
}

// ── Writing ──────────────────────────────────────────────────────────────────

/** The kinds of attribute that `attributeProto` writes. */
type Kind = "FLOAT" | "INT" | "STRING" | "TENSOR" | "FLOATS" | "INTS" | "STRINGS" | "TENSORS";

function declaredKind(type: AttrType): Kind {
  switch (type) {
    case "int":
    case "axis":
    case "dtype":
      return "INT";
    case "ints":
    case "axes":
      return "INTS";
    case "float":
      return "FLOAT";
    case "floats":
      return "FLOATS";
    case "strings":
      return "STRINGS";
    case "tensor":
      return "TENSOR";
    default:
      return "STRING";
  }
}

const isArray = (value: Attr): value is readonly Attr[] => Array.isArray(value);
const isFraction = (value: Attr): boolean => typeof value === "number" && !Number.isInteger(value);
const isTensor = (value: Attr): value is NdArray => typeof value === "object" && "dtype" in value;
/** Attributes that name an element type by its number. */
const DTYPE_ATTRIBUTES: ReadonlySet<string> = new Set(["to", "dtype", "output_dtype"]);

/** What an attribute is where no declaration says it: its name decides whether whole numbers are floating-point. */
function guessedKind(op: string, name: string, value: Attr): Kind {
  const first = isArray(value) ? value[0] : value;
  const plural = isArray(value);
  if (first === undefined) return FLOAT_ATTRIBUTES.has(name) ? "FLOATS" : "INTS";
  if (typeof first === "string")
    return !plural && DTYPE_ATTRIBUTES.has(name) ? "INT" : plural ? "STRINGS" : "STRING";
  if (!isArray(first) && isTensor(first)) return plural ? "TENSORS" : "TENSOR";
  const unless = FLOAT_UNLESS.get(name);
  const float =
    FLOAT_ATTRIBUTES.has(name) ||
    (unless !== undefined && !unless.includes(op.slice(op.lastIndexOf(".") + 1))) ||
    (isArray(value) ? value.some(isFraction) : isFraction(first));
  return float ? (plural ? "FLOATS" : "FLOAT") : plural ? "INTS" : "INT";
}

/**
 * The AttributeProto of an attribute. `type` is its declared type; without one its kind follows from the value, and from
 * its name where a whole number may be either kind.
 * @throws {ModelError} when the value is not of that type.
 */
export function attributeProto(
  op: string,
  name: string,
  value: Attr,
  type?: AttrType,
): AttributeProto {
  const kind = type === undefined ? guessedKind(op, name, value) : declaredKind(type);
  const wrong = (): never => {
    throw new ModelError(
      `${op}: attribute "${name}" cannot be written as ${kind}: ${String(value)}`,
    );
  };
  const int = (x: Attr): bigint => {
    if (typeof x === "bigint") return x;
    if (typeof x === "boolean") return x ? 1n : 0n;
    if (typeof x === "string" && numberOf(x) > 0) return BigInt(numberOf(x));
    return typeof x === "number" && Number.isSafeInteger(x) ? BigInt(x) : wrong();
  };
  const float = (x: Attr): number => {
    if (typeof x !== "number" && typeof x !== "bigint") return wrong();
    return Math.fround(Number(x));
  };
  const text = (x: Attr): Uint8Array<ArrayBuffer> =>
    typeof x === "string" ? utf8.encode(x) : wrong();
  const tensor = (x: Attr): TensorProto =>
    typeof x === "object" && "dtype" in x ? tensorProto(x) : wrong();
  const all = <T>(one: (x: Attr) => T): T[] => (isArray(value) ? value.map(one) : wrong());
  const attribute = create(AttributeProtoSchema, { name, type: A[kind] });
  switch (kind) {
    case "INT":
      attribute.i = int(value);
      break;
    case "FLOAT":
      attribute.f = float(value);
      break;
    case "STRING":
      attribute.s = text(value);
      break;
    case "TENSOR":
      attribute.t = tensor(value);
      break;
    case "INTS":
      attribute.ints = all(int);
      break;
    case "FLOATS":
      attribute.floats = all(float);
      break;
    case "STRINGS":
      attribute.strings = all(text);
      break;
    case "TENSORS":
      attribute.tensors = all(tensor);
      break;
  }
  return attribute;
}
