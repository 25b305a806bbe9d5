/** Functions that the rules of this backend call, beside those of the language and of ONNX's dialect. */
import type { Attr, Dialect, NdArray, RuleFunction, Term } from "@rewright/plugin";
import { strideShare } from "../contraction-time.ts";

type Argument = Term | Attr | undefined;

function int(argument: Argument): number | undefined {
  return typeof argument === "number" && Number.isInteger(argument) ? argument : undefined;
}

function float(argument: Argument): number | undefined {
  return typeof argument === "number" && Number.isFinite(argument) ? argument : undefined;
}

function size(argument: Argument, axis: number): number | undefined {
  if (typeof argument !== "object" || !("term" in argument)) return undefined;
  const dim = argument.shape[axis];
  return typeof dim === "number" ? dim : undefined;
}

/**
 * `channel_window(c, n, a)`: weights [c, c, 1, 1] that sum a window of n channels around each channel, times a / n: the sum inside
 * LRN as a convolution.
 */
const channelWindow: RuleFunction = (...args) => {
  const channels = int(args[0]);
  const width = int(args[1]);
  const alpha = float(args[2]);
  if (channels === undefined || width === undefined || alpha === undefined) return undefined;
  if (channels < 1 || channels > 1024 || width < 1) return undefined;
  const data = new Float32Array(channels * channels);
  const before = Math.floor((width - 1) / 2);
  const after = Math.ceil((width - 1) / 2);
  for (let c = 0; c < channels; c++) {
    const end = Math.min(channels - 1, c + after);
    for (let d = Math.max(0, c - before); d <= end; d++) data[c * channels + d] = alpha / width;
  }
  return { dtype: "f32", shape: [channels, channels, 1, 1], data } satisfies NdArray;
};

/** `channel_constant(c, x)`: the vector [x, x, …] of c elements. */
const channelConstant: RuleFunction = (...args) => {
  const channels = int(args[0]);
  const value = float(args[1]);
  if (channels === undefined || value === undefined || channels < 0) return undefined;
  return { dtype: "f32", shape: [channels], data: new Float32Array(channels).fill(value) };
};

/** The greatest divisor of `of` that is at most `most`. */
function divisor(of: number, most: number): number {
  let found = Math.min(of, Math.floor(most));
  while (of % found !== 0) found--;
  return found;
}

/**
 * `merged_groups(w, g)`: how many groups of a convolution fill one block of channels, or all of them where they have room in one;
 * `undefined` where neither is so, or there is one kernel for each channel.
 */
function groupsOfBlock(block: number): RuleFunction {
  return (...args) => {
    const kernels = size(args[0], 0);
    const inputs = size(args[0], 1);
    const group = int(args[1]);
    if (kernels === undefined || inputs === undefined || group === undefined) return undefined;
    const widest = Math.max(inputs, kernels / group);
    if (group < 2 || kernels % group !== 0 || widest < 2 || 2 * widest > block) return undefined;
    if (group * widest <= block) return group;
    const filling = block / inputs;
    const isWhole = Number.isInteger(filling) && group % filling === 0;
    return isWhole && kernels === inputs * group ? filling : undefined;
  };
}

/** `stacked_images(x, w)`: how many images of a batch the kernels have room for in one block of channels; `undefined` where for no two. */
function imagesOfBlock(block: number): RuleFunction {
  return (...args) => {
    const images = size(args[0], 0);
    const kernels = size(args[1], 0);
    if (images === undefined || kernels === undefined) return undefined;
    if (images < 2 || kernels < 1 || 2 * kernels > block) return undefined;
    const stacked = divisor(images, block / kernels);
    return stacked > 1 ? stacked : undefined;
  };
}

/** `diagonal(n)`: the identity matrix as [1, n, 1, n, 1, 1, 1]. */
const diagonal: RuleFunction = (...args) => {
  const side = int(args[0]);
  if (side === undefined || side < 1 || side > 64) return undefined;
  const data = new Float32Array(side * side);
  for (let i = 0; i < side; i++) data[i * side + i] = 1;
  return { dtype: "f32", shape: [1, side, 1, side, 1, 1, 1], data };
};

/** `quotient(a, b)`: a / b where that is a whole number. */
const quotient: RuleFunction = (...args) => {
  const a = int(args[0]);
  const b = int(args[1]);
  return a !== undefined && b !== undefined && b !== 0 && a % b === 0 ? a / b : undefined;
};

/**
 * `missing_channels(w, g)`: how many channels a depthwise convolution lacks to a multiple of 4, below which ONNX Runtime's blocked
 * kernels do not take it; `undefined` where it lacks none, or is not depthwise.
 */
