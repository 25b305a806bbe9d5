import type { Episode } from "./episode.ts";

/** What an action was worth beyond what was expected, and what the state was worth then. */
export interface Advantage {
  readonly advantage: number;
  readonly wanted: number;
}

/**
 * Generalised advantage estimation (Schulman et al., ICLR 2016, equation 16) of each decision of an episode; the value to learn is
 * the advantage plus what was expected.
 *
 * @param discount of later rewards
 * @param lambda 0 trusts the expectations, 1 the rewards
 */
export function advantages(
  { steps, rest }: Episode,
  discount: number,
  lambda: number,
): readonly Advantage[] {
  const estimates: Advantage[] = [];
  let [next, running] = [rest, 0];
  for (const { reward, value } of steps.toReversed()) {
    running = reward + discount * next - value + discount * lambda * running;
    next = value;
    estimates.push({ advantage: running, wanted: running + value });
  }
  return estimates.reverse();
}
