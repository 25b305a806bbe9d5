/**
 * Operators that exchange channels for space: square blocks of pixels become channels, and back.
 *
 * @module
 */

import type { Attrs, Dim, NdArray, TensorType } from "@rewright/plugin";
import { divideDims, multiplyDims } from "../dim.ts";
import { reshaped, transposed } from "../layout.ts";
import { intAttr, operandAt, requireRank, ShapeError, stringAttr } from "../typing.ts";
import { freshDim, isFresh } from "../value.ts";
import { checked, type Ops } from "./operator.ts";

function blockSize(attrs: Attrs): number {
  const size = intAttr(attrs, "blocksize");
  if (size < 1) throw new ShapeError(`blocksize must be at least 1, not ${size}`);
  return size;
}

/** dim / by, which must be a whole number. */
function part(dim: Dim, by: number, what: string): Dim {
  if (typeof dim === "number" && dim % by !== 0)
    throw new ShapeError(`${what} ${dim} is no multiple of ${by}`);
  return isFresh(dim) ? freshDim("DepthToSpace", 0) : (divideDims(dim, by) as Dim);
}

function times(dim: Dim, by: number): Dim {
  return isFresh(dim) ? freshDim("DepthToSpace", 0) : multiplyDims(dim, by);
}

/** An image [batch, channels, height, width]. */
function imageShape(type: TensorType): readonly [Dim, Dim, Dim, Dim] {
  requireRank(type, 4);
  return type.shape as readonly Dim[] as readonly [Dim, Dim, Dim, Dim];
}

function rearranged(
  data: NdArray,
  split: readonly number[],
  permutation: readonly number[],
  shape: readonly number[],
): NdArray {
  return reshaped(transposed(reshaped(data, split), permutation), shape);
}

/** DepthToSpace, SpaceToDepth. */
export const blockOps: Ops = checked({
  DepthToSpace: {
    operands: [{ name: "input" }],
    attrs: {
      blocksize: { type: "int", required: true },
      mode: { type: ["DCR", "CRD"], default: "DCR" },
    },
    infer: (operands, attrs) => {
      const input = operandAt(operands, 0);
      const [batch, channels, height, width] = imageShape(input);
      const block = blockSize(attrs);
      const depth = part(channels, block * block, "the number of channels");
      const shape = [batch, depth, times(height, block), times(width, block)];
      return [{ dtype: input.dtype, shape }];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const [n, c, h, w] = data.shape as [number, number, number, number];
      const block = blockSize(attrs);
      const depth = c / (block * block);
      const shape = [n, depth, h * block, w * block];
      return stringAttr(attrs, "mode", "DCR") === "DCR"
        ? [rearranged(data, [n, block, block, depth, h, w], [0, 3, 4, 1, 5, 2], shape)]
        : [rearranged(data, [n, depth, block, block, h, w], [0, 1, 4, 2, 5, 3], shape)];
    },
  },

  SpaceToDepth: {
    operands: [{ name: "input" }],
    attrs: { blocksize: { type: "int", required: true } },
    infer: (operands, attrs) => {
      const input = operandAt(operands, 0);
      const [batch, channels, height, width] = imageShape(input);
      const block = blockSize(attrs);
      const shape = [
        batch,
        times(channels, block * block),
        part(height, block, "the height"),
        part(width, block, "the width"),
      ];
      return [{ dtype: input.dtype, shape }];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const [n, c, h, w] = data.shape as [number, number, number, number];
      const block = blockSize(attrs);
      const [rows, columns] = [h / block, w / block];
      const shape = [n, c * block * block, rows, columns];
      return [rearranged(data, [n, c, rows, block, columns, block], [0, 3, 5, 1, 2, 4], shape)];
    },
  },
});
