// A value for each operator and layer, for the tests of gradients by each set of kernels.
import {
  add,
  divide,
  exp,
  fill,
  gather,
  gelu,
  index,
  join,
  layerNorm,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  mean,
  minimum,
  multiply,
  part,
  place,
  propagate,
  relu,
  scale,
  scatter,
  segmentMean,
  sigmoid,
  softmax,
  sqrt,
  stretch,
  subtract,
  sum,
  tanh,
  type Value,
} from "../src/index.ts";

/** Two matrices of the same shape, and row numbers below its rows. */
export interface Material {
  readonly x: Value;
  readonly y: Value;
  readonly row: Value;
  readonly column: Value;
  readonly at: Value;
}

const positive = (x: Value): Value => add(multiply(x, x), fill(0.5));

/** A value for each operator and layer, and each way in which operands stretch. */
export const cases: Readonly<Record<string, (m: Material) => Value>> = {
  add: ({ x, y }) => add(x, y),
  "add, a row": ({ x, row }) => add(x, row),
  "add, a column and a row": ({ row, column }) => add(column, row),
  subtract: ({ x, y }) => subtract(x, y),
  "subtract, a column": ({ x, column }) => subtract(column, x),
  multiply: ({ x, y }) => multiply(x, y),
  "multiply, itself": ({ x }) => multiply(x, x),
  "multiply, a row": ({ x, row }) => multiply(row, x),
  divide: ({ x, y }) => divide(x, positive(y)),
  "divide, by a column": ({ x, column }) => divide(x, positive(column)),
  "divide, a scalar": ({ x }) => divide(fill(2), positive(x)),
  minimum: ({ x, y }) => minimum(x, y),
  "minimum, a row": ({ x, row }) => minimum(row, x),
  scale: ({ x }) => scale(x, -1.5),
  relu: ({ x }) => relu(x),
  gelu: ({ x }) => gelu(x),
  tanh: ({ x }) => tanh(x),
  sigmoid: ({ x }) => sigmoid(x),
  exp: ({ x }) => exp(x),
  log: ({ x }) => log(positive(x)),
  sqrt: ({ x }) => sqrt(positive(x)),
  matmul: ({ x, y }) => matmul(x, y, [false, true]),
  "matmul, first transposed": ({ x, y }) => matmul(x, y, [true, false]),
  "matmul, both transposed": ({ x, y }) => matmul(matmul(x, y, [true, false]), x, [true, true]),
  "matmul, none transposed": ({ x, y }) => matmul(matmul(x, y, [false, true]), x),
  "sum of rows": ({ x }) => sum(x, 1, x.columns),
  "sum of columns": ({ x }) => sum(x, x.rows, 1),
  stretch: ({ row, x }) => multiply(stretch(row, x.rows, x.columns), x),
  gather: ({ x, at }) => gather(x, at),
  scatter: ({ x, y, at }) => multiply(scatter(gather(x, at), at, x.rows), y),
  propagate: ({ x, y, at }) => multiply(propagate(x, at, at, x.rows), y),
  "propagate, weighted": ({ x, at, column }) =>
    propagate(x, at, index("to", 5), x.rows, gather(column, at)),
  join: ({ x, y, column }) => join([x, column, y]),
  part: ({ x, y }) => part(join([x, y]), 1, x.columns),
  place: ({ x }) => place(x, 2, x.columns + 3),
  mean: ({ x }) => mean(x, 1, x.columns),
  segmentMean: ({ x, at }) => segmentMean(gather(x, at), at, x.rows),
  logSumExp: ({ x }) => logSumExp(x),
  logSoftmax: ({ x }) => logSoftmax(x),
  softmax: ({ x }) => softmax(x),
  layerNorm: ({ x, row, y }) => layerNorm(x, row, sum(y, 1, y.columns)),
};
