/**
 * What each ONNX operator does, as data: how much arithmetic an element takes, and which tensors it touches.
 * Arithmetic is counted in operations of the size of an addition; transcendental functions count as the polynomials that
 * vector libraries evaluate for them (about 10 to 25 operations).
 */

/** Arithmetic per element of the result, for operators that compute each element by itself. Operators not listed take 1. */
export const elementwise: Readonly<Record<string, number>> = {
  Div: 4,
  Mod: 6,
  Reciprocal: 4,
  Sqrt: 5,
  Exp: 10,
  Log: 12,
  Sin: 15,
  Cos: 15,
  Tan: 20,
  Asin: 20,
  Acos: 20,
  Atan: 15,
  Sinh: 20,
  Cosh: 20,
  Asinh: 25,
  Acosh: 25,
  Atanh: 25,
  Tanh: 12,
  Sigmoid: 12,
  Erf: 16,
  Pow: 25,
  Softplus: 24,
  Softsign: 6,
  Mish: 36,
  Swish: 13,
  Gelu: 20,
  Elu: 12,
  Selu: 13,
  Celu: 13,
  HardSigmoid: 3,
  HardSwish: 4,
  LeakyRelu: 2,
  PRelu: 2,
  ThresholdedRelu: 2,
  Shrink: 3,
  Clip: 2,
  Round: 2,
  Where: 1,
  Cast: 1,
  CastLike: 1,
  QuantizeLinear: 4,
  DequantizeLinear: 2,
  DynamicQuantizeLinear: 6,
  Bernoulli: 10,
  RandomNormal: 25,
  RandomNormalLike: 25,
  RandomUniform: 8,
  RandomUniformLike: 8,
  BatchNormalization: 2,
  RotaryEmbedding: 6,
  "com.microsoft.Gelu": 20,
  "com.microsoft.FastGelu": 16,
  "com.microsoft.BiasGelu": 21,
  "com.microsoft.QuickGelu": 13,
};

/** Arithmetic per element of the first operand, for operators that gather many elements into one. */
export const gathering: Readonly<Record<string, number>> = {
  ReduceSum: 1,
  ReduceMean: 1,
  ReduceMax: 1,
  ReduceMin: 1,
  ReduceProd: 1,
  ReduceL1: 2,
  ReduceL2: 2,
  ReduceSumSquare: 2,
  ReduceLogSum: 1,
  ReduceLogSumExp: 12,
  ArgMax: 2,
  ArgMin: 2,
  GlobalAveragePool: 1,
  GlobalMaxPool: 1,
  GlobalLpPool: 2,
  CumSum: 1,
  CumProd: 1,
  Softmax: 14,
  LogSoftmax: 16,
  Hardmax: 3,
  LayerNormalization: 8,
  RMSNormalization: 6,
  InstanceNormalization: 8,
  GroupNormalization: 8,
  MeanVarianceNormalization: 8,
  LpNormalization: 4,
  LRN: 35,
  NegativeLogLikelihoodLoss: 2,
  SoftmaxCrossEntropyLoss: 16,
  NonZero: 2,
  "com.microsoft.SkipLayerNormalization": 9,
  "com.microsoft.SkipSimplifiedLayerNormalization": 7,
  "com.microsoft.SimplifiedLayerNormalization": 6,
};

/** Operators that sort: arithmetic n·log₂(n) per element of the first operand's axis. */
export const sorting: ReadonlySet<string> = new Set([
  "TopK",
  "Unique",
  "NonMaxSuppression",
  "DFT",
  "STFT",
]);

/** Operators that look at a window of their operand for each element of the result; the attribute says how large it is. */
export const windowed: ReadonlySet<string> = new Set([
  "MaxPool",
  "AveragePool",
  "LpPool",
  "MaxUnpool",
  "Col2Im",
]);

/** Arithmetic per element of the result for interpolation: neighbours and their weights. */
export const interpolating: Readonly<Record<string, number>> = {
  Resize: 8,
  Upsample: 8,
  GridSample: 16,
  RoiAlign: 32,
  MaxRoiPool: 8,
  AffineGrid: 6,
};

/** Operators that only rename what they are given: no arithmetic, no traffic. */
export const views: ReadonlySet<string> = new Set([
  "Reshape",
  "Squeeze",
  "Unsqueeze",
  "Flatten",
  "Identity",
  "Dropout",
  "Shape",
  "Size",
  "Constant",
  "Optional",
  "OptionalGetElement",
  "OptionalHasElement",
]);

/** Operators that copy elements and compute nothing. They read as much as they write, and their further operands (indices, pads). */
export const moving: ReadonlySet<string> = new Set([
  "Transpose",
  "Concat",
  "Split",
  "Slice",
  "Gather",
  "GatherElements",
  "GatherND",
  "Pad",
  "CenterCropPad",
  "DepthToSpace",
  "SpaceToDepth",
  "ReverseSequence",
  "Compress",
  "Trilu",
]);

/** Operators that copy a smaller operand into a larger result: they read the operand once. */
export const spreading: ReadonlySet<string> = new Set([
  "Expand",
  "Tile",
  "ConstantOfShape",
  "Range",
  "EyeLike",
  "OneHot",
  "BlackmanWindow",
  "HannWindow",
  "HammingWindow",
]);

/** Operators that copy their first operand and then overwrite some of it. */
export const scattering: ReadonlySet<string> = new Set([
  "Scatter",
  "ScatterElements",
  "ScatterND",
  "TensorScatter",
]);
