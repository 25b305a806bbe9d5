import { type Contraction, dimension, elements } from "@rewright/costmodel";
import type { NodeView } from "@rewright/plugin";
import type { CpuPart } from "./parts.ts";

/** A core's speeds, in elements and bytes per nanosecond. */
export interface Core {
  readonly part: CpuPart;
  /** f32 operations per nanosecond that dense kernels reach: 95 % of peak, measured. */
  readonly flops: number;
  /** The nanoseconds that reading or writing `bytes` takes, from the cache level they fit in. */
  traffic(bytes: number): number;
}

/** How much longer a blocked convolution takes for each step that its stride along a row is longer than 1, measured up to 16. */
export const strideShare = 0.08;

function roundUp(size: number, multiple: number): number {
  return Math.ceil(size / multiple) * multiple;
}

/**
 * Matrix products as MLAS runs them: columns in panels of 16 (8 without AVX-512), a single row at the speed at which the
 * matrix can be read, a right operand that is no constant packed anew each time.
 */
export function matrixTime(node: NodeView, shape: Contraction, core: Core): number {
  const { batch, m, n, k } = shape;
  const right = node.operands[1];
  const constant = right?.constant === true;
  const matrix = core.traffic(4 * batch * n * k);
  const output = 0.1 * batch * m * n + 150 * Math.max(0, batch - 1);
  if (m <= 1) return Math.max(matrix, (2 * batch * n * k) / core.flops) + 0.1 * batch * n;
  if (n <= 1 && !constant) return core.traffic(4 * batch * m * k) + 0.1 * batch * m;
  const columns = roundUp(n, core.part.block === 8 ? 8 : 16);
  const arithmetic = (2 * batch * Math.max(m, 3) * columns * k) / core.flops;
  const packing = constant ? 0 : 0.14 * batch * n * k;
  return Math.max(arithmetic, matrix) + packing + output;
}

/**
 * Convolutions. With two spatial dimensions ONNX Runtime keeps blocks of channels together: channels are padded to whole
 * blocks, and a depthwise convolution of whole blocks is fast. What does not fit the blocks, and all one-dimensional
 * convolutions, copies patches and multiplies matrices, group by group.
 */
export function convolutionTime(node: NodeView, shape: Contraction, core: Core): number {
  const { batch: group, m: pixels, n: outputs, k: depth } = shape;
  const { block } = core.part;
  const weight = node.operands[1];
  const inputs = dimension(weight, 1);
  const blocked = block > 0 && weight?.shape.length === 4 && node.operands[0]?.dtype === "f32";
  const touched = core.traffic(4 * (elements(node.operands[0]) + elements(node.results[0])));
  const flops = 2 * group * pixels * outputs * depth;
  if (flops === 0) return touched;
  const isDepthwise = inputs === 1 && outputs === 1 && group > 1;
  if (isDepthwise) {
    if (!blocked || group % 4 !== 0) return Math.max(flops / (core.flops * 0.07), touched);
    const padded = (flops / group) * roundUp(group, block);
    return Math.max(padded / (core.flops * 0.63), touched);
  }
  if (blocked && fitsBlocks(group, inputs, outputs, block)) {
    const window = depth / Math.max(1, inputs);
    // Few inputs (an image's) are read unblocked, and short sums leave the pipes half full.
    const padded = inputs < block ? inputs : roundUp(inputs, block);
    const share = (inputs < block ? 0.85 : 1) / (1 + strideShare * (rowStride(node) - 1));
    const work = 2 * group * pixels * roundUp(outputs, block) * padded * window;
    return Math.max(work / (core.flops * share), touched);
  }
  const patches = depth > inputs ? 0.12 * group * pixels * depth : 0;
  const share = (outputs / (outputs + 8)) * (depth / (depth + 32));
  return Math.max(flops / (core.flops * share), touched) + patches + 150 * group;
}

/** Few inputs are read unblocked; otherwise channels must come in fours, and those of a group in whole blocks. */
function fitsBlocks(group: number, inputs: number, outputs: number, block: number): boolean {
  if (group > 1) return inputs % block === 0 && outputs % block === 0;
  return inputs < block || inputs % 4 === 0;
}

function rowStride(node: NodeView): number {
  const strides = node.attrs["strides"];
  return Array.isArray(strides) && strides.length > 0 ? Number(strides[strides.length - 1]) : 1;
}
