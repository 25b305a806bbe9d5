import type { Move, Observation } from "@rewright/plugin";

/** A move from a state, and what simulations through it have come to. */
export interface Edge {
  readonly move: Move;
  /** The probability that a policy gives it; equal for all without one. */
  readonly prior: number;
  visits: number;
  /** The sum of the returns of the simulations through it. */
  total: number;
  /** The highest of these returns. */
  highest: number;
  /** Simulations under way through it, whose returns are not known yet (virtual loss). */
  pending: number;
  /** Where it leads, once it has been tried. */
  to: State | undefined;
}

/** A state of the search: where edges lead. Transpositions make one of what is reached in several ways. */
export interface State {
  /** The session's cost there. */
  readonly cost: number;
  /** Moves tried, in the order of their first trial. */
  readonly tried: Edge[];
  /** Moves not tried yet. What turned out to change nothing is in neither list. */
  readonly untried: Edge[];
  /** As the policy saw it, where there is one. */
  readonly observation: { readonly seen: Observation; readonly moves: readonly Move[] } | undefined;
  visits: number;
}

/** An edge that nothing has come through. */
export function edge(move: Move, prior: number): Edge {
  return { move, prior, visits: 0, total: 0, highest: 0, pending: 0, to: undefined };
}

/** The first item of the highest value. */
export function argmax<T>(items: readonly T[], value: (item: T) => number): T | undefined {
  let best: T | undefined;
  let highest = Number.NaN;
  for (const item of items) {
    const own = value(item);
    if (best !== undefined && !(own > highest)) continue;
    best = item;
    highest = own;
  }
  return best;
}
