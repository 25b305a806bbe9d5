/**
 * Products of matrices: the loops, for doubles and for integers.
 *
 * @module
 */

/** Where a row-major matrix lies in a buffer, possibly read as its transpose. */
export interface MatrixView<T> {
  readonly cells: ArrayLike<T>;
  readonly start: number;
  /** How far apart neighbours along the first and the second dimension lie. */
  readonly strides: readonly [number, number];
}

/** A copy of a view, row-major. */
function packed(view: MatrixView<number>, rows: number, columns: number): Float64Array {
  const { cells, start, strides } = view;
  if (strides[1] === 1 && strides[0] === columns && cells instanceof Float64Array)
    return cells.subarray(start, start + rows * columns);
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      out[i * columns + j] = cells[start + i * strides[0] + j * strides[1]] as number;
  return out;
}

/**
 * c[m, n] = a[m, k] b[k, n], summed in doubles. Four rows of b go into a row of c at a time, so that the row is loaded
 * and stored a quarter as often; the columns are cut so that what is touched stays in cache.
 */
export function multiplyMatrices(
  a: MatrixView<number>,
  b: MatrixView<number>,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const left = packed(a, m, k);
  const right = packed(b, k, n);
  const out = new Float64Array(m * n);
  const block = 512;
  for (let from = 0; from < n; from += block) {
    const to = Math.min(n, from + block);
    for (let depth = 0; depth < k; depth += 64) {
      const bottom = Math.min(k, depth + 64);
      for (let i = 0; i < m; i++) {
        const row = i * n;
        let p = depth;
        for (; p + 3 < bottom; p += 4) {
          const at = i * k + p;
          const x0 = left[at] as number;
          const x1 = left[at + 1] as number;
          const x2 = left[at + 2] as number;
          const x3 = left[at + 3] as number;
          const r0 = p * n;
          const r1 = r0 + n;
          const r2 = r1 + n;
          const r3 = r2 + n;
          for (let j = from; j < to; j++)
            out[row + j] =
              (out[row + j] as number) +
              x0 * (right[r0 + j] as number) +
              x1 * (right[r1 + j] as number) +
              x2 * (right[r2 + j] as number) +
              x3 * (right[r3 + j] as number);
        }
        for (; p < bottom; p++) {
          const x = left[i * k + p] as number;
          for (let j = from; j < to; j++)
            out[row + j] = (out[row + j] as number) + x * (right[p * n + j] as number);
        }
      }
    }
  }
  return out;
}

/** c[m, n] = a[m, k] b[k, n] on integers, exact. */
export function multiplyIntegers(
  a: MatrixView<bigint>,
  b: MatrixView<bigint>,
  m: number,
  k: number,
  n: number,
): bigint[] {
  const out = new Array<bigint>(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0n;
      for (let p = 0; p < k; p++)
        sum +=
          (a.cells[a.start + i * a.strides[0] + p * a.strides[1]] as bigint) *
          (b.cells[b.start + p * b.strides[0] + j * b.strides[1]] as bigint);
      out[i * n + j] = sum;
    }
  return out;
}
