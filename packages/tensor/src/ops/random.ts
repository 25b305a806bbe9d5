/**
 * Random numbers: RandomNormal, RandomUniform, their `Like` forms, Multinomial, Bernoulli; and Dropout.
 *
 * @module
 */

import type { Attrs, Dim, DType, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { sizeOf } from "../array.ts";
import {
  intAttr,
  intsAttr,
  isFloat,
  isInteger,
  operandAt,
  requireDType,
  requireRank,
  ShapeError,
  stringAttr,
} from "../typing.ts";
import { scalarOperand } from "../value.ts";
import { type AttrDefs, checked, type Ops } from "./operator.ts";

const real = (value: number) => ({ type: "float", default: value }) as const;

const normal: AttrDefs = { mean: real(0), scale: real(1), seed: { type: "float" } };
const uniform: AttrDefs = { low: real(0), high: real(1), seed: { type: "float" } };

/** The element type that an attribute names, or `fallback`. @throws {ShapeError} when it is none that the operator makes. */
function madeDType(
  attrs: Attrs,
  fallback: DType | undefined,
  allowed: (dtype: DType) => boolean,
): DType {
  const dtype = stringAttr(attrs, "dtype", fallback) as DType;
  if (!allowed(dtype)) throw new ShapeError(`random numbers are not made as ${dtype}`);
  return dtype;
}

/** Numbers of a stated shape. */
function ofShape(distribution: AttrDefs): OpDef {
  return {
    operands: [],
    attrs: {
      ...distribution,
      dtype: { type: "dtype", default: "f32" },
      shape: { type: "ints", required: true },
    },
    impure: true,
    infer(_, attrs) {
      const shape = intsAttr(attrs, "shape") ?? [];
      if (shape.some((dim) => dim < 0)) throw new ShapeError(`[${shape.join(", ")}] is no shape`);
      return [{ dtype: madeDType(attrs, undefined, isFloat), shape }];
    },
  };
}

/** Numbers of the shape, and where none is stated the element type, of an operand. */
function like(distribution: AttrDefs, allowed: (dtype: DType) => boolean): OpDef {
  return {
    operands: [{ name: "input" }],
    attrs: { ...distribution, dtype: { type: "dtype" } },
    impure: true,
    infer(operands, attrs) {
      const x = operandAt(operands, 0);
      return [{ dtype: madeDType(attrs, x.dtype, allowed), shape: x.shape }];
    },
  };
}

const bernoulli = like(
  { seed: { type: "float" } },
  (d) => isFloat(d) || isInteger(d) || d === "bool",
);

const multinomial: OpDef = {
  operands: [{ name: "input" }],
  attrs: {
    dtype: { type: "dtype", default: "i32" },
    sample_size: { type: "int", default: 1 },
    seed: { type: "float" },
  },
  impure: true,
  infer(operands, attrs) {
    const x = operandAt(operands, 0);
    requireDType(x, isFloat, "logarithms of probabilities");
    requireRank(x, 2);
    const dtype = madeDType(attrs, undefined, (d) => d === "i32" || d === "i64");
    const size = intAttr(attrs, "sample_size");
    if (size < 0) throw new ShapeError(`sample_size must be 0 or more, not ${size}`);
    return [{ dtype, shape: [x.shape[0] as Dim, size] }];
  },
};

// ── Dropout ──────────────────────────────────────────────────────────────────

function requireScalar(operand: TensorType | undefined, allowed: (dtype: DType) => boolean): void {
  if (operand === undefined) return;
  requireDType(operand, allowed, "ratio and training mode, each");
  scalarOperand(operand, "ratio and training mode, each");
}

/** Outside training the identity. */
const dropout: OpDef = {
  operands: [
    { name: "data" },
    { name: "ratio", optional: true },
    { name: "training_mode", optional: true },
  ],
  attrs: { seed: { type: "int" } },
  infer(operands) {
    const x = operandAt(operands, 0);
    requireDType(x, isFloat, "floats");
    requireScalar(operands[1], isFloat);
    requireScalar(operands[2], (dtype) => dtype === "bool");
    return [
      { dtype: x.dtype, shape: x.shape },
      { dtype: "bool", shape: x.shape },
    ];
  },
  evaluate(operands) {
    const x = operandAt(operands, 0);
    const training = operands[2] !== undefined && operands[2].data[0] !== 0;
    const ratio = operands[1] === undefined ? 0.5 : Number(operands[1].data[0]);
    if (training && ratio !== 0)
      throw new Error(
        "Dropout in training is random: it has no reference result (set training_mode to false)",
      );
    const mask: NdArray = {
      dtype: "bool",
      shape: x.shape,
      data: new Uint8Array(sizeOf(x.shape)).fill(1),
    };
    return [x, mask];
  },
};

/** RandomNormal, RandomUniform, RandomNormalLike, RandomUniformLike, Multinomial, Bernoulli, Dropout. */
export const randoms: Ops = checked({
  RandomNormal: ofShape(normal),
  RandomUniform: ofShape(uniform),
  RandomNormalLike: like(normal, isFloat),
  RandomUniformLike: like(uniform, isFloat),
  Bernoulli: bernoulli,
  Multinomial: multinomial,
  Dropout: dropout,
});
