import type { Attrs } from "@rewright/plugin";
import { expect, test } from "vitest";
import { tensor } from "../src/array.ts";
import { apply, list } from "./numeric.ts";

/** What the reference implementation of onnx 1.22.0 (`onnx.reference`) makes of one row. */
const cases: readonly [
  name: string,
  attrs: Attrs,
  scale: number,
  region: readonly number[],
  row: readonly number[],
][] = [
  [
    "cubic",
    { mode: "cubic" },
    1.6,
    [],
    [0.814331, 1.940369, 3.024475, 2.06073, 2.81665, 4.889404, 4.672057, 3.907168],
  ],
  [
    "cubic, excluding what is outside",
    { mode: "cubic", cubic_coeff_a: -0.5, exclude_outside: 1 },
    0.8,
    [],
    [1.166822, 2.668945, 3.992187, 4.099721],
  ],
  [
    "cubic against aliasing",
    { mode: "cubic", antialias: 1 },
    0.6,
    [],
    [1.693975, 3.023811, 4.477108],
  ],
  ["linear against aliasing", { mode: "linear", antialias: 1 }, 0.6, [], [1.75, 2.888889, 4.375]],
  [
    "linear, cropped",
    {
      mode: "linear",
      coordinate_transformation_mode: "tf_crop_and_resize",
      extrapolation_value: 9,
    },
    0.8,
    [0, 0.25, 1, 1.25],
    [3, 3, 4.333333, 9],
  ],
  [
    "nearest, cropped",
    { mode: "nearest", coordinate_transformation_mode: "tf_crop_and_resize" },
    1,
    [0, 0, 1, 0.5],
    [1, 1, 3, 3, 2],
  ],
];

test.each(cases)("%s", (_, attrs, scale, region, row) => {
  const x = tensor("f32", [1, 5], [1, 3, 2, 5, 4]);
  const roi = tensor("f32", [region.length], region);
  const y = apply("Resize", [x, roi, tensor("f32", [2], [1, scale])], attrs);
  expect(y.shape).toEqual([1, row.length]);
  for (const [i, element] of list(y).entries()) expect(element).toBeCloseTo(row[i] as number, 5);
});
