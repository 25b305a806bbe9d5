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
  /** The shape that a node is given, also where the file lets its user give another. */
  const shapeOf = ({ inputs, results }: GraphNode): readonly number[] => {
    const [s] = inputs;
    const given =
      s?.from === "input" ? model.defaults.get(graph.inputs[s.index]?.name ?? "") : undefined;
    const shape = given ? Array.from(given.load().data, Number) : (results[0]?.shape ?? []);
    return shape.every((d) => typeof d === "number") ? shape : [];
  };
  const follow = (s: Source | undefined): Source | undefined => {
    if (s?.from !== "node") return s;
    const to = moved[s.index] as Source;
    return to.from === "node" ? { ...to, result: s.result } : to;
  };
  for (const [i, node] of graph.nodes.entries()) {
    const stands = node.op === "ConstantOfShape" && node.results[0]?.dtype === "f32";
    const shape = stands ? shapeOf(node) : [];
    if (shape.length > 0) {
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
