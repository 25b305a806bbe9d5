/**
 * What values of a rule come to as operands and attributes.
 *
 * @module
 */

import type { Attr, Attrs, AttrType, DType, NdArray, OpDef } from "@rewright/plugin";
import type { Denoted } from "../evaluate.ts";
import { isInteger, isTensor, tensor } from "../terms/contents.ts";

/** Whether every required attribute is there. */
export function isComplete(attrs: Attrs, def: OpDef | undefined): boolean {
  return Object.entries(def?.attrs ?? {}).every(([name, { required, default: standard }]) => {
    return !required || standard !== undefined || attrs[name] !== undefined;
  });
}

/** The constant tensor that a value stands for as an operand: integers in a list are i64, a number is of `dtype`. */
export function constantOf(value: Denoted, dtype: DType): NdArray | undefined {
  if (isTensor(value)) return value;
  if (typeof value === "boolean") return tensor("bool", [], [value ? 1 : 0]);
  if (typeof value === "bigint" || typeof value === "number") {
    const whole = typeof value === "bigint" || Number.isInteger(value);
    if (dtype === "string" || dtype === "unknown" || dtype === "c64" || dtype === "c128")
      return undefined;
    if (dtype === "bool" || (isInteger(dtype) && !whole)) return undefined;
    return tensor(dtype, [], [value]);
  }
  if (!Array.isArray(value)) return undefined;
  const items = value as readonly Attr[];
  if (!items.every((item) => typeof item === "number" || typeof item === "bigint"))
    return undefined;
  const whole = items.every((item) => typeof item === "bigint" || Number.isInteger(item));
  return tensor(whole ? "i64" : "f32", [items.length], items);
}

/** A value as an attribute of a type; a list of one stands for its element where one is wanted. */
export function attributeOf(value: Denoted, type: AttrType): Attr | undefined {
  if (value === undefined) return undefined;
  const single = Array.isArray(value) && value.length === 1 ? value[0] : value;
  switch (type) {
    case "float":
      return typeof single === "number" ? single : undefined;
    case "int":
    case "axis":
      if (typeof single === "boolean") return single ? 1 : 0;
      return isWhole(single) ? single : undefined;
    case "string":
    case "dtype":
      return typeof single === "string" ? single : undefined;
    case "ints":
    case "axes":
      return listOf(value, isWhole);
    case "floats":
      return listOf(value, (item) => typeof item === "number");
    case "strings":
      return listOf(value, (item) => typeof item === "string");
    case "tensor":
      return isTensor(value) ? value : undefined;
    default:
      return typeof single === "string" && type.includes(single) ? single : undefined;
  }
}

function isWhole(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

function listOf(value: Denoted, fits: (item: unknown) => boolean): Attr | undefined {
  return Array.isArray(value) && value.every(fits) ? (value as readonly Attr[]) : undefined;
}
