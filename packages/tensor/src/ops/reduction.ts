/**
 * Reductions over axes: ReduceSum, ReduceMean, ReduceMax and their like; ArgMax and ArgMin.
 *
 * @module
 */

import type { Attrs, Dim, DType, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { integersOf, sizeOf } from "../array.ts";
import { maxDims, minDims, productOf, sumOf } from "../dim.ts";
import {
  intAttr,
  isFloat,
  isInteger,
  isSigned,
  isWide,
  normalizeAxes,
  normalizeAxis,
  operandAt,
  requireDType,
  ShapeError,
} from "../typing.ts";
import { freshDims, isExact, listOperand, typeWith, unknownType } from "../value.ts";
import {
  bigintsOf,
  type Cell,
  cellsOf,
  doublesOf,
  floats,
  integers,
  selected,
} from "./elementwise.ts";
import { lanesOf } from "./lanes.ts";
import { checked, type Ops } from "./operator.ts";

// ── Axes ─────────────────────────────────────────────────────────────────────

/** Whether reduced axes stay, of size 1. As ONNX's own inference and ONNX Runtime read it, numbers other than 1 are a no. */
function keepsAxes(attrs: Attrs): boolean {
  return intAttr(attrs, "keepdims") === 1;
}

/** The axes reduced over, given those of the operand; without any, all, or none where `noop_with_empty_axes` says so. */
function reducedAxes(axes: readonly number[], attrs: Attrs, rank: number): readonly number[] {
  if (axes.length > 0) return normalizeAxes(axes, rank);
  return intAttr(attrs, "noop_with_empty_axes") !== 0
    ? []
    : Array.from({ length: rank }, (_, i) => i);
}

function reducedShape<D extends Dim>(
  shape: readonly D[],
  axes: readonly number[],
  keepdims: boolean,
): (D | 1)[] {
  return keepdims
    ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : shape.filter((_, axis) => !axes.includes(axis));
}

type Known = (elements: readonly Dim[]) => Dim | undefined;

function inferReduction(
  operands: readonly (TensorType | undefined)[],
  attrs: Attrs,
  allowed: (dtype: DType) => boolean,
  known: Known | undefined,
): readonly TensorType[] {
  const data = operandAt(operands, 0);
  requireDType(data, allowed, "elements that the operator takes");
  const rank = data.shape.length;
  const keepdims = keepsAxes(attrs);
  const given = operands[1] === undefined ? [] : listOperand(operands[1], "Reduce", "axes");
  if (operands[1] !== undefined && operands[1].dtype !== "i64")
    throw new ShapeError(`axes must be i64, not ${operands[1].dtype}`);
  if (given === undefined || given.some((axis) => typeof axis !== "number")) {
    if (keepdims) return [{ dtype: data.dtype, shape: freshDims("Reduce", rank) }];
    if (given === undefined || given.length === 0) return [unknownType];
    return [{ dtype: data.dtype, shape: freshDims("Reduce", Math.max(0, rank - given.length)) }];
  }
  const axes = reducedAxes(given as readonly number[], attrs, rank);
  const shape = reducedShape(data.shape, axes, keepdims);
  if (!data.value?.every(isExact) || known === undefined) return [{ dtype: data.dtype, shape }];
  if (axes.length === 0)
    return [
      typeWith(
        data.dtype,
        shape,
        data.value.map((e) => known([e]) ?? "?!"),
      ),
    ];
  const element = known(data.value);
  const safe = typeof element === "string" || Number.isSafeInteger(element);
  return [typeWith(data.dtype, shape, safe && element !== undefined ? [element] : undefined)];
}

function evaluateReduction(
  operands: readonly (NdArray | undefined)[],
  attrs: Attrs,
  reduce: (data: NdArray, shape: readonly number[], axes: readonly number[]) => NdArray,
): readonly NdArray[] {
  const data = operandAt(operands, 0);
  const given = operands[1] === undefined ? [] : integersOf(operands[1]);
  const axes = reducedAxes(given, attrs, data.shape.length);
  return [reduce(data, reducedShape(data.shape, axes, keepsAxes(attrs)), axes)];
}

function reduction(
  allowed: (dtype: DType) => boolean,
  known: Known | undefined,
  reduce: (data: NdArray, shape: readonly number[], axes: readonly number[]) => NdArray,
): OpDef {
  return {
    operands: [{ name: "data" }, { name: "axes", optional: true }],
    attrs: {
      keepdims: { type: "int", default: 1 },
      noop_with_empty_axes: { type: "int", default: 0 },
    },
    infer: (operands, attrs) => inferReduction(operands, attrs, allowed, known),
    evaluate: (operands, attrs) => evaluateReduction(operands, attrs, reduce),
  };
}

// ── Sums, products, norms ────────────────────────────────────────────────────

interface Row {
  readonly float: (lane: Float64Array) => number;
  /** Without it, integers are reduced as floats and truncated. */
  readonly integer?: (lane: readonly bigint[]) => bigint;
  readonly value?: Known;
}

const sum = (lane: Float64Array) => lane.reduce((s, x) => s + x, 0);
const sumOfSquares = (lane: Float64Array) => lane.reduce((s, x) => s + x * x, 0);

function logSumExp(lane: Float64Array): number {
  const greatest = lane.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(greatest)) return greatest;
  return greatest + Math.log(lane.reduce((s, x) => s + Math.exp(x - greatest), 0));
}

