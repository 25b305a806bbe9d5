import {
  kendallTau,
  type NoiseCeiling,
  noiseCeiling,
  orderedPairs,
  topSlowdown,
} from "../metrics.ts";
import { configKeys, type Samples } from "./samples.ts";

/** How well predictions order what was measured. */
export interface Evaluation {
  readonly count: number;
  readonly tau: number;
  readonly orderedPairs: number;
  /** By how much the fastest of the 1, 5 and 10 best-predicted is slower than the fastest. */
  readonly top1: number;
  readonly top5: number;
  readonly top10: number;
}

/** Compares predictions, lower for faster, with measurements. */
export function evaluate(predicted: ArrayLike<number>, measured: ArrayLike<number>): Evaluation {
  return {
    count: measured.length,
    tau: kendallTau(predicted, measured),
    orderedPairs: orderedPairs(predicted, measured),
    top1: topSlowdown(predicted, measured, 1),
    top5: topSlowdown(predicted, measured, 5),
    top10: topSlowdown(predicted, measured, 10),
  };
}

/** The mean of evaluations, field by field; `count` is their sum. */
export function meanOf(all: readonly Evaluation[]): Evaluation {
  const mean = (of: keyof Evaluation): number =>
    all.reduce((sum, evaluation) => sum + evaluation[of], 0) / all.length;
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    tau: mean("tau"),
    orderedPairs: mean("orderedPairs"),
    top1: mean("top1"),
    top5: mean("top5"),
    top10: mean("top10"),
  };
}

/** What the same configurations, measured twice, agree by. */
export function ceilingOf(samples: Samples): NoiseCeiling | undefined {
  return noiseCeiling(configKeys(samples), samples.times);
}
