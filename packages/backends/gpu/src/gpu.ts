import type { Backend } from "@rewright/plugin";
import { fusedOperators } from "./fused.ts";
import { gpuCostModel } from "./model.ts";
import { type GpuPartName, gpuPart } from "./parts.ts";
import { kernelRuleFiles, ruleFiles } from "./rules.ts";

/** Which graphics processor. */
export interface GpuOptions {
  /** A name of `gpuPartNames`. Default "H100". */
  readonly part?: GpuPartName | (string & {});
  /**
   * Fuse products with what follows them, and chains of element-wise operators, into kernels that a compiler would make of them. ONNX files
   * cannot hold these, so `rewright optimize` gains nothing by it: it is for whoever compiles the program that is found. Default false.
   */
  readonly kernels?: boolean;
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
    ...(options.kernels && { dialects: [fusedOperators] }),
    rules: options.kernels ? [...ruleFiles, ...kernelRuleFiles] : ruleFiles,
  };
}
