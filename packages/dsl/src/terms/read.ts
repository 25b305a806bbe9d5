/** From the e-graph to a program. */

import type { Constant, Graph, GraphNode, Source } from "@rewright/plugin";
import type { Extraction, Id, NodeId } from "egraph-ts";
import { bare } from "./facts.ts";
import type { InputArgument, Terms } from "./terms.ts";

/**
 * The program that `extraction` chose, with the inputs of `like` and its outputs' names. Nodes are in topological order, a
 * node with several results occurs once, and constants that nothing uses are left out.
 * Throws when `outputs` are not as many as those of `like`.
 */
export function readGraph(
  terms: Terms,
  like: Graph,
  outputs: readonly Id[],
  extraction: Extraction,
): Graph {
  if (outputs.length !== like.outputs.length) {
    throw new Error(`${like.outputs.length} outputs are named, ${outputs.length} were given`);
  }
  const { egraph } = terms;
  const constants: Constant[] = [];
  const nodes: GraphNode[] = [];
  const sources = new Map<Id, Source | undefined>();
  const sourceOf = (id: Id): Source | undefined => sources.get(egraph.find(id));

  const convert = (node: NodeId): Source | undefined => {
    const { kind, count } = terms.operationOf(egraph.op(node));
    const argument = egraph.argument(egraph.arg(node));
    switch (kind) {
      case "absent":
        return undefined;
      case "input":
        return { from: "input", index: (argument as InputArgument).index };
      case "constant":
        return { from: "constant", index: constants.push(argument as Constant) - 1 };
      case "result": {
        const tuple = sourceOf(egraph.child(node, 0));
        if (tuple?.from !== "node") throw new Error("a result without its application");
        return { ...tuple, result: count };
      }
    }
    const view = terms.view(node) as NonNullable<ReturnType<Terms["view"]>>;
    const inputs = egraph.children(node).map(sourceOf);
    const results = view.results.map(bare);
    return { from: "node", index: nodes.push({ ...view, results, inputs }) - 1, result: 0 };
  };

  for (const id of extraction.order) {
    const canonical = egraph.find(id);
    if (!sources.has(canonical)) sources.set(canonical, convert(extraction.choice(canonical)));
  }
  return {
    inputs: like.inputs,
    constants,
    nodes,
    outputs: like.outputs.map(({ name }, i) => {
      const source = sourceOf(outputs[i] as Id);
      if (!source) throw new Error(`output ${name} is not in the extracted program`);
      return { name, source };
    }),
  };
}
