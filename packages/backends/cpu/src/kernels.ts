/**
 * Nanoseconds an element takes in ONNX Runtime's kernels, data in the caches, on the reference core (Zen 4 at 3.67 GHz,
 * onnxruntime-node 1.30, one thread). Measured with 16 Ki to 1 Mi elements of f32, normal values; spread about a fifth.
 */

/** How a kernel scales from core to core. */
export type Kernel = readonly [
  nanoseconds: number,
  /** `vector` with the core's arithmetic, `scalar` with its clock only: one element at a time, or through a library call. */
  style: "vector" | "scalar",
];

const vector = (nanoseconds: number): Kernel => [nanoseconds, "vector"];
const scalar = (nanoseconds: number): Kernel => [nanoseconds, "scalar"];

/** For each element of the result. Operators not listed, and in no other table, take `plain`. */
export const perResult: Readonly<Record<string, Kernel>> = {
  Relu: vector(0.1),
  Neg: vector(0.14),
  Abs: vector(0.1),
  Not: vector(0.05),
  And: vector(0.05),
  Or: vector(0.05),
  Xor: vector(0.05),
  Add: vector(0.15),
  Sub: vector(0.15),
  Mul: vector(0.15),
  Sum: vector(0.15),
  Max: vector(0.18),
  Min: vector(0.18),
  Mean: vector(0.19),
  Div: vector(0.25),
  Reciprocal: vector(0.23),
  Sqrt: vector(0.4),
  Exp: vector(0.25),
  Erf: vector(0.58),
  Tanh: vector(0.3),
  Sigmoid: vector(0.5),
  HardSigmoid: vector(0.16),
  HardSwish: vector(0.35),
  LeakyRelu: vector(0.16),
  ThresholdedRelu: vector(0.13),
  Clip: vector(0.2),
  Softsign: vector(0.2),
  Floor: vector(0.3),
  Ceil: vector(0.3),
  Round: vector(0.25),
  Gelu: vector(0.75),
  Equal: vector(0.1),
  Greater: vector(0.1),
  GreaterOrEqual: vector(0.1),
  Less: vector(0.1),
  LessOrEqual: vector(0.1),
  Cast: vector(0.2),
  BatchNormalization: vector(0.12),
  Where: scalar(0.4),
  Sign: scalar(1.05),
  Atan: scalar(0.95),
  Asin: scalar(1.2),
  Acos: scalar(1.2),
  Sin: scalar(1.95),
  Cos: scalar(1.95),
  Elu: scalar(1.85),
  Selu: scalar(1.87),
  Celu: scalar(2.0),
  Log: scalar(2.0),
  // The exponent's value is not seen; 2 and 3 take 0.4 and 0.8, others 3 to 9.
  Pow: scalar(2.0),
  PRelu: scalar(3.0),
  Mod: scalar(6.1),
  Acosh: scalar(9.8),
  Softplus: scalar(11.9),
  Tan: scalar(12),
  Mish: scalar(12.3),
  Sinh: scalar(22),
  Cosh: scalar(22),
  Asinh: scalar(26),
  Atanh: scalar(26),
  OneHot: scalar(2.5),
  GatherElements: scalar(0.6),
  Resize: scalar(1.4),
  Upsample: scalar(1.4),
  GridSample: scalar(3.3),
  Pad: vector(0.35),
  Expand: vector(0.15),
  Tile: vector(0.15),
  Concat: vector(0.2),
  Split: vector(0.3),
  Gather: vector(0.2),
  DepthToSpace: vector(1.7),
  SpaceToDepth: vector(1.7),
  "com.microsoft.Gelu": vector(0.93),
  "com.microsoft.FastGelu": vector(1.03),
  "com.microsoft.BiasGelu": vector(1.07),
  "com.microsoft.QuickGelu": vector(0.95),
};

/** For each element of the first operand. */
export const perOperand: Readonly<Record<string, Kernel>> = {
  ReduceSum: vector(0.13),
  ReduceMean: vector(0.13),
  ReduceMax: vector(0.1),
  ReduceMin: vector(0.1),
  ReduceProd: vector(0.87),
  ReduceL1: vector(0.85),
  ReduceL2: vector(0.85),
  ReduceSumSquare: vector(0.77),
  ReduceLogSum: vector(0.5),
  ReduceLogSumExp: scalar(5.3),
  ArgMax: scalar(0.62),
  ArgMin: scalar(0.62),
  CumSum: scalar(2.3),
  GlobalAveragePool: vector(0.25),
  GlobalMaxPool: vector(0.12),
  Softmax: vector(0.55),
  LogSoftmax: vector(0.62),
  LayerNormalization: vector(0.6),
  RMSNormalization: vector(0.28),
  InstanceNormalization: vector(0.35),
  GroupNormalization: vector(1.27),
  LRN: scalar(25.5),
  TopK: scalar(0.9),
  "com.microsoft.SimplifiedLayerNormalization": vector(0.28),
  // Measured 6 times dearer than the addition and the normalisation that it fuses.
  "com.microsoft.SkipLayerNormalization": scalar(5.2),
};

/** A sum or mean over the first axis adds whole rows. */
export const rowSum: Kernel = vector(0.11);

/** Any other reduction over the first axis. */
export const rowReduction: Kernel = vector(0.7);

/** A reduction over an axis between others. */
export const middleReduction: Kernel = vector(0.3);

/** A reduction that only dimensions of size 1 keep from being over the first axis: one column after the other, in strides. */
export const stridedReduction: Kernel = vector(0.6);

/** The same where the columns do not fit the second-level cache. */
export const scatteredReduction: Kernel = vector(6);

/** Softmax over an axis that is not the last transposes there and back. */
export const stridedSoftmax: Kernel = scalar(8);

/** A transposition that moves one axis, or blocks of whole rows. */
export const blockTranspose: Kernel = vector(0.2);

/** Any other transposition, element by element. */
export const elementTranspose: Kernel = scalar(3.8);

/** A concatenation of runs of a few elements. */
export const narrowConcat: Kernel = scalar(4);

/** A slice in steps, or of rows of a few elements. */
export const steppedSlice: Kernel = scalar(1.4);

/** A slice of contiguous rows. */
export const plainSlice: Kernel = vector(0.3);

/** One window of a maximum, and one of an average; they are read for each element of the result and of the window. */
export const poolWindow: Readonly<Record<string, Kernel>> = {
  MaxPool: vector(0.1),
  AveragePool: vector(0.12),
  LpPool: vector(0.3),
};

/** What no table names. */
export const plain: Kernel = scalar(0.5);
