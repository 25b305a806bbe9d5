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

/** Nothing known. */
export const UNKNOWN: TensorType = { dtype: "unknown", shape: [] };

/**
 * The declared type of a value; `unknown` for what is no tensor, or a tensor whose rank or element type is not said.
 * A dimension without a size gets a name of its own, made of the value's name.
 */
export function typeOf(info: ValueInfoProto): TensorType {
  const kind = info.type?.value;
  if (kind?.case !== "tensorType") return UNKNOWN;
  const dtype = dtypeOf(kind.value.elemType);
  if (dtype === undefined || kind.value.shape === undefined) return UNKNOWN;
  const shape = kind.value.shape.dim.map(({ value }, axis): Dim => {
    if (value.case === "dimValue" && value.value >= 0n && value.value <= Number.MAX_SAFE_INTEGER)
      return Number(value.value);
    // Several exporters call every size that they do not know "?": those are not one size.
    if (value.case === "dimParam" && value.value !== "" && !value.value.startsWith("?"))
      return value.value;
    return `?${info.name}.${axis}`;
  });
  return { dtype, shape };
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