const ROWS: Readonly<Record<string, Row>> = {
  ReduceSum: {
    float: sum,
    integer: (lane) => lane.reduce((s, x) => s + x, 0n),
    value: sumOf,
  },
  ReduceProd: {
    float: (lane) => lane.reduce((s, x) => s * x, 1),
    integer: (lane) => lane.reduce((s, x) => s * x, 1n),
    value: productOf,
  },
  ReduceMean: {
    float: (lane) => sum(lane) / lane.length,
    integer: (lane) =>
      lane.length === 0 ? 0n : lane.reduce((s, x) => s + x, 0n) / BigInt(lane.length),
  },
  ReduceL1: {
    float: (lane) => lane.reduce((s, x) => s + Math.abs(x), 0),
    integer: (lane) => lane.reduce((s, x) => s + (x < 0n ? -x : x), 0n),
  },
  ReduceSumSquare: {
    float: sumOfSquares,
    integer: (lane) => lane.reduce((s, x) => s + x * x, 0n),
  },
  ReduceL2: { float: (lane) => Math.sqrt(sumOfSquares(lane)) },
  ReduceLogSum: { float: (lane) => Math.log(sum(lane)) },
  ReduceLogSumExp: { float: logSumExp },
};

function folded(
  row: Row,
  data: NdArray,
  shape: readonly number[],
  axes: readonly number[],
): NdArray {
  const { starts, steps } = lanesOf(data.shape, axes);
  const { integer } = row;
  if (isInteger(data.dtype) && integer !== undefined) {
    const cells = bigintsOf(data);
    const lane = (start: number) => Array.from(steps, (step) => cells[start + step] as bigint);
    return integers(
      data.dtype,
      shape,
      Array.from(starts, (start) => integer(lane(start))),
    );
  }
  const cells = doublesOf(data);
  const lane = new Float64Array(steps.length);
  const results = Array.from(starts, (start) => {
    for (let i = 0; i < lane.length; i++) lane[i] = cells[start + (steps[i] as number)] as number;
    return row.float(lane);
  });
  if (isInteger(data.dtype))
    return integers(
      data.dtype,
      shape,
      results.map((x) => (Number.isFinite(x) ? BigInt(Math.trunc(x)) : 0n)),
    );
  return floats(data.dtype, shape, (out) => {
    for (let i = 0; i < results.length; i++) out[i] = results[i] as number;
  });
}

// ── Extremes ─────────────────────────────────────────────────────────────────

