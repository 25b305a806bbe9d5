/**
 * Comparison, logic and choice: Equal, Greater, Less, And, Or, Xor, Not, Where and their like.
 *
 * @module
 */

import type { Dim, DType, NdArray, OpDef } from "@rewright/plugin";
import { broadcastStrides, offsets } from "../array.ts";
import { compatibleDims, sameDim, subtractDims } from "../dim.ts";
import { commonDType, isFloat, isInteger, operandAt, requireDType } from "../typing.ts";
import { freshDim, isFresh, isNonNegative } from "../value.ts";
import {
  type Cell,
  cellsOf,
  commonShape,
  mapInto,
  selected,
  typeOfMap,
  zipInto,
} from "./elementwise.ts";
import { checked, type Ops } from "./operator.ts";

/** 1, 0 or nothing known, of two sizes. */
type Known = (a: Dim, b: Dim) => boolean | undefined;

/** a ≥ b for all sizes that the names stand for, or for none. */
const atLeast: Known = (a, b) => {
  if (isFresh(a) || isFresh(b)) return undefined;
  if (isNonNegative(subtractDims(a, b))) return true;
  return isNonNegative(subtractDims(subtractDims(b, a), 1)) ? false : undefined;
};

const equal: Known = (a, b) => {
  if (sameDim(a, b)) return true;
  return !compatibleDims(a, b) || atLeast(a, b) === false || atLeast(b, a) === false
    ? false
    : undefined;
};

const negated = (known: boolean | undefined) => (known === undefined ? undefined : !known);

function asElement(known: boolean | undefined): Dim {
  return known === undefined ? freshDim("Compare", 0) : Number(known);
}

const isNumeric = (dtype: DType) => isFloat(dtype) || isInteger(dtype);
const isBool = (dtype: DType) => dtype === "bool";

function comparison(
  allowed: (dtype: DType) => boolean,
  commutative: boolean,
  holds: (x: Cell, y: Cell) => boolean,
  known: Known,
): OpDef {
  return {
    operands: [{ name: "A" }, { name: "B" }],
    ...(commutative ? { commutative } : {}),
    infer(operands) {
      commonDType(operands);
      const a = operandAt(operands, 0);
      requireDType(a, allowed, "elements that the operator takes");
      return [
        typeOfMap("bool", [a, operandAt(operands, 1)], (x, y) =>
          asElement(known(x as Dim, y as Dim)),
        ),
      ];
    },
    evaluate(operands) {
      const a = operandAt(operands, 0);
      const b = operandAt(operands, 1);
      const shape = commonShape(a, b);
      return [
        selected("bool", shape, (out) =>
          zipInto(out, shape, cellsOf(a), a.shape, cellsOf(b), b.shape, (x, y) =>
            holds(x, y) ? 1 : 0,
          ),
        ),
      ];
    },
  };
}

/** Logic on known elements: none is known of those that a name stands for. */
function logic(holds: (x: boolean, y: boolean) => boolean): OpDef {
  return comparison(
    isBool,
    true,
    (x, y) => holds(x !== 0, y !== 0),
    (a, b) =>
      typeof a === "number" && typeof b === "number" ? holds(a !== 0, b !== 0) : undefined,
  );
}

const not: OpDef = {
  operands: [{ name: "X" }],
  infer(operands) {
    const x = operandAt(operands, 0);
    requireDType(x, isBool, "booleans");
    return [typeOfMap("bool", [x], (e) => (typeof e === "number" ? 1 - e : freshDim("Not", 0)))];
  },
  evaluate(operands) {
    const x = operandAt(operands, 0);
    return [
      selected("bool", x.shape, (out) => mapInto(out, cellsOf(x), (cell) => (cell === 0 ? 1 : 0))),
    ];
  },
};

function chosen(condition: NdArray, x: NdArray, y: NdArray): NdArray {
  const shape = commonShape(condition, x, y);
  const at = [condition, x, y].map((operand) =>
    offsets(shape, broadcastStrides(operand.shape, shape)),
  ) as [Int32Array, Int32Array, Int32Array];
  const width = x.dtype === "c64" || x.dtype === "c128" ? 2 : 1;
  return selected(x.dtype, shape, (out) => {
    for (let i = 0; i < at[0].length; i++) {
      const holds = condition.data[at[0][i] as number] !== 0;
      const cells = cellsOf(holds ? x : y);
      const from = (holds ? at[1][i] : at[2][i]) as number;
      for (let part = 0; part < width; part++)
        out[i * width + part] = cells[from * width + part] as Cell;
    }
  });
}

const where: OpDef = {
  operands: [{ name: "condition" }, { name: "X" }, { name: "Y" }],
  infer(operands) {
    const condition = operandAt(operands, 0);
    requireDType(condition, isBool, "booleans");
    const dtype = commonDType(operands.slice(1));
    return [
      typeOfMap(dtype, [condition, operandAt(operands, 1), operandAt(operands, 2)], (c, x, y) => {
        if (typeof c === "number") return c === 0 ? y : x;
        return sameDim(x as Dim, y as Dim) ? x : freshDim("Where", 0);
      }),
    ];
  },
  evaluate: (operands) => [
    chosen(operandAt(operands, 0), operandAt(operands, 1), operandAt(operands, 2)),
  ],
};

/** Equal, Greater, GreaterOrEqual, Less, LessOrEqual, And, Or, Xor, Not, Where. */
export const comparisons: Ops = checked({
  Equal: comparison(
    (dtype) => isNumeric(dtype) || dtype === "bool" || dtype === "string",
    true,
    (x, y) => x === y,
    equal,
  ),
  Greater: comparison(
    isNumeric,
    false,
    (x, y) => x > y,
    (a, b) => negated(atLeast(b, a)),
  ),
  GreaterOrEqual: comparison(isNumeric, false, (x, y) => x >= y, atLeast),
  Less: comparison(
    isNumeric,
    false,
    (x, y) => x < y,
    (a, b) => negated(atLeast(a, b)),
  ),
  LessOrEqual: comparison(
    isNumeric,
    false,
    (x, y) => x <= y,
    (a, b) => atLeast(b, a),
  ),
  And: logic((x, y) => x && y),
  Or: logic((x, y) => x || y),
  Xor: logic((x, y) => x !== y),
  Not: not,
  Where: where,
});