function missingChannels(block: number): RuleFunction {
  return (...args) => {
    const outputs = size(args[0], 0);
    const group = int(args[1]);
    if (outputs === undefined || size(args[0], 1) !== 1 || group !== outputs) return undefined;
    return outputs % 4 === 0 || outputs < block ? undefined : 4 - (outputs % 4);
  };
}

/** Integers of a list argument; `undefined` unless there are `count` of them. */
function ints(argument: Argument, count: number): readonly number[] | undefined {
  if (!Array.isArray(argument) || argument.length !== count) return undefined;
  return argument.every((item) => Number.isInteger(item)) ? argument : undefined;
}

/**
 * `phases(x, w, p, s)`: how a convolution of x with few kernels w, pads p and strides s is best computed as one with more
 * kernels, each a shift of the old ones, and longer strides: [h, v, m, n, e, f, r, c], where h × v neighbouring pixels become
 * channels, the kernels are m × n, e and f are further pads below and to the right, and the result has r × c steps.
 * `undefined` where the work would not shrink by a fifth.
 */
function phases(block: number): RuleFunction {
  return (...args) => {
    const outputs = size(args[1], 0);
    const lengths = [size(args[0], 2), size(args[0], 3)];
    const kernel = [size(args[1], 2), size(args[1], 3)];
    const pads = ints(args[2], 4);
    const strides = ints(args[3], 2);
    if (outputs === undefined || pads === undefined || strides === undefined) return undefined;
    const axes = [0, 1].map((i) =>
      axis(
        lengths[i],
        kernel[i],
        strides[i] as number,
        (pads[i] as number) + (pads[i + 2] as number),
      ),
    );
    const [rows, columns] = axes;
    if (rows === undefined || columns === undefined) return undefined;
    let best: readonly number[] | undefined;
    let least = 0.8 * rows.kernel * columns.kernel;
    for (let h = 1; h * outputs <= block && h <= rows.positions; h++) {
      const v = Math.min(Math.floor(block / (h * outputs)), columns.positions);
      const m = rows.kernel + (h - 1) * rows.stride;
      const n = columns.kernel + (v - 1) * columns.stride;
      // Long strides along a row cost the kernel its runs of adjacent pixels.
      const work = ((m * n) / (h * v)) * (1 + strideShare * (v * columns.stride - 1));
      if (work >= least) continue;
      least = work;
      const r = Math.ceil(rows.positions / h);
      const c = Math.ceil(columns.positions / v);
      const e = Math.max(0, m + (r - 1) * h * rows.stride - rows.padded);
      const f = Math.max(0, n + (c - 1) * v * columns.stride - columns.padded);
      best = [h, v, m, n, e, f, r, c];
    }
    return best;
  };
}

/** `phase_axes(g, o)`: the shape that sets the phases of `phases` apart from the o outputs they belong to. */
const phaseAxes: RuleFunction = (...args) => {
  const found = ints(args[0], 8);
  const outputs = int(args[1]);
  if (found === undefined || outputs === undefined) return undefined;
  const [h, v, , , , , , c] = found as [number, number, 0, 0, 0, 0, 0, number];
  // An axis of one phase is left out: a transposition that moves it would go element by element.
  return [0, outputs, ...(h > 1 ? [h] : []), ...(v > 1 ? [v] : []), -1, c];
};

/** `phase_order(g)`: the permutation that puts each phase of `phases` behind the axis whose pixels it is one of. */
const phaseOrder: RuleFunction = (...args) => {
  const found = ints(args[0], 8);
  if (found === undefined) return undefined;
  const [h, v] = found as [number, number];
  if (h > 1) return v > 1 ? [0, 1, 4, 2, 5, 3] : [0, 1, 3, 2, 4];
  return v > 1 ? [0, 1, 3, 4, 2] : [0, 1, 2, 3];
};

function axis(
  length: number | undefined,
  kernel: number | undefined,
  stride: number,
  pads: number,
): { kernel: number; stride: number; padded: number; positions: number } | undefined {
  if (length === undefined || kernel === undefined || stride < 1) return undefined;
  const padded = length + pads;
  const positions = Math.floor((padded - kernel) / stride) + 1;
  return positions < 1 ? undefined : { kernel, stride, padded, positions };
}

/** The functions for a core whose convolution layout has blocks of `block` channels (0 where it has none). */
export function cpuFunctions(block: number): Dialect {
  const width = Math.max(1, block);
  return {
    kind: "dialect",
    spec: 1,
    name: "cpu",
    ops: {},
    functions: {
      channel_window: channelWindow,
      channel_constant: channelConstant,
      merged_groups: groupsOfBlock(width),
      stacked_images: imagesOfBlock(width),
      phases: block === 0 ? () => undefined : phases(width),
      phase_axes: phaseAxes,
      phase_order: phaseOrder,
      diagonal,
      quotient,
      missing_channels: block === 0 ? () => undefined : missingChannels(width),
    },
  };
}
