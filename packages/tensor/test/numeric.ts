import type { Attrs, NdArray } from "@rewright/plugin";
import { expect } from "vitest";
import { sizeOf, tensor } from "../src/array.ts";
import { onnx } from "../src/index.ts";

/** The first result of an operator of the dialect. */
export function apply(
  op: string,
  operands: readonly (NdArray | undefined)[],
  attrs: Attrs = {},
): NdArray {
  return applyAll(op, operands, attrs, 1)[0] as NdArray;
}

/** The first `count` results of an operator of the dialect. */
export function applyAll(
  op: string,
  operands: readonly (NdArray | undefined)[],
  attrs: Attrs,
  count: number,
): readonly NdArray[] {
  const evaluate = onnx.ops[op]?.evaluate;
  if (evaluate === undefined) throw new Error(`${op} has no reference semantics`);
  return evaluate(operands, attrs, count);
}

/** Doubles, so that definitions written out naively agree to the last bits. */
export function f64(shape: readonly number[], elements: Iterable<number>): NdArray {
  return tensor("f64", shape, elements);
}

/** 0, 1, 2, … with the shape of `shape`, made uneven. */
export function uneven(...shape: readonly number[]): NdArray {
  return f64(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * 1.7 + 0.3)),
  );
}

export function i64(...elements: readonly number[]): NdArray {
  return tensor("i64", [elements.length], elements);
}

/** The element at an index; 0 outside the tensor. */
export function at({ shape, data }: NdArray, ...index: readonly number[]): number {
  let offset = 0;
  for (const [axis, i] of index.entries()) {
    const size = shape[axis] as number;
    if (i < 0 || i >= size) return 0;
    offset = offset * size + i;
  }
  return Number(data[offset]);
}

export function list({ data }: NdArray): readonly number[] {
  return Array.from(data as ArrayLike<number>, Number);
}

/** Same shape, and elements within 1e-12. */
export function expectClose(
  actual: NdArray,
  shape: readonly number[],
  elements: readonly number[],
): void {
  expect(actual.shape).toEqual(shape);
  const found = list(actual);
  expect(found).toHaveLength(elements.length);
  for (const [i, x] of elements.entries()) expect(found[i]).toBeCloseTo(x, 10);
}
