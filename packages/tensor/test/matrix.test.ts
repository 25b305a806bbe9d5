import { describe, expect, test } from "vitest";
import { tensor } from "../src/array.ts";
import { multiplyMatrices } from "../src/matmul.ts";
import { apply, at, expectClose, f64, list, uneven } from "./numeric.ts";

describe("MatMul", () => {
  test.each([
    [[3], [3], []],
    [[3], [3, 2], [2]],
    [[2, 3], [3], [2]],
    [
      [2, 3],
      [3, 4],
      [2, 4],
    ],
    [
      [5, 1, 2, 3],
      [4, 3, 2],
      [5, 4, 2, 2],
    ],
    [[3], [4, 3, 2], [4, 2]],
    [[4, 2, 3], [3], [4, 2]],
    [
      [2, 0],
      [0, 3],
      [2, 3],
    ],
  ])("of shapes %j and %j has shape %j", (a, b, shape) => {
    expect(apply("MatMul", [uneven(...a), uneven(...b)]).shape).toEqual(shape);
  });

  test("sums products", () => {
    const [a, b] = [uneven(2, 3, 4), uneven(2, 4, 5)];
    const expected: number[] = [];
    for (let n = 0; n < 2; n++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 5; j++) {
          let sum = 0;
          for (let k = 0; k < 4; k++) sum += at(a, n, i, k) * at(b, n, k, j);
          expected.push(sum);
        }
    expectClose(apply("MatMul", [a, b]), [2, 3, 5], expected);
  });

  test("is exact on 64-bit integers, and wraps", () => {
    const a = tensor("i64", [1, 2], [2n ** 62n, 3n]);
    const b = tensor("i64", [2, 1], [2n, 1n]);
    expect(apply("MatMul", [a, b]).data[0]).toBe(BigInt.asIntN(64, 2n ** 63n + 3n));
  });

  test("cuts matrices larger than its blocks without a seam", () => {
    const [m, k, n] = [3, 131, 1030];
    const a = uneven(m, k);
    const b = uneven(k, n);
    const out = multiplyMatrices(
      { cells: list(a), start: 0, strides: [k, 1] },
      { cells: list(b), start: 0, strides: [n, 1] },
      m,
      k,
      n,
    );
    for (const [i, j] of [
      [0, 0],
      [2, 511],
      [1, 512],
      [2, 1029],
    ] as const) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += at(a, i, p) * at(b, p, j);
      expect(out[i * n + j]).toBeCloseTo(sum, 10);
    }
  });

  test("rounds f32 once", () => {
    // In 32 bits throughout, 1 would be lost on its way.
    const a = tensor("f32", [1, 3], [2 ** 25, 1, -(2 ** 25)]);
    const b = tensor("f32", [3, 1], [1, 1, 1]);
    expect(list(apply("MatMul", [a, b]))).toEqual([1]);
  });
});

test("Gemm is α A B + β C, of transposes where asked", () => {
  const [a, b, c] = [uneven(4, 2), uneven(3, 4), uneven(3)];
  const plain = apply("Gemm", [a, b, c], { transA: 1, transB: 1, alpha: 2, beta: 0.5 });
  const [at_, bt] = [a, b].map((x) => apply("Transpose", [x], { perm: [1, 0] }));
  const product = apply("Mul", [apply("MatMul", [at_, bt]), f64([], [2])]);
  const expected = apply("Add", [product, apply("Mul", [c, f64([], [0.5])])]);
  expectClose(plain, [2, 3], list(expected));
});

test("MatMulInteger subtracts zero points, by row and by column", () => {
  const a = tensor("u8", [2, 2], [1, 2, 3, 4]);
  const b = tensor("i8", [2, 2], [1, -1, 2, -2]);
  const zeros = [tensor("u8", [2], [1, 2]), tensor("i8", [2], [1, -1])];
  // [[0, 1], [1, 2]] [[0, 0], [1, -1]]
  expect(list(apply("MatMulInteger", [a, b, ...zeros]))).toEqual([1, -1, 2, -2]);
});

test("Det of a triangular matrix is the product of its diagonal, and swapping rows changes its sign", () => {
  const det = apply("Det", [f64([2, 2, 2], [2, 7, 0, 3, 0, 3, 2, 7])]);
  expectClose(det, [2], [6, -6]);
});

describe("Einsum", () => {
  const [a, b] = [uneven(2, 3, 4), uneven(2, 4, 5)];

  test("of a product of matrices is MatMul", () => {
    const product = apply("MatMul", [a, b]);
    for (const equation of ["bij,bjk->bik", " bij , bjk ", "...ij,...jk->...ik"])
      if (equation.includes(" "))
        // Without an arrow the labels that occur once, in alphabetical order: the batch is summed over.
        expectClose(
          apply("Einsum", [a, b], { equation }),
          [3, 5],
          list(apply("ReduceSum", [product, tensor("i64", [1], [0])], { keepdims: 0 })),
        );
      else expectClose(apply("Einsum", [a, b], { equation }), product.shape, list(product));
  });

  test.each([
    ["ijk->kji", [4, 3, 2]],
    ["ijk->", []],
    ["i...->...", [3, 4]],
    ["ijk,ijk->i", [2]],
  ])("%s has shape %j and the sum of what it contracts", (equation, shape) => {
    const operands = equation.includes(",") ? [a, a] : [a];
    const result = apply("Einsum", operands, { equation });
    expect(result.shape).toEqual(shape);
    const terms = list(a).map((x) => (operands.length === 2 ? x * x : x));
    const sum = terms.reduce((x, y) => x + y, 0);
    expect(list(result).reduce((x, y) => x + y, 0)).toBeCloseTo(sum, 10);
  });

  test("takes diagonals, and products of three", () => {
    const square = uneven(3, 3);
    const diagonal = [0, 1, 2].map((i) => at(square, i, i));
    expectClose(apply("Einsum", [square], { equation: "ii->i" }), [3], diagonal);
    const v = f64([3], [1, 2, 3]);
    expectClose(
      apply("Einsum", [v, square, v], { equation: "i,ij,j->" }),
      [],
      [
        [0, 1, 2]
          .flatMap((i) => [0, 1, 2].map((j) => at(v, i) * at(square, i, j) * at(v, j)))
          .reduce((x, y) => x + y),
      ],
    );
  });
});
