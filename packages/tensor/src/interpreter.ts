/**
 * Runs programs by the reference semantics of their operators: slowly, and for comparison.
 *
 * @module
 */

import type { Dialect, Graph, GraphNode, NdArray, OpDef, Source } from "@rewright/plugin";

function semanticsOf(
  node: GraphNode,
  index: number,
  dialects: readonly Dialect[],
): NonNullable<OpDef["evaluate"]> {
  const definition = dialects.map(({ ops }) => ops[node.op]).find((op) => op !== undefined);
  if (node.opaque === undefined && definition?.evaluate !== undefined)
    return definition.evaluate.bind(definition);
  const why =
    definition === undefined || node.opaque !== undefined
      ? `is in no vocabulary given (${dialects.map(({ name }) => name).join(", ") || "none"})`
      : "has types and shapes, but no `evaluate`";
  throw new Error(
    `Node ${index} cannot be run: its operator ${node.op} ${why}. Run the program with a runtime instead.`,
  );
}

/**
 * The outputs of a program, in order.
 *
 * @param inputs one array for each input of the graph
 * @param dialects where its operators are defined; the first that has one wins
 * @throws {Error} when the inputs are too few, or a node is of an operator without reference semantics or fails in it
 */
export function evaluateGraph(
  graph: Graph,
  inputs: readonly NdArray[],
  dialects: readonly Dialect[],
): NdArray[] {
  if (inputs.length !== graph.inputs.length)
    throw new Error(
      `${inputs.length} inputs given to a graph that takes ${graph.inputs.length}: ${graph.inputs.map(({ name }) => name).join(", ")}.`,
    );
  const constants = new Map<number, NdArray>();
  const results: (readonly NdArray[])[] = [];
  const contentsOf = (source: Source): NdArray => {
    if (source.from === "input") return inputs[source.index] as NdArray;
    if (source.from === "node") return results[source.index]?.[source.result] as NdArray;
    let array = constants.get(source.index);
    if (array === undefined) {
      array = graph.constants[source.index]?.load() as NdArray;
      constants.set(source.index, array);
    }
    return array;
  };
  for (const [index, node] of graph.nodes.entries()) {
    const evaluate = semanticsOf(node, index, dialects);
    const operands = node.inputs.map((source) => source && contentsOf(source));
    try {
      results.push(evaluate(operands, node.attrs, node.results.length));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`Node ${index} (${node.op}) failed: ${reason}.`, { cause });
    }
  }
  return graph.outputs.map(({ source }) => contentsOf(source));
}
