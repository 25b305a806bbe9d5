import type { Attrs, Dim, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { ShapeError } from "./shape-error.ts";

/** The shape of an operand as it is multiplied: a stack of matrices, their axes exchanged where the attribute says so. */
function stackOf(type: TensorType | undefined, attrs: Attrs, transposed: string): readonly Dim[] {
  if (type === undefined) throw new ShapeError("a product has two operands");
  const { shape } = type;
  const [rows, columns] = shape.slice(-2);
  if (rows === undefined || columns === undefined)
    throw new ShapeError(`[${shape}] is no matrix: a product with a vector is not modelled`);
  return Number(attrs[transposed]) === 0 ? shape : [...shape.slice(0, -2), columns, rows];
}

/** The size that two sizes of a stack broadcast to. */
function joined(a: Dim, b: Dim): Dim {
  if (a === 1 || a === b) return b;
  if (b === 1) return a;
  throw new ShapeError(`stacks of ${a} and ${b} matrices do not go together`);
}

function shapeOf(
  [a, b]: readonly (TensorType | undefined)[],
  attrs: Attrs,
): {
  readonly left: readonly Dim[];
  readonly right: readonly Dim[];
  readonly shape: readonly Dim[];
} {
  for (const name of ["transBatchA", "transBatchB"])
    if (Number(attrs[name]) !== 0) throw new ShapeError(`\`${name}\` is not modelled`);
  const left = stackOf(a, attrs, "transA");
  const right = stackOf(b, attrs, "transB");
  if (a?.dtype !== b?.dtype || !/^b?f\d\d$/.test(a?.dtype ?? ""))
    throw new ShapeError(`${a?.dtype} and ${b?.dtype} are not multiplied`);
  const [inner, own] = [left.at(-1), right.at(-2)];
  if (typeof inner === typeof own && inner !== own)
    throw new ShapeError(`[${left}] and [${right}] do not fit each other`);
  const rank = Math.max(left.length, right.length);
  const size = (shape: readonly Dim[], i: number): Dim => shape[shape.length - rank + i] ?? 1;
  const stack = Array.from({ length: rank - 2 }, (_, i) => joined(size(left, i), size(right, i)));
  return { left, right, shape: [...stack, left.at(-2) as Dim, right.at(-1) as Dim] };
}

/** How far apart the matrices of a stack lie that is broadcast to one of `rank` axes. */
function steps(shape: readonly number[], rank: number): number[] {
  let step = (shape.at(-1) as number) * (shape.at(-2) as number);
  const all = new Array<number>(rank).fill(0);
  for (let i = shape.length - 3; i >= 0; i--) {
    const size = shape[i] as number;
    all[rank - shape.length + 2 + i] = size === 1 ? 0 : step;
    step *= size;
  }
  return all;
}

/** α · A · B, with the last two axes of either operand exchanged first; as ONNX Runtime fuses Transpose, MatMul and a factor. */
export const fusedMatMul: OpDef = {
  operands: [{ name: "a" }, { name: "b" }],
  attrs: {
    alpha: { type: "float", default: 1 },
    transA: { type: "int", default: 0 },
    transB: { type: "int", default: 0 },
    transBatchA: { type: "int", default: 0 },
    transBatchB: { type: "int", default: 0 },
  },
  infer(operands, attrs) {
    const { shape } = shapeOf(operands, attrs);
    return [{ dtype: (operands[0] as TensorType).dtype, shape }];
  },
  evaluate(operands, attrs) {
    const [a, b] = operands as readonly [NdArray, NdArray];
    const found = shapeOf(operands, attrs);
    const left = found.left as readonly number[];
    const right = found.right as readonly number[];
    const shape = found.shape as readonly number[];
    const [m, k, n] = [left.at(-2), left.at(-1), right.at(-1)] as [number, number, number];
    const stack = shape.slice(0, -2);
    const strides = [steps(left, stack.length), steps(right, stack.length)];
    const [at, bt] = [Number(attrs["transA"]) !== 0, Number(attrs["transB"]) !== 0];
    const [x, y] = [a.data, b.data] as [ArrayLike<number>, ArrayLike<number>];
    const count = stack.reduce((product, size) => product * size, 1);
    const data = new (a.dtype === "f64" ? Float64Array : Float32Array)(count * m * n);
    const alpha = Number(attrs["alpha"]);
    for (let matrix = 0, to = 0; matrix < count; matrix++) {
      let rest = matrix;
      let [from, other] = [0, 0];
      for (let axis = stack.length - 1; axis >= 0; axis--) {
        const position = rest % (stack[axis] as number);
        rest = (rest - position) / (stack[axis] as number);
        from += position * (strides[0]?.[axis] as number);
        other += position * (strides[1]?.[axis] as number);
      }
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++)
            sum +=
              (x[from + (at ? l * m + i : i * k + l)] as number) *
              (y[other + (bt ? j * k + l : l * n + j)] as number);
          data[to++] = alpha * sum;
        }
    }
    return [{ dtype: a.dtype, shape, data }];
  },
};
