import { type Algorithm, batches, deviation, mean, settled, type Trial } from "./algorithm.ts";
import type { Episode } from "./episode.ts";
import { Learner, type Sample } from "./learner.ts";
import { following } from "./objectives.ts";

/** The hyper-parameters of REINFORCE. */
export interface ReinforceSettings {
  /** Of Adam. 1e-3 unless said. */
  readonly rate: number;
  /** Gradients are limited to this norm. 0.5 unless said. */
  readonly norm: number;
  /** What the entropy counts. 0.01 unless said. */
  readonly entropy: number;
  /** Decisions a step of Adam. 64 unless said. */
  readonly batch: number;
}

const defaults: ReinforceSettings = { rate: 1e-3, norm: 0.5, entropy: 0.01, batch: 64 };

/**
 * REINFORCE (Williams, 1992) with the policy's own decisions without chance as the baseline: what chance gained over them becomes
 * likelier (self-critical training: Rennie et al., CVPR 2017). It learns no values.
 */
export function reinforce(options: Partial<ReinforceSettings> = {}): Algorithm {
  const settings = settled("reinforce", defaults, options, {
    rate: [1e-9, 1],
    norm: [1e-6, Infinity],
    entropy: [0, 10],
    batch: [1, 1e6],
  });
  return {
    name: "reinforce",
    settings: { ...settings },
    baseline: true,
    learner: (policy, computing) =>
      new Learner(policy, following(settings.entropy), settings, computing),
    update(learner, trials, dice) {
      const gains = trials.map(({ episode, baseline }) =>
        baseline ? fall(episode) - fall(baseline) : fall(episode),
      );
      const spread = deviation(gains, 0);
      const samples = trials.flatMap((trial, i) => samplesOf(trial, (gains[i] as number) / spread));
      const told: number[][] = [];
      for (const batch of batches(dice.shuffled(samples), settings.batch))
        told.push(learner.step(batch));
      const [loss, entropy] = [0, 2].map((i) => mean(told.map((means) => means[i] as number)));
      return { loss: loss as number, entropy: entropy as number, gain: mean(gains) };
    },
  };
}

/** The fall of cost by the end, as a share of the cost at the start. */
function fall({ steps }: Episode): number {
  return steps.reduce((total, { reward }) => total + reward, 0);
}

function samplesOf({ episode: { steps } }: Trial, advantage: number): Sample[] {
  return steps.map(({ observation, closed, action }) => {
    const target = new Float32Array(observation.moveNodes.length + 1);
    target[action] = advantage;
    return { observation, closed, target, numbers: { wanted: 0, weight: 0 } };
  });
}
