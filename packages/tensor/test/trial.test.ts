// Operators on trial until opset 10. Results as ONNX Runtime 1.30 gives them for files of opset 9.
import { describe, expect, test } from "vitest";
import { tensor } from "../src/array.ts";
import { onnx } from "../src/dialect.ts";
import { apply, list } from "./numeric.ts";

const images = tensor("f32", [1, 2, 3, 4], [...Array(24).keys()]);

describe("Crop", () => {
  test("leaves out a border: left, top, right, bottom", () => {
    const cut = apply("Crop", [images], { border: [1, 0, 2, 1] });
    expect(cut.shape).toEqual([1, 2, 2, 1]);
    expect(list(cut)).toEqual([1, 5, 13, 17]);
  });

  test("or takes so many rows and columns", () => {
    const cut = apply("Crop", [images], { border: [1, 1, 0, 0], scale: [1, 2] });
    expect(cut.shape).toEqual([1, 2, 1, 2]);
    expect(list(cut)).toEqual([5, 6, 17, 18]);
  });

  test("of images whose sizes have names", () => {
    const type = { dtype: "f32", shape: ["N", 3, "H", 8] } as const;
    const [cut] = onnx.ops["Crop"]?.infer([type], { border: [1, 2, 3, 4] }, 1) ?? [];
    expect(cut).toEqual({ dtype: "f32", shape: ["N", 3, "?(H+-6)", 4] });
  });
});

test("ImageScaler adds to each channel its own bias", () => {
  const x = tensor("f32", [2, 2, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const y = apply("ImageScaler", [x], { bias: [0.5, -1], scale: 2 });
  expect(list(y)).toEqual([2.5, 4.5, 5, 7, 10.5, 12.5, 13, 15]);
});
