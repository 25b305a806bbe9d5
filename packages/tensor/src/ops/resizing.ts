/**
 * Resize: interpolation along any axes.
 *
 * @module
 */

import type { Attrs, Dim, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { integersOf, numbersOf, sizeOf, stridesOf, tensor } from "../array.ts";
import { multiplyDims } from "../dim.ts";
import { take } from "../layout.ts";
import {
  floatAttr,
  formatType,
  intAttr,
  intsAttr,
  normalizeAxes,
  operandAt,
  ShapeError,
  stringAttr,
} from "../typing.ts";
import { freshDim, freshDims, isFresh, listOperand } from "../value.ts";
import { checked, type Ops } from "./operator.ts";

const POLICIES = ["stretch", "not_larger", "not_smaller"] as const;
const COORDINATES = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_crop_and_resize",
] as const;
const NEAREST = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;

function axesOf(attrs: Attrs, rank: number): readonly number[] {
  return normalizeAxes(
    intsAttr(attrs, "axes") ?? Array.from({ length: rank }, (_, axis) => axis),
    rank,
  );
}

/** An optional operand that files also leave out by giving a tensor without elements. */
function present<T extends TensorType | NdArray>(operand: T | undefined): T | undefined {
  return operand?.shape.includes(0) ? undefined : operand;
}

/** The scale that keeps all asked-for sizes, or does not exceed any. */
function commonScale(from: readonly number[], to: readonly number[], policy: string): number {
  const scales = to.map((size, i) => size / (from[i] as number));
  return policy === "not_larger" ? Math.min(...scales) : Math.max(...scales);
}

/** The sizes of the resized axes, where the operand `sizes` is given. */
function sizesFrom(from: readonly Dim[], sizes: readonly Dim[], policy: string): readonly Dim[] {
  if (sizes.some((size) => typeof size === "number" && size < 0))
    throw new ShapeError(`sizes [${sizes.join(", ")}] has a negative element`);
  const known = [...from, ...sizes].every((dim) => typeof dim === "number");
  if (policy === "stretch") return sizes;
  if (!known) return freshDims("Resize", sizes.length);
  if (from.includes(0)) throw new ShapeError("an axis of size 0 has no scale to be kept");
  const scale = commonScale(from as readonly number[], sizes as readonly number[], policy);
  return from.map((dim) => Math.floor(scale * (dim as number) + 0.5));
}

/** ⌊dim · scale⌋ in single precision, as runtimes reckon. */
function scaled(dim: Dim, scale: number | undefined, axis: number): Dim {
  if (scale === 1) return dim;
  if (scale === undefined || isFresh(dim)) return freshDim("Resize", axis);
  if (typeof dim === "number") return Math.floor(Math.fround(dim * Math.fround(scale)));
  return Number.isInteger(scale) ? multiplyDims(dim, scale) : freshDim("Resize", axis);
}

function resizedShape(operands: readonly (TensorType | undefined)[], attrs: Attrs): readonly Dim[] {
  const data = operandAt(operands, 0);
  const axes = axesOf(attrs, data.shape.length);
  const scales = present(operands[2]);
  const sizes = present(operands[3]);
  if ((scales === undefined) === (sizes === undefined))
    throw new ShapeError("either scales or sizes must be given, and not both");
  const shape = [...data.shape];
  const from = axes.map((axis) => data.shape[axis] as Dim);
  const given =
    sizes && (listOperand(sizes, "Resize", "sizes") ?? freshDims("Resize", axes.length));
  if (scales !== undefined && scales.shape.length !== 1)
    throw new ShapeError(`scales must be a list, not ${formatType(scales)}`);
  const count = given?.length ?? scales?.shape[0];
  if (typeof count === "number" && count !== axes.length)
    throw new ShapeError(`${axes.length} axes are resized, but ${count} numbers given for them`);
  const policy = stringAttr(attrs, "keep_aspect_ratio_policy", "stretch");
  const to = given && sizesFrom(from, given, policy);
  for (const [i, axis] of axes.entries()) {
    const size = to?.[i] ?? scaled(from[i] as Dim, scales?.value?.[i] as number | undefined, axis);
    shape[axis] = isFresh(size) ? freshDim("Resize", axis) : size;
  }
  return shape;
}

