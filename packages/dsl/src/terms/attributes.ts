/**
 * Attributes in canonical form, so that equal applications are equal nodes: defaults filled in, axes non-negative,
 * floats rounded as ONNX stores them, names in order.
 *
 * @module
 */

import type { Attr, Attrs, AttrType, OpDef, TensorType } from "@rewright/plugin";
import { contentsKey, isTensor } from "./contents.ts";

/** The rank that axes of an application count in, or `undefined` while its first operand is unknown. */
export function axisRank(operands: readonly (TensorType | undefined)[]): number | undefined {
  const first = operands[0];
  return first && first.dtype !== "unknown" ? first.shape.length : undefined;
}

/** One attribute's value in canonical form. `rank` is that of the first operand, for axes. */
export function canonicalAttr(value: Attr, type: AttrType, rank: number | undefined): Attr {
  if (type === "float") return typeof value === "number" ? Math.fround(value) : value;
  if (type === "floats") return mapped(value, (item) => canonicalAttr(item, "float", rank));
  if (type === "axis") return axis(value, rank);
  if (type === "axes") return mapped(value, (item) => axis(item, rank));
  if (type === "int") return integer(value);
  if (type === "ints") return mapped(value, integer);
  return value;
}

/** All attributes of an application in canonical form. */
export function canonicalAttrs(attrs: Attrs, def: OpDef, rank: number | undefined): Attrs {
  // Without a prototype: an attribute may be called `constructor`, and is missing where nobody gives it.
  const result: Record<string, Attr> = Object.create(null);
  const declared = def.attrs ?? {};
  const names = new Set([...Object.keys(declared), ...Object.keys(attrs)]);
  for (const name of [...names].sort()) {
    const own = Object.hasOwn(declared, name) ? declared[name] : undefined;
    const given = Object.hasOwn(attrs, name) ? attrs[name] : undefined;
    const value = given ?? own?.default;
    const type = own?.type;
    if (value !== undefined) result[name] = type ? canonicalAttr(value, type, rank) : value;
  }
  return result;
}

function mapped(value: Attr, canonical: (item: Attr) => Attr): Attr {
  return Array.isArray(value) ? (value as readonly Attr[]).map(canonical) : value;
}

function axis(value: Attr, rank: number | undefined): Attr {
  const index = integer(value);
  return rank !== undefined && typeof index === "number" && index < 0 ? index + rank : index;
}

function integer(value: Attr): Attr {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A string that is equal for equal values only. */
export function attrKey(value: Attr): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : `${value}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (isTensor(value)) return `<${contentsKey(value)}>`;
  return `[${value.map(attrKey).join(",")}]`;
}

/** A string that is equal for equal attributes in canonical form only. */
export function attrsKey(attrs: Attrs): string {
  let key = "";
  for (const name of Object.keys(attrs)) key += `${name}=${attrKey(attrs[name] as Attr)};`;
  return key;
}
