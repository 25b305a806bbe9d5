import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tpu, tpuPartNames } from "../src/index.ts";
import { paddedBytes } from "../src/padding.ts";
import { node } from "./operator-node.ts";

const v5e = tpu().costModel;

const product = (m: number, k: number, n: number, dtype: "f32" | "bf16" = "bf16") =>
  node(
    "MatMul",
    [
      [m, k],
      [k, n],
    ],
    [m, n],
    dtype,
  );

describe("padding", () => {
  test.each<[readonly number[], "f32" | "bf16" | "i8", number]>([
    [[8, 128], "f32", 8 * 128 * 4],
    [[1, 1], "f32", 8 * 128 * 4],
    [[9, 129], "f32", 16 * 256 * 4],
    [[16, 128], "bf16", 16 * 128 * 2],
    [[9, 128], "bf16", 16 * 128 * 2],
    [[33, 128], "i8", 64 * 128],
    [[2, 3, 8, 128], "f32", 6 * 8 * 128 * 4],
    [[100], "f32", 128 * 4],
    [[], "f32", 4],
  ])("a tensor %j of %s lies in whole tiles", (shape, dtype, bytes) => {
    expect(paddedBytes({ dtype, shape })).toBe(bytes);
  });

  test("narrow columns cost as much as whole ones", () => {
    const wide = v5e.cost(
      node(
        "Add",
        [
          [4096, 128],
          [4096, 128],
        ],
        [4096, 128],
      ),
    );
    const narrow = v5e.cost(
      node(
        "Add",
        [
          [4096, 2],
          [4096, 2],
        ],
        [4096, 2],
      ),
    );
    expect(narrow).toBeCloseTo(wide, 6);
  });
});

describe("matrix products", () => {
  test("of whole tiles run at the peak, behind the step's beginning", () => {
    const seconds = v5e.cost(product(8192, 8192, 8192)) * 1e-6;
    expect((2 * 8192 ** 3) / seconds / 197e12).toBeGreaterThan(0.95);
  });

  test("fill the matrix unit whether they need it or not", () => {
    expect(v5e.cost(product(8192, 4096, 1))).toBeCloseTo(v5e.cost(product(8192, 4096, 128)), 6);
    const v6e = tpu({ part: "v6e" }).costModel;
    expect(v6e.cost(product(65536, 4096, 129))).toBeCloseTo(v6e.cost(product(65536, 4096, 256)), 6);
  });

  test("of f32 take three passes", () => {
    const ratio = v5e.cost(product(4096, 4096, 4096, "f32")) / v5e.cost(product(4096, 4096, 4096));
    expect(ratio).toBeGreaterThan(2.8);
    expect(ratio).toBeLessThan(3.2);
  });

  test("merged, cost less than apart", () => {
    const apart = 2 * v5e.cost(product(1024, 512, 64));
    const split = node("Split", [[1024, 128]], [1024, 64], "bf16");
    expect(v5e.cost(product(1024, 512, 128))).toBeLessThan(apart);
    expect(v5e.cost(split)).toBeGreaterThan(0);
  });
});

describe("every part", () => {
  test.each(tpuPartNames)("%s has finite costs that grow with the shapes", (part) => {
    const { costModel } = tpu({ part });
    const size = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(size, size, size, (m, k, n) => {
        for (const dtype of ["f32", "bf16"] as const) {
          const cost = costModel.cost(product(m, k, n, dtype));
          expect(cost).toBeGreaterThan(0);
          expect(cost).toBeLessThan(Infinity);
          for (const larger of [
            product(2 * m, k, n, dtype),
            product(m, 2 * k, n, dtype),
            product(m, k, 2 * n, dtype),
          ]) {
            expect(costModel.cost(larger)).toBeGreaterThanOrEqual(cost * (1 - 1e-9));
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(costModel.cost(node("Reshape", [[8, 8]], [64]))).toBe(0);
  });

  test("an unknown one is refused, and the known ones are named", () => {
    expect(() => tpu({ part: "v99" })).toThrow(
      /no part called "v99".*v2, v3, v4, v5e, v5p, v6e, v7x/,
    );
  });
});
