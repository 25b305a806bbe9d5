/**
 * Nanoseconds an element takes in ONNX Runtime's kernels, data in the caches, on the reference core (Zen 4 at 3.67 GHz,
 * onnxruntime-node 1.30, one thread). Measured with 16 Ki to 1 Mi elements of f32, normal values; spread about a fifth.
 */

import { type PathName, pathNumber } from "./paths.ts";

/** How a kernel scales from core to core. */
export type Kernel = readonly [
  nanoseconds: number,
  /** `vector` with the core's arithmetic, `scalar` with its clock only: one element at a time, or through a library call. */
  style: "vector" | "scalar",
  path: number,
];

const vector = (nanoseconds: number, path: PathName): Kernel => [
  nanoseconds,
  "vector",
  pathNumber(path),
];
const scalar = (nanoseconds: number, path: PathName): Kernel => [
  nanoseconds,
  "scalar",
  pathNumber(path),
];

/** For each element of the result. Operators not listed, and in no other table, take `plain`. */
export const perResult: Readonly<Record<string, Kernel>> = {
  Relu: vector(0.1, "unary"),
  Neg: vector(0.14, "unary"),
  Abs: vector(0.1, "unary"),
  Not: vector(0.05, "unary"),
  And: vector(0.05, "binary"),
  Or: vector(0.05, "binary"),
  Xor: vector(0.05, "binary"),
  Add: vector(0.15, "binary"),
  Sub: vector(0.15, "binary"),
  Mul: vector(0.15, "binary"),
  Sum: vector(0.15, "binary"),
  Max: vector(0.18, "binary"),
  Min: vector(0.18, "binary"),
  Mean: vector(0.19, "binary"),
  Div: vector(0.25, "binary"),
  Reciprocal: vector(0.23, "function"),
  Sqrt: vector(0.4, "function"),
  Exp: vector(0.25, "function"),
  Erf: vector(0.58, "function"),
  Tanh: vector(0.3, "function"),
  Sigmoid: vector(0.5, "function"),
  HardSigmoid: vector(0.16, "unary"),
  HardSwish: vector(0.35, "function"),
  LeakyRelu: vector(0.16, "unary"),
  ThresholdedRelu: vector(0.13, "unary"),
  Clip: vector(0.2, "unary"),
  Softsign: vector(0.2, "function"),
  Floor: vector(0.3, "unary"),
  Ceil: vector(0.3, "unary"),
  Round: vector(0.25, "function"),
  Gelu: vector(0.75, "function"),
  Equal: vector(0.1, "binary"),
  Greater: vector(0.1, "binary"),
  GreaterOrEqual: vector(0.1, "binary"),
  Less: vector(0.1, "binary"),
  LessOrEqual: vector(0.1, "binary"),
  Cast: vector(0.2, "select"),
  BatchNormalization: vector(0.12, "unary"),
  Where: scalar(0.4, "select"),
  Sign: scalar(1.05, "library"),
  Atan: scalar(0.95, "library"),
  Asin: scalar(1.2, "library"),
  Acos: scalar(1.2, "library"),
  Sin: scalar(1.95, "library"),
  Cos: scalar(1.95, "library"),
  Elu: scalar(1.85, "library"),
  Selu: scalar(1.87, "library"),
  Celu: scalar(2.0, "library"),
  Log: scalar(2.0, "library"),
  // The exponent's value is not seen; 2 and 3 take 0.4 and 0.8, others 3 to 9.
  Pow: scalar(2.0, "library"),
  PRelu: scalar(3.0, "slope"),
  Mod: scalar(6.1, "binary"),
  Acosh: scalar(9.8, "slow-library"),
  Softplus: scalar(11.9, "slow-library"),
  Tan: scalar(12, "slow-library"),
  Mish: scalar(12.3, "slow-library"),
  Sinh: scalar(22, "slow-library"),
  Cosh: scalar(22, "slow-library"),
  Asinh: scalar(26, "slow-library"),
  Atanh: scalar(26, "slow-library"),
  OneHot: scalar(2.5, "gather"),
  GatherElements: scalar(0.6, "gather"),
  Resize: scalar(1.4, "resize"),
  Upsample: scalar(1.4, "resize"),
  GridSample: scalar(3.3, "resize"),
  Pad: vector(0.35, "copy"),
  Expand: vector(0.15, "copy"),
  Tile: vector(0.15, "copy"),
  Concat: vector(0.2, "concat"),
  Split: vector(0.3, "split"),
  Gather: vector(0.2, "gather"),
  DepthToSpace: vector(1.7, "copy"),
  SpaceToDepth: vector(1.7, "copy"),
  "com.microsoft.Gelu": vector(0.93, "function"),
  "com.microsoft.FastGelu": vector(1.03, "function"),
  "com.microsoft.BiasGelu": vector(1.07, "function"),
  "com.microsoft.QuickGelu": vector(0.95, "function"),
};

