/**
 * Attributes: AttributeProto to and from the values of the plugin contracts.
 *
 * @module
 */

import { create, fromBinary } from "@bufbuild/protobuf";
import type { Attr, AttrType, NdArray } from "@rewright/plugin";
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
import { contentOf, fieldsOf } from "./wire.ts";

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

/** Files from before attributes had types: the one content that is there says it. */
function kindOf(attribute: AttributeProto): number {
  if (attribute.type !== A.UNDEFINED) return attribute.type;
  if (Object.hasOwn(attribute, "f")) return A.FLOAT;
  if (Object.hasOwn(attribute, "i")) return A.INT;
  if (Object.hasOwn(attribute, "s")) return A.STRING;
  if (attribute.floats.length > 0) return A.FLOATS;
  if (attribute.ints.length > 0) return A.INTS;
  return attribute.strings.length > 0 ? A.STRINGS : A.UNDEFINED;
}

/**
 * The value of an attribute; `undefined` where it cannot be given as one: graphs, types, sparse tensors, bytes that are
 * not text, references to a function's attributes.
 * @throws {ModelError} when it is a tensor that contradicts itself
 */
export function readAttribute(bytes: Uint8Array, directory: string | undefined): Attr | undefined {
  const tensor = attributeTensor(bytes);
  if (tensor !== undefined)
    return readTensor(tensor, directory, "the tensor of an attribute").constant?.load();
  const attribute = fromBinary(AttributeProtoSchema, bytes);
  if (attribute.refAttrName !== "") return undefined;
  try {
    switch (kindOf(attribute)) {
      case A.FLOAT:
        return shortestFloat(attribute.f);
      case A.INT:
        return integer(attribute.i);
      case A.STRING:
        return strictUtf8.decode(attribute.s);
      case A.FLOATS:
        return attribute.floats.map(shortestFloat);
      case A.INTS:
        return attribute.ints.map(integer);
      case A.STRINGS:
        return attribute.strings.map((text) => strictUtf8.decode(text));
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The value of a declared type that a value read from a file stands for; `undefined` when it is of another type. */
export function conform(value: Attr, type: AttrType): Attr | undefined {
  const isInteger = (x: Attr): boolean => typeof x === "bigint" || Number.isSafeInteger(x);
  const list = (check: (x: Attr) => boolean): Attr | undefined =>
    isArray(value) && value.every(check) ? value : undefined;
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
      return list(isInteger);
    case "floats":
      return list((x) => typeof x === "number");
    case "strings":
      return list((x) => typeof x === "string");
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
