import type { EGraph, Rule, Syntax } from "egraph-ts";

/** An algebra: an empty e-graph that knows its facts, and rules over it, which say what is equal. */
export interface Theory {
  // biome-ignore lint/suspicious/noExplicitAny: a session does not look at the facts of the graph
  readonly graph: EGraph<any>;
  /** Their names must be unique. Right sides are templates, and conditions are tested while searching. */
  readonly rules: readonly Rule[];
  /** What atoms mean in the e-graph, both ways. */
  readonly syntax?: Syntax;
  /** What one application of an operator, or an atom, costs: ≥ 0; 1 unless said, so that the cost of a term is its size. */
  readonly cost?: (operator: string) => number;
  /** Whether a rule makes terms simpler and comes to an end, and is applied before the others; none is unless said. */
  readonly shrinking?: (rule: string) => boolean;
}
