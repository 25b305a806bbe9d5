import type { Backend } from "@rewright/plugin";
import { configurationsOf } from "./configurations.ts";
import { tpuCostModel } from "./model.ts";
import { type TpuPartName, tpuPart } from "./parts.ts";
import { ruleFiles } from "./rules.ts";

/** Which chip. */
export interface TpuOptions {
  /** A name of `tpuPartNames`. Default "v5e". */
  readonly part?: TpuPartName | (string & {});
}

/**
 * A systolic-array chip, as an analytic model of named parts, and rules that fill its matrix units.
 *
 * @throws RangeError on an unknown part, naming the known ones.
 */
export function tpu(options: TpuOptions = {}): Backend {
  const part = tpuPart(options.part ?? "v5e");
  const costModel = tpuCostModel(part);
  return {
    kind: "backend",
    spec: 1,
    name: "tpu",
    costModel,
    rules: ruleFiles,
    configurations: (graph) => configurationsOf(part, costModel, graph),
  };
}
