/**
 * Types: ValueInfoProto and TypeProto to and from the types of the plugin contracts.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import type { Dim, DType, TensorType } from "@rewright/plugin";
import { dtypeOf, numberOf } from "./element.ts";
import {
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./generated/onnx_pb.ts";
import { textAt } from "./text.ts";
import { BYTES, contentOf, type Field, fieldsOf, varintOf } from "./wire.ts";

/** Nothing known. */
export const UNKNOWN: TensorType = { dtype: "unknown", shape: [] };

/** The fields of the messages that declare values, by number. */
const INFO = { name: 1, type: 2 } as const;
const TENSOR_TYPE = 1;
const TENSOR = { element: 1, shape: 2 } as const;
const DIMENSION = 1;
const SIZE = { value: 1, name: 2 } as const;

/** The name that a ValueInfoProto declares. */
export function declaredName(info: Uint8Array): string {
  const field = lastOf(info, INFO.name);
  return field ? textAt(info, field.start, field.end) : "";
}

function lastOf(message: Uint8Array, no: number): Field | undefined {
  return fieldsOf(message).findLast((field) => field.no === no);
}

/**
 * The type that a ValueInfoProto declares; `unknown` for what is no tensor, or a tensor whose rank or element type is not said.
 * A dimension without a size gets a name of its own, made of the value's name.
 */
export function declaredType(info: Uint8Array, name: string): TensorType {
  const type = lastOf(info, INFO.type);
  if (type === undefined) return UNKNOWN;
  const kinds = contentOf(info, type);
  const kind = fieldsOf(kinds).findLast(({ no, wire }) => no !== 6 && wire === BYTES);
  if (kind?.no !== TENSOR_TYPE) return UNKNOWN;
  const tensor = contentOf(kinds, kind);
  const element = lastOf(tensor, TENSOR.element);
  const shape = lastOf(tensor, TENSOR.shape);
  const dtype = element && dtypeOf(Number(varintOf(tensor, element)));
  if (dtype === undefined || shape === undefined) return UNKNOWN;
  const sizes = contentOf(tensor, shape);
  const dims = fieldsOf(sizes).filter(({ no }) => no === DIMENSION);
  return {
    dtype,
    shape: dims.map((field, axis) => dimension(contentOf(sizes, field)) ?? `?${name}.${axis}`),
  };
}

/** A dimension that is a size or has a name. Several exporters call every size that they do not know "?": those are not one size. */
function dimension(bytes: Uint8Array): Dim | undefined {
  const field = fieldsOf(bytes).findLast(({ no }) => no === SIZE.value || no === SIZE.name);
  if (field === undefined) return undefined;
  if (field.no === SIZE.value) {
    const size = varintOf(bytes, field);
    return size <= Number.MAX_SAFE_INTEGER ? Number(size) : undefined;
  }
  const name = textAt(bytes, field.start, field.end);
  return name === "" || name.startsWith("?") ? undefined : name;
}

/** The declaration of a value. What is not known of its type is left out; sizes in whose names there is a "?" stay nameless. */
export function valueInfo(
  name: string,
  dtype: DType | undefined,
  shape: readonly Dim[] | undefined,
): ValueInfoProto {
  const info = create(ValueInfoProtoSchema, { name });
  if (dtype === undefined || dtype === "unknown") return info;
  const tensor = create(TypeProto_TensorSchema, { elemType: numberOf(dtype) });
  if (shape !== undefined)
    tensor.shape = create(TensorShapeProtoSchema, {
      dim: shape.map((dim) => {
        const proto = create(TensorShapeProto_DimensionSchema);
        if (typeof dim === "number") proto.value = { case: "dimValue", value: BigInt(dim) };
        else if (!dim.includes("?")) proto.value = { case: "dimParam", value: dim };
        return proto;
      }),
    });
  info.type = create(TypeProtoSchema, { value: { case: "tensorType", value: tensor } });
  return info;
}
