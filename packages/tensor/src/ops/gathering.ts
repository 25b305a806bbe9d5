/**
 * Operators that pick elements by computed positions.
 *
 * @module
 */

import type { Attrs, Dim, NdArray, TensorType } from "@rewright/plugin";
import { eachIndex, integersOf, numbersOf, sizeOf, stridesOf } from "../array.ts";
import { compatibleDims } from "../dim.ts";
import { take } from "../layout.ts";
import {
  formatType,
  intAttr,
  isInteger,
  normalizeAxis,
  operandAt,
  requireDType,
  ShapeError,
} from "../typing.ts";
import { freshDim, typeWith } from "../value.ts";
import { checked, type Ops } from "./operator.ts";

/** A non-negative position in an axis. @throws {RangeError} outside of it. */
function positionIn(index: number, size: number): number {
  if (index < -size || index >= size)
    throw new RangeError(`index ${index} is outside an axis of size ${size}`);
  return index < 0 ? index + size : index;
}

function requireIndices(indices: TensorType): void {
  requireDType(indices, isInteger, "integer indices");
}

// ── Gather ───────────────────────────────────────────────────────────────────

function gathered(data: TensorType, indices: TensorType, axis: number): TensorType {
  const shape = data.shape.toSpliced(axis, 1, ...indices.shape);
  const size = data.shape[axis];
  const value = indices.value?.map((index) => {
    if (typeof index !== "number") return undefined;
    if (typeof size === "number" && (index < -size || index >= size))
      throw new ShapeError(`index ${index} is outside axis ${axis} of ${formatType(data)}`);
    return data.value?.at(index);
  });
  const known = value?.every((dim) => dim !== undefined) ? value : undefined;
  return typeWith(data.dtype, shape, data.shape.length === 1 ? known : undefined);
}

function gather(data: NdArray, indices: NdArray, axis: number): NdArray {
  const shape = data.shape.toSpliced(axis, 1, ...indices.shape);
  const size = data.shape[axis] as number;
  const at = integersOf(indices).map((index) => positionIn(index, size));
  const inner = sizeOf(data.shape.slice(axis + 1));
  const outer = sizeOf(data.shape.slice(0, axis));
  const from = new Int32Array(sizeOf(shape));
  let next = 0;
  for (let o = 0; o < outer; o++)
    for (const index of at)
      for (let i = 0; i < inner; i++) from[next++] = (o * size + index) * inner + i;
  return take(data, shape, from);
}

// ── GatherElements, ScatterElements ──────────────────────────────────────────

/** Demands indices that go with `data` element by element. @throws {ShapeError} when their shapes differ elsewhere than along the axis. */
export function requireElementwise(data: TensorType, indices: TensorType, axis: number): void {
  requireIndices(indices);
  if (indices.shape.length !== data.shape.length)
    throw new ShapeError(
      `data and indices must have the same rank: ${formatType(data)} and ${formatType(indices)}`,
    );
  for (const [i, dim] of indices.shape.entries()) {
    const limit = data.shape[i] as Dim;
    if (i !== axis && typeof dim === "number" && typeof limit === "number" && dim > limit)
      throw new ShapeError(
        `indices ${formatType(indices)} are larger than data ${formatType(data)}`,
      );
  }
}

/** For each index, the position in `data` that it means along `axis`. */
export function elementPositions(data: NdArray, indices: NdArray, axis: number): Int32Array {
  const strides = stridesOf(data.shape);
  const at = integersOf(indices);
  const from = new Int32Array(at.length);
  eachIndex(indices.shape, (index, k) => {
    let source = 0;
    for (const [i, own] of index.entries()) {
      const position = i === axis ? positionIn(at[k] as number, data.shape[axis] as number) : own;
      source += position * (strides[i] as number);
    }
    from[k] = source;
  });
  return from;
}

// ── GatherND, ScatterND ──────────────────────────────────────────────────────

