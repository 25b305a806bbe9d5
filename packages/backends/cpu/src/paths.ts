/**
 * The code paths of ONNX Runtime that a calibration tells apart: kernels that share an inner loop, so that one that is slower on a
 * machine than expected tells of the others. An operator with several (a convolution in blocks of channels, depthwise, by
 * patches …) has one for each.
 */
export const pathNames = [
  "matrix",
  "dynamic-matrix",
  "row",
  "blocked-convolution",
  "pointwise-convolution",
  "image-convolution",
  "depthwise-convolution",
  "grouped-convolution",
  "patch-convolution",
  "narrow-depthwise-convolution",
  "transposed-convolution",
  "attention",
  "recurrent",
  "einsum",
  "view",
  "reorder",
  "unary",
  "binary",
  "broadcast",
  "function",
  "library",
  "slow-library",
  "slope",
  "select",
  "softmax",
  "strided-softmax",
  "norm",
  "skip-norm",
  "reduction",
  "row-reduction",
  "strided-reduction",
  "transpose",
  "element-transpose",
  "concat",
  "narrow-concat",
  "split",
  "narrow-split",
  "slice",
  "stepped-slice",
  "gather",
  "copy",
  "pool",
  "blocked-pool",
  "resize",
  "other",
] as const;

/** The name of a code path. */
export type PathName = (typeof pathNames)[number];

const numbers: ReadonlyMap<PathName, number> = new Map(pathNames.map((name, i) => [name, i]));

/** The position of a path in `pathNames`: what accounts carry, since they are made a million times a second. */
export function pathNumber(name: PathName): number {
  return numbers.get(name) as number;
}
