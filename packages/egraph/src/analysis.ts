import type { EGraph } from "./egraph.ts";
import type { Id, NodeId } from "./ids.ts";

/** Facts about e-classes, kept up to date as the graph changes (egg, Willsey et al., POPL 2021, section 4.1). */
export interface Analysis<D> {
  /** Facts about one e-node, from the facts about its children. */
  make(graph: EGraph<D>, node: NodeId): D;
  /**
   * Least upper bound; must return `a` itself (===) when `b` adds nothing. Pure. May throw: the union is a
   * contradiction. One by {@link EGraph.union} then does not take place; one in bulk or by congruence does, the
   * facts of the older class stay, and {@link EGraph.rebuild} throws the error once it is done.
   */
  join(a: D, b: D): D;
  /** May add nodes and unite. Called, while rebuilding, once the data of a class is new or has changed. */
  modify?(graph: EGraph<D>, id: Id): void;
}
