import type { Attrs, NdArray } from "@rewright/plugin";
import { expect, test } from "vitest";
import { microsoft } from "../src/dialect/microsoft.ts";

const product = microsoft.ops["com.microsoft.FusedMatMul"];
const none: Attrs = { alpha: 1, transA: 0, transB: 0, transBatchA: 0, transBatchB: 0 };
const f32 = (shape: readonly number[], ...data: readonly number[]): NdArray => ({
  dtype: "f32",
  shape,
  data,
});

test.each<[string, Attrs, NdArray, NdArray, NdArray]>([
  ["as they are", {}, f32([1, 2], 1, 2), f32([2, 1], 3, 4), f32([1, 1], 11)],
  ["times a factor", { alpha: 0.5 }, f32([1, 2], 1, 2), f32([2, 1], 3, 4), f32([1, 1], 5.5)],
  [
    "the second transposed",
    { transB: 1 },
    f32([1, 2], 1, 2),
    f32([2, 2], 3, 4, 5, 6),
    f32([1, 2], 11, 17),
  ],
  [
    "the first transposed",
    { transA: 1 },
    f32([2, 1], 1, 2),
    f32([2, 2], 3, 4, 5, 6),
    f32([1, 2], 13, 16),
  ],
  [
    "a stack times one matrix",
    { transA: 1 },
    f32([2, 1, 1], 2, 3),
    f32([1, 2], 5, 7),
    f32([2, 1, 2], 10, 14, 15, 21),
  ],
  [
    "stacks across one another",
    {},
    f32([2, 1, 1, 1], 2, 3),
    f32([2, 1, 1], 5, 7),
    f32([2, 2, 1, 1], 10, 14, 15, 21),
  ],
])("FusedMatMul multiplies matrices: %s", (_, attrs, a, b, y) => {
  const given = { ...none, ...attrs };
  expect(product?.infer([a, b], given, 1)).toEqual([{ dtype: "f32", shape: y.shape }]);
  const [result] = product?.evaluate?.([a, b], given, 1) ?? [];
  expect(result?.shape).toEqual(y.shape);
  expect(Array.from(result?.data as ArrayLike<number>)).toEqual(
    Array.from(y.data as ArrayLike<number>),
  );
});

test.each<[string, Attrs, NdArray, NdArray]>([
  [
    "axes that stacks are transposed by, too",
    { transBatchA: 1 },
    f32([1, 1, 1], 1),
    f32([1, 1, 1], 1),
  ],
  ["vectors", {}, f32([1], 1), f32([1, 1], 1)],
  ["matrices that do not fit", {}, f32([1, 2], 1, 2), f32([1, 2], 1, 2)],
  ["stacks that do not fit", {}, f32([2, 1, 1], 1, 2), f32([3, 1, 1], 1, 2, 3)],
  ["two types", {}, f32([1, 1], 1), { dtype: "f64", shape: [1, 1], data: [1] }],
])("FusedMatMul does not model %s", (_, attrs, a, b) => {
  const infer = () => product?.infer([a, b], { ...none, ...attrs }, 1);
  expect(infer).toThrow(expect.objectContaining({ name: "ShapeError" }));
});
