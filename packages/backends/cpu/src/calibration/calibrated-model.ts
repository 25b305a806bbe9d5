import type { CostModel, Graph, NodeView } from "@rewright/plugin";
import { account } from "../account.ts";
import type { Accountant } from "../model.ts";
import { featuresOf, partNames, predict, sharing } from "./features.ts";

/**
 * The time ONNX Runtime takes, in µs, by what was measured on a machine: a node's as a sum of what its code path is made of, a
 * program's with what the runtime fuses and reorders, and what a run takes by itself.
 */
export function calibratedModel(
  accounts: Accountant,
  coefficients: Float64Array,
): CostModel & { rank(graph: Graph): number } {
  const { threads, write } = accounts;
  const step = account();
  return {
    unit: "µs",
    cost(node: NodeView): number {
      write(node, step);
      const { path, start, arithmetic, traffic, extra } = step;
      const at = path * partNames.length;
      const [longer, shorter] =
        arithmetic > traffic ? [arithmetic, traffic] : [traffic, arithmetic];
      const time =
        start * (coefficients[at] as number) +
        longer * (coefficients[at + 1] as number) +
        shorter * (coefficients[at + 2] as number) +
        extra * (coefficients[at + 3] as number);
      return (sharing(step, threads) * time) / 1000;
    },
    rank: (graph) => predict(featuresOf(graph, accounts), coefficients),
  };
}
