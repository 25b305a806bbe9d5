import type { Dim, DType, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { allocate, roundTo, sizeOf } from "../src/array.ts";
import { onnx } from "../src/index.ts";
import { activations } from "../src/ops/activation.ts";
import { arithmetic } from "../src/ops/arithmetic.ts";
import { attentions } from "../src/ops/attention.ts";
import { comparisons } from "../src/ops/comparison.ts";
import { convolutions } from "../src/ops/convolution.ts";
import { einsums } from "../src/ops/einsum.ts";
import { matrices } from "../src/ops/matrix.ts";
import { normalizations } from "../src/ops/normalization.ts";
import { poolings } from "../src/ops/pooling.ts";
import { randoms } from "../src/ops/random.ts";
import { reductions } from "../src/ops/reduction.ts";
import { scans } from "../src/ops/scan.ts";
import { softmaxes } from "../src/ops/softmax.ts";
import { unaryOps } from "../src/ops/unary.ts";
import { isFresh } from "../src/value.ts";
import { type Application, Draw, samplers } from "./applications.ts";
import { valueOfDim } from "./dims.ts";

const numeric: Readonly<Record<string, OpDef>> = {
  ...unaryOps,
  ...activations,
  ...arithmetic,
  ...comparisons,
  ...reductions,
  ...scans,
  ...softmaxes,
  ...matrices,
  ...einsums,
  ...convolutions,
  ...poolings,
  ...normalizations,
  ...attentions,
  ...randoms,
};
const pure = Object.entries(numeric).filter(([, op]) => op.evaluate !== undefined);

function typeOf({ dtype, shape, data }: NdArray, withValue: boolean): TensorType {
  if (!withValue || shape.length > 1 || !/^[iu]\d|bool/.test(dtype)) return { dtype, shape };
  return { dtype, shape, value: Array.from(data as ArrayLike<number | bigint>, Number) };
}

/** The same shape, with most of its dimensions under names that say what they are. */
const named = (shape: readonly number[], draw: Draw): Dim[] =>
  shape.map((dim) => (draw.unit() < 0.7 ? `d${dim}` : dim));

function evaluate(op: OpDef, { operands, attrs, count = 1 }: Application): readonly NdArray[] {
  if (op.evaluate === undefined) throw new Error("the operator has no reference semantics");
  return op.evaluate(operands, attrs, count);
}

function drawn(name: string, seed: number): Application {
  const sampler = samplers[name];
  if (sampler === undefined) throw new Error(`there is no sampler of ${name}`);
  return sampler(new Draw(seed));
}

const seeds = Array.from({ length: 25 }, (_, i) => 1000 + i);

describe.each(pure)("%s", (name, op) => {
  test("yields what inference says", () => {
    for (const seed of seeds) {
      const application = drawn(name, seed);
      const { operands, attrs, count = 1 } = application;
      const results = evaluate(op, application);
      expect(results).toHaveLength(count);
      for (const withValue of [true, false]) {
        const types = op.infer(
          operands.map((operand) => operand && typeOf(operand, withValue)),
          attrs,
          count,
        );
        expect(types).toHaveLength(count);
        for (const [i, { dtype, shape, value }] of types.entries()) {
          const result = results[i] as NdArray;
          expect(dtype).toBe(result.dtype);
          expect(shape).toHaveLength(result.shape.length);
          for (const [axis, dim] of shape.entries())
            if (!isFresh(dim)) expect(dim).toBe(result.shape[axis]);
          if (value !== undefined)
            expect(value).toEqual(Array.from(result.data as ArrayLike<number>, Number));
        }
      }
    }
  });

  test("has results whose elements are of their type", () => {
    for (const seed of seeds)
      for (const { dtype, shape, data } of evaluate(op, drawn(name, seed))) {
        expect(data).toHaveLength(sizeOf(shape));
        expect(data.constructor).toBe(allocate(dtype, 0).constructor);
        if (dtype !== "i64" && dtype !== "u64" && dtype !== "string")
          for (const x of data as ArrayLike<number> & Iterable<number>)
            expect(Object.is(x, roundTo(dtype, x))).toBe(true);
      }
  });

  test("has the same shape where sizes have names", () => {
    for (const seed of seeds) {
      const { operands, attrs, count = 1 } = drawn(name, seed);
      const draw = new Draw(seed + 1);
      const concrete = operands.map((operand) => operand && typeOf(operand, true));
      const symbolic = concrete.map(
        (type) =>
          type &&
          (type.value === undefined
            ? { ...type, shape: named(type.shape as readonly number[], draw) }
            : type),
      );
      const expected = op.infer(concrete, attrs, count);
      const types = op.infer(symbolic, attrs, count);
      const shapes = types.map(({ shape }) =>
        shape.map((dim) => valueOfDim(dim, (size) => Number(size.slice(1)))),
      );
      expect(shapes).toEqual(expected.map(({ shape }) => shape));
    }
  });

  test("leaves its operands alone", () => {
    const before = drawn(name, 5);
    const after = drawn(name, 5);
    evaluate(op, before);
    expect(before).toEqual(after);
  });

  test("refuses operands too many and results it has not", () => {
    const { operands, attrs } = drawn(name, 1);
    const types = operands.map((operand) => operand && typeOf(operand, true));
    expect(() => op.infer(types, attrs, 9)).toThrow(
      expect.objectContaining({ name: "ShapeError" }),
    );
    expect(() => op.infer([], attrs, 1)).toThrow(expect.objectContaining({ name: "ShapeError" }));
    if (op.operands.at(-1)?.variadic === true) return;
    const more = [...types, ...op.operands.map(() => types[0])];
    expect(() => op.infer(more, attrs, 1)).toThrow(expect.objectContaining({ name: "ShapeError" }));
  });
});

const swappable = pure.filter(([, op]) => op.commutative === true);

test.each(swappable)("%s is commutative", (name, op) => {
  for (const seed of seeds) {
    const { operands, attrs } = drawn(name, seed);
    expect(evaluate(op, { operands: operands.toReversed(), attrs })).toEqual(
      evaluate(op, { operands, attrs }),
    );
  }
});

test("every numeric operator is in the dialect, under its name", () => {
  for (const [name, op] of Object.entries(numeric)) expect(onnx.ops[name]).toBe(op);
});

describe("random numbers", () => {
  const f32 = (...shape: Dim[]): TensorType => ({ dtype: "f32" as DType, shape });

  test.each([
    ["RandomNormal", [], { shape: [2, 3] }, { dtype: "f32", shape: [2, 3] }],
    ["RandomUniform", [], { shape: [2], dtype: "f16" }, { dtype: "f16", shape: [2] }],
    ["RandomNormalLike", [f32("N", 2)], {}, { dtype: "f32", shape: ["N", 2] }],
    ["RandomUniformLike", [f32("N")], { dtype: "f64" }, { dtype: "f64", shape: ["N"] }],
    ["Bernoulli", [f32("N")], { dtype: "bool" }, { dtype: "bool", shape: ["N"] }],
    ["Multinomial", [f32("N", 9)], { sample_size: 4 }, { dtype: "i32", shape: ["N", 4] }],
  ] as const)("%s is impure, and has a type but no value", (name, operands, attrs, type) => {
    const op = numeric[name] as OpDef;
    expect(op.impure).toBe(true);
    expect(op.evaluate).toBeUndefined();
    expect(op.infer(operands, attrs, 1)).toEqual([type]);
  });
});
