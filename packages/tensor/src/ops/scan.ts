/**
 * Running sums and the greatest elements along an axis: CumSum, TopK.
 *
 * @module
 */

import type { Attrs, DType, OpDef } from "@rewright/plugin";
import { integersOf, sizeOf } from "../array.ts";
import {
  intAttr,
  isFloat,
  isInteger,
  isWide,
  normalizeAxis,
  operandAt,
  requireDType,
  ShapeError,
} from "../typing.ts";
import { freshDim, scalarOperand } from "../value.ts";
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

/** out = the running sums of lanes of x. */
function accumulate<T extends number | bigint>(
  x: ArrayLike<T>,
  out: { [index: number]: T },
  zero: T,
  plus: (a: T, b: T) => T,
  lanes: { readonly starts: Int32Array; readonly steps: Int32Array },
  attrs: Attrs,
): void {
  const exclusive = intAttr(attrs, "exclusive") !== 0;
  const steps = intAttr(attrs, "reverse") !== 0 ? lanes.steps.toReversed() : lanes.steps;
  for (const start of lanes.starts) {
    let sum = zero;
    for (const step of steps) {
      const next = plus(sum, x[start + step] as T);
      out[start + step] = exclusive ? sum : next;
      sum = next;
    }
  }
}

const cumSum: OpDef = {
  operands: [{ name: "x" }, { name: "axis" }],
  attrs: { exclusive: { type: "int", default: 0 }, reverse: { type: "int", default: 0 } },
  infer(operands) {
    const x = operandAt(operands, 0);
    requireDType(x, isWide, "floats or integers of 32 or 64 bits");
    const axis = operandAt(operands, 1);
    requireDType(axis, (dtype) => dtype === "i32" || dtype === "i64", "an i32 or i64 axis");
    const known = scalarOperand(axis, "the axis");
    if (typeof known === "number") normalizeAxis(known, x.shape.length);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate(operands, attrs) {
    const x = operandAt(operands, 0);
    const [axis = 0] = integersOf(operandAt(operands, 1));
    const lanes = lanesOf(x.shape, [normalizeAxis(axis, x.shape.length)]);
    if (isFloat(x.dtype))
      return [
        floats(x.dtype, x.shape, (out) =>
          accumulate(doublesOf(x), out, 0, (a, b) => a + b, lanes, attrs),
        ),
      ];
    const out = new Array<bigint>(sizeOf(x.shape));
    accumulate(bigintsOf(x), out, 0n, (a, b) => a + b, lanes, attrs);
    return [integers(x.dtype, x.shape, out)];
  },
};

const isRanked = (dtype: DType) => isInteger(dtype) || (isFloat(dtype) && dtype !== "bf16");

const topK: OpDef = {
  operands: [{ name: "X" }, { name: "K" }],
  results: 2,
  resultNames: ["Values", "Indices"],
  attrs: {
    axis: { type: "axis", default: -1 },
    largest: { type: "int", default: 1 },
    sorted: { type: "int", default: 1 },
  },
  infer(operands, attrs) {
    const x = operandAt(operands, 0);
    const k = operandAt(operands, 1);
    requireDType(x, isRanked, "numbers");
    requireDType(k, (dtype) => dtype === "i64", "K of type i64");
    const axis = normalizeAxis(intAttr(attrs, "axis"), x.shape.length);
    const count = scalarOperand(k, "K") ?? freshDim("TopK", 0);
    const length = x.shape[axis];
    if (typeof count === "number" && (count < 0 || (typeof length === "number" && count > length)))
      throw new ShapeError(`there are no ${count} greatest among ${length} elements`);
    const shape = x.shape.with(axis, count);
    return [
      { dtype: x.dtype, shape },
      { dtype: "i64", shape },
    ];
  },
  evaluate(operands, attrs) {
    const x = operandAt(operands, 0);
    const [k = 0] = integersOf(operandAt(operands, 1));
    const axis = normalizeAxis(intAttr(attrs, "axis"), x.shape.length);
    const largest = intAttr(attrs, "largest") !== 0;
    const shape = x.shape.with(axis, k);
    const from = lanesOf(x.shape, [axis]);
    const to = lanesOf(shape, [axis]);
    const cells = cellsOf(x);
    const indices = new BigInt64Array(sizeOf(shape));
    const values = selected(x.dtype, shape, (out) => {
      for (const [lane, start] of from.starts.entries()) {
        const at = (i: number) => cells[start + (from.steps[i] as number)] as Cell;
        // Of equal elements the first comes first, whichever end is asked for.
        const order = Array.from(from.steps.keys()).sort((i, j) => {
          const [a, b] = largest ? [at(j), at(i)] : [at(i), at(j)];
          return a < b ? -1 : a > b ? 1 : i - j;
        });
        for (let i = 0; i < k; i++) {
          const target = (to.starts[lane] as number) + (to.steps[i] as number);
          out[target] = at(order[i] as number);
          indices[target] = BigInt(order[i] as number);
        }
      }
    });
    return [values, { dtype: "i64", shape, data: indices }];
  },
};

/** CumSum, TopK. */
export const scans: Ops = checked({ CumSum: cumSum, TopK: topK });
