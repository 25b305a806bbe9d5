/**
 * Who defines which name in a graph, and in what order its nodes can run.
 *
 * @module
 */

import { ModelError, quote } from "./error.ts";
import { type FileNode, nodeLabel } from "./node.ts";
import type { Inner } from "./scope.ts";

/** What gives a name its meaning before any node runs. */
export interface Given {
  readonly kind: "input" | "initializer";
  readonly index: number;
}

/** What to call it in a message. */
export function givenText({ kind, index }: Given): string {
  return `${kind} ${index}`;
}

/** Which node yields each name. @throws {ModelError} when a name is defined twice. */
function producersOf(
  nodes: readonly FileNode[],
  given: ReadonlyMap<string, Given>,
): ReadonlyMap<string, number> {
  const producers = new Map<string, number>();
  for (const [index, node] of nodes.entries())
    for (const name of node.outputs) {
      if (name === "") continue;
      const before = producers.get(name);
      const outside = given.get(name);
      if (before !== undefined || outside !== undefined)
        throw new ModelError(
          `the name ${quote(name)} is defined twice: by ${outside ? givenText(outside) : nodeLabel(nodes[before as number] as FileNode, before as number)} and by ${nodeLabel(node, index)}. Names must be unique: rename one.`,
        );
      producers.set(name, index);
    }
  return producers;
}

/** Whether each node takes nothing but what is given and what nodes before it yield, and nothing is defined twice. */
function isOrdered(
  nodes: readonly FileNode[],
  inner: readonly (Inner | undefined)[],
  given: ReadonlyMap<string, Given>,
): boolean {
  const known = new Set(given.keys());
  const isThere = (name: string): boolean => name === "" || known.has(name);
  for (const [index, node] of nodes.entries()) {
    if (!node.inputs.every(isThere)) return false;
    const captures = inner[index]?.captures;
    if (captures !== undefined && !captures.every(isThere)) return false;
    for (const name of node.outputs) {
      if (name === "") continue;
      if (known.has(name)) return false;
      known.add(name);
    }
  }
  return true;
}

/**
 * The order in which nodes can run: the file's, where that is one.
 * @throws {ModelError} when a name is defined twice, a node takes one that nothing defines, or nodes feed each other in a circle
 */
export function runningOrder(
  nodes: readonly FileNode[],
  inner: readonly (Inner | undefined)[],
  given: ReadonlyMap<string, Given>,
): readonly number[] {
  if (isOrdered(nodes, inner, given)) return Array.from(nodes.keys());
  const producers = producersOf(nodes, given);
  const needs = nodes.map((node, index) => {
    const found: number[] = [];
    for (const name of [...node.inputs, ...(inner[index]?.captures ?? [])]) {
      if (name === "" || given.has(name)) continue;
      const producer = producers.get(name);
      if (producer === undefined)
        throw new ModelError(
          `${nodeLabel(node, index)} takes ${quote(name)}, which nothing defines. ` +
            "The model is incomplete: export it again.",
        );
      found.push(producer);
    }
    return found;
  });
  const order: number[] = [];
  const state = new Uint8Array(nodes.length); // 0 not seen, 1 being visited, 2 placed
  for (const [start] of nodes.entries()) {
    // Depth first, on a list of our own: chains may be as long as the file.
    const path = [{ node: start, next: 0 }];
    while (state[start] !== 2) {
      const top = path.at(-1) as { node: number; next: number };
      state[top.node] = 1;
      const before = needs[top.node]?.[top.next++];
      if (before === undefined) {
        state[top.node] = 2;
        order.push(top.node);
        path.pop();
      } else if (state[before] === 1)
        throw new ModelError(
          `${nodeLabel(nodes[before] as FileNode, before)} needs its own result: ` +
            "the graph has a cycle, which no runtime can run.",
        );
      else if (state[before] === 0) path.push({ node: before, next: 0 });
    }
  }
  return order;
}
