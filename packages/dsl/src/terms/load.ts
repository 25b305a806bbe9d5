/** From a program to the e-graph. */

import type { Graph, GraphNode, Source } from "@rewright/plugin";
import type { Id } from "egraph-ts";
import type { Terms } from "./terms.ts";

/** Adds a program to the e-graph, and rebuilds it. Returns the classes of the program's outputs. */
export function loadGraph(terms: Terms, graph: Graph): Id[] {
  const inputs = graph.inputs.map(({ name, type }, index) => terms.input(index, name, type));
  const constants: (Id | undefined)[] = [];
  const results: Id[][] = [];

  const resolve = (source: Source | undefined): Id | undefined => {
    if (source === undefined) return undefined;
    const { from, index } = source;
    let id: Id | undefined;
    if (from === "input") {
      id = inputs[index];
    } else if (from === "node") {
      id = results[index]?.[source.result];
    } else {
      const constant = graph.constants[index];
      if (constant) constants[index] ??= terms.constant(constant);
      id = constants[index];
    }
    if (id === undefined) throw new Error(`the program has no ${from} ${index} at this point`);
    return id;
  };

  const used = resultsUsed(graph);
  for (const [index, node] of graph.nodes.entries()) {
    const count = resultCount(terms, node, used[index] ?? 0);
    const results_ = count < node.results.length ? node.results.slice(0, count) : node.results;
    results.push(terms.apply({ ...node, results: results_ }, node.inputs.map(resolve)));
  }
  const outputs = graph.outputs.map(({ source }) => resolve(source) as Id);
  terms.egraph.rebuild();
  return outputs;
}

/** Per node, one more than the last result that anything uses. */
function resultsUsed(graph: Graph): number[] {
  const used: number[] = [];
  const use = (source: Source | undefined): void => {
    if (source?.from !== "node") return;
    used[source.index] = Math.max(used[source.index] ?? 0, source.result + 1);
  };
  for (const node of graph.nodes) node.inputs.forEach(use);
  for (const { source } of graph.outputs) use(source);
  return used;
}

/** Optional further results that nothing uses are dropped, so that an application is found whether or not a file names them. */
function resultCount(terms: Terms, node: GraphNode, used: number): number {
  const def = terms.operation(node.op, node.results.length).def;
  if (node.opaque !== undefined || !def || def.results === "variadic") return node.results.length;
  return Math.min(node.results.length, Math.max(def.results ?? 1, used));
}
