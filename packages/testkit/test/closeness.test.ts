// How close is close enough: what a check must not let pass.
import type { DType, NdArray } from "@rewright/plugin";
import { expect, test } from "vitest";
import { unlike } from "../src/closeness.ts";

const array = (dtype: DType, data: NdArray["data"]): NdArray => ({ dtype, shape: [1], data });

test.each([
  ["infinity and a number", array("f32", [Infinity]), array("f32", [1])],
  ["infinity and its opposite", array("f32", [Infinity]), array("f32", [-Infinity])],
  ["NaN and a number", array("f32", [Number.NaN]), array("f32", [1])],
  [
    "whole numbers that no float tells apart",
    array("i64", BigInt64Array.of(2n ** 53n)),
    array("i64", BigInt64Array.of(2n ** 53n + 1n)),
  ],
])("%s are unlike", (_, a, b) => {
  expect(unlike(a, b)).toMatch(/^element 0 is/);
  expect(unlike(b, a)).toMatch(/^element 0 is/);
  expect(unlike(a, a)).toBeUndefined();
});

test("floats are like within what their type holds", () => {
  expect(unlike(array("f32", [1]), array("f32", [1.0005]))).toBeUndefined();
  expect(unlike(array("f32", [1]), array("f32", [1.01]))).toBe("element 0 is 1.01, not 1");
});
