import type { Move, Observation } from "@rewright/plugin";

/** A probability for each move observed, in their order; they sum to 1. */
export type Prior = (observation: Observation) => ArrayLike<number>;

/** The further fall of cost that is expected from a state, as a share of the cost at the start. */
export type StateValue = (observation: Observation) => number;

/** What a search tells of a move that it has decided on. */
export interface Decision {
  /** The state in which it was decided, as the policy saw it. */
  readonly observation: Observation;
  /** The moves there, in the order observed. */
  readonly moves: readonly Move[];
  /** How often each was tried. */
  readonly visits: readonly number[];
  /** What the search found the state to be worth: the further fall of cost, as a share of the start's. */
  readonly value: number;
}
