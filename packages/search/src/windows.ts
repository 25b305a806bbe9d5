import type { Graph, Window } from "@rewright/plugin";

/** The nodes that a node takes its operands from. */
function operandsOf(graph: Graph, node: number): number[] {
  return (graph.nodes[node]?.inputs ?? []).flatMap((source) =>
    source?.from === "node" ? [source.index] : [],
  );
}

/** Whether a node has operands that are nodes, so that there is something to grow. */
export function isInner(graph: Graph, node: number): boolean {
  return operandsOf(graph, node).length > 0;
}

/**
 * The window of about `size` nodes from a node down, nearest first; what lies deeper is its leaves. A node without operands is in it
 * wherever it is met, since it takes no more room than a leaf and rules can see it.
 */
export function windowAt(graph: Graph, root: number, size: number): Window {
  const inside = new Set([root]);
  const leaves = new Set<number>();
  for (const node of inside)
    for (const operand of operandsOf(graph, node))
      if (inside.size < size || !isInner(graph, operand)) inside.add(operand);
      else if (!inside.has(operand)) leaves.add(operand);
  for (const node of inside) leaves.delete(node);
  return { root, leaves: [...leaves] };
}