/** How many leading axes of `data` one index of `indices` spans; `undefined` where that is not known. @throws {ShapeError} when they do not go together. */
export function indexDepth(
  data: TensorType,
  indices: TensorType,
  batch: number,
): number | undefined {
  requireIndices(indices);
  if (indices.shape.length === 0) throw new ShapeError("indices must have a rank of at least 1");
  if (batch < 0 || batch >= Math.min(data.shape.length, indices.shape.length))
    throw new ShapeError(`batch_dims ${batch} must be less than both ranks`);
  for (let i = 0; i < batch; i++)
    if (!compatibleDims(data.shape[i] as Dim, indices.shape[i] as Dim))
      throw new ShapeError(
        `batch dimensions ${i} differ: ${formatType(data)} and ${formatType(indices)}`,
      );
  const depth = indices.shape.at(-1);
  if (typeof depth !== "number") return undefined;
  if (depth < 1 || depth > data.shape.length - batch)
    throw new ShapeError(`indices of ${depth} axes into ${formatType(data)}`);
  return depth;
}

/** For each slice that `indices` names, the position in `data` at which it begins. */
export function slicePositions(data: NdArray, indices: NdArray, batch: number): number[] {
  const strides = stridesOf(data.shape);
  const depth = indices.shape.at(-1) as number;
  const at = integersOf(indices);
  const count = sizeOf(indices.shape.slice(0, -1));
  const batches = sizeOf(data.shape.slice(0, batch));
  const batchSize = sizeOf(data.shape.slice(batch));
  return Array.from({ length: count }, (_, k) => {
    let begin = batches === 0 ? 0 : Math.floor(k / (count / batches)) * batchSize;
    for (let i = 0; i < depth; i++) {
      const size = data.shape[batch + i] as number;
      begin += positionIn(at[k * depth + i] as number, size) * (strides[batch + i] as number);
    }
    return begin;
  });
}

// ── OneHot, Compress, ReverseSequence ────────────────────────────────────────

function oneHotAxis(attrs: Attrs, rank: number): number {
  return normalizeAxis(intAttr(attrs, "axis", -1), rank + 1);
}