/** Where position `at` of an axis lies in the original. */
function original(mode: string, at: number, { from, to, scale, start, end }: Axis): number {
  switch (mode) {
    case "align_corners":
      return to === 1 ? 0 : (at * (from - 1)) / (to - 1);
    case "asymmetric":
      return at / scale;
    case "pytorch_half_pixel":
      return to === 1 ? 0 : (at + 0.5) / scale - 0.5;
    case "half_pixel_symmetric":
      return (from / 2) * (1 - to / (scale * from)) + (at + 0.5) / scale - 0.5;
    case "tf_crop_and_resize": {
      const part = to === 1 ? 0.5 : at / (to - 1);
      return (start + part * (end - start)) * (from - 1);
    }
    default:
      return (at + 0.5) / scale - 0.5;
  }
}

function nearest(x: number, mode: string): number {
  switch (mode) {
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    case "round_prefer_ceil":
      return Math.floor(x + 0.5);
    default:
      return Math.ceil(x - 0.5);
  }
}

interface Axis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** The part of the original that is taken, as shares of it: only cropping looks at them. */
  readonly start: number;
  readonly end: number;
}

function clamp(i: number, size: number): number {
  return Math.min(Math.max(i, 0), size - 1);
}

/** One axis by picking elements. */
function pick(data: NdArray, axis: Axis, attrs: Attrs): NdArray {
  const { from, to } = axis;
  const mode = stringAttr(attrs, "coordinate_transformation_mode", "half_pixel");
  const rounding = stringAttr(attrs, "nearest_mode", "round_prefer_floor");
  const at = Array.from({ length: to }, (_, i) =>
    clamp(nearest(original(mode, i, axis), rounding), from),
  );
  const inner = stridesOf(data.shape)[axis.axis] as number;
  const shape = data.shape.with(axis.axis, to);
  const source = Int32Array.from({ length: sizeOf(shape) }, (_, k) => {
    const outer = Math.floor(k / (to * inner));
    return (outer * from + (at[Math.floor(k / inner) % to] as number)) * inner + (k % inner);
  });
  return take(data, shape, source);
}

