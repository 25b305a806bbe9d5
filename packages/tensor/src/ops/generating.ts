/**
 * Operators that make tensors from shapes and scalars, and read the shapes of others.
 *
 * @module
 */

import type { Attr, Attrs, Dim, DType, NdArray, TensorType } from "@rewright/plugin";
import { allocate, integersOf, numbersOf, sizeOf, stridesOf, tensor } from "../array.ts";
import { addDims, maxDims, productOf, subtractDims } from "../dim.ts";
import { take } from "../layout.ts";
import { commonDType, intAttr, operandAt, requireRank, ShapeError } from "../typing.ts";
import {
  freshDim,
  isExact,
  isFresh,
  isNonNegative,
  listOperand,
  scalarOperand,
  typeWith,
  unknownType,
} from "../value.ts";
import { checked, type Ops } from "./operator.ts";

function isArray(attr: Attr | undefined): attr is NdArray {
  return typeof attr === "object" && "dtype" in attr;
}

// ── Shape ────────────────────────────────────────────────────────────────────

function reportedShape<D extends Dim>(shape: readonly D[], attrs: Attrs): readonly D[] {
  return shape.slice(
    intAttr(attrs, "start", 0),
    attrs["end"] === undefined ? undefined : intAttr(attrs, "end"),
  );
}

// ── ConstantOfShape ──────────────────────────────────────────────────────────

const ZERO: NdArray = { dtype: "f32", shape: [1], data: new Float32Array(1) };

function filling(attrs: Attrs): NdArray {
  const value = attrs["value"] ?? ZERO;
  if (!isArray(value) || value.data.length !== 1)
    throw new ShapeError("attribute 'value' must be a tensor of one element");
  return value;
}

// ── Range ────────────────────────────────────────────────────────────────────

/** How many numbers a range has; `undefined` where that is not known. */
function rangeLength(start: Dim, limit: Dim, delta: Dim): Dim | undefined {
  if (delta === 0) throw new ShapeError("delta is 0");
  if (typeof delta !== "number" || ![start, limit, delta].every(isExact)) return undefined;
  if (typeof start === "number" && typeof limit === "number")
    return Math.max(0, Math.ceil((limit - start) / delta));
  if (delta !== 1) return undefined;
  const length = subtractDims(limit, start);
  return isNonNegative(length) ? length : maxDims(length, 0);
}

function rangeType(operands: readonly TensorType[]): TensorType {
  const dtype = commonDType(operands);
  const [start, limit, delta] = ["start", "limit", "delta"].map((name, i) =>
    scalarOperand(operandAt(operands, i), name),
  );
  const known =
    start === undefined || limit === undefined || delta === undefined
      ? undefined
      : rangeLength(start, limit, delta);
  const length = known ?? freshDim("Range", 0);
  if (typeof length !== "number" || length > 64 || start === undefined)
    return { dtype, shape: [length] };
  const value = Array.from({ length }, (_, i) => addDims(start, i * Number(delta)));
  return typeWith(dtype, [length], value);
}

function rangeOf(operands: readonly (NdArray | undefined)[]): NdArray {
  const { dtype } = operandAt(operands, 0);
  const [start, limit, delta] = operands.map((_, i) => operandAt(operands, i).data[0]);
  if (typeof start === "bigint" && typeof limit === "bigint" && typeof delta === "bigint") {
    const data: bigint[] = [];
    for (let x = start; delta > 0n ? x < limit : x > limit; x += delta) data.push(x);
    return tensor(dtype, [data.length], data);
  }
  const [from, to, by] = [Number(start), Number(limit), Number(delta)];
  const length = Math.max(0, Math.ceil((to - from) / by));
  return tensor(
    dtype,
    [length],
    Array.from({ length }, (_, i) => from + i * by),
  );
}

// ── EyeLike, Trilu ───────────────────────────────────────────────────────────

function eyeDType(input: DType, attrs: Attrs): DType {
  return (attrs["dtype"] as DType | undefined) ?? input;
}

function triangle(data: NdArray, offset: number, upper: boolean): NdArray {
  const rank = data.shape.length;
  const [rows, columns] = data.shape.slice(-2) as [number, number];
  const from = Int32Array.from({ length: sizeOf(data.shape) }, (_, k) => {
    const column = k % columns;
    const row = Math.floor(k / columns) % rows;
    return (upper ? column - row >= offset : column - row <= offset) ? k : -1;
  });
  return rank < 2 ? data : take(data, data.shape, from);
}

