import type { Observation } from "@rewright/plugin";
import type { Policy } from "./policy.ts";

/** A probability for each move observed, in their order; they sum to 1. */
export type Prior = (observation: Observation) => ArrayLike<number>;

/** The further fall of cost that is expected from a state, as a share of the cost at the start. */
export type StateValue = (observation: Observation) => number;

/** A policy as the prior of a tree search. Whether to stop is the search's to decide, so that is left out. */
export function policyPrior(policy: Policy): Prior {
  return (observation) => {
    const { logProbabilities } = policy.judge(observation);
    const moves = logProbabilities.slice(0, -1);
    const top = moves.reduce((a, b) => Math.max(a, b), -Infinity);
    const weights = moves.map((l) => Math.exp(l - top));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / sum);
  };
}

/** A policy as the value of states in a tree search. It has learned values from PPO or from examples that tell them. */
export function policyValue(policy: Policy): StateValue {
  return (observation) => policy.judge(observation).value;
}
