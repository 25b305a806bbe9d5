/**
 * Products of matrices: MatMul, Gemm, MatMulInteger, and the determinant.
 *
 * @module
 */

import type { Attrs, Dim, DType, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { broadcastStrides, offsets, sizeOf } from "../array.ts";
import { multiplyIntegers, multiplyMatrices } from "../matmul.ts";
import {
  broadcastShapes,
  commonDType,
  floatAttr,
  formatType,
  intAttr,
  isFloat,
  isInteger,
  isWide,
  operandAt,
  requireBroadcastable,
  requireDType,
  requireRank,
  ShapeError,
  unifyDims,
} from "../typing.ts";
import { bigintsOf, doublesOf, floats, integers, zipInto } from "./elementwise.ts";
import { checked, type Ops } from "./operator.ts";

// ── MatMul, as numpy.matmul ──────────────────────────────────────────────────

/** The parts of a product: the matrices that are multiplied, and the shape over which they are repeated. */
interface Product<D extends Dim> {
  readonly batch: readonly D[];
  readonly rows: D | undefined;
  readonly columns: D | undefined;
}

/** Checks a product of two shapes. A vector is a row on the left, a column on the right, and gives no dimension. */
function productOfShapes<D extends Dim>(a: readonly D[], b: readonly D[]): Product<D> {
  if (a.length === 0 || b.length === 0) throw new ShapeError("a scalar cannot be multiplied");
  const inner = a.at(-1) as Dim;
  unifyDims(inner, (b.length === 1 ? b[0] : b.at(-2)) as Dim, "inner dimensions");
  return {
    batch: broadcastShapes([a.slice(0, -2), b.slice(0, -2)]) as readonly D[],
    rows: a.length === 1 ? undefined : a.at(-2),
    columns: b.length === 1 ? undefined : b.at(-1),
  };
}

function shapeOfProduct<D extends Dim>({ batch, rows, columns }: Product<D>): readonly D[] {
  return [...batch, rows, columns].filter((dim) => dim !== undefined);
}

function multiply(a: NdArray, b: NdArray, dtype: DType): NdArray {
  const product = productOfShapes(a.shape, b.shape);
  const shape = shapeOfProduct(product);
  const m = product.rows ?? 1;
  const n = product.columns ?? 1;
  const k = a.shape.at(-1) as number;
  const along = (x: readonly number[], width: number) =>
    offsets(
      product.batch,
      broadcastStrides(x.slice(0, -2), product.batch).map((s) => s * width),
    );
  const aAt = along(a.shape, m * k);
  const bAt = along(b.shape, k * n);
  const views = <T>(left: ArrayLike<T>, right: ArrayLike<T>, at: number) =>
    [
      { cells: left, start: aAt[at] as number, strides: [k, 1] as const },
      { cells: right, start: bAt[at] as number, strides: [n, 1] as const },
    ] as const;
  if (isInteger(dtype)) {
    const [left, right] = [bigintsOf(a), bigintsOf(b)];
    const cells = Array.from(aAt.keys()).flatMap((at) => {
      const [x, y] = views(left, right, at);
      return multiplyIntegers(x, y, m, k, n);
    });
    return integers(dtype, shape, cells);
  }
  const [left, right] = [doublesOf(a), doublesOf(b)];
  return floats(dtype, shape, (out) => {
    for (let at = 0; at < aAt.length; at++) {
      const [x, y] = views(left, right, at);
      const cells = multiplyMatrices(x, y, m, k, n);
      for (let i = 0; i < cells.length; i++) out[at * m * n + i] = cells[i] as number;
    }
  });
}

const matMul: OpDef = {
  operands: [{ name: "A" }, { name: "B" }],
  infer(operands) {
    const dtype = commonDType(operands);
    const a = operandAt(operands, 0);
    requireDType(a, isWide, "floats or integers of 32 or 64 bits");
    return [
      { dtype, shape: shapeOfProduct(productOfShapes(a.shape, operandAt(operands, 1).shape)) },
    ];
  },
  evaluate(operands) {
    const a = operandAt(operands, 0);
    return [multiply(a, operandAt(operands, 1), a.dtype)];
  },
};

// ── MatMulInteger ────────────────────────────────────────────────────────────

/** A zero point is one number, or one for each row of the first matrix, or for each column of the second. */
function requireZeroPoint(zero: TensorType | undefined, x: TensorType, axis: -1 | -2): void {
  if (zero === undefined) return;
  commonDType([x, zero]);
  if (zero.shape.length > 1 && zero.shape.length !== x.shape.length)
    throw new ShapeError(`${formatType(zero)} is no zero point of ${formatType(x)}`);
  if (zero.shape.length === 1 && zero.shape[0] !== 1)
    unifyDims(zero.shape[0] as Dim, x.shape.at(axis) ?? 1, "zero points and what they shift");
}

function shifted(x: NdArray, zero: NdArray | undefined, axis: -1 | -2): NdArray {
  if (zero === undefined) return { ...x, dtype: "f64", data: doublesOf(x) };
  const perRow = axis === -2 && zero.shape.length === 1 && zero.shape[0] !== 1;
  const zeroShape = perRow ? [...zero.shape, 1] : zero.shape;
  return floats("f64", x.shape, (out) =>
    zipInto(out, x.shape, doublesOf(x), x.shape, doublesOf(zero), zeroShape, (p, q) => p - q),
  );
}

const isByte = (dtype: DType) => dtype === "i8" || dtype === "u8";

const matMulInteger: OpDef = {
  operands: [
    { name: "A" },
    { name: "B" },
    { name: "a_zero_point", optional: true },
    { name: "b_zero_point", optional: true },
  ],
  infer(operands) {
    const a = operandAt(operands, 0);
    const b = operandAt(operands, 1);
    requireDType(a, isByte, "i8 or u8");
    requireDType(b, isByte, "i8 or u8");
    requireZeroPoint(operands[2], a, -2);
    requireZeroPoint(operands[3], b, -1);
    return [{ dtype: "i32", shape: shapeOfProduct(productOfShapes(a.shape, b.shape)) }];
  },
  evaluate(operands) {
    const a = shifted(operandAt(operands, 0), operands[2], -2);
    const b = shifted(operandAt(operands, 1), operands[3], -1);
    // Sums of products of bytes are exact in doubles.
    const exact = multiply(a, b, "f64");
    return [integers("i32", exact.shape, Array.from(doublesOf(exact), BigInt))];
  },
};

// ── Gemm ─────────────────────────────────────────────────────────────────────

function gemmShape<D extends Dim>(
  a: readonly D[],
  b: readonly D[],
  attrs: Attrs,
): readonly [D, D, D] {
  const transA = intAttr(attrs, "transA") !== 0;
  const transB = intAttr(attrs, "transB") !== 0;
  const [m, k] = (transA ? [a[1], a[0]] : a) as [D, D];
  const [depth, n] = (transB ? [b[1], b[0]] : b) as [D, D];
  return [m, unifyDims(k, depth, "inner dimensions") as D, n];
}

const gemm: OpDef = {
  operands: [{ name: "A" }, { name: "B" }, { name: "C", optional: true }],
  attrs: {
    alpha: { type: "float", default: 1 },
    beta: { type: "float", default: 1 },
    transA: { type: "int", default: 0 },
    transB: { type: "int", default: 0 },
  },
  infer(operands, attrs) {
    const dtype = commonDType(operands);
    const [a, b, c] = [operandAt(operands, 0), operandAt(operands, 1), operands[2]];
    requireDType(a, isWide, "floats or integers of 32 or 64 bits");
    requireRank(a, 2, "A");
    requireRank(b, 2, "B");
    floatAttr(attrs, "alpha");
    floatAttr(attrs, "beta");
    const [m, , n] = gemmShape(a.shape, b.shape, attrs);
    if (c !== undefined) requireBroadcastable(c.shape, [m, n], "C");
    return [{ dtype, shape: [m, n] }];
  },
  evaluate(operands, attrs) {
    const [a, b, c] = [operandAt(operands, 0), operandAt(operands, 1), operands[2]];
    const [m, k, n] = gemmShape(a.shape, b.shape, attrs);
    const shape = [m, n];
    const alpha = floatAttr(attrs, "alpha");
    const beta = floatAttr(attrs, "beta");
    const view = <T>(cells: ArrayLike<T>, width: number, flip: string) => ({
      cells,
      start: 0,
      strides: intAttr(attrs, flip) !== 0 ? ([1, width] as const) : ([width, 1] as const),
    });
    const aWidth = a.shape[1] as number;
    const bWidth = b.shape[1] as number;
    if (isInteger(a.dtype) && Number.isInteger(alpha) && Number.isInteger(beta)) {
      const cells = multiplyIntegers(
        view(bigintsOf(a), aWidth, "transA"),
        view(bigintsOf(b), bWidth, "transB"),
        m,
        k,
        n,
      ).map((x) => BigInt(alpha) * x);
      if (c !== undefined)
        zipInto(cells, shape, cells, shape, bigintsOf(c), c.shape, (x, y) => x + BigInt(beta) * y);
      return [integers(a.dtype, shape, cells)];
    }
    const cells = multiplyMatrices(
      view(doublesOf(a), aWidth, "transA"),
      view(doublesOf(b), bWidth, "transB"),
      m,
      k,
      n,
    );
    for (let i = 0; i < cells.length; i++) cells[i] = alpha * (cells[i] as number);
    if (c !== undefined)
      zipInto(cells, shape, cells, shape, doublesOf(c), c.shape, (x, y) => x + beta * y);
    if (isFloat(a.dtype)) return [floats(a.dtype, shape, (out) => copy(cells, out))];
    return [
      integers(
        a.dtype,
        shape,
        Array.from(cells, (x) => BigInt(Math.trunc(x))),
      ),
    ];
  },
};

function copy(from: ArrayLike<number>, out: { [index: number]: number }): void {
  for (let i = 0; i < from.length; i++) out[i] = from[i] as number;
}

// ── Det ──────────────────────────────────────────────────────────────────────

/** Gaussian elimination with partial pivoting; destroys its operand, n by n. */
function determinant(cells: Float64Array, n: number): number {
  let result = 1;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (
        Math.abs(cells[row * n + column] as number) > Math.abs(cells[pivot * n + column] as number)
      )
        pivot = row;
    const top = cells[pivot * n + column] as number;
    if (top === 0) return 0;
    if (pivot !== column) {
      result = -result;
      const held = cells.slice(pivot * n, pivot * n + n);
      cells.copyWithin(pivot * n, column * n, column * n + n);
      cells.set(held, column * n);
    }
    result *= top;
    for (let row = column + 1; row < n; row++) {
      const times = (cells[row * n + column] as number) / top;
      for (let j = column; j < n; j++)
        cells[row * n + j] =
          (cells[row * n + j] as number) - times * (cells[column * n + j] as number);
    }
  }
  return result;
}

const det: OpDef = {
  operands: [{ name: "X" }],
  infer(operands) {
    const x = operandAt(operands, 0);
    requireDType(x, isFloat, "floats");
    if (x.shape.length < 2) throw new ShapeError(`matrices expected, not ${formatType(x)}`);
    unifyDims(x.shape.at(-1) as Dim, x.shape.at(-2) as Dim, "rows and columns");
    return [{ dtype: x.dtype, shape: x.shape.slice(0, -2) }];
  },
  evaluate(operands) {
    const x = operandAt(operands, 0);
    const n = x.shape.at(-1) as number;
    const shape = x.shape.slice(0, -2);
    const cells = doublesOf(x);
    return [
      floats(x.dtype, shape, (out) => {
        for (let i = 0; i < sizeOf(shape); i++)
          out[i] = determinant(cells.slice(i * n * n, (i + 1) * n * n), n);
      }),
    ];
  },
};

/** MatMul, Gemm, MatMulInteger, Det. */
export const matrices: Ops = checked({
  MatMul: matMul,
  Gemm: gemm,
  MatMulInteger: matMulInteger,
  Det: det,
});
