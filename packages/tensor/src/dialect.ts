/**
 * ONNX's operators, at the meaning they have in opset 23.
 *
 * @module
 */

import type { Dialect, OpDef } from "@rewright/plugin";
import { functions } from "./functions.ts";
import { castingOps } from "./ops/casting.ts";
import { gatheringOps } from "./ops/gathering.ts";
import { generatingOps } from "./ops/generating.ts";
import { joiningOps } from "./ops/joining.ts";
import { reshapingOps } from "./ops/reshaping.ts";
import { slicingOps } from "./ops/slicing.ts";

const ops: Readonly<Record<string, OpDef>> = {
  ...reshapingOps,
  ...joiningOps,
  ...slicingOps,
  ...gatheringOps,
  ...generatingOps,
  ...castingOps,
};

/**
 * ONNX's operators under their own names, each in its latest form up to opset 23: what older opsets give as attributes
 * (the axes of `Squeeze`, the bounds of `Clip`) are operands here. Element types are given by their short names: `Cast(x; to = "f16")`.
 */
export const onnx: Dialect = { kind: "dialect", spec: 1, name: "onnx", ops, functions };
