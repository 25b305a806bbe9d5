/** Reverse-mode automatic differentiation on matrices: values, their gradients, programs that compute them, and Adam. @module */
export { Adam, type AdamOptions, type AdamState } from "./adam.ts";
export { gradients } from "./gradients.ts";
export type { Elements, Kernel, Kernels, Memory } from "./kernels.ts";
export { layerNorm, logSoftmax, logSumExp, mean, segmentMean, softmax } from "./layers.ts";
export { OnnxProgram, type OnnxRuntime, type OnnxWriter } from "./onnx/program.ts";
export {
  add,
  divide,
  exp,
  fill,
  gather,
  gelu,
  geluSlope,
  index,
  input,
  join,
  log,
  matmul,
  minimum,
  multiply,
  part,
  peak,
  place,
  propagate,
  relu,
  scale,
  scatter,
  sigmoid,
  sqrt,
  step,
  stretch,
  subtract,
  sum,
  tanh,
} from "./operators.ts";
export { Program } from "./program.ts";
export { reference } from "./reference.ts";
export type { Feeds, Runnable } from "./runnable.ts";
export { simd } from "./simd.ts";
export type { Attributes, Operator, Value } from "./value.ts";
