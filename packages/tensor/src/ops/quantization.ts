/**
 * Conversion between real numbers and small integers, q = round(x / scale) + zero point, by tensor, by axis or by block.
 *
 * @module
 */

import type { Attrs, Dim, DType, NdArray, TensorType } from "@rewright/plugin";
import { allocateNumbers, numbersOf, roundTo, stridesOf, tensor } from "../array.ts";
import { compatibleDims } from "../dim.ts";
import {
  formatType,
  intAttr,
  isFloat,
  normalizeAxis,
  operandAt,
  requireDType,
  ShapeError,
} from "../typing.ts";
import { convert } from "./casting.ts";
import { checked, type Ops } from "./operator.ts";

/** The least and the greatest integer of a quantized type; `undefined` for floats. */
function rangeOf(dtype: DType): readonly [number, number] | undefined {
  const match = /^([iu])(2|4|8|16|32)$/.exec(dtype);
  if (match === null) return undefined;
  const bits = Number(match[2]);
  return match[1] === "u" ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

/** An integer of at most 32 bits, or a float of 8 or 4. */
function isQuantized(dtype: DType): boolean {
  return rangeOf(dtype) !== undefined || /^f[48]/.test(dtype);
}

function saturated(x: number, dtype: DType, [least, greatest]: readonly [number, number]): number {
  return roundTo(dtype, Math.min(Math.max(x, least), greatest));
}

/** To the nearest integer, ties to even. */
function roundEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}

/** Scale and zero point hold one number for the tensor, one for each position of an axis, or one a block of it. */
function requireScale(
  x: TensorType,
  scale: TensorType,
  zero: TensorType | undefined,
  attrs: Attrs,
) {
  if (
    zero !== undefined &&
    (zero.shape.length !== scale.shape.length ||
      zero.shape.some((dim, i) => !compatibleDims(dim, scale.shape[i] as Dim)))
  )
    throw new ShapeError(
      `scale ${formatType(scale)} and zero point ${formatType(zero)} must have the same shape`,
    );
  // A list whose length is a name may turn out to hold one number, for the tensor.
  const [length] = scale.shape;
  if (scale.shape.length <= 1 && (typeof length !== "number" || length === 1)) return;
  const axis = normalizeAxis(intAttr(attrs, "axis", 1), x.shape.length);
  const block = intAttr(attrs, "block_size", 0);
  if (block === 0) {
    if (scale.shape.length !== 1 || !compatibleDims(scale.shape[0] as Dim, x.shape[axis] as Dim))
      throw new ShapeError(
        `scale ${formatType(scale)} does not fit axis ${axis} of ${formatType(x)}`,
      );
    return;
  }
  const fits = (dim: Dim, i: number) => {
    const size = x.shape[i] as Dim;
    if (i !== axis) return compatibleDims(dim, size);
    return typeof size !== "number" || compatibleDims(dim, Math.ceil(size / block));
  };
  if (block < 0 || scale.shape.length !== x.shape.length || !scale.shape.every(fits))
    throw new ShapeError(
      `scale ${formatType(scale)} does not fit ${formatType(x)} in blocks of ${block} along axis ${axis}`,
    );
}

/** For each element, the position of its scale. */
function scalePositions(x: NdArray, scale: NdArray, attrs: Attrs): (position: number) => number {
  if (scale.data.length === 1) return () => 0;
  const axis = normalizeAxis(intAttr(attrs, "axis", 1), x.shape.length);
  const size = x.shape[axis] as number;
  const inner = stridesOf(x.shape)[axis] as number;
  const block = intAttr(attrs, "block_size", 0);
  if (block === 0) return (position) => Math.floor(position / inner) % size;
  const blocks = scale.shape[axis] as number;
  return (position) => {
    const along = Math.floor(position / inner);
    const outer = Math.floor(along / size);
    return (outer * blocks + Math.floor((along % size) / block)) * inner + (position % inner);
  };
}

function zeroPoint(zero: NdArray | undefined): (at: number) => number {
  const values = zero && numbersOf(zero);
  return (at) => (values?.[at] as number | undefined) ?? 0;
}

function outputDType(attrs: Attrs, fallback: DType): DType {
  return (attrs["output_dtype"] as DType | undefined) ?? fallback;
}

