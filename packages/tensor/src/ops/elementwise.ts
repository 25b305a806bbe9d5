/**
 * Functions applied element by element, with broadcasting: on doubles, on bigints (integers of all widths, so that
 * nothing is lost before the result wraps), or on elements as they are stored.
 *
 * @module
 */

import type { Dim, DType, NdArray, TensorType } from "@rewright/plugin";
import {
  allocate,
  broadcastStrides,
  computed,
  isBig,
  numbersOf,
  offsets,
  sizeOf,
} from "../array.ts";
import { broadcastShapes, isFloat, isInteger, isSigned, ShapeError } from "../typing.ts";
import { isFresh, typeWith } from "../value.ts";

/** A stored element. */
export type Cell = number | bigint | string;

/** The elements as they are stored. */
export function cellsOf(array: NdArray): ArrayLike<Cell> {
  return array.data;
}

/** The elements as doubles; what a double cannot hold of a 64-bit integer is lost. */
export function doublesOf(array: NdArray): Float64Array {
  const { data } = array;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return Float64Array.from(data, Number);
  return new Float64Array(data as ArrayLike<number>);
}

/** The elements of a tensor of integers or booleans as bigints. */
export function bigintsOf(array: NdArray): ArrayLike<bigint> {
  const { data } = array;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return data;
  return Array.from(data as ArrayLike<number>, BigInt);
}

/** A tensor of floats, computed in doubles and rounded once. */
export function floats(
  dtype: DType,
  shape: readonly number[],
  fill: (out: { [index: number]: number }) => void,
): NdArray {
  return { dtype, shape, data: computed(dtype, sizeOf(shape), fill) };
}

const WIDTHS = /\d+$/;

/** A tensor of integers or booleans, wrapped to the width of its type as two's complement. */
export function integers(
  dtype: DType,
  shape: readonly number[],
  elements: ArrayLike<bigint>,
): NdArray {
  const data = allocate(dtype, sizeOf(shape));
  const width = Number(WIDTHS.exec(dtype)?.[0]);
  for (let i = 0; i < elements.length; i++) {
    const x = elements[i] as bigint;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = x;
    else if (dtype === "bool") data[i] = x === 0n ? 0 : 1;
    else data[i] = Number(isSigned(dtype) ? BigInt.asIntN(width, x) : BigInt.asUintN(width, x));
  }
  return { dtype, shape, data };
}

/** A tensor of elements that were taken from tensors of its type, or are booleans. */
export function selected(
  dtype: DType,
  shape: readonly number[],
  fill: (out: { [index: number]: Cell }) => void,
): NdArray {
  const data = allocate(dtype, sizeOf(shape));
  fill(data as { [index: number]: Cell });
  return { dtype, shape, data };
}

/** The shape of operands broadcast together. */
export function commonShape(...operands: readonly NdArray[]): readonly number[] {
  return broadcastShapes(operands.map((operand) => operand.shape)) as readonly number[];
}

/** out[i] = f(a[i]) */
export function mapInto<A, R>(out: { [index: number]: R }, a: ArrayLike<A>, f: (x: A) => R): void {
  for (let i = 0; i < a.length; i++) out[i] = f(a[i] as A);
}

/** out = f(a, b), both broadcast to `shape`. */
export function zipInto<A, B, R>(
  out: { [index: number]: R },
  shape: readonly number[],
  a: ArrayLike<A>,
  aShape: readonly number[],
  b: ArrayLike<B>,
  bShape: readonly number[],
  f: (x: A, y: B) => R,
): void {
  const size = sizeOf(shape);
  const aFull = sizeOf(aShape) === size;
  const bFull = sizeOf(bShape) === size;
  if (aFull && bFull) {
    for (let i = 0; i < size; i++) out[i] = f(a[i] as A, b[i] as B);
    return;
  }
  const aAt = aFull ? undefined : offsets(shape, broadcastStrides(aShape, shape));
  const bAt = bFull ? undefined : offsets(shape, broadcastStrides(bShape, shape));
  for (let i = 0; i < size; i++)
    out[i] = f(
      a[aAt === undefined ? i : (aAt[i] as number)] as A,
      b[bAt === undefined ? i : (bAt[i] as number)] as B,
    );
}

/** A function of two elements: on floats, on integers, or on both. */
export interface Binary {
  readonly float?: (x: number, y: number) => number;
  readonly integer?: (x: bigint, y: bigint) => bigint;
}

/** Whether a function takes elements of a type. */
export function takes(
  kernel: { readonly float?: unknown; readonly integer?: unknown },
  dtype: DType,
): boolean {
  return (
    (kernel.float !== undefined && isFloat(dtype)) ||
    (kernel.integer !== undefined && isInteger(dtype))
  );
}

/** Applies a function of two elements to tensors of one element type. */
export function zip(kernel: Binary, a: NdArray, b: NdArray): NdArray {
  const { dtype } = a;
  const shape = commonShape(a, b);
  const { float, integer } = kernel;
  if (isInteger(dtype) && integer !== undefined) {
    const out = new Array<bigint>(sizeOf(shape));
    zipInto(out, shape, bigintsOf(a), a.shape, bigintsOf(b), b.shape, integer);
    return integers(dtype, shape, out);
  }
  if (float === undefined) throw new ShapeError(`elements of ${dtype} are not taken`);
  return floats(dtype, shape, (out) =>
    zipInto(out, shape, numbersOf(a), a.shape, numbersOf(b), b.shape, float),
  );
}

// ── Known elements of small integer tensors ──────────────────────────────────

/** Whether a number is one of the element type; names stand for sizes, which the types of sizes hold. */
function fits(dtype: DType, element: Dim): boolean {
  if (typeof element === "string") return isFresh(element) || isBig(dtype) || dtype === "i32";
  if (!Number.isSafeInteger(element)) return false;
  if (dtype === "bool") return element === 0 || element === 1;
  const bits = Number(WIDTHS.exec(dtype)?.[0]);
  return isSigned(dtype)
    ? element >= -(2 ** (bits - 1)) && element < 2 ** (bits - 1)
    : element >= 0 && element < 2 ** bits;
}

/** A number that only stands for a 64-bit integer near it. */
function isTooGreat(element: Dim): boolean {
  return typeof element === "number" && !Number.isSafeInteger(element);
}

/**
 * The type of an element-wise result, with its elements where those of all operands are known. `f` returns `undefined`
 * where it cannot tell; then nothing is said of any element.
 */
export function typeOfMap(
  dtype: DType,
  operands: readonly TensorType[],
  f?: (...elements: readonly Dim[]) => Dim | undefined,
): TensorType {
  const shape = broadcastShapes(operands.map((operand) => operand.shape));
  const size = shape.length === 0 ? 1 : shape[0];
  if (f === undefined || shape.length > 1 || typeof size !== "number") return { dtype, shape };
  const value: Dim[] = [];
  for (let i = 0; i < size; i++) {
    const elements = operands.map((operand) => operand.value?.[operand.value.length === 1 ? 0 : i]);
    if (elements.some((element) => element === undefined || isTooGreat(element)))
      return { dtype, shape };
    const element = f(...(elements as Dim[]));
    if (element === undefined || !fits(dtype, element)) return { dtype, shape };
    value.push(element);
  }
  return typeWith(dtype, shape, value);
}
