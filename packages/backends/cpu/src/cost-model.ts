import type { CostModel, CostParts, Graph, NodeView } from "@rewright/plugin";
import { account } from "./account.ts";
import { featuresOf, partNames, predict } from "./calibration/features.ts";
import { type Accountant, sharing } from "./model.ts";

/**
 * The time ONNX Runtime takes, in µs: a node's as a sum of what its code path is made of, a program's with what the runtime fuses
 * and reorders, and what a run takes by itself.
 *
 * @param coefficients as measured on a machine, or the roofline's own
 */
export function cpuCostModel(
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
      const isArithmetic = arithmetic > traffic;
      const time =
        start * (coefficients[at] as number) +
        (isArithmetic ? arithmetic : traffic) * (coefficients[at + 1] as number) +
        (isArithmetic ? traffic : arithmetic) * (coefficients[at + 2] as number) +
        extra * (coefficients[at + 3] as number);
      return (sharing(step, threads) * time) / 1000;
    },
    parts(node: NodeView): CostParts {
      write(node, step);
      const at = step.path * partNames.length;
      const share = sharing(step, threads) / 1000;
      const coefficient = (part: number): number => share * (coefficients[at + part] as number);
      return {
        launch: coefficient(0) * step.start,
        arithmetic: coefficient(1) * step.arithmetic + coefficient(3) * step.extra,
        memory: coefficient(1) * step.traffic,
      };
    },
    rank: (graph) => predict(featuresOf(graph, accounts), coefficients),
  };
}
