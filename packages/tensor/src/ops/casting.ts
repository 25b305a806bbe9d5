/**
 * Conversion of element types.
 *
 * @module
 */

import type { Attrs, Dim, DType, NdArray, TensorType } from "@rewright/plugin";
import { allocate, isBig, roundTo } from "../array.ts";
import { intAttr, isInteger, operandAt, ShapeError } from "../typing.ts";
import { typeWith } from "../value.ts";
import { checked, type Ops } from "./operator.ts";

/** The greatest finite numbers of the 8-bit and narrower floats, to which a conversion saturates. */
const GREATEST: Partial<Record<DType, number>> = {
  f8e4m3fn: 448,
  f8e4m3fnuz: 240,
  f8e5m2: 57344,
  f8e5m2fnuz: 57344,
  f4e2m1: 6,
};

function targetOf(attrs: Attrs): DType {
  const to = attrs["to"];
  if (typeof to !== "string") throw new ShapeError("attribute 'to' must be an element type");
  return to as DType;
}

function requireConvertible(from: DType, to: DType): void {
  for (const dtype of [from, to])
    if (dtype === "unknown" || dtype === "c64" || dtype === "c128")
      throw new ShapeError(`elements of ${dtype} cannot be cast`);
}

/** What is known of the elements after a cast from one integer type to another. */
function convertedValue(type: TensorType, to: DType): readonly Dim[] | undefined {
  // A size fits 32 bits; a narrower type may wrap it.
  const wide = to === "i64" || to === "i32";
  const kept = type.value?.map((dim) => {
    if (typeof dim === "string") return wide ? dim : undefined;
    if (!Number.isSafeInteger(dim)) return to === type.dtype ? dim : undefined;
    return isBig(to) ? (to === "u64" && dim < 0 ? undefined : dim) : roundTo(to, dim);
  });
  return kept?.every((dim) => dim !== undefined) ? kept : undefined;
}

/** ONNX spells numbers as C does, but infinities and NaN its own way. */
function spelled(x: number | bigint, dtype: DType): string {
  if (dtype === "bool") return x === 0 ? "False" : "True";
  if (typeof x === "bigint" || Number.isFinite(x)) return `${x}`;
  return Number.isNaN(x) ? "NaN" : x > 0 ? "INF" : "-INF";
}

function parsed(text: string): number {
  const special = /^([+-]?)inf(inity)?$/i.exec(text.trim());
  if (special) return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

/** One element as a number or bigint of the other type, as `Cast` makes it. */
export function convert(x: number | bigint, to: DType, saturate: boolean): number | bigint {
  if (isBig(to)) {
    if (typeof x === "bigint") return x;
    return Number.isFinite(x) ? BigInt(Math.trunc(x)) : 0n;
  }
  if (typeof x === "bigint" && isInteger(to)) return roundTo(to, Number(BigInt.asIntN(32, x)));
  const number = Number(x);
  const greatest = GREATEST[to];
  if (greatest !== undefined && Math.abs(number) > greatest) {
    if (!saturate && to !== "f4e2m1")
      return to === "f8e5m2" ? Math.sign(number) * Number.POSITIVE_INFINITY : Number.NaN;
    return Math.sign(number) * greatest;
  }
  return roundTo(to, number);
}

/** The same tensor in another element type. */
function cast(array: NdArray, to: DType, saturate = true): NdArray {
  if (array.dtype === to) return array;
  const { length } = array.data;
  const data = allocate(to, length) as (number | bigint | string)[];
  for (let i = 0; i < length; i++) {
    const given = array.data[i] as number | bigint | string;
    const x = typeof given === "string" ? parsed(given) : given;
    data[i] = to === "string" ? spelled(x, array.dtype) : convert(x, to, saturate);
  }
  return { dtype: to, shape: array.shape, data: data as NdArray["data"] };
}

function castType(type: TensorType, to: DType): TensorType {
  requireConvertible(type.dtype, to);
  return typeWith(to, type.shape, convertedValue(type, to));
}

/** Of another number than 0 and 1 the standard says nothing, and runtimes leave the result as they found it. */
function saturates(attrs: Attrs): boolean {
  const saturate = intAttr(attrs, "saturate", 1);
  if (saturate !== 0 && saturate !== 1)
    throw new ShapeError(`saturate must be 0 or 1, not ${saturate}`);
  return saturate === 1;
}

/** Cast, CastLike. */
export const castingOps: Ops = checked({
  Cast: {
    operands: [{ name: "input" }],
    attrs: { to: { type: "dtype", required: true }, saturate: { type: "int", default: 1 } },
    infer: (operands, attrs) => {
      saturates(attrs);
      return [castType(operandAt(operands, 0), targetOf(attrs))];
    },
    evaluate: (operands, attrs) => [
      cast(operandAt(operands, 0), targetOf(attrs), saturates(attrs)),
    ],
  },

  CastLike: {
    operands: [{ name: "input" }, { name: "target_type" }],
    attrs: { saturate: { type: "int", default: 1 } },
    infer: (operands, attrs) => {
      saturates(attrs);
      return [castType(operandAt(operands, 0), operandAt(operands, 1).dtype)];
    },
    evaluate: (operands, attrs) => [
      cast(operandAt(operands, 0), operandAt(operands, 1).dtype, saturates(attrs)),
    ],
  },
});
