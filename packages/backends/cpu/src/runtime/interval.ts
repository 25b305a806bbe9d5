import { Random } from "./random.ts";

/** The middle of a sample; the mean of the two middle ones of an even number. @throws RangeError on an empty sample. */
export function median(sample: Float64Array): number {
  const sorted = sample.toSorted();
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError("an empty sample has no median");
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** An estimate with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The geometric mean of the medians of several groups of ratios, with a percentile bootstrap interval
 * (Efron 1979; 1,000 resamples within each group).
 */
export function geometricMedian(groups: readonly Float64Array[], seed: number): Estimate {
  const random = new Random(seed);
  const value = meanOfMedians(groups);
  const drawn = groups.map((group) => new Float64Array(group.length));
  const estimates = new Float64Array(1000);
  for (let round = 0; round < estimates.length; round++) {
    groups.forEach((group, g) => {
      const target = drawn[g] as Float64Array;
      for (let i = 0; i < target.length; i++) {
        target[i] = group[Math.floor(random.uniform() * group.length)] as number;
      }
    });
    estimates[round] = meanOfMedians(drawn);
  }
  estimates.sort();
  return { value, low: estimates[25] as number, high: estimates[974] as number };
}

function meanOfMedians(groups: readonly Float64Array[]): number {
  let logs = 0;
  for (const group of groups) logs += Math.log(median(group));
  return Math.exp(logs / groups.length);
}
