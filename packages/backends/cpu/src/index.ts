/** The CPU target: ONNX Runtime on this machine. @module */
export { RuntimeError, type RuntimeFailure } from "./runtime/child-process.ts";
export type { OptimizationLevel } from "./runtime/protocol.ts";
export {
  type LoadOptions,
  type NamedArrays,
  type Runtime,
  type RuntimeOptions,
  type RuntimeSession,
  startRuntime,
  type ValueInfo,
} from "./runtime/runtime.ts";
export type { PairedTimes } from "./runtime/stopwatch.ts";
