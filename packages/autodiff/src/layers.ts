import {
  add,
  divide,
  exp,
  fill,
  log,
  multiply,
  peak,
  scale,
  scatter,
  sqrt,
  step,
  subtract,
  sum,
} from "./operators.ts";
import type { Value } from "./value.ts";

/** The mean over rows, columns or both, as `sum`. */
export function mean(x: Value, rows: number = 1, columns: number = 1): Value {
  return scale(sum(x, rows, columns), (rows * columns) / (x.rows * x.columns));
}

/** Of each segment the mean of its rows, 0 where there are none; `at[i]` is the segment of row i. */
export function segmentMean(x: Value, at: Value, segments: number): Value {
  const total = scatter(x, at, segments);
  const rows = scatter(fill(1, x.rows), at, segments);
  // Of an empty segment the total is 0 already.
  return divide(total, add(rows, subtract(fill(1), step(rows))));
}

/** The logarithm of the sum of exponentials over each row. */
export function logSumExp(x: Value): Value {
  const top = peak(x, x.rows, 1);
  return add(log(sum(exp(subtract(x, top)), x.rows, 1)), top);
}

/** Logarithms of the probabilities that are proportional to the exponentials of each row. */
export function logSoftmax(x: Value): Value {
  return subtract(x, logSumExp(x));
}

/** Those probabilities. */
export function softmax(x: Value): Value {
  return exp(logSoftmax(x));
}

/** Each row with mean 0 and variance 1, then times `gain` plus `bias` (one row each; Ba, Kiros and Hinton, 2016). */
export function layerNorm(x: Value, gain: Value, bias: Value, epsilon: number = 1e-5): Value {
  const centred = subtract(x, mean(x, x.rows, 1));
  const variance = mean(multiply(centred, centred), x.rows, 1);
  const normal = divide(centred, sqrt(add(variance, fill(epsilon))));
  return add(multiply(normal, gain), bias);
}
