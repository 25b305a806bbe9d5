import type { NdArray } from "@rewright/plugin";

/** A tensor of the same type and shape, computed element by element. Half-precision elements keep single precision, as their buffers do. */
export function tensorLike(like: NdArray, element: (index: number) => number): NdArray {
  const length = like.data.length;
  const data = like.dtype === "f64" ? new Float64Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++) data[i] = element(i);
  return { dtype: like.dtype, shape: like.shape, data };
}

/** Mean (0 where not centred) and inverse deviation of each row along the last axis. */
export function rowsOf(
  x: NdArray,
  centred: boolean,
  epsilon: number,
): { readonly mean: Float64Array; readonly inverse: Float64Array } {
  const width = x.shape.at(-1) ?? 1;
  const data = x.data as ArrayLike<number>;
  const count = width === 0 ? 0 : data.length / width;
  const mean = new Float64Array(count);
  const inverse = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += data[row * width + i] as number;
    const middle = centred ? sum / width : 0;
    let squares = 0;
    for (let i = 0; i < width; i++) squares += ((data[row * width + i] as number) - middle) ** 2;
    mean[row] = middle;
    inverse[row] = 1 / Math.sqrt(squares / width + epsilon);
  }
  return { mean, inverse };
}
