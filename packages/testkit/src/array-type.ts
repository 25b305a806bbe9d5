import type { NdArray, TensorType } from "@rewright/plugin";

/** The longest list of integers that a type tells the elements of. */
const LONGEST = 64;

/** The type of a tensor, with the elements of what may be a shape. */
export function typeOf({ dtype, shape, data }: NdArray): TensorType {
  const isShape = /^[iu]\d+$/.test(dtype) && shape.length <= 1 && data.length <= LONGEST;
  if (!isShape) return { dtype, shape };
  const value = Array.from(data as ArrayLike<number | bigint>, Number);
  return value.every(Number.isSafeInteger) ? { dtype, shape, value } : { dtype, shape };
}

/** A type as people read it: `f32[2, 3]`. */
export function showType(type: TensorType | undefined): string {
  return type ? `${type.dtype}[${type.shape.join(", ")}]` : "nothing";
}

/** An application as people read it: `Conv(f32[1, 3, 8, 8], f32[4, 3, 1, 1]; group=1)`. */
export function showApplication(
  op: string,
  operands: readonly (TensorType | undefined)[],
  attrs: Readonly<Record<string, unknown>>,
): string {
  const given = Object.entries(attrs).map(([name, value]) => `${name} = ${show(value)}`);
  const behind = given.length > 0 ? `; ${given.join(", ")}` : "";
  return `${op}(${operands.map(showType).join(", ")}${behind})`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "object" && value !== null && "shape" in value)
    return showType(value as NdArray);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
