import type { EGraph } from "./egraph.ts";
import type { Id, NodeId } from "./ids.ts";

/** Facts about e-classes, kept up to date as the graph changes (egg, Willsey et al., POPL 2021, section 4.1). */
export interface Analysis<D> {
  /** Facts about one e-node, from the facts about its children. */
  make(graph: EGraph<D>, node: NodeId): D;
  /**
   * Least upper bound; must return `a` itself (===) when `b` adds nothing. Pure. May throw: then the
   * union is a contradiction, does not take place, and the error propagates.
   */
  join(a: D, b: D): D;
  /** May add nodes and unite. Called, while rebuilding, once the data of a class is new or has changed. */
  modify?(graph: EGraph<D>, id: Id): void;
}
