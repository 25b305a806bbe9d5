function checkPairs(predicted: ArrayLike<number>, measured: ArrayLike<number>): void {
  if (predicted.length !== measured.length)
    throw new RangeError(
      `${predicted.length} predictions for ${measured.length} measurements: give one for each`,
    );
  for (let i = 0; i < measured.length; i++)
    if (Number.isNaN(predicted[i]) || Number.isNaN(measured[i]))
      throw new RangeError(
        `prediction ${predicted[i]} for measurement ${measured[i]} at ${i}: numbers only`,
      );
}

const pairsOf = (n: number): number => (n * (n - 1)) / 2;

/** Pairs within runs of equal neighbours. */
function tied(length: number, equal: (i: number, j: number) => boolean): number {
  let pairs = 0;
  let run = 1;
  for (let i = 1; i < length; i++) {
    if (equal(i - 1, i)) run++;
    else {
      pairs += pairsOf(run);
      run = 1;
    }
  }
  return pairs + pairsOf(run);
}

/** How many pairs are out of order; sorts by merging. */
function inversions(values: Float64Array): number {
  let [from, to]: [Float64Array, Float64Array] = [values, new Float64Array(values.length)];
  let count = 0;
  for (let width = 1; width < from.length; width *= 2) {
    for (let begin = 0; begin < from.length; begin += 2 * width) {
      const middle = Math.min(begin + width, from.length);
      const end = Math.min(begin + 2 * width, from.length);
      let [i, j] = [begin, middle];
      for (let o = begin; o < end; o++) {
        const first = i < middle && (j >= end || (from[i] as number) <= (from[j] as number));
        if (!first) count += middle - i;
        to[o] = from[first ? i++ : j++] as number;
      }
    }
    [from, to] = [to, from];
  }
  values.set(from);
  return count;
}

/** Pairs that two orders agree on and disagree on, and those that either holds for equal. */
interface Pairs {
  readonly agreeing: number;
  readonly disagreeing: number;
  readonly tiedPredicted: number;
  readonly tiedMeasured: number;
}

/** Counts pairs in n log n steps (Knight, "A computer method for calculating Kendall's tau", 1966). */
function countPairs(predicted: ArrayLike<number>, measured: ArrayLike<number>): Pairs {
  checkPairs(predicted, measured);
  const x = (i: number): number => predicted[i] as number;
  const y = (i: number): number => measured[i] as number;
  const order = Array.from({ length: measured.length }, (_, i) => i).sort(
    (i, j) => x(i) - x(j) || y(i) - y(j),
  );
  const at = (i: number): number => order[i] as number;
  const tiedPredicted = tied(order.length, (i, j) => x(at(i)) === x(at(j)));
  const both = tied(order.length, (i, j) => x(at(i)) === x(at(j)) && y(at(i)) === y(at(j)));
  const times = Float64Array.from(order, y);
  const disagreeing = inversions(times);
  const tiedMeasured = tied(times.length, (i, j) => times[i] === times[j]);
  const agreeing = pairsOf(times.length) - tiedPredicted - tiedMeasured + both - disagreeing;
  return { agreeing, disagreeing, tiedPredicted, tiedMeasured };
}

/**
 * Kendall's rank correlation of predictions and measurements, in its form for ties (tau-b; Kendall, "The treatment of ties in
 * ranking problems", 1945): 1 where the orders are the same, -1 where one is the other's reverse. 0 where either is constant.
 *
 * @throws RangeError when there are not as many of the one as of the other, or one is NaN
 */
export function kendallTau(predicted: ArrayLike<number>, measured: ArrayLike<number>): number {
  const { agreeing, disagreeing, tiedPredicted, tiedMeasured } = countPairs(predicted, measured);
  const all = pairsOf(measured.length);
  const scale = Math.sqrt((all - tiedPredicted) * (all - tiedMeasured));
  return scale === 0 ? 0 : (agreeing - disagreeing) / scale;
}

/**
 * Of the pairs that measurements tell apart, the share that predictions order alike; a pair that they hold for equal counts half.
 * NaN where there is no such pair.
 *
 * @throws RangeError when there are not as many of the one as of the other, or one is NaN
 */
export function orderedPairs(predicted: ArrayLike<number>, measured: ArrayLike<number>): number {
  const { agreeing, disagreeing, tiedMeasured } = countPairs(predicted, measured);
  const told = pairsOf(measured.length) - tiedMeasured;
  return (agreeing + (told - agreeing - disagreeing) / 2) / told;
}

/**
 * How much slower the fastest of the `k` best-predicted is than the fastest of all: 0.01 is 1 % (TpuGraphs, Phothilimthana et al.,
 * NeurIPS 2023, section 4). Of equal predictions the earlier counts as better.
 *
 * @throws RangeError when there is nothing to choose from, `k` is below 1, or as {@link kendallTau}
 */
export function topSlowdown(
  predicted: ArrayLike<number>,
  measured: ArrayLike<number>,
  k: number,
): number {
  checkPairs(predicted, measured);
  if (!(k >= 1) || measured.length === 0)
    throw new RangeError(`the fastest of the ${k} best of ${measured.length}: choose 1 at least`);
  const order = Array.from({ length: measured.length }, (_, i) => i).sort(
    (i, j) => (predicted[i] as number) - (predicted[j] as number) || i - j,
  );
  const best = (of: readonly number[]): number =>
    of.reduce((least, i) => Math.min(least, measured[i] as number), Infinity);
  return best(order.slice(0, k)) / best(order) - 1;
}

/** What the same measurement, taken twice, says of itself: no prediction can be expected to do better. */
export interface NoiseCeiling {
  /** How many were measured twice at least. */
  readonly repeated: number;
  /** Kendall's tau of the first and the second measurement. */
  readonly tau: number;
  /** The ordered-pair accuracy of the first for the second. */
  readonly orderedPairs: number;
  /** The middle of their relative differences. */
  readonly difference: number;
}

/**
 * The agreement of first and second measurements of what has one key.
 *
 * @returns undefined where fewer than two keys were measured twice
 */
export function noiseCeiling(
  keys: readonly string[],
  measured: ArrayLike<number>,
): NoiseCeiling | undefined {
  const firsts = new Map<string, number>();
  const done = new Set<string>();
  const [first, second]: [number[], number[]] = [[], []];
  for (const [i, key] of keys.entries()) {
    const before = firsts.get(key);
    if (before === undefined) firsts.set(key, i);
    else if (!done.has(key)) {
      done.add(key);
      first.push(measured[before] as number);
      second.push(measured[i] as number);
    }
  }
  if (first.length < 2) return undefined;
  const differences = first
    .map((x, i) => Math.abs((second[i] as number) - x) / x)
    .sort((a, b) => a - b);
  return {
    repeated: first.length,
    tau: kendallTau(first, second),
    orderedPairs: orderedPairs(first, second),
    difference: differences[differences.length >> 1] as number,
  };
}
