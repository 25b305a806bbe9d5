import type { Backend } from "@rewright/plugin";
import { gpuCostModel } from "./model.ts";
import { type GpuPartName, gpuPart } from "./parts.ts";
import { ruleFiles } from "./rules.ts";

/** Which graphics processor. */
export interface GpuOptions {
  /** A name of `gpuPartNames`. Default "H100". */
  readonly part?: GpuPartName | (string & {});
}

/**
 * A graphics processor, as an analytic model of named parts, and rules that give it fewer and larger kernels.
 *
 * @throws RangeError on an unknown part, naming the known ones.
 */
export function gpu(options: GpuOptions = {}): Backend {
  return {
    kind: "backend",
    spec: 1,
    name: "gpu",
    costModel: gpuCostModel(gpuPart(options.part ?? "H100")),
    rules: ruleFiles,
  };
}
