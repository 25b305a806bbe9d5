/**
 * Tensors whose elements are those of another in a different arrangement.
 *
 * @module
 */

import type { NdArray } from "@rewright/plugin";
import { allocate, offsets, sizeOf, stridesOf } from "./array.ts";

function isComplex(array: NdArray): boolean {
  return array.dtype === "c64" || array.dtype === "c128";
}

/** The tensor of `shape` whose element i is element `from[i]` of `array`, or the only element of `fill` where that is -1. */
export function take(
  array: NdArray,
  shape: readonly number[],
  from: ArrayLike<number>,
  fill?: NdArray,
): NdArray {
  const width = isComplex(array) ? 2 : 1;
  const data = allocate(array.dtype, sizeOf(shape)) as (typeof array.data)[number][];
  for (let i = 0; i < from.length; i++) {
    const at = from[i] as number;
    if (at < 0 && fill === undefined) continue;
    for (let part = 0; part < width; part++)
      data[i * width + part] = (
        at < 0 ? fill?.data[part] : array.data[at * width + part]
      ) as (typeof data)[number];
  }
  return { dtype: array.dtype, shape, data: data as NdArray["data"] };
}

/** The same elements under another shape of the same size. */
export function reshaped(array: NdArray, shape: readonly number[]): NdArray {
  return { dtype: array.dtype, shape, data: array.data };
}

/** The tensor whose axis i is axis `permutation[i]` of `array`. */
export function transposed(array: NdArray, permutation: readonly number[]): NdArray {
  const strides = stridesOf(array.shape);
  const shape = permutation.map((axis) => array.shape[axis] as number);
  const from = offsets(
    shape,
    permutation.map((axis) => strides[axis] as number),
  );
  return take(array, shape, from);
}

/** Tensors of one element type and of shapes that agree but for one axis, joined along it. */
export function joined(arrays: readonly NdArray[], axis: number): NdArray {
  const first = arrays[0] as NdArray;
  const lengths = arrays.map((array) => array.shape[axis] as number);
  const shape = first.shape.with(
    axis,
    lengths.reduce((a, b) => a + b, 0),
  );
  const width = isComplex(first) ? 2 : 1;
  const inner = sizeOf(shape.slice(axis + 1)) * width;
  const outer = sizeOf(shape.slice(0, axis));
  const data = allocate(first.dtype, sizeOf(shape)) as (typeof first.data)[number][];
  let start = 0;
  for (const [k, array] of arrays.entries()) {
    const run = (lengths[k] as number) * inner;
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < run; i++)
        data[o * (shape[axis] as number) * inner + start + i] = array.data[
          o * run + i
        ] as (typeof data)[number];
    start += run;
  }
  return { dtype: first.dtype, shape, data: data as NdArray["data"] };
}

/** Elements `start`, `start + step`, … along each axis, as many as `shape` says. */
export function strided(
  array: NdArray,
  shape: readonly number[],
  starts: readonly number[],
  steps: readonly number[],
): NdArray {
  const strides = stridesOf(array.shape);
  let origin = 0;
  for (const [axis, start] of starts.entries()) origin += start * (strides[axis] as number);
  const from = offsets(
    shape,
    strides.map((stride, axis) => stride * (steps[axis] as number)),
    origin,
  );
  return take(array, shape, from);
}
