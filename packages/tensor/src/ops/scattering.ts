/**
 * Operators that replace elements at computed positions.
 *
 * @module
 */

import type { Dim, NdArray } from "@rewright/plugin";
import { roundTo, sizeOf } from "../array.ts";
import { compatibleDims } from "../dim.ts";
import { take } from "../layout.ts";
import {
  commonDType,
  intAttr,
  normalizeAxis,
  operandAt,
  ShapeError,
  stringAttr,
} from "../typing.ts";
import { elementPositions, indexDepth, requireElementwise, slicePositions } from "./gathering.ts";
import { checked, type Ops } from "./operator.ts";

const REDUCTIONS = ["none", "add", "mul", "max", "min"] as const;

/** Of two numbers or, just as well, two bigints. */
function combined(reduction: string, a: number, b: number): number {
  if (reduction === "add") return a + b;
  if (reduction === "mul") return a * b;
  const second = reduction === "max" ? b > a : b < a;
  return second ? b : a;
}

/** A copy of `data` in which `updates[k]` has been put at, or combined with what is at, `at[k]`, in that order. */
function scattered(
  data: NdArray,
  at: Iterable<number>,
  updates: NdArray,
  reduction: string,
): NdArray {
  if (data.dtype === "c64" || data.dtype === "c128")
    throw new Error("scattering complex numbers has no reference semantics");
  const everywhere = Int32Array.from({ length: data.data.length }, (_, i) => i);
  const result = take(data, data.shape, everywhere);
  const out = result.data as unknown[];
  let k = 0;
  for (const i of at) {
    const update = updates.data[k++];
    const value =
      reduction === "none" ? update : combined(reduction, out[i] as number, update as number);
    out[i] = typeof value === "number" ? roundTo(data.dtype, value) : value;
  }
  return result;
}

function requireSameShape(expected: readonly Dim[], given: readonly Dim[]): void {
  if (
    expected.length !== given.length ||
    expected.some((dim, i) => !compatibleDims(dim, given[i] as Dim))
  )
    throw new ShapeError(
      `updates must have the shape [${expected.join(", ")}], not [${given.join(", ")}]`,
    );
}

/** ScatterElements, ScatterND. */
export const scatteringOps: Ops = checked({
  ScatterElements: {
    operands: [{ name: "data" }, { name: "indices" }, { name: "updates" }],
    attrs: {
      axis: { type: "axis", default: 0 },
      reduction: { type: REDUCTIONS, default: "none" },
    },
    infer: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const indices = operandAt(operands, 1);
      const updates = operandAt(operands, 2);
      commonDType([data, updates]);
      requireElementwise(
        data,
        indices,
        normalizeAxis(intAttr(attrs, "axis", 0), data.shape.length),
      );
      requireSameShape(indices.shape, updates.shape);
      return [{ dtype: data.dtype, shape: data.shape }];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const axis = normalizeAxis(intAttr(attrs, "axis", 0), data.shape.length);
      const at = elementPositions(data, operandAt(operands, 1), axis);
      return [scattered(data, at, operandAt(operands, 2), stringAttr(attrs, "reduction", "none"))];
    },
  },

  ScatterND: {
    operands: [{ name: "data" }, { name: "indices" }, { name: "updates" }],
    attrs: { reduction: { type: REDUCTIONS, default: "none" } },
    infer: (operands) => {
      const data = operandAt(operands, 0);
      const indices = operandAt(operands, 1);
      const updates = operandAt(operands, 2);
      commonDType([data, updates]);
      const depth = indexDepth(data, indices, 0);
      if (depth !== undefined)
        requireSameShape(
          [...indices.shape.slice(0, -1), ...data.shape.slice(depth)],
          updates.shape,
        );
      return [{ dtype: data.dtype, shape: data.shape }];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const indices = operandAt(operands, 1);
      const width = sizeOf(data.shape.slice(indices.shape.at(-1) as number));
      const at = slicePositions(data, indices, 0).flatMap((begin) =>
        Array.from({ length: width }, (_, i) => begin + i),
      );
      return [scattered(data, at, operandAt(operands, 2), stringAttr(attrs, "reduction", "none"))];
    },
  },
});
