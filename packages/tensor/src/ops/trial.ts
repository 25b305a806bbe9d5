/**
 * Operators that ONNX had on trial in its first operator sets and withdrew with opset 10. Files of that time hold them, and
 * ONNX Runtime runs them (its `contrib_defs.cc` has their schemas).
 *
 * @module
 */

import type { Attrs, Dim, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { numbersOf, stridesOf } from "../array.ts";
import { subtractDims } from "../dim.ts";
import { strided } from "../layout.ts";
import {
  floatAttr,
  intsAttr,
  isFloat,
  operandAt,
  requireDType,
  requireRank,
  ShapeError,
} from "../typing.ts";
import { floats } from "./elementwise.ts";
import { checked, type Ops } from "./operator.ts";

/** y = α · x + β, element by element. */
const affine: OpDef = {
  operands: [{ name: "X" }],
  attrs: { alpha: { type: "float", default: 1 }, beta: { type: "float", default: 0 } },
  infer: (operands) => {
    const x = operandAt(operands, 0);
    requireDType(x, isFloat, "floats");
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: (operands, attrs) => {
    const [alpha, beta] = [floatAttr(attrs, "alpha", 1), floatAttr(attrs, "beta", 0)];
    return [mapped(operandAt(operands, 0), (x) => alpha * x + beta)];
  },
};

function mapped(x: NdArray, of: (element: number, position: number) => number): NdArray {
  const elements = numbersOf(x);
  return floats(x.dtype, x.shape, (out) => {
    for (let i = 0; i < elements.length; i++) out[i] = of(elements[i] as number, i);
  });
}

function biasesOf(attrs: Attrs): readonly number[] {
  return (attrs["bias"] as readonly number[] | undefined) ?? [];
}

/** y = scale · x + bias, with one bias for each channel of images, [N, C, H, W]. */
const imageScaler: OpDef = {
  operands: [{ name: "input" }],
  attrs: {
    bias: { type: "floats", required: true },
    scale: { type: "float", default: 1 },
  },
  infer: (operands, attrs) => {
    const x = operandAt(operands, 0);
    requireDType(x, isFloat, "floats");
    requireRank(x, 4);
    const [, channels] = x.shape;
    const count = biasesOf(attrs).length;
    if (typeof channels === "number" && channels !== count)
      throw new ShapeError(`there must be as many biases as channels: ${channels}, not ${count}`);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: (operands, attrs) => {
    const x = operandAt(operands, 0);
    const biases = biasesOf(attrs);
    const scale = floatAttr(attrs, "scale", 1);
    const inner = stridesOf(x.shape)[1] as number;
    const biasAt = (position: number): number =>
      biases[Math.floor(position / inner) % biases.length] as number;
    return [mapped(x, (element, position) => scale * element + biasAt(position))];
  },
};

/** Where a crop of images begins, and how much is left of them. */
function cropOf({ shape }: TensorType, attrs: Attrs): { top: number; left: number; size: Dim[] } {
  const [left, top, right, bottom, ...more] = intsAttr(attrs, "border") ?? [];
  const scale = intsAttr(attrs, "scale");
  if (left === undefined || top === undefined || right === undefined || bottom === undefined)
    throw new ShapeError("border must be left, top, right and bottom");
  if (more.length > 0 || Math.min(left, top, right, bottom) < 0)
    throw new ShapeError("border must be four numbers that are not negative");
  if (scale !== undefined && scale.length !== 2)
    throw new ShapeError("scale must be a height and a width");
  const size = [
    scale?.[0] ?? subtractDims(shape[2] as Dim, top + bottom),
    scale?.[1] ?? subtractDims(shape[3] as Dim, left + right),
  ];
  const begins = [top, left];
  for (const [i, dim] of size.entries()) {
    const whole = shape[i + 2] as Dim;
    const isLess = typeof dim === "number" && dim < 0;
    const isMore = scale && typeof whole === "number" && Number(dim) + Number(begins[i]) > whole;
    if (isLess || isMore) throw new ShapeError(`nothing of size ${dim} can be cut out of ${whole}`);
  }
  return { top, left, size };
}

/** The middle of images, [N, C, H, W]: without a border, or of a size (called its scale) from the upper left border on. */
const crop: OpDef = {
  operands: [{ name: "input" }],
  attrs: { border: { type: "ints", required: true }, scale: { type: "ints" } },
  infer: (operands, attrs) => {
    const x = operandAt(operands, 0);
    requireDType(x, isFloat, "floats");
    requireRank(x, 4);
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...cropOf(x, attrs).size] }];
  },
  evaluate: (operands, attrs) => {
    const x = operandAt(operands, 0);
    const { top, left, size } = cropOf(x, attrs);
    const shape = [...x.shape.slice(0, 2), ...(size as number[])];
    return [strided(x, shape, [0, 0, top, left], [1, 1, 1, 1])];
  },
};

/** Affine, ImageScaler, Crop. */
export const trials: Ops = checked({ Affine: affine, ImageScaler: imageScaler, Crop: crop });