function quantize(x: NdArray, scale: NdArray, zero: NdArray | undefined, attrs: Attrs): NdArray {
  const dtype = zero?.dtype ?? outputDType(attrs, "u8");
  const range = rangeOf(dtype);
  const values = numbersOf(x);
  const scales = numbersOf(scale);
  const position = scalePositions(x, scale, attrs);
  const offset = zeroPoint(zero);
  const data = allocateNumbers(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const at = position(i);
    const quotient = roundTo(scale.dtype, (values[i] as number) / (scales[at] as number));
    // Floats of 8 and 4 bits have no other zero point than 0.
    data[i] = range
      ? saturated(roundEven(quotient) + offset(at), dtype, range)
      : Number(convert(quotient, dtype, intAttr(attrs, "saturate", 1) !== 0));
  }
  return { dtype, shape: x.shape, data };
}

function dequantize(x: NdArray, scale: NdArray, zero: NdArray | undefined, attrs: Attrs): NdArray {
  const dtype = outputDType(attrs, scale.dtype);
  const values = numbersOf(x);
  const scales = numbersOf(scale);
  const position = scalePositions(x, scale, attrs);
  const offset = zeroPoint(zero);
  const data = allocateNumbers(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const at = position(i);
    const difference = (values[i] as number) - offset(at);
    data[i] = roundTo(dtype, roundTo(scale.dtype, difference * (scales[at] as number)));
  }
  return { dtype, shape: x.shape, data };
}

const LAYOUT = {
  axis: { type: "axis", default: 1 },
  block_size: { type: "int", default: 0 },
  output_dtype: { type: "dtype" },
} as const;

/** QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear. */
export const quantizationOps: Ops = checked({
  QuantizeLinear: {
    operands: [{ name: "x" }, { name: "y_scale" }, { name: "y_zero_point", optional: true }],
    attrs: {
      ...LAYOUT,
      precision: { type: "dtype" },
      saturate: { type: "int", default: 1 },
    },
    infer: (operands, attrs) => {
      const x = operandAt(operands, 0);
      const [, , zero] = operands;
      if (zero !== undefined) requireDType(zero, isQuantized, "a zero point of a quantized type");
      requireScale(x, operandAt(operands, 1), zero, attrs);
      return [{ dtype: zero?.dtype ?? outputDType(attrs, "u8"), shape: x.shape }];
    },
    evaluate: (operands, attrs) => [
      quantize(operandAt(operands, 0), operandAt(operands, 1), operands[2], attrs),
    ],
  },

  DequantizeLinear: {
    operands: [{ name: "x" }, { name: "x_scale" }, { name: "x_zero_point", optional: true }],
    attrs: LAYOUT,
    infer: (operands, attrs) => {
      const x = operandAt(operands, 0);
      const scale = operandAt(operands, 1);
      const [, , zero] = operands;
      if (zero !== undefined && zero.dtype !== x.dtype)
        throw new ShapeError(
          `x and its zero point must have the same element type: ${x.dtype} and ${zero.dtype}`,
        );
      requireDType(x, isQuantized, "a quantized type");
      requireDType(scale, isFloat, "a scale of floats");
      requireScale(x, scale, zero, attrs);
      return [{ dtype: outputDType(attrs, scale.dtype), shape: x.shape }];
    },
    evaluate: (operands, attrs) => [
      dequantize(operandAt(operands, 0), operandAt(operands, 1), operands[2], attrs),
    ],
  },

  DynamicQuantizeLinear: {
    operands: [{ name: "x" }],
    results: 3,
    resultNames: ["y", "y_scale", "y_zero_point"],
    infer: (operands) => {
      const x = operandAt(operands, 0);
      requireDType(x, (dtype) => dtype === "f32", "single precision");
      return [
        { dtype: "u8", shape: x.shape },
        { dtype: "f32", shape: [] },
        { dtype: "u8", shape: [] },
      ];
    },
    evaluate: (operands, attrs) => {
      const x = operandAt(operands, 0);
      // The range is widened to hold 0, so that 0 is exact.
      let [least, greatest] = [0, 0];
      for (const value of Array.from(numbersOf(x))) {
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
      }
      const width = Math.fround(Math.fround(greatest - least) / 255);
      const scale = tensor("f32", [], [width === 0 ? 1 : width]);
      const zero = saturated(
        roundEven(Math.fround(-least / (scale.data[0] as number))),
        "u8",
        [0, 255],
      );
      const zeroPoint = tensor("u8", [], [zero]);
      return [quantize(x, scale, zeroPoint, attrs), scale, zeroPoint];
    },
  },
});
