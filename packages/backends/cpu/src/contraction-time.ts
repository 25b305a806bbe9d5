import { type Contraction, dimension, elements } from "@rewright/costmodel";
import type { NodeView } from "@rewright/plugin";
import type { Account } from "./account.ts";
import type { CpuPart } from "./parts.ts";
import { pathNumber } from "./paths.ts";

/** A core's speeds, in elements and bytes per nanosecond. */
export interface Core {
  readonly part: CpuPart;
  /** f32 operations per nanosecond that dense kernels reach: 95 % of peak, measured. */
  readonly flops: number;
  /** The nanoseconds that reading or writing `bytes` takes, from the cache level they fit in. */
  traffic(bytes: number): number;
  /** The nanoseconds that a byte takes from the cache level that so many fit in. */
  perByte(footprint: number): number;
}

/** How much longer a blocked convolution takes for each step that its stride along a row is longer than 1, measured up to 16. */
export const strideShare = 0.08;

const paths = {
  matrix: pathNumber("matrix"),
  dynamicMatrix: pathNumber("dynamic-matrix"),
  row: pathNumber("row"),
  blocked: pathNumber("blocked-convolution"),
  pointwise: pathNumber("pointwise-convolution"),
  image: pathNumber("image-convolution"),
  depthwise: pathNumber("depthwise-convolution"),
  narrowDepthwise: pathNumber("narrow-depthwise-convolution"),
  grouped: pathNumber("grouped-convolution"),
  patches: pathNumber("patch-convolution"),
};

function roundUp(size: number, multiple: number): number {
  return Math.ceil(size / multiple) * multiple;
}

/**
 * Matrix products as MLAS runs them: columns in panels of 16 (8 without AVX-512), a single row at the speed at which the
 * matrix can be read, a right operand that is no constant packed anew each time. Writes all of the account but its start.
 */
export function matrixTime(node: NodeView, shape: Contraction, core: Core, into: Account): void {
  const { batch, m, n, k } = shape;
  const right = node.operands[1];
  const constant = right?.constant === true;
  into.traffic = core.traffic(4 * batch * n * k);
  if (m <= 1) {
    into.path = paths.row;
    into.arithmetic = (2 * batch * n * k) / core.flops;
    into.extra = 0.1 * batch * n;
  } else if (n <= 1 && !constant) {
    into.path = paths.row;
    into.arithmetic = 0;
    into.traffic = core.traffic(4 * batch * m * k);
    into.extra = 0.1 * batch * m;
  } else {
    into.path = constant ? paths.matrix : paths.dynamicMatrix;
    const columns = roundUp(n, core.part.block === 8 ? 8 : 16);
    into.arithmetic = (2 * batch * Math.max(m, 3) * columns * k) / core.flops;
    const packing = constant ? 0 : 0.14 * batch * n * k;
    into.extra = packing + 0.1 * batch * m * n + 150 * Math.max(0, batch - 1);
  }
}

/**
 * Convolutions. With two spatial dimensions ONNX Runtime keeps blocks of channels together: channels are padded to whole
 * blocks, and a depthwise convolution of whole blocks is fast. What does not fit the blocks, and all one-dimensional
 * convolutions, copies patches and multiplies matrices, group by group. Writes all of the account but its start.
 */
export function convolutionTime(
  node: NodeView,
  shape: Contraction,
  core: Core,
  into: Account,
): void {
  const { batch: group, m: pixels, n: outputs, k: depth } = shape;
  const { block } = core.part;
  const weight = node.operands[1];
  const inputs = dimension(weight, 1);
  const images = dimension(node.operands[0], 0);
  const blocked = runsBlocked(node, shape, block);
  const flops = 2 * group * pixels * outputs * depth;
  into.traffic = core.traffic(4 * (elements(node.operands[0]) + elements(node.results[0])));
  into.extra = 0;
  if (inputs === 1 && outputs === 1 && group > 1) {
    into.path = blocked ? paths.depthwise : paths.narrowDepthwise;
    into.arithmetic = blocked
      ? ((flops / group) * roundUp(group, block)) / (core.flops * 0.63)
      : flops / (core.flops * 0.08);
    if (!blocked && flops > 0) into.extra = 150 * group * images;
  } else if (blocked) {
    const window = depth / Math.max(1, inputs);
    into.path =
      group > 1
        ? paths.grouped
        : inputs < block
          ? paths.image
          : window > 1
            ? paths.blocked
            : paths.pointwise;
    // Few inputs (an image's) are read unblocked, and short sums leave the pipes half full.
    const padded = inputs < block ? inputs : roundUp(inputs, block);
    const share = (inputs < block ? 0.85 : 1) / (1 + strideShare * (rowStride(node) - 1));
    const work = 2 * group * pixels * roundUp(outputs, block) * padded * window;
    into.arithmetic = work / (core.flops * share);
  } else {
    into.path = paths.patches;
    const share = (outputs / (outputs + 8)) * (depth / (depth + 32));
    into.arithmetic = flops === 0 ? 0 : flops / (core.flops * share);
    const patches = depth > inputs ? 0.12 * group * pixels * depth : 0;
    if (flops > 0) into.extra = patches + 150 * group * images;
  }
}

/** Whether a convolution runs on blocks of channels: in two spatial dimensions, where its channels fit the blocks. */
function runsBlocked(node: NodeView, shape: Contraction, block: number): boolean {
  const { batch: group, n: outputs } = shape;
  const weight = node.operands[1];
  if (block === 0 || weight?.shape.length !== 4 || node.operands[0]?.dtype !== "f32") return false;
  const inputs = dimension(weight, 1);
  if (inputs === 1 && outputs === 1 && group > 1) return group % 4 === 0;
  return fitsBlocks(group, inputs, outputs, block);
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
