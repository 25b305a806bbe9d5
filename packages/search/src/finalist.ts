import type { Graph } from "@rewright/plugin";

/** A program that may be the best one, as the judge of whole graphs sees it. */
export interface Finalist {
  readonly graph: Graph;
  /** Predicted, under the run's cost model. */
  readonly cost: number;
  /** The names of the rules that it rests on, in the rules' order. */
  readonly rules: readonly string[];
  /** By the rule's name, what it takes for granted where it was applied: `assuming` conditions that were not known to hold, as written. */
  readonly assumed: ReadonlyMap<string, readonly string[]>;
  /** The sum of what the applications of inexact rules that it rests on may each have changed; 0 for an exact program. */
  readonly error: number;
}