/** What no element of the type exceeds; the extreme of no elements. */
function limit(dtype: DType, least: boolean): Cell {
  if (isFloat(dtype)) return least ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (dtype === "bool") return least ? 0 : 1;
  const bits = BigInt(dtype.slice(1));
  const bound = isSigned(dtype)
    ? least
      ? -(2n ** (bits - 1n))
      : 2n ** (bits - 1n) - 1n
    : least
      ? 0n
      : 2n ** bits - 1n;
  return bits === 64n ? bound : Number(bound);
}

/** x comes before y; a NaN comes before everything, as in numpy. */
type Before = (x: Cell, y: Cell) => boolean;

const before = (least: boolean): Before =>
  least
    ? (x, y) => x < y || (Number.isNaN(x) && !Number.isNaN(y))
    : (x, y) => x > y || (Number.isNaN(x) && !Number.isNaN(y));

function extreme(least: boolean): OpDef {
  const first = before(least);
  return reduction(
    (dtype) => isWide(dtype) || dtype === "u8" || dtype === "i8" || dtype === "bool",
    (elements) => (elements.length === 0 ? undefined : elements.reduce(least ? minDims : maxDims)),
    (data, shape, axes) => {
      const cells = cellsOf(data);
      const { starts, steps } = lanesOf(data.shape, axes);
      return selected(data.dtype, shape, (out) => {
        for (const [at, start] of starts.entries()) {
          let best = steps.length === 0 ? limit(data.dtype, !least) : (cells[start] as Cell);
          for (const step of steps) {
            const cell = cells[start + step] as Cell;
            if (first(cell, best)) best = cell;
          }
          out[at] = best;
        }
      });
    },
  );
}

function extremeIndex(least: boolean): OpDef {
  const first = before(least);
  return {
    operands: [{ name: "data" }],
    attrs: {
      axis: { type: "axis", default: 0 },
      keepdims: { type: "int", default: 1 },
      select_last_index: { type: "int", default: 0 },
    },
    infer(operands, attrs) {
      const data = operandAt(operands, 0);
      requireDType(data, (dtype) => isFloat(dtype) || isInteger(dtype), "numbers");
      const axis = normalizeAxis(intAttr(attrs, "axis"), data.shape.length);
      if (data.shape[axis] === 0) throw new ShapeError(`axis ${axis} has no elements`);
      const keepdims = keepsAxes(attrs);
      return [{ dtype: "i64", shape: reducedShape(data.shape, [axis], keepdims) }];
    },
    evaluate(operands, attrs) {
      const data = operandAt(operands, 0);
      const axis = normalizeAxis(intAttr(attrs, "axis"), data.shape.length);
      const last = intAttr(attrs, "select_last_index") !== 0;
      const shape = reducedShape(data.shape, [axis], keepsAxes(attrs));
      const cells = cellsOf(data);
      const { starts, steps } = lanesOf(data.shape, [axis]);
      const found = new BigInt64Array(sizeOf(shape));
      for (const [at, start] of starts.entries()) {
        let best = 0;
        for (let i = 1; i < steps.length; i++) {
          const cell = cells[start + (steps[i] as number)] as Cell;
          const held = cells[start + (steps[best] as number)] as Cell;
          if (first(cell, held) || (last && !first(held, cell))) best = i;
        }
        found[at] = BigInt(best);
      }
      return [{ dtype: "i64", shape, data: found }];
    },
  };
}

/** ReduceSum, ReduceMean, ReduceProd, ReduceMax, ReduceMin, the norms and logarithms of sums; ArgMax, ArgMin. */
export const reductions: Ops = checked({
  ...Object.fromEntries(
    Object.entries(ROWS).map(([name, row]) => [
      name,
      reduction(isWide, row.value, (data, shape, axes) => folded(row, data, shape, axes)),
    ]),
  ),
  ReduceMax: extreme(false),
  ReduceMin: extreme(true),
  ArgMax: extremeIndex(false),
  ArgMin: extremeIndex(true),
});
