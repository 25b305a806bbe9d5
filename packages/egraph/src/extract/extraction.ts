import type { Id, NodeId } from "../ids.ts";

/** What an e-node costs by itself: ≥ 0; Infinity: it cannot be used. */
export type NodeCost = (node: NodeId) => number;

/** A program: one e-node for each class it needs, without a cycle. */
export interface Extraction {
  /** Tree or DAG cost of the roots, as the extractor counts it. */
  readonly cost: number;
  /** The chosen e-node of a class of the program; throws for other classes. */
  choice(id: Id): NodeId;
  /** Canonical ids of the classes of the program, children before parents. */
  readonly order: readonly Id[];
}
