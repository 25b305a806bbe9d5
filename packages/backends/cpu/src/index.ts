/** The CPU target: ONNX Runtime on this machine. @module */
export type { Accuracy, CpuCalibration, Decisions } from "./calibration/calibration.ts";
export { type Measured, type MeasurementOptions, Timer } from "./calibration/measurement.ts";
export type { DecisionScore } from "./calibration/scores.ts";
export { type CpuOptions, cpu } from "./cpu.ts";
export { localPart } from "./local.ts";
export { type CpuPartName, cpuPartNames } from "./parts.ts";
export { RuntimeError, type RuntimeFailure } from "./runtime/child-process.ts";
export {
  type Allowance,
  type Comparison,
  compareOutputs,
  type OutputDifference,
} from "./runtime/compare.ts";
export { type InputOptions, randomInputs } from "./runtime/inputs.ts";
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
export {
  type Model,
  type RunTime,
  type Timing,
  type TimingOptions,
  timeModels,
} from "./runtime/timing.ts";
