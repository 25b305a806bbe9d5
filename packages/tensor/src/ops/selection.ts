/**
 * Operators that keep as many elements as their contents decide: the shapes, not the sizes, are known beforehand.
 *
 * @module
 */

import type { Dim } from "@rewright/plugin";
import { productOf } from "../dim.ts";
import { intAttr, normalizeAxis, operandAt, requireDType, requireRank } from "../typing.ts";
import { freshDim } from "../value.ts";
import { checked, type Ops } from "./operator.ts";

/** NonMaxSuppression, Unique. */
export const selectionOps: Ops = checked({
  NonMaxSuppression: {
    operands: [
      { name: "boxes" },
      { name: "scores" },
      { name: "max_output_boxes_per_class", optional: true },
      { name: "iou_threshold", optional: true },
      { name: "score_threshold", optional: true },
    ],
    attrs: { center_point_box: { type: "int", default: 0 } },
    infer: (operands) => {
      for (const [i, name] of ["boxes", "scores"].entries()) {
        const type = operandAt(operands, i);
        requireRank(type, 3, name);
        requireDType(type, (dtype) => dtype === "f32", "single precision");
      }
      return [{ dtype: "i64", shape: [freshDim("NonMaxSuppression", 0), 3] }];
    },
  },

  Unique: {
    operands: [{ name: "X" }],
    resultNames: ["Y", "indices", "inverse_indices", "counts"],
    attrs: { axis: { type: "axis" }, sorted: { type: "int", default: 1 } },
    infer: (operands, attrs) => {
      const { dtype, shape } = operandAt(operands, 0);
      const count = freshDim("Unique", 0);
      const axis =
        attrs["axis"] === undefined
          ? undefined
          : normalizeAxis(intAttr(attrs, "axis"), shape.length);
      const kept = axis === undefined ? [count] : shape.with(axis, count);
      const before = axis === undefined ? productOf(shape) : (shape[axis] as Dim);
      return [
        { dtype, shape: kept },
        { dtype: "i64", shape: [count] },
        { dtype: "i64", shape: [before] },
        { dtype: "i64", shape: [count] },
      ];
    },
  },
});