/** What an element counts at a distance: a triangle, or the cubic convolution of Keys with its parameter `a`. */
function kernel(distance: number, mode: string, a: number): number {
  const d = Math.abs(distance);
  if (mode === "linear") return Math.max(0, 1 - d);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/** The elements of an axis that one of the result is made of. */
interface Tap {
  readonly at: number;
  readonly weight: number;
}

/**
 * What the element that lies at `x` in the original is made of; `undefined` beyond a cropped original. Against aliasing the kernel
 * is made as much wider as the axis becomes shorter.
 */
function tapsAt(x: number, { from, scale }: Axis, attrs: Attrs): readonly Tap[] | undefined {
  const mode = stringAttr(attrs, "mode", "nearest");
  const crops = attrs["coordinate_transformation_mode"] === "tf_crop_and_resize";
  if (crops && (x < 0 || x > from - 1)) return undefined;
  if (mode === "nearest") {
    const rounding = stringAttr(attrs, "nearest_mode", "round_prefer_floor");
    return [{ at: clamp(nearest(x, rounding), from), weight: 1 }];
  }
  const antialias = intAttr(attrs, "antialias", 0) !== 0;
  const excludes = intAttr(attrs, "exclude_outside", 0) !== 0;
  const stretch = antialias ? Math.min(scale, 1) : 1;
  const reach = (mode === "cubic" ? 2 : 1) / stretch;
  const a = floatAttr(attrs, "cubic_coeff_a", -0.75);
  const taps: Tap[] = [];
  let sum = 0;
  for (let i = Math.floor(x - reach) + 1; i < x + reach; i++) {
    if (excludes && (i < 0 || i >= from)) continue;
    const weight = kernel(stretch * (i - x), mode, a);
    sum += weight;
    taps.push({ at: clamp(i, from), weight });
  }
  if (!antialias && !excludes) return taps;
  return taps.map(({ at, weight }) => ({ at, weight: weight / sum }));
}

/** One axis by weighing elements; in double precision, rounded once all axes are done. */
function weigh(
  values: ArrayLike<number>,
  shape: readonly number[],
  axis: Axis,
  attrs: Attrs,
): Float64Array {
  const { from, to } = axis;
  const mode = stringAttr(attrs, "coordinate_transformation_mode", "half_pixel");
  const beyond = floatAttr(attrs, "extrapolation_value", 0);
  const inner = sizeOf(shape.slice(axis.axis + 1));
  const result = new Float64Array((values.length / from) * to);
  const taps = Array.from({ length: to }, (_, i) => tapsAt(original(mode, i, axis), axis, attrs));
  for (let k = 0; k < result.length; k++) {
    const outer = Math.floor(k / (to * inner));
    const own = taps[Math.floor(k / inner) % to];
    if (own === undefined) result[k] = beyond;
    else
      for (const { at, weight } of own)
        result[k] =
          (result[k] as number) +
          weight * (values[(outer * from + at) * inner + (k % inner)] as number);
  }
  return result;
}

/** How each resized axis is to be resized; axes that stay are left out. */
function resizedAxes(operands: readonly (NdArray | undefined)[], attrs: Attrs): readonly Axis[] {
  const data = operandAt(operands, 0);
  const axes = axesOf(attrs, data.shape.length);
  const from = axes.map((axis) => data.shape[axis] as number);
  const scales = present(operands[2]);
  const sizes = present(operands[3]);
  const policy = stringAttr(attrs, "keep_aspect_ratio_policy", "stretch");
  const asked = sizes && integersOf(sizes);
  const kept = asked && policy !== "stretch" ? commonScale(from, asked, policy) : undefined;
  const to = asked && sizesFrom(from, asked, policy);
  const crops = attrs["coordinate_transformation_mode"] === "tf_crop_and_resize";
  const region = crops ? numbersOf(operandAt(operands, 1)) : [];
  return axes.flatMap((axis, i) => {
    const size = from[i] as number;
    const given = scales && (numbersOf(scales)[i] as number);
    const target = (to?.[i] ?? scaled(size, given, axis)) as number;
    const scale = given ?? kept ?? target / size;
    const { [i]: start = 0, [axes.length + i]: end = 1 } = region;
    const stays = scale === 1 && target === size && start === 0 && end === 1;
    return stays ? [] : [{ axis, from: size, to: target, scale, start, end }];
  });
}

const resize: OpDef = {
  operands: [
    { name: "X" },
    { name: "roi", optional: true },
    { name: "scales", optional: true },
    { name: "sizes", optional: true },
  ],
  attrs: {
    antialias: { type: "int", default: 0 },
    axes: { type: "axes" },
    coordinate_transformation_mode: { type: COORDINATES, default: "half_pixel" },
    cubic_coeff_a: { type: "float", default: -0.75 },
    exclude_outside: { type: "int", default: 0 },
    extrapolation_value: { type: "float", default: 0 },
    keep_aspect_ratio_policy: { type: POLICIES, default: "stretch" },
    mode: { type: ["nearest", "linear", "cubic"], default: "nearest" },
    nearest_mode: { type: NEAREST, default: "round_prefer_floor" },
  },
  infer: (operands, attrs) => [
    { dtype: operandAt(operands, 0).dtype, shape: resizedShape(operands, attrs) },
  ],
  evaluate: (operands, attrs) => {
    const data = operandAt(operands, 0);
    const axes = resizedAxes(operands, attrs);
    const crops = attrs["coordinate_transformation_mode"] === "tf_crop_and_resize";
    if (stringAttr(attrs, "mode", "nearest") === "nearest" && !crops)
      return [axes.reduce((array, axis) => pick(array, axis, attrs), data)];
    let values = numbersOf(data);
    let shape = data.shape;
    for (const axis of axes) {
      values = weigh(values, shape, axis, attrs);
      shape = shape.with(axis.axis, axis.to);
    }
    return [axes.length === 0 ? data : tensor(data.dtype, shape, Array.from(values))];
  },
};

/** Resize. */
export const resizingOps: Ops = checked({ Resize: resize });
