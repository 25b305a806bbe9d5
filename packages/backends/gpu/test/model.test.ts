import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gpu, gpuPartNames } from "../src/index.ts";
import { node } from "./operator-node.ts";

const h100 = gpu().costModel;

const product = (m: number, k: number, n: number, dtype: "f64" | "f32" | "f16" = "f16") =>
  node(
    "MatMul",
    [
      [m, k],
      [k, n],
    ],
    [m, n],
    dtype,
  );

describe("matrix products", () => {
  test("of large halves run at most of the tensor cores' peak", () => {
    const seconds = h100.cost(product(8192, 8192, 8192)) * 1e-6;
    const reached = (2 * 8192 ** 3) / seconds / 989e12;
    expect(reached).toBeGreaterThan(0.7);
    expect(reached).toBeLessThan(0.86);
  });

  test("a tile more begins another wave", () => {
    const tile = 128;
    const full = h100.cost(product(11 * tile, 4096, 12 * tile));
    const more = h100.cost(product(11 * tile, 4096, 12 * tile + 1));
    expect(more / full).toBeGreaterThan(1.5);
  });

  test("few tiles share the processor by cutting their sums", () => {
    const single = h100.cost(product(128, 65536, 128));
    const launch = h100.cost(product(1, 1, 1));
    expect(single).toBeLessThan(40 * launch);
  });

  test("of one row are bound by the weights' traffic", () => {
    const bytes = 2 * 8192 * 8192;
    const atLeast = (1e6 * bytes) / 3352e9;
    const cost = h100.cost(product(1, 8192, 8192));
    expect(cost).toBeGreaterThan(atLeast);
    expect(cost).toBeLessThan(1.6 * atLeast + 3);
  });
});

test("one merged product costs less than the products it merges, one attention less than its parts", () => {
  const three = 3 * h100.cost(product(512, 768, 768));
  const split = node("Split", [[512, 2304]], [512, 768], "f16");
  expect(h100.cost(product(512, 768, 2304)) + h100.cost(split)).toBeLessThan(three);
  const heads = [1, 12, 512, 64];
  const scores = [1, 12, 512, 512];
  const parts = [
    node("MatMul", [heads, [1, 12, 64, 512]], scores, "f16"),
    node("Mul", [scores, []], scores, "f16"),
    node("Softmax", [scores], scores, "f16"),
    node("MatMul", [scores, heads], heads, "f16"),
  ].reduce((sum, part) => sum + h100.cost(part), 0);
  expect(h100.cost(node("Attention", [heads, heads, heads], heads, "f16"))).toBeLessThan(parts / 2);
});

describe("every part", () => {
  test.each(gpuPartNames)("%s has finite costs that grow with the shapes", (part) => {
    const { costModel } = gpu({ part });
    const size = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(size, size, size, (m, k, n) => {
        for (const dtype of ["f32", "f16"] as const) {
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

  test("later ones of a line are faster", () => {
    const costs = (["V100", "A100", "H100", "B200"] as const).map((part) =>
      gpu({ part }).costModel.cost(product(4096, 4096, 4096)),
    );
    expect(costs).toEqual(costs.toSorted((a, b) => b - a));
  });

  test("f64 takes as long as the part is not made for it", () => {
    const ratio = (part: string): number => {
      const { cost } = gpu({ part }).costModel;
      return cost(product(2048, 2048, 2048, "f64")) / cost(product(2048, 2048, 2048, "f32"));
    };
    expect(ratio("RTX 4090")).toBeGreaterThan(20);
    expect(ratio("V100")).toBeLessThan(3);
  });

  test("an unknown one is refused, and the known ones are named", () => {
    expect(() => gpu({ part: "H1000" })).toThrow(
      /no part called "H1000".*T4, V100, L4, A100, RTX 4090, L40S, H100, H200, B200/,
    );
    expect(() => gpu({ part: "constructor" })).toThrow(RangeError);
  });
});
