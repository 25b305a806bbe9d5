/** A Rewright backend for my-npu. @module */
import type { Backend } from "@rewright/plugin";
import { costsOf } from "./costs.js";
import { ruleFiles } from "./rules.js";

export { partNames } from "./costs.js";

/** Which part of the family. */
export interface MyNpuOptions {
  /** A name of `partNames`; "x1" unless said. */
  readonly part?: string;
}

/**
 * The target, for `defineConfig({ backend: myNpu() })`.
 *
 * @throws RangeError on an unknown part, naming the known ones
 */
export function myNpu(options: MyNpuOptions = {}): Backend {
  return {
    kind: "backend",
    spec: 1,
    name: "my-npu",
    costModel: costsOf(options.part ?? "x1"),
    rules: ruleFiles,
  };
}
