/**
 * Slice: a strided part of each axis, its bounds clamped to the axis.
 *
 * @module
 */

import type { Dim, TensorType } from "@rewright/plugin";
import { addDims, ceilDivideDims, maxDims, minDims, subtractDims } from "../dim.ts";
import { strided } from "../layout.ts";
import { normalizeAxes, operandAt, ShapeError } from "../typing.ts";
import {
  freshDim,
  freshDims,
  isFresh,
  isNonNegative,
  listOperand,
  typeOf,
  typeWith,
} from "../value.ts";
import { checked, type Ops } from "./operator.ts";

/** No axis is this long: a bound beyond it means the end, however long a symbolic axis is. */
const BEYOND = 2 ** 31 - 1;

/** First and last-but-one position of a slice along an axis of known size, clamped as ONNX does, and how many elements lie between. */
export function clampedSlice(
  start: number,
  end: number,
  step: number,
  size: number,
): { start: number; end: number; length: number } {
  // Backwards, a start in front of the axis is its first element: so says the standard, and so do runtimes, unlike NumPy.
  const clamp = (bound: number, least: number, greatest: number) =>
    Math.min(Math.max(bound < 0 ? bound + size : bound, least), greatest);
  const first = step < 0 ? clamp(start, 0, size - 1) : clamp(start, 0, size);
  const last = step < 0 ? clamp(end, -1, size - 1) : clamp(end, 0, size);
  return { start: first, end: last, length: Math.max(0, Math.ceil((last - first) / step)) };
}

/** A bound of a forward slice, clamped to a symbolic axis; `undefined` where it may count from either end. */
function clampedBound(bound: Dim, size: Dim): Dim | undefined {
  if (typeof bound === "number" && bound < 0)
    return bound <= -BEYOND ? 0 : maxDims(addDims(size, bound), 0);
  if (!isNonNegative(bound)) return undefined;
  if (bound === 0) return 0;
  if (typeof bound === "number" && bound >= BEYOND) return size;
  return minDims(bound, size);
}

/** How many elements a slice takes from an axis; `undefined` where that is not known. */
export function sliceLength(start: Dim, end: Dim, step: Dim, size: Dim): Dim | undefined {
  if (typeof step !== "number" || isFresh(size)) {
    const whole = step === 1 && start === 0 && typeof end === "number" && end >= BEYOND;
    return whole ? size : undefined;
  }
  if (typeof start === "number" && typeof end === "number" && typeof size === "number")
    return clampedSlice(start, end, step, size).length;
  if (step < 0) {
    const all = step === -1 && (start === -1 || Number(start) >= BEYOND) && Number(end) <= -BEYOND;
    return all ? size : undefined;
  }
  // To the end: size - min(start, size) is max(size - start, 0), and size - max(size + start, 0) is min(-start, size).
  if (typeof end === "number" && end >= BEYOND && isNonNegative(start)) {
    const rest = typeof start === "number" && start >= BEYOND ? 0 : subtractDims(size, start);
    return ceilDivideDims(start === 0 ? size : maxDims(rest, 0), step);
  }
  if (typeof end === "number" && end >= BEYOND && typeof start === "number")
    return ceilDivideDims(minDims(-start, size), step);
  const first = clampedBound(start, size);
  const last = clampedBound(end, size);
  if (first === undefined || last === undefined) return undefined;
  return ceilDivideDims(first === 0 ? last : maxDims(subtractDims(last, first), 0), step);
}

interface Slices {
  readonly axes: readonly number[];
  readonly starts: readonly Dim[];
  readonly ends: readonly Dim[];
  readonly steps: readonly Dim[];
}

/** What the operands after the first say; `undefined` where the axes are not known. */
function slicesOf(operands: readonly (TensorType | undefined)[], rank: number): Slices | undefined {
  const starts = listOperand(operandAt(operands, 1), "Slice.starts", "starts");
  const ends = listOperand(operandAt(operands, 2), "Slice.ends", "ends");
  const axes = operands[3] && listOperand(operands[3], "Slice.axes", "axes");
  const steps = operands[4] && listOperand(operands[4], "Slice.steps", "steps");
  const count = (starts ?? ends ?? axes ?? steps)?.length;
  for (const list of [starts, ends, axes, steps])
    if (list !== undefined && list.length !== count)
      throw new ShapeError("starts, ends, axes and steps must be equally long");
  if (count === undefined || (operands[3] !== undefined && axes === undefined)) return undefined;
  const named = axes ?? Array.from({ length: count }, (_, i) => i);
  if (steps?.includes(0)) throw new ShapeError("a step is 0");
  if (!named.every((axis) => typeof axis === "number")) return undefined;
  return {
    axes: normalizeAxes(named, rank),
    starts: starts ?? freshDims("Slice.starts", count),
    ends: ends ?? freshDims("Slice.ends", count),
    steps:
      steps ??
      (operands[4] === undefined ? new Array<Dim>(count).fill(1) : freshDims("Slice.steps", count)),
  };
}

/** The elements that a slice of a list with known elements takes. */
function slicedValue(data: TensorType, slices: Slices): readonly Dim[] | undefined {
  if (slices.axes.length === 0) return data.value;
  const { starts, ends, steps } = slices;
  const bounds = [starts[0], ends[0], steps[0]];
  if (data.value === undefined || !bounds.every((bound) => typeof bound === "number"))
    return undefined;
  const [start, end, step] = bounds as [number, number, number];
  const at = clampedSlice(start, end, step, data.value.length);
  return Array.from({ length: at.length }, (_, i) => data.value?.[at.start + i * step] as Dim);
}

/** Slice. */
export const slicingOps: Ops = checked({
  Slice: {
    operands: [
      { name: "data" },
      { name: "starts" },
      { name: "ends" },
      { name: "axes", optional: true },
      { name: "steps", optional: true },
    ],
    infer: (operands) => {
      const data = operandAt(operands, 0);
      const slices = slicesOf(operands, data.shape.length);
      if (slices === undefined)
        return [{ dtype: data.dtype, shape: freshDims("Slice", data.shape.length) }];
      const shape = [...data.shape];
      for (const [i, axis] of slices.axes.entries())
        shape[axis] =
          sliceLength(
            slices.starts[i] as Dim,
            slices.ends[i] as Dim,
            slices.steps[i] as Dim,
            data.shape[axis] as Dim,
          ) ?? freshDim("Slice", axis);
      return [typeWith(data.dtype, shape, slicedValue(data, slices))];
    },
    evaluate: (operands) => {
      const data = operandAt(operands, 0);
      const bounds = operands.slice(1).map((array) => array && typeOf(array));
      const slices = slicesOf([undefined, ...bounds], data.shape.length) as Slices;
      const starts = data.shape.map(() => 0);
      const steps = data.shape.map(() => 1);
      const shape = [...data.shape];
      for (const [i, axis] of slices.axes.entries()) {
        const step = slices.steps[i] as number;
        const { start, length } = clampedSlice(
          slices.starts[i] as number,
          slices.ends[i] as number,
          step,
          data.shape[axis] as number,
        );
        starts[axis] = start;
        steps[axis] = step;
        shape[axis] = length;
      }
      return [strided(data, shape, starts, steps)];
    },
  },
});
