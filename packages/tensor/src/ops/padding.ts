/**
 * Pad: elements put around a tensor, or, where pads are negative, taken away.
 *
 * @module
 */

import type { Dim, TensorType } from "@rewright/plugin";
import { eachIndex, sizeOf, stridesOf } from "../array.ts";
import { addDims } from "../dim.ts";
import { strided, take } from "../layout.ts";
import { commonDType, normalizeAxes, operandAt, ShapeError, stringAttr } from "../typing.ts";
import { freshDim, freshDims, isFresh, listOperand, typeOf } from "../value.ts";
import { checked, type Ops } from "./operator.ts";

interface Padding {
  readonly before: Dim[];
  readonly after: Dim[];
}

/** The padding of every axis; `undefined` where the axes are not known. */
function paddingOf(
  pads: TensorType,
  axes: TensorType | undefined,
  rank: number,
): Padding | undefined {
  const given = axes && listOperand(axes, "Pad.axes", "axes");
  if (axes !== undefined && !given?.every((axis) => typeof axis === "number")) return undefined;
  const padded = normalizeAxes(
    (given as readonly number[] | undefined) ?? Array.from({ length: rank }, (_, i) => i),
    rank,
  );
  const amounts = listOperand(pads, "Pad", "pads") ?? freshDims("Pad", 2 * padded.length);
  if (amounts.length !== 2 * padded.length)
    throw new ShapeError(`pads must have ${2 * padded.length} elements, not ${amounts.length}`);
  const before = new Array<Dim>(rank).fill(0);
  const after = new Array<Dim>(rank).fill(0);
  for (const [i, axis] of padded.entries()) {
    before[axis] = amounts[i] as Dim;
    after[axis] = amounts[i + padded.length] as Dim;
  }
  return { before, after };
}

const PAD_MODES = ["constant", "reflect", "edge", "wrap"] as const;

/** What a negative pad takes away. */
function crop(pad: Dim): number {
  return typeof pad === "number" ? Math.max(0, -pad) : 0;
}

function paddedDim(dim: Dim, before: Dim, after: Dim, mode: string, axis: number): Dim {
  const size = addDims(addDims(dim, before), after);
  if (before === 0 && after === 0) return dim;
  if (isFresh(size)) return freshDim("Pad", axis);
  if (typeof dim !== "number") return size;
  const left = dim - crop(before) - crop(after);
  const added = Math.max(0, ...[before, after].filter((pad) => typeof pad === "number"));
  if (left < 0) throw new ShapeError(`pads take more than the ${dim} elements of axis ${axis}`);
  if (mode !== "constant" && added > 0 && left === 0)
    throw new ShapeError(`of axis ${axis} nothing is left to pad it with`);
  if (mode === "reflect" && added >= left && added > 0)
    throw new ShapeError(`the ${left} elements of axis ${axis} cannot be reflected by ${added}`);
  return size;
}

/** The position in an axis of `size` whose element stands at `at`, -1 for the constant. */
function sourceOf(at: number, size: number, mode: string): number {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case "edge":
      return at < 0 ? 0 : size - 1;
    case "wrap":
      return ((at % size) + size) % size;
    case "reflect":
      return at < 0 ? -at : 2 * (size - 1) - at;
    default:
      return -1;
  }
}

/** Pad. */
export const paddingOps: Ops = checked({
  Pad: {
    operands: [
      { name: "data" },
      { name: "pads" },
      { name: "constant_value", optional: true },
      { name: "axes", optional: true },
    ],
    attrs: { mode: { type: PAD_MODES, default: "constant" } },
    infer: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const mode = stringAttr(attrs, "mode", "constant");
      const padding = paddingOf(operandAt(operands, 1), operands[3], data.shape.length);
      if (operands[2] !== undefined) commonDType([data, operands[2]]);
      const shape =
        padding === undefined
          ? freshDims("Pad", data.shape.length)
          : data.shape.map((dim, axis) =>
              paddedDim(dim, padding.before[axis] as Dim, padding.after[axis] as Dim, mode, axis),
            );
      return [{ dtype: data.dtype, shape }];
    },
    evaluate: (operands, attrs) => {
      const mode = stringAttr(attrs, "mode", "constant");
      const given = operandAt(operands, 0);
      const axes = operands[3] && typeOf(operands[3]);
      const padding = paddingOf(typeOf(operandAt(operands, 1)), axes, given.shape.length) as {
        [side in keyof Padding]: number[];
      };
      // Negative pads crop first, so that what is reflected or repeated is what is left.
      const data = strided(
        given,
        given.shape.map(
          (dim, axis) =>
            dim - crop(padding.before[axis] as number) - crop(padding.after[axis] as number),
        ),
        padding.before.map(crop),
        given.shape.map(() => 1),
      );
      const before = padding.before.map((pad) => Math.max(0, pad));
      const shape = data.shape.map(
        (dim, axis) => dim + (before[axis] as number) + Math.max(0, padding.after[axis] as number),
      );
      const strides = stridesOf(data.shape);
      const from = new Int32Array(sizeOf(shape));
      eachIndex(shape, (index, at) => {
        let source = 0;
        for (const [axis, i] of index.entries()) {
          const own = sourceOf(i - (before[axis] as number), data.shape[axis] as number, mode);
          source = own < 0 || source < 0 ? -1 : source + own * (strides[axis] as number);
        }
        from[at] = source;
      });
      return [take(data, shape, from, operands[2])];
    },
  },
});
