import type { Attrs, CostParts, DType, NodeView, TensorType } from "@rewright/plugin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contraction, readContraction, roofline, work } from "../src/index.ts";
import { operatorNames } from "./operator-names.ts";

function node(
  op: string,
  operands: readonly (readonly number[] | undefined)[],
  result: readonly number[],
  attrs: Attrs = {},
  dtype: DType = "f32",
): NodeView {
  const type = (shape: readonly number[]): TensorType => ({ dtype, shape });
  return {
    op,
    attrs,
    operands: operands.map((shape) => shape && { ...type(shape), constant: false }),
    results: [type(result)],
  };
}

const machine = roofline({
  name: "test machine",
  flops: 1e11,
  matrixFlops: { f16: 4e11 },
  bandwidth: 2e10,
  overhead: 1e-6,
});

describe("arithmetic and traffic", () => {
  test.each<[NodeView, number]>([
    [
      node(
        "MatMul",
        [
          [5, 7],
          [7, 3],
        ],
        [5, 3],
      ),
      2 * 5 * 7 * 3,
    ],
    [
      node(
        "MatMul",
        [
          [2, 4, 5, 7],
          [2, 4, 7, 3],
        ],
        [2, 4, 5, 3],
      ),
      8 * 2 * 5 * 7 * 3,
    ],
    [
      node(
        "MatMul",
        [
          [2, 5, 7],
          [7, 3],
        ],
        [2, 5, 3],
      ),
      2 * 2 * 5 * 7 * 3,
    ],
    [node("MatMul", [[7], [7, 3]], [3]), 2 * 7 * 3],
    [node("MatMul", [[5, 7], [7]], [5]), 2 * 5 * 7],
    [node("Gemm", [[7, 5], [3, 7], [3]], [5, 3], { transA: 1, transB: 1 }), 2 * 5 * 7 * 3],
    [
      node(
        "Conv",
        [
          [1, 8, 10, 10],
          [16, 8, 3, 3],
        ],
        [1, 16, 8, 8],
      ),
      2 * 16 * 64 * 72,
    ],
    [
      node(
        "Conv",
        [
          [1, 8, 10, 10],
          [8, 1, 3, 3],
        ],
        [1, 8, 8, 8],
        { group: 8 },
      ),
      2 * 8 * 64 * 9,
    ],
    [
      node(
        "ConvTranspose",
        [
          [1, 8, 4, 4],
          [8, 6, 2, 2],
        ],
        [1, 6, 8, 8],
      ),
      2 * 8 * 16 * 6 * 4,
    ],
    [
      node(
        "Einsum",
        [
          [2, 5, 7],
          [2, 7, 3],
        ],
        [2, 5, 3],
        { equation: "bij,bjk->bik" },
      ),
      2 * 2 * 5 * 7 * 3,
    ],
    [
      node(
        "Einsum",
        [
          [9, 5, 7],
          [7, 3],
        ],
        [9, 5, 3],
        { equation: "...ij,jk" },
      ),
      2 * 9 * 5 * 7 * 3,
    ],
    [
      node(
        "Attention",
        [
          [1, 4, 6, 8],
          [1, 4, 10, 8],
          [1, 4, 10, 8],
        ],
        [1, 4, 6, 8],
      ),
      4 * 2 * 6 * 10 * 16,
    ],
  ])("%j multiplies", (given, expected) => {
    expect(work(given).matrixFlops).toBe(expected);
  });

  test("an elementwise operator reads its operands and writes its result, in bytes of its type", () => {
    expect(work(node("Add", [[4, 5], [5]], [4, 5])).bytes).toBe(4 * (20 + 5 + 20));
    expect(work(node("Add", [[4, 5], [5]], [4, 5], {}, "f16")).bytes).toBe(2 * (20 + 5 + 20));
    expect(work(node("Exp", [[10]], [10])).flops).toBeGreaterThan(
      work(node("Neg", [[10]], [10])).flops,
    );
  });

  test("a slice reads what it writes, not what it is taken from", () => {
    expect(work(node("Slice", [[1000]], [10])).bytes).toBe(80);
    expect(work(node("Gather", [[1000, 8], [3]], [3, 8])).bytes).toBe(2 * 96 + 12);
  });

  test.each(["Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity"])("%s is free", (op) => {
    expect(machine.cost(node(op, [[64, 64]], [4096]))).toBe(0);
  });

  test("a contraction is read as matrix products", () => {
    const into = contraction();
    expect(
      readContraction(
        node(
          "Conv",
          [
            [2, 8, 6, 6],
            [16, 4, 3, 3],
          ],
          [2, 16, 4, 4],
          { group: 2 },
        ),
        into,
      ),
    ).toBe(true);
    expect(into).toEqual({ batch: 2, m: 32, n: 8, k: 36 });
    expect(readContraction(node("Relu", [[2]], [2]), into)).toBe(false);
  });
});

