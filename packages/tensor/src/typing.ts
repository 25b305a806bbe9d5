/**
 * What shape inference of all operators is made of: the error it throws, broadcasting, axes, element types, attributes.
 *
 * @module
 */

import type { Attr, Attrs, Dim, DType, TensorType } from "@rewright/plugin";
import { broadcastDims, compatibleDims } from "./dim.ts";

/** An operator was applied to operands whose ranks, dimensions or element types it does not take. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** A type as people read it: `f32[N, 3]`. */
export function formatType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(", ")}]`;
}

// ── Element types ────────────────────────────────────────────────────────────

const FLOATS: ReadonlySet<DType> = new Set(["f16", "bf16", "f32", "f64"]);
const SIGNED: ReadonlySet<DType> = new Set(["i2", "i4", "i8", "i16", "i32", "i64"]);
const UNSIGNED: ReadonlySet<DType> = new Set(["u2", "u4", "u8", "u16", "u32", "u64"]);

/** f16, bf16, f32 or f64. */
export function isFloat(dtype: DType): boolean {
  return FLOATS.has(dtype);
}

/** A signed or unsigned integer; booleans are none. */
export function isInteger(dtype: DType): boolean {
  return SIGNED.has(dtype) || UNSIGNED.has(dtype);
}

/** A float, or an integer of 32 or 64 bits: what matrix products and reductions take. */
export function isWide(dtype: DType): boolean {
  return isFloat(dtype) || /^[iu](32|64)$/.test(dtype);
}

/** An integer that may be negative. */
export function isSigned(dtype: DType): boolean {
  return SIGNED.has(dtype);
}

// ── Operands ─────────────────────────────────────────────────────────────────

/** The operand at `index`. @throws {ShapeError} when it is absent. */
export function operandAt<T>(operands: readonly (T | undefined)[], index: number): T {
  const operand = operands[index];
  if (operand === undefined) throw new ShapeError(`operand ${index + 1} is missing`);
  return operand;
}

/** The element type that all present operands share. @throws {ShapeError} when they differ or there is none. */
export function commonDType(operands: readonly (TensorType | undefined)[]): DType {
  const first = operands.find((operand) => operand !== undefined);
  if (first === undefined) throw new ShapeError("there must be an operand");
  for (const operand of operands)
    if (operand !== undefined && operand.dtype !== first.dtype)
      throw new ShapeError(
        `operands must have the same element type: ${first.dtype} and ${operand.dtype} (insert a Cast)`,
      );
  return first.dtype;
}

/** Demands one of some element types. @throws {ShapeError} for any other. */
export function requireDType(
  type: TensorType,
  allowed: (dtype: DType) => boolean,
  what: string,
): void {
  if (!allowed(type.dtype)) throw new ShapeError(`${what} expected, not ${formatType(type)}`);
}

/** Demands a rank. @throws {ShapeError} for any other. */
export function requireRank(type: TensorType, rank: number, what = "the operand"): void {
  if (type.shape.length !== rank)
    throw new ShapeError(`${what} must have rank ${rank}, not ${formatType(type)}`);
}

// ── Shapes ───────────────────────────────────────────────────────────────────

/** The better known of two dimensions that must be equal. @throws {ShapeError} when they cannot be. */
export function unifyDims(a: Dim, b: Dim, what = "dimensions"): Dim {
  if (!compatibleDims(a, b)) throw new ShapeError(`${what} must be equal: ${a} and ${b}`);
  if (typeof a === "number") return a;
  if (typeof b === "number") return b;
  return a.startsWith("?") ? b : a;
}

/**
 * ONNX's multidirectional broadcasting: shapes aligned at their last dimension, missing ones taken as 1.
 * @throws {ShapeError} when two dimensions are neither equal nor 1.
 */
export function broadcastShapes(shapes: readonly (readonly Dim[])[]): readonly Dim[] {
  let result: readonly Dim[] = [];
  for (const shape of shapes) {
    const rank = Math.max(result.length, shape.length);
    const merged: Dim[] = [];
    for (let back = rank; back > 0; back--) {
      const a = result[result.length - back] ?? 1;
      const b = shape[shape.length - back] ?? 1;
      const dim = broadcastDims(a, b);
      if (dim === undefined)
        throw new ShapeError(
          `shapes do not broadcast: [${shapes.map((s) => s.join(", ")).join("] and [")}]: ${a} against ${b}`,
        );
      merged.push(dim);
    }
    result = merged;
  }
  return result;
}

/** `shape` broadcasts to `target` without changing it (unidirectional). @throws {ShapeError} when it does not. */
export function requireBroadcastable(
  shape: readonly Dim[],
  target: readonly Dim[],
  what = "the operand",
): void {
  const result = broadcastShapes([target, shape]);
  const grown =
    result.length > target.length ||
    result.some((dim, axis) => !compatibleDims(dim, target[axis] as Dim));
  if (grown)
    throw new ShapeError(
      `${what} [${shape.join(", ")}] does not broadcast to [${target.join(", ")}]`,
    );
}

/** A non-negative axis. @throws {ShapeError} when it is no integer in [-rank, rank). */
export function normalizeAxis(axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    throw new ShapeError(`axis ${axis} is out of range for rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** Non-negative axes, in the given order. @throws {ShapeError} when one is out of range or given twice. */
export function normalizeAxes(axes: readonly number[], rank: number): readonly number[] {
  const result = axes.map((axis) => normalizeAxis(axis, rank));
  if (new Set(result).size !== result.length)
    throw new ShapeError(`axes [${axes.join(", ")}] name a dimension twice`);
  return result;
}

// ── Attributes ───────────────────────────────────────────────────────────────

/** An integer attribute, `fallback` where it is absent. @throws {ShapeError} when it is no integer or missing without fallback. */
export function intAttr(attrs: Attrs, name: string, fallback?: number): number {
  const value = attrs[name] ?? fallback;
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new ShapeError(`attribute '${name}' must be an integer`);
}

/** A real attribute, `fallback` where it is absent. @throws {ShapeError} when it is no number or missing without fallback. */
export function floatAttr(attrs: Attrs, name: string, fallback?: number): number {
  const value = attrs[name] ?? fallback;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return value;
  throw new ShapeError(`attribute '${name}' must be a number`);
}

/** A text attribute, `fallback` where it is absent. @throws {ShapeError} when it is no text or missing without fallback. */
export function stringAttr(attrs: Attrs, name: string, fallback?: string): string {
  const value = attrs[name] ?? fallback;
  if (typeof value === "string") return value;
  throw new ShapeError(`attribute '${name}' must be a string`);
}

/** A list of integers, `undefined` where it is absent. @throws {ShapeError} when it is something else. */
export function intsAttr(attrs: Attrs, name: string): readonly number[] | undefined {
  const value = attrs[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new ShapeError(`attribute '${name}' must be a list of integers`);
  return value.map((item: Attr) => {
    const number = typeof item === "bigint" ? Number(item) : item;
    if (typeof number === "number" && Number.isInteger(number)) return number;
    throw new ShapeError(`attribute '${name}' must be a list of integers`);
  });
}
