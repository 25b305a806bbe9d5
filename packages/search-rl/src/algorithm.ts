import type { Dice } from "./dice.ts";
import type { Episode } from "./episode.ts";
import type { Learner } from "./learner.ts";
import type { Policy } from "./policy.ts";
import type { Computing } from "./programs.ts";

/** An episode that chance decided and, where the algorithm wants one, one from the same start that was decided without. */
export interface Trial {
  readonly episode: Episode;
  readonly baseline: Episode | undefined;
}

/** What an update tells, by name. */
export type Telling = Readonly<Record<string, number>>;

/** A way to learn from episodes. */
export interface Algorithm {
  readonly name: string;
  /** For the description of what it trains. */
  readonly settings: Readonly<Record<string, number>>;
  /** It wants to know what the policy does without chance. */
  readonly baseline: boolean;
  learner(policy: Policy, computing: Computing): Learner;
  /** Changes the policy by what the trials tell. */
  update(learner: Learner, trials: readonly Trial[], dice: Dice): Telling;
}

/** So many samples at a time. */
export function* batches<T>(samples: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < samples.length; at += size) yield samples.slice(at, at + size);
}

/** The mean; 0 of nothing. */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / Math.max(1, numbers.length);
}

/** The mean square distance from a middle, its root: never 0, so that it may divide. */
export function deviation(numbers: readonly number[], middle: number): number {
  return Math.sqrt(mean(numbers.map((x) => (x - middle) ** 2))) + 1e-8;
}

/** Settings with those given put in; throws a RangeError that names what is no number or out of its bounds. */
export function settled<Settings extends Record<keyof Settings, number>>(
  name: string,
  defaults: Settings,
  given: { readonly [Key in keyof Settings]?: number },
  bounds: { readonly [Key in keyof Settings]: readonly [least: number, most: number] },
): Settings {
  const whole = { ...defaults, ...given };
  for (const key of Object.keys(defaults) as (keyof Settings & string)[]) {
    const [least, most] = bounds[key];
    if (!(whole[key] >= least && whole[key] <= most))
      throw new RangeError(`${name}: ${key} is ${whole[key]}: from ${least} to ${most}`);
  }
  return whole;
}