describe("every operator of ONNX", () => {
  const dims = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 });

  test("costs something finite and never less than nothing, whatever its shapes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operatorNames),
        fc.array(dims, { minLength: 1, maxLength: 5 }),
        dims,
        (op, operands, result) => {
          const given = node(op, operands, result, { equation: "ab,bc->ac", kernel_shape: [3, 3] });
          const { flops, bytes, matrixFlops } = work(given);
          for (const figure of [flops, bytes, matrixFlops, machine.cost(given)]) {
            expect(figure).toBeGreaterThanOrEqual(0);
            expect(figure).toBeLessThan(Infinity);
          }
          expect(matrixFlops).toBeLessThanOrEqual(flops);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("never gets cheaper when a dimension that all tensors share is doubled", () => {
    fc.assert(
      fc.property(fc.constantFrom(...operatorNames), dims, fc.nat(), (op, shape, where) => {
        const doubled = shape.map((dim, axis) => (axis === where % shape.length ? 2 * dim : dim));
        const of = (dims: readonly number[]): NodeView =>
          node(op, [dims, dims, dims], dims, { equation: "ab,bc->ac", kernel_shape: [2] });
        expect(machine.cost(of(doubled))).toBeGreaterThanOrEqual(
          machine.cost(of(shape)) * (1 - 1e-12),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a roofline", () => {
  test("charges the longer of arithmetic and traffic, and the start", () => {
    const add = node("Add", [[1_000_000], [1_000_000]], [1_000_000]);
    expect(machine.cost(add)).toBeCloseTo(1 + 1e6 * (12e6 / 2e10), 6);
    const product = node(
      "MatMul",
      [
        [1000, 1000],
        [1000, 1000],
      ],
      [1000, 1000],
    );
    expect(machine.cost(product)).toBeCloseTo(1 + 1e6 * ((2e9 + 1e6) / 1e11), 6);
    const half = node(
      "MatMul",
      [
        [1000, 1000],
        [1000, 1000],
      ],
      [1000, 1000],
      {},
      "f16",
    );
    expect(machine.cost(half)).toBeCloseTo(1 + 1e6 * (2e9 / 4e11 + 1e6 / 1e11), 6);
  });

  test("says what its costs are made of", () => {
    const add = node("Add", [[1_000_000], [1_000_000]], [1_000_000]);
    const parts = machine.parts as (node: NodeView) => CostParts;
    const { launch, arithmetic, memory } = parts(add);
    expect(launch + Math.max(arithmetic, memory)).toBe(machine.cost(add));
    expect(memory).toBeGreaterThan(arithmetic);
    const view = node("Reshape", [[4, 4], [1]], [16]);
    expect(parts(view)).toEqual({ launch: 0, arithmetic: 0, memory: 0 });
  });

  test("refuses a part without peaks", () => {
    expect(() => roofline({ name: "x", flops: 0, bandwidth: 1, overhead: 0 })).toThrow(
      /x: `flops` is 0/,
    );
    expect(() => roofline({ name: "x", flops: 1, bandwidth: NaN, overhead: 0 })).toThrow(
      /`bandwidth`/,
    );
    expect(() => roofline({ name: "x", flops: 1, bandwidth: 1, overhead: -1 })).toThrow(
      /`overhead`/,
    );
  });
});
