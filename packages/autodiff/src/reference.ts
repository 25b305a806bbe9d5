import type { Elements, Kernel, Kernels } from "./kernels.ts";
import type { Operator, Value } from "./value.ts";

type Pair = (a: number, b: number) => number;
type Each = (x: number) => number;

/** sqrt(2 / pi), of gelu's approximation. */
const GELU_SLOPE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

const gelu: Each = (x) => 0.5 * x * (1 + Math.tanh(GELU_SLOPE * (x + GELU_CUBIC * x * x * x)));
const geluSlope: Each = (x) => {
  const t = Math.tanh(GELU_SLOPE * (x + GELU_CUBIC * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU_SLOPE * (1 + 3 * GELU_CUBIC * x * x);
};

function each(f: Each): Kernel {
  return (_, [x], out) => {
    const from = x as Elements;
    for (let i = 0; i < out.length; i++) out[i] = f(from[i] as number);
  };
}

function pair(f: Pair): Kernel {
  return ({ rows, columns, operands }, [x, y], out) => {
    const [a, b] = operands as [Value, Value];
    const [from, other] = [x as Elements, y as Elements];
    const [ar, ac] = strides(a);
    const [br, bc] = strides(b);
    let o = 0;
    for (let r = 0; r < rows; r++)
      for (let c = 0, i = r * ar, j = r * br; c < columns; c++, i += ac, j += bc)
        out[o++] = f(from[i] as number, other[j] as number);
  };
}

/** How far apart rows and columns are; 0 along a side that stretches. */
export function strides({ rows, columns }: Value): readonly [row: number, column: number] {
  return [rows === 1 ? 0 : columns, columns === 1 ? 0 : 1];
}

function reduce(f: Pair, start: number): Kernel {
  return ({ rows, columns, operands }, [x], out) => {
    const of = operands[0] as Value;
    const from = x as Elements;
    out.fill(start);
    for (let r = 0, i = 0; r < of.rows; r++) {
      const row = rows === 1 ? 0 : r * columns;
      for (let c = 0; c < of.columns; c++, i++) {
        const o = row + (columns === 1 ? 0 : c);
        out[o] = f(out[o] as number, from[i] as number);
      }
    }
  };
}

const matmul: Kernel = ({ rows, columns, operands, attributes }, [x, y], out) => {
  const [a, b] = operands as [Value, Value];
  const [left, right] = [x as Elements, y as Elements];
  const [ta, tb] = attributes.transposed as readonly [boolean, boolean];
  const depth = ta ? a.rows : a.columns;
  const [ar, ak] = ta ? [1, a.columns] : [a.columns, 1];
  const [bk, bc] = tb ? [1, b.columns] : [b.columns, 1];
  out.fill(0);
  // The inner loop runs along rows of the result, so that memory is read in order where b is not transposed.
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < depth; k++) {
      const factor = left[r * ar + k * ak] as number;
      if (factor === 0) continue;
      const row = r * columns;
      for (let c = 0, j = k * bk; c < columns; c++, j += bc)
        out[row + c] = (out[row + c] as number) + factor * (right[j] as number);
    }
};

const gather: Kernel = ({ rows, columns, operands }, [x, at], out) => {
  const from = x as Elements;
  const { rows: most } = operands[0] as Value;
  for (let r = 0; r < rows; r++) {
    const row = checkedRow((at as Int32Array)[r] as number, most);
    for (let c = 0; c < columns; c++) out[r * columns + c] = from[row * columns + c] as number;
  }
};

const scatter: Kernel = ({ rows, columns, operands }, [x, at], out) => {
  const from = x as Elements;
  const { rows: count } = operands[0] as Value;
  out.fill(0);
  for (let r = 0; r < count; r++) {
    const row = checkedRow((at as Int32Array)[r] as number, rows) * columns;
    for (let c = 0; c < columns; c++)
      out[row + c] = (out[row + c] as number) + (from[r * columns + c] as number);
  }
};

const propagate: Kernel = ({ rows, columns, operands }, [x, from, to, weights], out) => {
  const source = x as Elements;
  const { rows: most } = operands[0] as Value;
  out.fill(0);
  for (let e = 0; e < (from as Int32Array).length; e++) {
    const a = checkedRow((from as Int32Array)[e] as number, most) * columns;
    const o = checkedRow((to as Int32Array)[e] as number, rows) * columns;
    const weight = weights ? (weights[e] as number) : 1;
    for (let c = 0; c < columns; c++)
      out[o + c] = (out[o + c] as number) + weight * (source[a + c] as number);
  }
};

/** A row number, or a RangeError where there is no such row. */
export function checkedRow(row: number, rows: number): number {
  if (row >= 0 && row < rows) return row;
  throw new RangeError(`row ${row} of a matrix of ${rows} rows: row numbers count from 0`);
}

/** Copies columns of one matrix to columns of another. */
function copy(
  from: Elements,
  at: number,
  width: number,
  to: Elements,
  into: number,
  stride: number,
  columns: number,
): void {
  for (let r = 0; r * stride < to.length; r++)
    for (let c = 0; c < columns; c++)
      to[r * stride + into + c] = from[r * width + at + c] as number;
}

const kernels: Readonly<Record<Exclude<Operator, "input" | "index">, Kernel>> = {
  fill: ({ attributes }, _, out) => void out.fill(attributes.factor as number),
  add: pair((a, b) => a + b),
  subtract: pair((a, b) => a - b),
  multiply: pair((a, b) => a * b),
  divide: pair((a, b) => a / b),
  minimum: pair(Math.min),
  scale: ({ attributes }, [x], out) => {
    const factor = attributes.factor as number;
    for (let i = 0; i < out.length; i++) out[i] = factor * ((x as Elements)[i] as number);
  },
  relu: each((x) => Math.max(x, 0)),
  step: each((x) => (x > 0 ? 1 : 0)),
  gelu: each(gelu),
  geluSlope: each(geluSlope),
  tanh: each(Math.tanh),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  exp: each(Math.exp),
  log: each(Math.log),
  sqrt: each(Math.sqrt),
  matmul,
  sum: reduce((a, b) => a + b, 0),
  peak: reduce(Math.max, -Infinity),
  stretch: ({ rows, columns, operands }, [x], out) => {
    const [row, column] = strides(operands[0] as Value);
    for (let r = 0, o = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) out[o++] = (x as Elements)[r * row + c * column] as number;
  },
  gather,
  scatter,
  propagate,
  join: ({ columns, operands }, parts, out) => {
    let into = 0;
    for (const [i, part] of operands.entries()) {
      copy(parts[i] as Elements, 0, part.columns, out, into, columns, part.columns);
      into += part.columns;
    }
  },
  part: ({ columns, operands, attributes }, [x], out) => {
    const { columns: width } = operands[0] as Value;
    copy(x as Elements, attributes.from as number, width, out, 0, columns, columns);
  },
  place: ({ columns, operands, attributes }, [x], out) => {
    const { columns: width } = operands[0] as Value;
    out.fill(0);
    copy(x as Elements, 0, width, out, attributes.from as number, columns, width);
  },
};

/**
 * The kernels that the others are held against: plain loops, with any precision. The same inputs give the same bits on every
 * machine, but for `exp`, `log` and `tanh`, which are the JavaScript engine's.
 *
 * @param bits of an element; 64 for checking gradients
 */
export function reference(bits: 32 | 64 = 32): Kernels {
  return {
    name: `reference${bits}`,
    allocate: (lengths, indices) => ({
      matrices: lengths.map((length) =>
        bits === 64 ? new Float64Array(length) : new Float32Array(length),
      ),
      indices: indices.map((length) => new Int32Array(length)),
    }),
    of: ({ op }) => {
      if (op === "input" || op === "index") throw new RangeError(`${op} is not computed, but fed`);
      return kernels[op];
    },
  };
}
