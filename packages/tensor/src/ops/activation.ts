/**
 * Activations with parameters: LeakyRelu, PRelu, Elu, Selu, Celu, HardSigmoid, Gelu, Swish, Clip and their like.
 *
 * @module
 */

import type { DType, NdArray, OpDef } from "@rewright/plugin";
import { maxDims, minDims } from "../dim.ts";
import {
  commonDType,
  floatAttr,
  isFloat,
  isInteger,
  operandAt,
  requireBroadcastable,
  requireDType,
  stringAttr,
} from "../typing.ts";
import { scalarOperand } from "../value.ts";
import {
  bigintsOf,
  type Cell,
  cellsOf,
  doublesOf,
  floats,
  integers,
  mapInto,
  selected,
  typeOfMap,
  zip,
} from "./elementwise.ts";
import { erf } from "./error-function.ts";
import { type AttrDefs, checked, type Ops } from "./operator.ts";
import { sigmoid } from "./unary.ts";

/** A file keeps attributes as 32-bit floats: a default is equal to what a file says when it says the default. */
const real = (value: number) => ({ type: "float", default: Math.fround(value) }) as const;

interface Row {
  readonly attrs: AttrDefs;
  /** The function, given its attributes in the order of their declaration. */
  readonly of: (...parameters: readonly number[]) => (x: number) => number;
  readonly types?: (dtype: DType) => boolean;
}

const ROWS: Readonly<Record<string, Row>> = {
  LeakyRelu: {
    attrs: { alpha: real(0.01) },
    of:
      (a = 0) =>
      (x) =>
        x < 0 ? a * x : x,
  },
  Elu: {
    attrs: { alpha: real(1) },
    of:
      (a = 1) =>
      (x) =>
        x < 0 ? a * Math.expm1(x) : x,
  },
  Selu: {
    attrs: { alpha: real(1.6732631921768188), gamma: real(1.0507010221481323) },
    of:
      (a = 1, g = 1) =>
      (x) =>
        g * (x <= 0 ? a * Math.expm1(x) : x),
  },
  Celu: {
    attrs: { alpha: real(1) },
    of:
      (a = 1) =>
      (x) =>
        Math.max(0, x) + Math.min(0, a * Math.expm1(x / a)),
    types: (dtype) => dtype === "f32",
  },
  ThresholdedRelu: {
    attrs: { alpha: real(1) },
    of:
      (a = 1) =>
      (x) =>
        x > a ? x : 0,
  },
  HardSigmoid: {
    attrs: { alpha: real(0.2), beta: real(0.5) },
    of:
      (a = 0, b = 0) =>
      (x) =>
        Math.max(0, Math.min(1, a * x + b)),
  },
  Swish: {
    attrs: { alpha: real(1) },
    of:
      (a = 1) =>
      (x) =>
        x * sigmoid(a * x),
  },
};

function activation({ attrs, of, types = isFloat }: Row): OpDef {
  return {
    operands: [{ name: "X" }],
    attrs,
    infer(operands, given) {
      const x = operandAt(operands, 0);
      requireDType(x, types, "floats that the operator takes");
      for (const name of Object.keys(attrs)) floatAttr(given, name);
      return [{ dtype: x.dtype, shape: x.shape }];
    },
    evaluate(operands, given) {
      const f = of(...Object.keys(attrs).map((name) => floatAttr(given, name)));
      return [mapFloats(operandAt(operands, 0), f)];
    },
  };
}

function mapFloats(x: NdArray, f: (x: number) => number): NdArray {
  return floats(x.dtype, x.shape, (out) => mapInto(out, doublesOf(x), f));
}

/** Gaussian error linear units (Hendrycks & Gimpel 2016): x Φ(x), or its approximation by tanh. */
const gelu: OpDef = {
  operands: [{ name: "X" }],
  attrs: { approximate: { type: ["none", "tanh"], default: "none" } },
  infer(operands) {
    const x = operandAt(operands, 0);
    requireDType(x, isFloat, "floats");
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate(operands, attrs) {
    const exact = (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));
    const byTanh = (x: number) =>
      0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    const f = stringAttr(attrs, "approximate") === "tanh" ? byTanh : exact;
    return [mapFloats(operandAt(operands, 0), f)];
  },
};

const shrink: OpDef = {
  operands: [{ name: "input" }],
  attrs: { bias: real(0), lambd: real(0.5) },
  infer(operands) {
    const x = operandAt(operands, 0);
    requireDType(x, (dtype) => isInteger(dtype) || (isFloat(dtype) && dtype !== "bf16"), "numbers");
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate(operands, attrs) {
    const x = operandAt(operands, 0);
    const bias = floatAttr(attrs, "bias");
    const lambd = floatAttr(attrs, "lambd");
    const f = (cell: number) => (cell < -lambd ? cell + bias : cell > lambd ? cell - bias : 0);
    if (isFloat(x.dtype)) return [mapFloats(x, f)];
    return [
      integers(
        x.dtype,
        x.shape,
        Array.from(bigintsOf(x), (cell) => {
          return BigInt(Math.trunc(f(Number(cell))));
        }),
      ),
    ];
  },
};

const prelu: OpDef = {
  operands: [{ name: "X" }, { name: "slope" }],
  infer(operands) {
    const x = operandAt(operands, 0);
    commonDType(operands);
    requireDType(
      x,
      (dtype) => isFloat(dtype) || /^[iu](32|64)$/.test(dtype),
      "floats or 32 or 64 bit integers",
    );
    requireBroadcastable(operandAt(operands, 1).shape, x.shape, "the slope");
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: (operands) => [
    zip(
      {
        float: (x, slope) => (x < 0 ? slope * x : x),
        integer: (x, slope) => (x < 0n ? slope * x : x),
      },
      operandAt(operands, 0),
      operandAt(operands, 1),
    ),
  ],
};

const clip: OpDef = {
  operands: [{ name: "input" }, { name: "min", optional: true }, { name: "max", optional: true }],
  infer(operands) {
    const x = operandAt(operands, 0);
    const dtype = commonDType(operands);
    requireDType(x, (d) => isFloat(d) || isInteger(d), "numbers");
    const [low, high] = [1, 2].map((i) => {
      const bound = operands[i];
      return bound === undefined ? undefined : { known: scalarOperand(bound, "a bound") };
    });
    const bounded = typeOfMap(dtype, [x], (element = 0) => {
      if ((low && low.known === undefined) || (high && high.known === undefined)) return undefined;
      const raised = low?.known === undefined ? element : maxDims(element, low.known);
      return high?.known === undefined ? raised : minDims(raised, high.known);
    });
    return [bounded];
  },
  evaluate(operands) {
    const x = operandAt(operands, 0);
    const low = operands[1]?.data[0];
    const high = operands[2]?.data[0];
    const clipped = (cell: Cell) => {
      const raised = low !== undefined && cell < low ? low : cell;
      return high !== undefined && raised > high ? high : raised;
    };
    return [selected(x.dtype, x.shape, (out) => mapInto(out, cellsOf(x), clipped))];
  },
};

/** LeakyRelu, PRelu, Elu, Selu, Celu, ThresholdedRelu, HardSigmoid, Gelu, Swish, Shrink, Clip. */
export const activations: Ops = checked({
  ...Object.fromEntries(Object.entries(ROWS).map(([name, row]) => [name, activation(row)])),
  Gelu: gelu,
  Shrink: shrink,
  PRelu: prelu,
  Clip: clip,
});
