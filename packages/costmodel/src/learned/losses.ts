import {
  add,
  divide,
  fill,
  input,
  logSumExp,
  matmul,
  mean,
  multiply,
  relu,
  subtract,
  sum,
  type Value,
} from "@rewright/autodiff";

/**
 * What is made small: `mse` the squared distance to the standardised logarithm of the time; `listmle` the surprise at the
 * measured order (Xia et al., "Listwise approach to learning to rank", ICML 2008); `hinge` what pairs lack to be ordered with
 * a margin of 1 (Herbrich, Graepel and Obermayer, 1999).
 */
export type Loss = "mse" | "listmle" | "hinge";

/** All names. */
export const losses: readonly Loss[] = ["listmle", "hinge", "mse"];

/** The mean of what a list of scores costs. Its items are fed from the fastest to the slowest; inputs besides are {@link lossFeeds}'. */
export function lossOf(loss: Loss, scores: Value): Value {
  const n = scores.rows;
  if (loss === "mse") {
    const error = subtract(scores, input("target", n, 1));
    return mean(multiply(error, error));
  }
  const ones = fill(1, n, 1);
  // Row i holds every score, or the i-th throughout.
  const each = matmul(ones, scores, [false, true]);
  if (loss === "listmle") return mean(subtract(logSumExp(add(each, input("later", n, n))), scores));
  const own = matmul(scores, ones, [false, true]);
  const lacking = relu(add(subtract(each, own), fill(1)));
  const pairs = input("pairs", n, n);
  return divide(sum(multiply(lacking, pairs)), add(sum(pairs), fill(1e-9)));
}

/** What the loss of a list is fed: its times, ascending, and the mean and spread of the logarithms of all. */
export function lossFeeds(
  loss: Loss,
  times: Float64Array,
  centre: number,
  spread: number,
): Readonly<Record<string, Float32Array>> {
  const n = times.length;
  if (loss === "mse")
    return { target: Float32Array.from(times, (time) => (centre - Math.log(time)) / spread) };
  const square = (of: (i: number, j: number) => number): Float32Array =>
    Float32Array.from({ length: n * n }, (_, at) => of(Math.floor(at / n), at % n));
  if (loss === "listmle") return { later: square((i, j) => (j < i ? -1e9 : 0)) };
  return { pairs: square((i, j) => Number((times[i] as number) < (times[j] as number))) };
}
