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

/** A window, and what it looks like: two of the same shape differ in nothing but what their leaves stand for. */
export interface Shaped {
  readonly window: Window;
  readonly shape: string;
}

/**
 * The window of about `size` nodes from a node down, nearest first; what lies deeper is its leaves. A node without operands is in it
 * wherever it is met, since it takes no more room than a leaf and rules can see it.
 */
export function windowAt(graph: Graph, root: number, size: number): Shaped {
  const inside = new Map([[root, 0]]);
  const leaves = new Map<number, number>();
  const met: (readonly number[])[] = [];
  for (const node of inside.keys()) {
    const operands = operandsOf(graph, node);
    met.push(operands);
    for (const operand of operands)
      if (inside.size < size || !isInner(graph, operand)) {
        if (!inside.has(operand)) inside.set(operand, inside.size);
      } else if (!inside.has(operand) && !leaves.has(operand)) leaves.set(operand, leaves.size);
  }
  for (const node of inside.keys()) leaves.delete(node);
  let shape = "";
  let i = 0;
  for (const node of inside.keys()) {
    shape += `${graph.nodes[node]?.op}`;
    for (const operand of met[i++] ?? [])
      shape += ` ${inside.get(operand) ?? `#${leaves.get(operand)}`}`;
    shape += ";";
  }
  return { window: { root, leaves: [...leaves.keys()] }, shape };
}
