/**
 * ONNX's operators, at the meaning they have in opset 23.
 *
 * @module
 */

import type { Dialect, OpDef } from "@rewright/plugin";
import { functions } from "./functions.ts";
import { activations } from "./ops/activation.ts";
import { arithmetic } from "./ops/arithmetic.ts";
import { attentions } from "./ops/attention.ts";
import { blockOps } from "./ops/blocks.ts";
import { castingOps } from "./ops/casting.ts";
import { comparisons } from "./ops/comparison.ts";
import { convolutions } from "./ops/convolution.ts";
import { einsums } from "./ops/einsum.ts";
import { gatheringOps } from "./ops/gathering.ts";
import { generatingOps } from "./ops/generating.ts";
import { joiningOps } from "./ops/joining.ts";
import { matrices } from "./ops/matrix.ts";
import { normalizations } from "./ops/normalization.ts";
import { paddingOps } from "./ops/padding.ts";
import { poolings } from "./ops/pooling.ts";
import { quantizationOps } from "./ops/quantization.ts";
import { randoms } from "./ops/random.ts";
import { recurrentOps } from "./ops/recurrent.ts";
import { reductions } from "./ops/reduction.ts";
import { reshapingOps } from "./ops/reshaping.ts";
import { resizingOps } from "./ops/resizing.ts";
import { scans } from "./ops/scan.ts";
import { scatteringOps } from "./ops/scattering.ts";
import { selectionOps } from "./ops/selection.ts";
import { slicingOps } from "./ops/slicing.ts";
import { softmaxes } from "./ops/softmax.ts";
import { trials } from "./ops/trial.ts";
import { unaryOps } from "./ops/unary.ts";

const ops: Readonly<Record<string, OpDef>> = {
  ...unaryOps,
  ...arithmetic,
  ...comparisons,
  ...activations,
  ...softmaxes,
  ...reductions,
  ...scans,
  ...matrices,
  ...einsums,
  ...convolutions,
  ...poolings,
  ...normalizations,
  ...attentions,
  ...randoms,
  ...reshapingOps,
  ...joiningOps,
  ...paddingOps,
  ...slicingOps,
  ...gatheringOps,
  ...scatteringOps,
  ...generatingOps,
  ...castingOps,
  ...blockOps,
  ...resizingOps,
  ...quantizationOps,
  ...recurrentOps,
  ...selectionOps,
  ...trials,
};

/**
 * ONNX's operators under their own names, each in its latest form up to opset 23: what older opsets give as attributes
 * (the axes of `Squeeze`, the bounds of `Clip`) are operands here. Element types are given by their short names: `Cast(x; to = "f16")`.
 */
export const onnx: Dialect = { kind: "dialect", spec: 1, name: "onnx", ops, functions };
