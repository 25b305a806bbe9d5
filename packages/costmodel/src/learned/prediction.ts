import { type Kernels, Program, simd } from "@rewright/autodiff";
import { type Batch, configBatch, itemsOf, programBatch } from "./batch.ts";
import { DataError } from "./error.ts";
import type { LearnedModel, Member, Weights } from "./model.ts";
import { networkOf } from "./network.ts";
import type { Samples } from "./samples.ts";

/** Configurations that are scored at once. */
const ITEMS = 32;

function scorer(
  model: LearnedModel,
  batch: Batch,
  kernels: () => Kernels,
): (weights: Weights, rows: ArrayLike<number>) => Float32Array {
  const { scores } = networkOf(model.architecture, batch.shape, batch.perItem);
  const program = new Program([scores], kernels());
  for (const [name, data] of Object.entries(batch.fixed))
    (program.input(name) as Float32Array).set(data as Float32Array);
  return (weights, rows) => {
    // Without edges or configurations, some parameters are not asked for.
    for (const [name, data] of weights)
      if (program.has(name)) (program.input(name) as Float32Array).set(data);
    return program.run(batch.configs(rows))[0] as Float32Array;
  };
}

/**
 * The scores of samples, higher for faster, a list for each member of the model.
 *
 * @throws DataError where they are of another vocabulary than the model
 */
export function memberScores(
  model: LearnedModel,
  samples: Samples,
  kernels: () => Kernels = simd,
): readonly Float64Array[] {
  if (samples.vocabulary !== model.encoding.vocabulary)
    throw new DataError(
      `${samples.name} is of ${samples.vocabulary}, but the model has learnt ${model.encoding.vocabulary}: use a model of that kind`,
    );
  const count = samples.times.length;
  const { architecture, encoding, typical } = model;
  if (samples.configWidth === 0) {
    const score = scorer(model, programBatch([samples], architecture, encoding, typical), kernels);
    return model.members.map(({ weights }) =>
      new Float64Array(count).fill(score(weights, [0])[0] as number),
    );
  }
  const items = itemsOf(samples, architecture, ITEMS);
  const score = scorer(model, configBatch(samples, architecture, encoding, items), kernels);
  return model.members.map(({ weights }) => {
    const all = new Float64Array(count);
    for (let from = 0; from < count; from += items) {
      // The last is filled up with samples that were scored before.
      const rows = Int32Array.from({ length: items }, (_, i) => Math.min(from + i, count - 1));
      const scores = score(weights, rows);
      for (let i = 0; i < items && from + i < count; i++) all[from + i] = scores[i] as number;
    }
    return all;
  });
}

/** The mean of the members' scores, each less its mean on what it was trained on and over the spread there. */
export function scoresOf(
  model: LearnedModel,
  samples: Samples,
  kernels?: () => Kernels,
): Float64Array {
  const all = memberScores(model, samples, kernels);
  const sums = new Float64Array(samples.times.length);
  for (const [m, scores] of all.entries()) {
    const { mean, spread } = model.members[m] as Member;
    for (const [i, score] of scores.entries())
      sums[i] = (sums[i] as number) + (score - mean) / spread / all.length;
  }
  return sums;
}

/** Predicted times of samples, in µs. The order is what was learnt; the size is as the calibration has it. */
export function predict(
  model: LearnedModel,
  samples: Samples,
  kernels?: () => Kernels,
): Float64Array {
  const { slope, intercept } = model.calibration;
  return scoresOf(model, samples, kernels).map((score) => Math.exp(intercept - slope * score));
}
