import type { Move, Observation, SearchStrategy } from "@rewright/plugin";
import { type Prior, policyPrior, policyValue, type StateValue } from "./guide.ts";
import { type Example, type ImitationSettings, imitate } from "./imitation.ts";
import type { Policy } from "./policy.ts";
import type { Problem } from "./problem.ts";
import type { Computing } from "./programs.ts";

/** What a tree search tells of a decision that it made. */
export interface Decision {
  readonly observation: Observation;
  readonly moves: readonly Move[];
  /** How often each move was tried in the search, in their order. */
  readonly visits: ArrayLike<number>;
  /** What the search found the state to be worth: the further fall of cost, as a share of the start's. */
  readonly value: number;
}

/** What guides a tree search, and listens to it. */
export interface Guidance {
  readonly prior: Prior;
  readonly value: StateValue;
  readonly onDecision: (decision: Decision) => void;
}

/** How to learn from searches. */
export interface ExpertIterationOptions {
  readonly problems: readonly Problem[];
  /** It is changed. */
  readonly policy: Policy;
  /** The search: `(guidance) => mcts(guidance)`. */
  readonly search: (guidance: Guidance) => SearchStrategy;
  /** Searches of each problem, each guided by what was learned from those before. 5 unless said. */
  readonly rounds?: number;
  /** Of how many rounds examples are kept. 3 unless said. */
  readonly kept?: number;
  readonly imitation?: Partial<ImitationSettings>;
  readonly computing?: Computing;
  /** Called after each round with the cross-entropy of the last pass. */
  readonly onProgress?: (round: number, of: number, loss: number) => void;
}

/**
 * Lets a tree search that the policy guides improve on it, and the policy learn from how often the search tried each move, and so on
 * (expert iteration: Anthony, Tian and Barber, NIPS 2017; Silver et al., 2017). When to stop is not learned this way: the search decides it.
 */
export async function expertIteration(options: ExpertIterationOptions): Promise<void> {
  const { problems, policy, search, rounds = 5, kept = 3, imitation = {} } = options;
  const { computing = "simd", onProgress } = options;
  const examples: Example[][] = [];
  const guidance: Guidance = {
    prior: policyPrior(policy),
    value: policyValue(policy),
    onDecision: (decision) => {
      const example = exampleOf(decision);
      if (example) examples.at(-1)?.push(example);
    },
  };
  for (let round = 1; round <= rounds; round++) {
    examples.push([]);
    for (const problem of problems) await search(guidance).search(problem.open());
    if (examples.length > kept) examples.shift();
    const all = examples.flat();
    if (all.length === 0) continue;
    const losses = imitate(policy, all, { ...imitation, computing });
    onProgress?.(round, rounds, losses.at(-1) as number);
  }
}

function exampleOf({ observation, visits, value }: Decision): Example | undefined {
  const counts = Array.from(visits);
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum === 0) return undefined;
  return { observation, target: [...counts.map((n) => n / sum), 0], value };
}
