import type { Observation } from "@rewright/plugin";
import { batches, mean, settled } from "./algorithm.ts";
import { Dice } from "./dice.ts";
import { Learner, type Sample } from "./learner.ts";
import { VALUE_UNIT } from "./network.ts";
import { following } from "./objectives.ts";
import type { Policy } from "./policy.ts";
import { PolicyError } from "./policy-error.ts";
import type { Computing } from "./programs.ts";

/** A state, and what is right to do there. */
export interface Example {
  readonly observation: Observation;
  /** How much of the choice each move deserves, in their order, and then stopping; sums to 1. */
  readonly target: ArrayLike<number>;
  /** The further fall of cost from here, as a share of the cost at the start, where it is known. */
  readonly value?: number;
}

/** The hyper-parameters of learning from examples. */
export interface ImitationSettings {
  /** Of Adam. 2e-3 unless said. */
  readonly rate: number;
  /** Gradients are limited to this norm. 1 unless said. */
  readonly norm: number;
  /** What the error of the value counts, against the cross-entropy. 0.5 unless said. */
  readonly value: number;
  /** Passes over the examples. 10 unless said. */
  readonly epochs: number;
  /** Examples a step of Adam. 16 unless said. */
  readonly batch: number;
  /** Of the order of the examples. 1 unless said. */
  readonly seed: number;
}

const defaults: ImitationSettings = {
  rate: 2e-3,
  norm: 1,
  value: 0.5,
  epochs: 10,
  batch: 16,
  seed: 1,
};

/**
 * Trains a policy to do as the examples say: cross-entropy with their distributions, and the square error of their values (as the
 * network of Silver et al., Mastering the game of Go without human knowledge, 2017, is trained from visit counts).
 *
 * @returns the mean cross-entropy of each pass
 * @throws PolicyError where there are no examples, or one does not say what each move deserves
 */
export function imitate(
  policy: Policy,
  examples: readonly Example[],
  options: Partial<ImitationSettings> & { readonly computing?: Computing } = {},
): number[] {
  const { computing = "simd", ...rest } = options;
  const settings = settled("imitate", defaults, rest, {
    rate: [1e-9, 1],
    norm: [1e-6, Infinity],
    value: [0, 100],
    epochs: [1, 1e5],
    batch: [1, 1e6],
    seed: [-(2 ** 31), 2 ** 32],
  });
  if (examples.length === 0) throw new PolicyError("there are no examples to learn from");
  const samples = examples.map((example) => sampleOf(example, settings));
  const learner = new Learner(policy, following(0), settings, computing);
  const dice = new Dice(settings.seed);
  const curve: number[] = [];
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    const losses: number[] = [];
    for (const batch of batches(dice.shuffled(samples), settings.batch))
      losses.push(learner.step(batch)[1] as number);
    curve.push(mean(losses));
  }
  return curve;
}

function sampleOf({ observation, target, value }: Example, settings: ImitationSettings): Sample {
  const moves = observation.moveNodes.length;
  if (target.length !== moves + 1)
    throw new PolicyError(
      `an example of ${moves} moves says what ${target.length} deserve: one number for each move, and one for stopping`,
    );
  const numbers = {
    wanted: VALUE_UNIT * (value ?? 0),
    weight: value === undefined ? 0 : settings.value,
  };
  return { observation, closed: new Set(), target, numbers };
}
