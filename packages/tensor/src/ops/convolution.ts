/**
 * Convolution over any number of spatial dimensions, in groups: Conv, ConvTranspose.
 *
 * @module
 */

import type { Attrs, Dim, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { sizeOf } from "../array.ts";
import { addDims, divideDims, multiplyDims, subtractDims } from "../dim.ts";
import {
  commonDType,
  formatType,
  intAttr,
  isFloat,
  operandAt,
  requireDType,
  requireRank,
  ShapeError,
  unifyDims,
} from "../typing.ts";
import { doublesOf, floats } from "./elementwise.ts";
import { checked, type Ops } from "./operator.ts";
import {
  kernelOf,
  paddingOf,
  perAxis,
  positionsOf,
  reachOf,
  tapsOf,
  type Window,
  windowAttrs,
  windowOf,
} from "./window.ts";

function groupOf(attrs: Attrs): number {
  const group = intAttr(attrs, "group");
  if (group < 1) throw new ShapeError(`group must be 1 or more, not ${group}`);
  return group;
}

/** What Conv and ConvTranspose demand of X, W and B alike. */
function requireOperands(
  operands: readonly (TensorType | undefined)[],
): readonly [TensorType, TensorType] {
  commonDType(operands);
  const x = operandAt(operands, 0);
  const w = operandAt(operands, 1);
  requireDType(x, isFloat, "floats");
  if (x.shape.length < 3)
    throw new ShapeError(
      `X must have a batch, channels and spatial dimensions, not ${formatType(x)}`,
    );
  requireRank(w, x.shape.length, "W");
  return [x, w];
}

function requireBias(bias: TensorType | undefined, channels: Dim): void {
  if (bias === undefined) return;
  requireRank(bias, 1, "B");
  unifyDims(bias.shape[0] as Dim, channels, "entries of B and output channels");
}

/** The size of a part when a dimension is cut into equal parts. @throws {ShapeError} when it cannot be. */
function share(dim: Dim, parts: number, what: string): Dim {
  if (typeof dim === "number" && dim % parts !== 0)
    throw new ShapeError(`${dim} ${what} cannot be cut into ${parts} groups`);
  return divideDims(dim, parts) as Dim;
}

// ── Conv ─────────────────────────────────────────────────────────────────────

function convShape(x: readonly Dim[], w: readonly Dim[], attrs: Attrs): readonly Dim[] {
  const group = groupOf(attrs);
  unifyDims(share(x[1] as Dim, group, "channels"), w[1] as Dim, "channels of a group and of W");
  share(w[0] as Dim, group, "output channels");
  const spatial = x.slice(2);
  const window = windowOf(kernelOf(attrs, spatial.length, w.slice(2)), attrs);
  return [x[0] as Dim, w[0] as Dim, ...positionsOf(window, spatial)];
}

const conv: OpDef = {
  operands: [{ name: "X" }, { name: "W" }, { name: "B", optional: true }],
  attrs: {
    ...windowAttrs,
    group: { type: "int", default: 1 },
    kernel_shape: { type: "ints" },
  },
  infer(operands, attrs) {
    const [x, w] = requireOperands(operands);
    const shape = convShape(x.shape, w.shape, attrs);
    requireBias(operands[2], shape[1] as Dim);
    return [{ dtype: x.dtype, shape }];
  },
  evaluate(operands, attrs) {
    const [x, w, bias] = [operandAt(operands, 0), operandAt(operands, 1), operands[2]];
    const shape = convShape(x.shape, w.shape, attrs) as readonly number[];
    return [floats(x.dtype, shape, (out) => convolve(x, w, bias, shape, attrs, out))];
  },
};

function convolve(
  x: NdArray,
  w: NdArray,
  bias: NdArray | undefined,
  shape: readonly number[],
  attrs: Attrs,
  out: { [index: number]: number },
): void {
  const group = groupOf(attrs);
  const spatial = x.shape.slice(2);
  const positions = shape.slice(2);
  const window = windowOf(w.shape.slice(2), attrs);
  const taps = tapsOf(window, spatial, positions, paddingOf(window, spatial, positions).before);
  const [batch, channels] = shape as [number, number];
  const inputs = w.shape[1] as number;
  const perGroup = channels / group;
  const [imageSize, planeSize] = [sizeOf(spatial), sizeOf(positions)];
  const image = doublesOf(x);
  const weights = doublesOf(w);
  const shifts = bias === undefined ? undefined : doublesOf(bias);
  const plane = new Float64Array(planeSize);
  for (let n = 0; n < batch; n++)
    for (let channel = 0; channel < channels; channel++) {
      plane.fill(shifts?.[channel] ?? 0);
      const firstInput = (n * group + Math.floor(channel / perGroup)) * inputs;
      for (let input = 0; input < inputs; input++) {
        const base = (firstInput + input) * imageSize;
        const kernel = (channel * inputs + input) * taps.length;
        for (let t = 0; t < taps.length; t++) {
          const tap = taps[t] as (typeof taps)[number];
          const weight = weights[kernel + t] as number;
          for (let r = 0; r < tap.out.length; r++) {
            const to = tap.out[r] as number;
            let from = base + (tap.image[r] as number);
            for (let p = to; p < to + tap.length; p++) {
              plane[p] = (plane[p] as number) + weight * (image[from] as number);
              from += tap.step;
            }
          }
        }
      }
      const start = (n * channels + channel) * planeSize;
      for (let p = 0; p < planeSize; p++) out[start + p] = plane[p] as number;
    }
}

// ── ConvTranspose ────────────────────────────────────────────────────────────

/** What a transposed convolution needs: its window, the size of its result, and where in it the windows begin. */
interface Transposed {
  readonly window: Window;
  readonly shape: readonly Dim[];
  /** How much of each spatial dimension is cut away before its first element; of symbolic sizes, it is not known. */
  readonly before: readonly (number | undefined)[];
}

function transposedShape(x: readonly Dim[], w: readonly Dim[], attrs: Attrs): Transposed {
  const group = groupOf(attrs);
  unifyDims(x[1] as Dim, w[0] as Dim, "channels of X and of W");
  share(x[1] as Dim, group, "channels");
  const spatial = x.slice(2);
  const rank = spatial.length;
  const window = windowOf(kernelOf(attrs, rank, w.slice(2)), attrs);
  const extra = perAxis(attrs, "output_padding", rank, 0, 0);
  const stated =
    attrs["output_shape"] === undefined ? undefined : perAxis(attrs, "output_shape", rank, 1, 1);
  const before: (number | undefined)[] = [];
  const sizes = spatial.map((size, axis): Dim => {
    const stride = window.strides[axis] as number;
    const full = addDims(
      addDims(multiplyDims(subtractDims(size, 1), stride), reachOf(window, axis)),
      extra[axis] as number,
    );
    const same = window.auto.startsWith("SAME");
    if (stated === undefined && !same) {
      const [low, high] = [window.pads[axis] as number, window.pads[axis + rank] as number];
      before.push(low);
      const left = subtractDims(full, low + high);
      if (typeof left === "number" && left < 1)
        throw new ShapeError(`padding ${low} and ${high} leaves nothing of ${full}`);
      return left;
    }
    const wanted = stated?.[axis] ?? multiplyDims(size, stride);
    const total = subtractDims(full, wanted);
    if (typeof total === "number") {
      // What is wanted beyond the full size is room at the end.
      const cut = Math.max(0, total);
      before.push(window.auto === "SAME_UPPER" ? Math.floor(cut / 2) : Math.ceil(cut / 2));
    } else before.push(undefined);
    return wanted;
  });
  return {
    window,
    shape: [x[0] as Dim, multiplyDims(w[1] as Dim, group), ...sizes],
    before,
  };
}

const convTranspose: OpDef = {
  operands: [{ name: "X" }, { name: "W" }, { name: "B", optional: true }],
  attrs: {
    ...windowAttrs,
    group: { type: "int", default: 1 },
    kernel_shape: { type: "ints" },
    output_padding: { type: "ints" },
    output_shape: { type: "ints" },
  },
  infer(operands, attrs) {
    const [x, w] = requireOperands(operands);
    const { shape } = transposedShape(x.shape, w.shape, attrs);
    requireBias(operands[2], shape[1] as Dim);
    return [{ dtype: x.dtype, shape }];
  },
  evaluate(operands, attrs) {
    const [x, w, bias] = [operandAt(operands, 0), operandAt(operands, 1), operands[2]];
    const plan = transposedShape(x.shape, w.shape, attrs);
    const shape = plan.shape as readonly number[];
    return [floats(x.dtype, shape, (out) => convolveBack(x, w, bias, plan, out))];
  },
};

/** The adjoint of convolution: the result is the image, X lies at the positions of the window. */
function convolveBack(
  x: NdArray,
  w: NdArray,
  bias: NdArray | undefined,
  { window, shape, before }: Transposed,
  out: { [index: number]: number },
): void {
  const [batch, channels, ...spatial] = shape as readonly [number, number, ...number[]];
  const positions = x.shape.slice(2);
  const taps = tapsOf(window, spatial, positions, before as readonly number[]);
  const inputs = x.shape[1] as number;
  const perGroup = w.shape[1] as number;
  const inputsPerGroup = inputs / (channels / perGroup);
  const [planeSize, imageSize] = [sizeOf(positions), sizeOf(spatial)];
  const cells = doublesOf(x);
  const weights = doublesOf(w);
  const shifts = bias === undefined ? undefined : doublesOf(bias);
  const image = new Float64Array(imageSize);
  for (let n = 0; n < batch; n++)
    for (let channel = 0; channel < channels; channel++) {
      image.fill(shifts?.[channel] ?? 0);
      const firstInput = Math.floor(channel / perGroup) * inputsPerGroup;
      for (let input = firstInput; input < firstInput + inputsPerGroup; input++) {
        const base = (n * inputs + input) * planeSize;
        const kernel = (input * perGroup + (channel % perGroup)) * taps.length;
        for (let t = 0; t < taps.length; t++) {
          const tap = taps[t] as (typeof taps)[number];
          const weight = weights[kernel + t] as number;
          for (let r = 0; r < tap.out.length; r++) {
            const from = base + (tap.out[r] as number);
            let to = tap.image[r] as number;
            for (let p = from; p < from + tap.length; p++) {
              image[to] = (image[to] as number) + weight * (cells[p] as number);
              to += tap.step;
            }
          }
        }
      }
      const start = (n * channels + channel) * imageSize;
      for (let p = 0; p < imageSize; p++) out[start + p] = image[p] as number;
    }
}

/** Conv, ConvTranspose. */
export const convolutions: Ops = checked({ Conv: conv, ConvTranspose: convTranspose });
