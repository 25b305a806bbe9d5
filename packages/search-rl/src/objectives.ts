import {
  add,
  exp,
  fill,
  input,
  minimum,
  multiply,
  scale,
  subtract,
  sum,
  type Value,
} from "@rewright/autodiff";
import type { Objective } from "./learner.ts";
import type { Network } from "./network.ts";
import type { Size } from "./size.ts";

const target = (size: Size): Value => input("target", 1, size.moves + 1);
const number = (name: string): Value => input(name, 1, 1);
const minus = (x: Value): Value => scale(x, -1);

/** How uncertain the policy is, in nats. Closed moves add nothing: 0 times a large number. */
const entropy = ({ logProbabilities: l }: Network): Value => minus(sum(multiply(exp(l), l)));

/** The mean square error of the value. */
const distance = ({ value }: Network, wanted: Value): Value => {
  const error = subtract(value, wanted);
  return multiply(error, error);
};

/**
 * Likelier where the target is positive: cross-entropy with a distribution (imitation, visit counts), or, where the target is an
 * advantage at the action taken, the gradient of REINFORCE. The inputs `wanted` and `weight` are the value to learn and how much it counts.
 */
export function following(bonus: number): (network: Network, size: Size) => Objective {
  return (network, size) => {
    const follow = minus(sum(multiply(target(size), network.logProbabilities)));
    const uncertainty = entropy(network);
    const error = distance(network, number("wanted"));
    const loss = add(
      subtract(follow, scale(uncertainty, bonus)),
      multiply(error, number("weight")),
    );
    return { loss, told: [follow, uncertainty, error] };
  };
}

/** The weights of PPO's objective. */
export interface Clipping {
  /** How far the ratio of probabilities may be from 1. */
  readonly clip: number;
  /** What the error of the value counts. */
  readonly value: number;
  /** What the entropy counts. */
  readonly entropy: number;
}

/**
 * PPO's clipped surrogate (Schulman et al., Proximal policy optimization algorithms, 2017, equations 7 and 9). The target is 1 at
 * the action taken; the inputs are its `advantage`, the logarithm of its probability when it was taken (`old`), and the value `wanted`.
 * Told: the entropy, the error of the value, and the divergence from the old policy (Schulman, Approximating KL divergence, 2020: k3).
 */
export function clipped(settings: Clipping): (network: Network, size: Size) => Objective {
  const [low, high] = [1 - settings.clip, 1 + settings.clip];
  return (network, size) => {
    const log = sum(multiply(target(size), network.logProbabilities));
    const change = subtract(log, number("old"));
    const ratio = exp(change);
    // max(a, b) = -min(-a, -b).
    const kept = minus(minimum(minus(minimum(ratio, fill(high))), fill(-low)));
    const advantage = number("advantage");
    const surrogate = minimum(multiply(ratio, advantage), multiply(kept, advantage));
    const uncertainty = entropy(network);
    const error = distance(network, number("wanted"));
    const loss = add(
      subtract(scale(error, settings.value), surrogate),
      scale(uncertainty, -settings.entropy),
    );
    return { loss, told: [uncertainty, error, subtract(subtract(ratio, fill(1)), change)] };
  };
}
