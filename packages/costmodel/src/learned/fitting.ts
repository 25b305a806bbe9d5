import type { Kernels } from "@rewright/autodiff";
import { dice, draw } from "../dice.ts";
import type { LearnedModel, Member, Recipe } from "./model.ts";
import { memberScores, scoresOf } from "./prediction.ts";
import { type Samples, select } from "./samples.ts";
import type { Course, Training } from "./training.ts";

/** As many samples of each program as scores are fitted by. */
const FITTED = 1_000;

/**
 * A model of what has been learnt from some seeds: the running means of their weights, and a line through predicted and measured
 * times, so that scores stand for µs. The line never turns the order round.
 */
export function fitted(
  sets: readonly Samples[],
  course: Course,
  recipe: Recipe,
  trainings: readonly Training[],
  kernels?: () => Kernels,
): LearnedModel {
  const some = sets.map((set) =>
    select(set, draw(dice(0), FITTED, set.times.length).slice().sort()),
  );
  const raw: LearnedModel = {
    ...course,
    recipe,
    members: trainings.map(({ seed, averaged }) => ({
      ...{ seed, mean: 0, spread: 1, weights: averaged },
    })),
    calibration: { slope: 1, intercept: 0 },
  };
  const scores = some.map((set) => memberScores(raw, set, kernels));
  const members = raw.members.map((member, m): Member => {
    const { mean, spread } = moments(scores.flatMap((of) => [...(of[m] as Float64Array)]));
    return { ...member, mean, spread: spread || 1 };
  });
  const scaled = { ...raw, members };
  const x = some.flatMap((set) => [...scoresOf(scaled, set, kernels)]);
  const y = some.flatMap(({ times }) => [...times.map(Math.log)]);
  const [mx, my] = [moments(x), moments(y)];
  const together = x.reduce(
    (sum, value, i) => sum + (value - mx.mean) * ((y[i] as number) - my.mean),
    0,
  );
  const slope = Math.max(1e-6, -together / x.length / (mx.spread ** 2 || 1));
  return { ...scaled, calibration: { slope, intercept: my.mean + slope * mx.mean } };
}

function moments(values: readonly number[]): { mean: number; spread: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, spread: Math.sqrt(variance) };
}