/** For each element of the first operand. */
export const perOperand: Readonly<Record<string, Kernel>> = {
  ReduceSum: vector(0.13, "reduction"),
  ReduceMean: vector(0.13, "reduction"),
  ReduceMax: vector(0.1, "reduction"),
  ReduceMin: vector(0.1, "reduction"),
  ReduceProd: vector(0.87, "reduction"),
  ReduceL1: vector(0.85, "reduction"),
  ReduceL2: vector(0.85, "reduction"),
  ReduceSumSquare: vector(0.77, "reduction"),
  ReduceLogSum: vector(0.5, "reduction"),
  ReduceLogSumExp: scalar(5.3, "reduction"),
  ArgMax: scalar(0.62, "reduction"),
  ArgMin: scalar(0.62, "reduction"),
  CumSum: scalar(2.3, "other"),
  GlobalAveragePool: vector(0.25, "pool"),
  GlobalMaxPool: vector(0.12, "pool"),
  Softmax: vector(0.55, "softmax"),
  LogSoftmax: vector(0.62, "softmax"),
  LayerNormalization: vector(0.6, "norm"),
  RMSNormalization: vector(0.28, "norm"),
  InstanceNormalization: vector(0.35, "norm"),
  GroupNormalization: vector(1.27, "norm"),
  LRN: scalar(25.5, "norm"),
  TopK: scalar(0.9, "other"),
  "com.microsoft.SimplifiedLayerNormalization": vector(0.28, "norm"),
  // Measured 6 times dearer than the addition and the normalisation that it fuses.
  "com.microsoft.SkipLayerNormalization": scalar(5.2, "skip-norm"),
};

/** A sum or mean over the first axis adds whole rows. */
export const rowSum: Kernel = vector(0.11, "row-reduction");

/** Any other reduction over the first axis. */
export const rowReduction: Kernel = vector(0.7, "row-reduction");

/** A reduction over an axis between others. */
export const middleReduction: Kernel = vector(0.3, "strided-reduction");

/** A reduction that only dimensions of size 1 keep from being over the first axis: one column after the other, in strides. */
export const stridedReduction: Kernel = vector(0.6, "strided-reduction");

/** The same where the columns do not fit the second-level cache. */
export const scatteredReduction: Kernel = vector(6, "strided-reduction");

/** Softmax over an axis that is not the last transposes there and back. */
export const stridedSoftmax: Kernel = scalar(8, "strided-softmax");

/** A transposition that moves one axis, or blocks of whole rows. */
export const blockTranspose: Kernel = vector(0.2, "transpose");

/** Any other transposition, element by element. */
export const elementTranspose: Kernel = scalar(3.8, "element-transpose");

/** A concatenation of runs of a few elements. */
export const narrowConcat: Kernel = scalar(4, "narrow-concat");

/** A split into runs of a few elements. */
export const narrowSplit: Kernel = scalar(1.0, "narrow-split");

/** A slice in steps, or of rows of a few elements. */
export const steppedSlice: Kernel = scalar(1.4, "stepped-slice");

/** A slice of contiguous rows. */
export const plainSlice: Kernel = vector(0.3, "slice");

/** One window of a maximum, and one of an average; they are read for each element of the result and of the window. */
export const poolWindow: Readonly<Record<string, Kernel>> = {
  MaxPool: vector(0.1, "blocked-pool"),
  AveragePool: vector(0.12, "blocked-pool"),
  LpPool: vector(0.3, "pool"),
};

/** What no table names. */
export const plain: Kernel = scalar(0.5, "other");

/** A nearest-neighbour upsampling. */
export const nearestResize: Kernel = vector(0.1, "resize");

/** Into blocks of channels or back, for each element. */
export const reordering: Kernel = vector(0.25, "reorder");

/** The same over images whose channels fill no blocks. */
export const rowPoolWindow: Readonly<Record<string, Kernel>> = {
  MaxPool: vector(0.35, "pool"),
  AveragePool: scalar(1.28, "pool"),
};
