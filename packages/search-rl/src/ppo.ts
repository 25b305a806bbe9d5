import { advantages } from "./advantage.ts";
import { type Algorithm, batches, deviation, mean, settled } from "./algorithm.ts";
import type { Episode, Step } from "./episode.ts";
import { Learner, type Sample } from "./learner.ts";
import { VALUE_UNIT } from "./network.ts";
import { clipped } from "./objectives.ts";

/** The hyper-parameters of PPO. */
export interface PpoSettings {
  /** Of Adam. 5e-4 unless said. */
  readonly rate: number;
  /** Gradients are limited to this norm. 0.5 unless said. */
  readonly norm: number;
  /** Of later rewards. 0.99 unless said. */
  readonly discount: number;
  /** Of generalised advantage estimation. 0.95 unless said. */
  readonly lambda: number;
  /** How far the ratio of probabilities may be from 1. 0.2 unless said. */
  readonly clip: number;
  /** What the entropy counts. 0.01 unless said. */
  readonly entropy: number;
  /** What the error of the value counts. 0.5 unless said. */
  readonly value: number;
  /** Passes over the episodes of an update. 4 unless said. */
  readonly epochs: number;
  /** Decisions a step of Adam. 16 unless said. */
  readonly batch: number;
  /** An update ends when the policy has gone so far from the one that played (in nats). 0.05 unless said. */
  readonly divergence: number;
}

const defaults: PpoSettings = {
  rate: 5e-4,
  norm: 0.5,
  discount: 0.99,
  lambda: 0.95,
  clip: 0.2,
  entropy: 0.01,
  value: 0.5,
  epochs: 4,
  batch: 16,
  divergence: 0.05,
};

/**
 * Proximal policy optimisation with a clipped objective (Schulman et al., 2017) over sets of actions that differ from state to
 * state; the settings unless said are X-RLflow's (He et al., MLSys 2023), with a bonus on entropy.
 */
export function ppo(options: Partial<PpoSettings> = {}): Algorithm {
  const settings = settled("ppo", defaults, options, {
    rate: [1e-9, 1],
    norm: [1e-6, Infinity],
    discount: [0, 1],
    lambda: [0, 1],
    clip: [1e-3, 1],
    entropy: [0, 10],
    value: [0, 100],
    epochs: [1, 1000],
    batch: [1, 1e6],
    divergence: [0, Infinity],
  });
  return {
    name: "ppo",
    settings: { ...settings },
    baseline: false,
    learner: (policy, computing) => new Learner(policy, clipped(settings), settings, computing),
    update(learner, trials, dice) {
      const samples = samplesOf(
        trials.map(({ episode }) => episode),
        settings,
      );
      let told: number[] = [];
      let passes = 0;
      for (; passes < settings.epochs; passes++) {
        const pass: number[][] = [];
        for (const batch of batches(dice.shuffled(samples), settings.batch)) {
          pass.push(learner.step(batch));
          if ((pass.at(-1)?.[3] as number) > 1.5 * settings.divergence) break;
        }
        told = [0, 1, 2, 3].map((i) => mean(pass.map((means) => means[i] as number)));
        if ((told[3] as number) > settings.divergence) break;
      }
      const [loss = 0, entropy = 0, error = 0, divergence = 0] = told;
      return { loss, entropy, error: error / VALUE_UNIT ** 2, divergence, passes };
    },
  };
}

function samplesOf(episodes: readonly Episode[], { discount, lambda }: PpoSettings): Sample[] {
  const decisions = episodes.flatMap((episode) => {
    const estimates = advantages(episode, discount, lambda);
    return episode.steps.map((step, i) => ({
      step,
      ...(estimates[i] as (typeof estimates)[number]),
    }));
  });
  const all = decisions.map(({ advantage }) => advantage);
  const middle = mean(all);
  const spread = deviation(all, middle);
  return decisions.map(({ step, advantage, wanted }) => ({
    observation: step.observation,
    closed: step.closed,
    target: taken(step),
    numbers: {
      advantage: (advantage - middle) / spread,
      old: step.logProbability,
      wanted: VALUE_UNIT * wanted,
    },
  }));
}

/** 1 at the action taken. */
function taken({ observation, action }: Step): Float32Array {
  const row = new Float32Array(observation.moveNodes.length + 1);
  row[action] = 1;
  return row;
}