/** Shape, Size, ConstantOfShape, Range, EyeLike, Trilu, NonZero. */
export const generatingOps: Ops = checked({
  Shape: {
    operands: [{ name: "data" }],
    attrs: { start: { type: "int", default: 0 }, end: { type: "int" } },
    infer: (operands, attrs) => {
      const shape = reportedShape(operandAt(operands, 0).shape, attrs);
      return [typeWith("i64", [shape.length], shape)];
    },
    evaluate: (operands, attrs) => {
      const shape = reportedShape(operandAt(operands, 0).shape, attrs);
      return [tensor("i64", [shape.length], shape)];
    },
  },

  Size: {
    operands: [{ name: "data" }],
    infer: (operands) => [typeWith("i64", [], [productOf(operandAt(operands, 0).shape)])],
    evaluate: (operands) => [tensor("i64", [], [sizeOf(operandAt(operands, 0).shape)])],
  },

  ConstantOfShape: {
    operands: [{ name: "input" }],
    attrs: { value: { type: "tensor", default: ZERO } },
    infer: (operands, attrs) => {
      const { dtype, data } = filling(attrs);
      const dims = listOperand(operandAt(operands, 0), "ConstantOfShape", "input");
      if (dims === undefined) return [unknownType];
      if (dims.some((dim) => typeof dim === "number" && dim < 0))
        throw new ShapeError(`[${dims.join(", ")}] has a negative dimension`);
      const shape = dims.map((dim, i) => (isFresh(dim) ? freshDim("ConstantOfShape", i) : dim));
      const [size = 1] = shape;
      const element = Number(data[0]);
      const known = shape.length <= 1 && typeof size === "number" && size <= 64;
      const value =
        known && Number.isSafeInteger(element) ? new Array<Dim>(size).fill(element) : undefined;
      return [typeWith(dtype, shape, value)];
    },
    evaluate: (operands, attrs) => {
      const shape = integersOf(operandAt(operands, 0));
      return [take(filling(attrs), shape, new Int32Array(sizeOf(shape)))];
    },
  },

  Range: {
    operands: [{ name: "start" }, { name: "limit" }, { name: "delta" }],
    infer: (operands) => [rangeType(operands.map((_, i) => operandAt(operands, i)))],
    evaluate: (operands) => [rangeOf(operands)],
  },

  EyeLike: {
    operands: [{ name: "input" }],
    attrs: { dtype: { type: "dtype" }, k: { type: "int", default: 0 } },
    infer: (operands, attrs) => {
      const input = operandAt(operands, 0);
      requireRank(input, 2);
      return [{ dtype: eyeDType(input.dtype, attrs), shape: input.shape }];
    },
    evaluate: (operands, attrs) => {
      const input = operandAt(operands, 0);
      const offset = intAttr(attrs, "k", 0);
      const [rows, columns] = input.shape as [number, number];
      const elements = Array.from({ length: rows * columns }, (_, i) =>
        (i % columns) - Math.floor(i / columns) === offset ? 1 : 0,
      );
      return [tensor(eyeDType(input.dtype, attrs), input.shape, elements)];
    },
  },

  Trilu: {
    operands: [{ name: "input" }, { name: "k", optional: true }],
    attrs: { upper: { type: "int", default: 1 } },
    infer: (operands) => {
      const input = operandAt(operands, 0);
      if (input.shape.length < 2) throw new ShapeError("the operand must have rank 2 at least");
      if (operands[1] !== undefined) scalarOperand(operands[1], "k");
      return [{ dtype: input.dtype, shape: input.shape }];
    },
    evaluate: (operands, attrs) => {
      const offset = operands[1] === undefined ? 0 : Number(operands[1].data[0]);
      return [triangle(operandAt(operands, 0), offset, intAttr(attrs, "upper", 1) !== 0)];
    },
  },

  NonZero: {
    operands: [{ name: "X" }],
    infer: (operands) => {
      const { shape } = operandAt(operands, 0);
      return [{ dtype: "i64", shape: [shape.length, freshDim("NonZero", 0)] }];
    },
    evaluate: (operands) => {
      const input = operandAt(operands, 0);
      const { shape } = input;
      const elements = numbersOf(input);
      const found: number[] = [];
      for (let i = 0; i < elements.length; i++) if (elements[i] !== 0) found.push(i);
      const data = allocate("i64", shape.length * found.length) as BigInt64Array;
      for (const [axis, stride] of stridesOf(shape).entries())
        for (const [k, at] of found.entries())
          data[axis * found.length + k] = BigInt(Math.floor(at / stride) % (shape[axis] as number));
      return [{ dtype: "i64", shape: [shape.length, found.length], data }];
    },
  },
});