/** Gather and its variants, OneHot, Compress, ReverseSequence. */
export const gatheringOps: Ops = checked({
  Gather: {
    operands: [{ name: "data" }, { name: "indices" }],
    attrs: { axis: { type: "axis", default: 0 } },
    infer: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const indices = operandAt(operands, 1);
      requireIndices(indices);
      return [gathered(data, indices, normalizeAxis(intAttr(attrs, "axis", 0), data.shape.length))];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const axis = normalizeAxis(intAttr(attrs, "axis", 0), data.shape.length);
      return [gather(data, operandAt(operands, 1), axis)];
    },
  },

  GatherElements: {
    operands: [{ name: "data" }, { name: "indices" }],
    attrs: { axis: { type: "axis", default: 0 } },
    infer: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const indices = operandAt(operands, 1);
      const axis = normalizeAxis(intAttr(attrs, "axis", 0), data.shape.length);
      requireElementwise(data, indices, axis);
      return [{ dtype: data.dtype, shape: indices.shape }];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const indices = operandAt(operands, 1);
      const axis = normalizeAxis(intAttr(attrs, "axis", 0), data.shape.length);
      return [take(data, indices.shape, elementPositions(data, indices, axis))];
    },
  },

  GatherND: {
    operands: [{ name: "data" }, { name: "indices" }],
    attrs: { batch_dims: { type: "int", default: 0 } },
    infer: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const indices = operandAt(operands, 1);
      const batch = intAttr(attrs, "batch_dims", 0);
      const depth = indexDepth(data, indices, batch);
      if (depth === undefined) return [{ dtype: "unknown", shape: [] }];
      const shape = [...indices.shape.slice(0, -1), ...data.shape.slice(batch + depth)];
      return [{ dtype: data.dtype, shape }];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const indices = operandAt(operands, 1);
      const batch = intAttr(attrs, "batch_dims", 0);
      const rest = data.shape.slice(batch + (indices.shape.at(-1) as number));
      const width = sizeOf(rest);
      const from = slicePositions(data, indices, batch).flatMap((begin) =>
        Array.from({ length: width }, (_, i) => begin + i),
      );
      return [take(data, [...indices.shape.slice(0, -1), ...rest], from)];
    },
  },

  OneHot: {
    operands: [{ name: "indices" }, { name: "depth" }, { name: "values" }],
    attrs: { axis: { type: "int", default: -1 } },
    infer: (operands, attrs) => {
      const indices = operandAt(operands, 0);
      const depth = operandAt(operands, 1);
      const values = operandAt(operands, 2);
      if (
        depth.shape.length > 1 ||
        values.shape.length !== 1 ||
        !compatibleDims(values.shape[0] as Dim, 2)
      )
        throw new ShapeError("depth must be a scalar and values a list of two");
      if (indices.shape.length === 0)
        throw new ShapeError("indices must have a rank of at least 1");
      const size = depth.value?.[0] ?? freshDim("OneHot", 0);
      if (typeof size === "number" && size < 0) throw new ShapeError(`depth is ${size}`);
      const axis = oneHotAxis(attrs, indices.shape.length);
      return [{ dtype: values.dtype, shape: indices.shape.toSpliced(axis, 0, size) }];
    },
    evaluate: (operands, attrs) => {
      const indices = operandAt(operands, 0);
      const depth = Math.trunc(numbersOf(operandAt(operands, 1))[0] as number);
      const values = operandAt(operands, 2);
      const axis = oneHotAxis(attrs, indices.shape.length);
      const at = numbersOf(indices);
      const strides = stridesOf(indices.shape);
      const shape = indices.shape.toSpliced(axis, 0, depth);
      const from = new Int32Array(sizeOf(shape));
      eachIndex(shape, (index, k) => {
        let source = 0;
        for (const [i, own] of index.toSpliced(axis, 1).entries())
          source += own * (strides[i] as number);
        const hot = at[source] as number;
        from[k] = (hot < 0 ? hot + depth : hot) === index[axis] ? 1 : 0;
      });
      return [take(values, shape, from)];
    },
  },

  Compress: {
    operands: [{ name: "input" }, { name: "condition" }],
    attrs: { axis: { type: "axis" } },
    infer: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const condition = operandAt(operands, 1);
      if (condition.dtype !== "bool" || condition.shape.length !== 1)
        throw new ShapeError(`condition must be a list of booleans, not ${formatType(condition)}`);
      const size = freshDim("Compress", 0);
      if (attrs["axis"] === undefined) return [{ dtype: data.dtype, shape: [size] }];
      const axis = normalizeAxis(intAttr(attrs, "axis"), data.shape.length);
      return [{ dtype: data.dtype, shape: data.shape.with(axis, size) }];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const condition = numbersOf(operandAt(operands, 1));
      const chosen: number[] = [];
      for (let i = 0; i < condition.length; i++) if (condition[i] !== 0) chosen.push(i);
      const indices = { dtype: "i32", shape: [chosen.length], data: chosen } as const;
      if (attrs["axis"] !== undefined)
        return [gather(data, indices, normalizeAxis(intAttr(attrs, "axis"), data.shape.length))];
      const flat = { ...data, shape: [sizeOf(data.shape)] };
      return [gather(flat, indices, 0)];
    },
  },

  ReverseSequence: {
    operands: [{ name: "input" }, { name: "sequence_lens" }],
    attrs: {
      time_axis: { type: "axis", default: 0 },
      batch_axis: { type: "axis", default: 1 },
    },
    infer: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const lengths = operandAt(operands, 1);
      const rank = data.shape.length;
      const time = normalizeAxis(intAttr(attrs, "time_axis", 0), rank);
      const batch = normalizeAxis(intAttr(attrs, "batch_axis", 1), rank);
      if (time === batch) throw new ShapeError("time_axis and batch_axis must differ");
      if (
        lengths.shape.length !== 1 ||
        !compatibleDims(lengths.shape[0] as Dim, data.shape[batch] as Dim)
      )
        throw new ShapeError(`sequence_lens ${formatType(lengths)} must list one length a batch`);
      return [{ dtype: data.dtype, shape: data.shape }];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const rank = data.shape.length;
      const lengths = integersOf(operandAt(operands, 1));
      const time = normalizeAxis(intAttr(attrs, "time_axis", 0), rank);
      const batch = normalizeAxis(intAttr(attrs, "batch_axis", 1), rank);
      const stride = stridesOf(data.shape)[time] as number;
      const from = new Int32Array(sizeOf(data.shape));
      eachIndex(data.shape, (index, k) => {
        const length = lengths[index[batch] as number] as number;
        const at = index[time] as number;
        from[k] = at < length ? k + (length - 1 - 2 * at) * stride : k;
      });
      return [take(data, data.shape, from)];
    },
  },
});
