/** The abacus: an imagined accelerator with an operator, a fusion, costs, tiles to choose and a simulator of its own. @module */
import { roofline } from "@rewright/costmodel";
import { evaluateGraph, onnx } from "@rewright/tensor";
import { abacusOperators } from "./operators.js";
import { ruleFiles } from "./rules.js";

const sizes = {
  small: { flops: 1e12, matrixFlops: { f16: 8e12 }, bandwidth: 50e9 },
  large: { flops: 4e12, matrixFlops: { f16: 32e12 }, bandwidth: 200e9 },
};

/**
 * @param {{ size?: keyof typeof sizes }} [options]
 * @returns {import("@rewright/plugin").Backend}
 */
export function abacus({ size = "large" } = {}) {
  const part = Object.hasOwn(sizes, size) ? sizes[size] : undefined;
  if (part === undefined)
    throw new RangeError(
      `abacus: no size called "${size}": take one of ${Object.keys(sizes).join(", ")}`,
    );
  const costs = roofline({ name: `abacus ${size}`, overhead: 2e-6, ...part });
  return {
    kind: "backend",
    spec: 1,
    name: "abacus",
    dialects: [abacusOperators],
    rules: ruleFiles,
    costModel: {
      unit: "µs",
      // Beads do not sort.
      cost: (node) => (node.op === "TopK" || node.op === "Unique" ? Infinity : costs.cost(node)),
      rank(graph, signal) {
        signal.throwIfAborted();
        return graph.nodes.reduce((sum, node) => sum + costs.cost(node), 0);
      },
    },
    async run(graph, inputs, signal) {
      signal.throwIfAborted();
      try {
        return evaluateGraph(graph, inputs, [onnx, abacusOperators]);
      } catch (cause) {
        throw new Error(`abacus: ${cause instanceof Error ? cause.message : cause}`, { cause });
      }
    },
    configurations: (graph) => ({
      choices: graph.nodes
        .filter(({ op }) => op === "MatMul" || op === "Gemm")
        .map((_, i) => ({ name: `tile ${i}`, values: [16, 32, 64] })),
      cost: (setting) => setting.reduce((sum, choice) => sum + 1 / (choice + 1), 0),
    }),
  };
}
