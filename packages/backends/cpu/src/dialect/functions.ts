/** Functions that the rules of this backend call, beside those of the language and of ONNX's dialect. */
import type { Attr, Dialect, NdArray, RuleFunction, Term } from "@rewright/plugin";

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

/** How many groups of a grouped convolution fill one block of channels; `undefined` where none, or only one, does. */
function groupsOfBlock(block: number): RuleFunction {
  return (...args) => {
    const outputs = size(args[0], 0);
    const inputs = size(args[0], 1);
    const group = int(args[1]);
    if (outputs === undefined || inputs === undefined || group === undefined) return undefined;
    if (group < 2 || inputs < 2 || inputs >= block || outputs !== inputs * group) return undefined;
    const merged = block / inputs;
    return Number.isInteger(merged) && group % merged === 0 ? merged : undefined;
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
      diagonal,
      quotient,
      missing_channels: block === 0 ? () => undefined : missingChannels(width),
    },
  };
}
