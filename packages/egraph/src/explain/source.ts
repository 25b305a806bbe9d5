import type { EGraph } from "../egraph.ts";
import { EGraphError } from "../error.ts";
import type { ArgId, Id, OpId } from "../ids.ts";
import type { ProofForest } from "../proof.ts";

/** What proofs read of a graph: the terms that ids were created with, and the equations between them. */
export class Source {
  readonly forest: ProofForest;
  // biome-ignore lint/suspicious/noExplicitAny: proofs do not look at the facts of the graph
  private readonly graph: EGraph<any>;
  private readonly known = new Map<Id, readonly Id[]>();

  // biome-ignore lint/suspicious/noExplicitAny: proofs do not look at the facts of the graph
  constructor(graph: EGraph<any>) {
    const forest = graph.forest;
    if (!forest)
      throw new EGraphError(
        "option",
        "this e-graph keeps no proofs; make it with new EGraph({ proofs: true })",
      );
    this.graph = graph;
    this.forest = forest;
  }

  /** Whether no rebuild is pending. */
  get clean(): boolean {
    return this.graph.clean;
  }

  /** The canonical id of the class of an id. */
  find(id: Id): Id {
    return this.graph.find(id);
  }

  op(id: Id): OpId {
    return this.graph.op(id);
  }

  arg(id: Id): ArgId {
    return this.graph.arg(id);
  }

  /** The children a term was given, in that order. */
  children(id: Id): readonly Id[] {
    let children = this.known.get(id);
    if (!children) {
      const { graph } = this;
      children = Array.from({ length: graph.arity(id) }, (_, i) => graph.originalChild(id, i));
      this.known.set(id, children);
    }
    return children;
  }

  /** Forgets what was read: ids are given anew after a mark was restored. */
  refresh(): void {
    this.known.clear();
  }

  /** The live e-nodes of a class. */
  nodes(root: Id): Id[] {
    return this.graph.nodes(root);
  }

  /** The class of an e-node that is there already, or -1. */
  lookup(op: OpId, arg: ArgId, children: readonly Id[]): Id {
    return this.graph.lookup(op, arg, children);
  }

  isCommutative(op: OpId): boolean {
    return this.graph.isCommutative(op);
  }

  operatorName(op: OpId): string {
    return this.graph.operatorName(op);
  }

  argument(arg: ArgId): unknown {
    return this.graph.argument(arg);
  }
}
