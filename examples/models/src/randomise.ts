import { constantOf, readModel, writeModel } from "@rewright/onnx";
import type { Constant, Graph, GraphNode, Source } from "@rewright/plugin";
import { weights } from "./weights.ts";

/**
 * Puts seeded random weights in the place of weights that are all alike: published test models often carry `ConstantOfShape` nodes instead of
 * their real weights, and uniform weights invite gains that no real model has. What is one-dimensional lies around 1 (variances must be positive).
 */
export function randomised(bytes: Uint8Array, seed = 1): Uint8Array {
  const model = readModel(bytes);
  const { graph } = model;
  const w = weights(seed);
  const constants: Constant[] = [...graph.constants];
  const nodes: GraphNode[] = [];
  const moved: Source[] = [];
  const follow = (s: Source | undefined): Source | undefined => {
    if (s?.from !== "node") return s;
    const to = moved[s.index] as Source;
    return to.from === "node" ? { ...to, result: s.result } : to;
  };
  for (const [i, node] of graph.nodes.entries()) {
    const shape = node.results[0]?.shape.filter((d) => typeof d === "number") ?? [];
    if (node.op === "ConstantOfShape" && node.results[0]?.dtype === "f32" && shape.length > 0) {
      const fanIn = shape.slice(1).reduce((n, d) => n * d, 1);
      const array = shape.length === 1 ? w.nearOne(shape) : w.normal(shape, 1 / Math.sqrt(fanIn));
      moved[i] = { from: "constant", index: constants.push(constantOf(array)) - 1 };
    } else {
      moved[i] = { from: "node", index: nodes.length, result: 0 };
      nodes.push({ ...node, inputs: node.inputs.map(follow) });
    }
  }
  const outputs = graph.outputs.map((o) => ({ name: o.name, source: follow(o.source) as Source }));
  const program: Graph = { inputs: graph.inputs, constants, nodes, outputs };
  return writeModel(model, program);
}
