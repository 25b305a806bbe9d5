/**
 * Attributes: AttributeProto to and from the values of the plugin contracts.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import type { Attr, AttrType, NdArray } from "@rewright/plugin";
import { encode, numberOf } from "./element.ts";
import { ModelError } from "./error.ts";
import {
  AttributeProto_AttributeType as A,
  type AttributeProto,
  AttributeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "./generated/onnx_pb.ts";
import { FLOAT_ATTRIBUTES, FLOAT_UNLESS } from "./generated/operators.ts";

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
