/**
 * Functions of one element: Neg, Abs, Sqrt, Exp, trigonometry, rounding, tests, and activations without attributes.
 *
 * @module
 */

import type { Dim, DType, NdArray, OpDef } from "@rewright/plugin";
import { sizeOf } from "../array.ts";
import { multiplyDims } from "../dim.ts";
import { isFloat, isInteger, isSigned, operandAt, requireDType } from "../typing.ts";
import { isNonNegative } from "../value.ts";
import {
  bigintsOf,
  doublesOf,
  floats,
  integers,
  mapInto,
  selected,
  takes,
  typeOfMap,
} from "./elementwise.ts";
import { erf } from "./error-function.ts";
import { checked, type Ops } from "./operator.ts";

/** max(x, 0) + log(1 + exp(-|x|)): log(1 + exp(x)) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** To the nearest integer, ties to even. */
function round(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

interface Row {
  readonly float?: (x: number) => number;
  readonly integer?: (x: bigint) => bigint;
  /** Integers must be signed. */
  readonly signed?: boolean;
  /** What is known of an element of the result. */
  readonly value?: (element: Dim) => Dim | undefined;
}

const ROWS: Readonly<Record<string, Row>> = {
  Neg: {
    float: (x) => -x,
    integer: (x) => -x,
    signed: true,
    value: (element) => multiplyDims(element, -1),
  },
  Abs: {
    float: Math.abs,
    integer: (x) => (x < 0n ? -x : x),
    value: (element) => {
      if (typeof element === "number") return Math.abs(element);
      return isNonNegative(element) ? element : undefined;
    },
  },
  Sign: {
    float: Math.sign,
    integer: (x) => (x < 0n ? -1n : x > 0n ? 1n : 0n),
    value: (element) => (typeof element === "number" ? Math.sign(element) : undefined),
  },
  Relu: {
    float: (x) => Math.max(x, 0),
    integer: (x) => (x < 0n ? 0n : x),
    signed: true,
    value: (element) => {
      if (typeof element === "number") return Math.max(element, 0);
      return isNonNegative(element) ? element : undefined;
    },
  },
  Sqrt: { float: Math.sqrt },
  Reciprocal: { float: (x) => 1 / x },
  Exp: { float: Math.exp },
  Log: { float: Math.log },
  Erf: { float: erf },
  Floor: { float: Math.floor },
  Ceil: { float: Math.ceil },
  Round: { float: round },
  Sin: { float: Math.sin },
  Cos: { float: Math.cos },
  Tan: { float: Math.tan },
  Asin: { float: Math.asin },
  Acos: { float: Math.acos },
  Atan: { float: Math.atan },
  Sinh: { float: Math.sinh },
  Cosh: { float: Math.cosh },
  Asinh: { float: Math.asinh },
  Acosh: { float: Math.acosh },
  Atanh: { float: Math.atanh },
  Tanh: { float: Math.tanh },
  Sigmoid: { float: sigmoid },
  HardSwish: { float: (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)) },
  Softplus: { float: softplus },
  Softsign: { float: (x) => x / (1 + Math.abs(x)) },
  Mish: { float: (x) => x * Math.tanh(softplus(x)) },
  BitwiseNot: { integer: (x) => ~x },
};

function mapped(row: Row, x: NdArray): NdArray {
  const { float, integer } = row;
  if (integer !== undefined && isInteger(x.dtype)) {
    const out = new Array<bigint>(sizeOf(x.shape));
    mapInto(out, bigintsOf(x), integer);
    return integers(x.dtype, x.shape, out);
  }
  return floats(x.dtype, x.shape, (out) =>
    mapInto(out, doublesOf(x), float as (x: number) => number),
  );
}

function unary(row: Row): OpDef {
  const allowed = (dtype: DType) =>
    takes(row, dtype) && !(row.signed === true && isInteger(dtype) && !isSigned(dtype));
  return {
    operands: [{ name: "X" }],
    infer(operands) {
      const x = operandAt(operands, 0);
      requireDType(x, allowed, "numbers that the operator takes");
      return [typeOfMap(x.dtype, [x], row.value as (...e: readonly Dim[]) => Dim | undefined)];
    },
    evaluate: (operands) => [mapped(row, operandAt(operands, 0))],
  };
}

/** A test of each element of a tensor of floats. */
function predicate(
  attrs: NonNullable<OpDef["attrs"]>,
  test: (x: number, attrs: Parameters<OpDef["infer"]>[1]) => boolean,
): OpDef {
  return {
    operands: [{ name: "X" }],
    attrs,
    infer(operands) {
      const x = operandAt(operands, 0);
      requireDType(x, (d) => isFloat(d) || d.startsWith("f8e4") || d.startsWith("f8e5"), "floats");
      return [{ dtype: "bool", shape: x.shape }];
    },
    evaluate(operands, given) {
      const x = operandAt(operands, 0);
      return [
        selected("bool", x.shape, (out) =>
          mapInto(out, doublesOf(x), (cell) => (test(cell, given) ? 1 : 0)),
        ),
      ];
    },
  };
}

/** The functions of one element without attributes; IsNaN and IsInf. */
export const unaryOps: Ops = checked({
  ...Object.fromEntries(Object.entries(ROWS).map(([name, row]) => [name, unary(row)])),
  IsNaN: predicate({}, Number.isNaN),
  IsInf: predicate(
    {
      detect_negative: { type: "int", default: 1 },
      detect_positive: { type: "int", default: 1 },
    },
    (x, attrs) =>
      (x === Number.POSITIVE_INFINITY && attrs["detect_positive"] !== 0) ||
      (x === Number.NEGATIVE_INFINITY && attrs["detect_negative"] !== 0),
  ),
});
