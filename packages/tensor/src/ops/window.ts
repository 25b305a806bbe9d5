/**
 * Windows that slide over the spatial dimensions of an image: what convolution and pooling have in common.
 *
 * @module
 */

import type { Attrs, Dim } from "@rewright/plugin";
import { eachIndex, sizeOf, stridesOf } from "../array.ts";
import {
  addDims,
  ceilDivideDims,
  divideDims,
  minDims,
  multiplyDims,
  subtractDims,
} from "../dim.ts";
import { intAttr, intsAttr, ShapeError, stringAttr } from "../typing.ts";
import type { AttrDefs } from "./operator.ts";

/** The attributes of every operator that slides a window. */
export const windowAttrs: AttrDefs = {
  auto_pad: { type: ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"], default: "NOTSET" },
  dilations: { type: "ints" },
  pads: { type: "ints" },
  strides: { type: "ints" },
};

/** A window: its size, its steps, its inner spacing, and the padding written out (none where it is automatic). */
export interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly auto: string;
}

/** A list attribute with one entry, or `times` entries, for each of `rank` dimensions. @throws {ShapeError} */
export function perAxis(
  attrs: Attrs,
  name: string,
  rank: number,
  fallback: number,
  least: number,
  times = 1,
): readonly number[] {
  const list = intsAttr(attrs, name) ?? new Array<number>(rank * times).fill(fallback);
  if (list.length !== rank * times || list.some((entry) => entry < least))
    throw new ShapeError(
      `attribute '${name}' must be ${rank * times} integers from ${least} on, not [${list.join(", ")}]`,
    );
  return list;
}

/** The window that attributes describe. @throws {ShapeError} when they do not fit its rank. */
export function windowOf(kernel: readonly Dim[], attrs: Attrs): Window {
  const rank = kernel.length;
  for (const size of kernel)
    if (typeof size === "number" && size < 1) throw new ShapeError(`a window of size ${size}`);
  const auto = stringAttr(attrs, "auto_pad");
  const pads = perAxis(attrs, "pads", rank, 0, 0, 2);
  return {
    kernel,
    strides: perAxis(attrs, "strides", rank, 1, 1),
    dilations: perAxis(attrs, "dilations", rank, 1, 1),
    pads: auto === "NOTSET" ? pads : new Array<number>(2 * rank).fill(0),
    auto,
  };
}

/** How far a window reaches along an axis. */
export function reachOf({ kernel, dilations }: Window, axis: number): Dim {
  return addDims(multiplyDims(subtractDims(kernel[axis] as Dim, 1), dilations[axis] as number), 1);
}

/** How many positions a window has along each dimension. @throws {ShapeError} when it fits nowhere. */
export function positionsOf(window: Window, spatial: readonly Dim[], ceil = false): readonly Dim[] {
  const { strides, pads, auto } = window;
  return spatial.map((size, axis) => {
    const stride = strides[axis] as number;
    if (auto.startsWith("SAME")) return ceilDivideDims(size, stride);
    const before = pads[axis] as number;
    const after = pads[axis + spatial.length] as number;
    const room = subtractDims(addDims(size, before + after), reachOf(window, axis));
    if (typeof room === "number" && room < 0)
      throw new ShapeError(
        `a window that reaches over ${reachOf(window, axis)} does not fit ${size} with padding ${before} and ${after}`,
      );
    if (!ceil) return addDims(divideDims(room, stride) as Dim, 1);
    // A last window must begin inside the image or the padding before it.
    return minDims(
      addDims(ceilDivideDims(room, stride), 1),
      ceilDivideDims(addDims(size, before), stride),
    );
  });
}

/** The padding before and after each dimension of an image of known size. */
export function paddingOf(
  window: Window,
  spatial: readonly number[],
  positions: readonly number[],
): { readonly before: readonly number[]; readonly after: readonly number[] } {
  const rank = spatial.length;
  if (!window.auto.startsWith("SAME"))
    return { before: window.pads.slice(0, rank), after: window.pads.slice(rank) };
  const totals = spatial.map((size, axis) =>
    Math.max(
      0,
      ((positions[axis] as number) - 1) * (window.strides[axis] as number) +
        (reachOf(window, axis) as number) -
        size,
    ),
  );
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  return window.auto === "SAME_UPPER"
    ? { before: less, after: more }
    : { before: more, after: less };
}

/**
 * One cell of a window, as it slides over an image: along rows of positions, element `out[r] + p` of the result meets
 * element `image[r] + p * step` of the image, for p from 0 to `length`.
 */
export interface Tap {
  readonly out: Int32Array;
  readonly image: Int32Array;
  readonly length: number;
  readonly step: number;
}

/** An attribute alone says how large a window is, however few elements it slides over. */
const MOST_CELLS = 2 ** 22;

/** The taps of a window in row-major order of its cells. Padding is met by none. */
export function tapsOf(
  window: Window,
  spatial: readonly number[],
  positions: readonly number[],
  before: readonly number[],
): readonly Tap[] {
  const rank = spatial.length;
  const last = rank - 1;
  const kernel = window.kernel as readonly number[];
  const imageStrides = stridesOf(spatial);
  const outStrides = stridesOf(positions);
  const stride = (axis: number) => window.strides[axis] as number;
  if (sizeOf(kernel) > MOST_CELLS)
    throw new RangeError(`a window of more than ${MOST_CELLS} cells is left to a runtime`);
  const taps: Tap[] = [];
  eachIndex(kernel, (cell) => {
    const shift = cell.map(
      (at, axis) => at * (window.dilations[axis] as number) - (before[axis] as number),
    );
    const low = shift.map((by, axis) => Math.max(0, Math.ceil(-by / stride(axis))));
    const high = shift.map((by, axis) =>
      Math.min(
        positions[axis] as number,
        Math.floor(((spatial[axis] as number) - 1 - by) / stride(axis)) + 1,
      ),
    );
    const extent = low.map((from, axis) => Math.max(0, (high[axis] as number) - from));
    const length = extent[last] as number;
    const out: number[] = [];
    const image: number[] = [];
    if (length > 0)
      eachIndex([...extent.slice(0, last), 1], (index) => {
        let to = 0;
        let from = 0;
        for (let axis = 0; axis < rank; axis++) {
          const position = (low[axis] as number) + (index[axis] as number);
          to += position * (outStrides[axis] as number);
          from +=
            (position * stride(axis) + (shift[axis] as number)) * (imageStrides[axis] as number);
        }
        out.push(to);
        image.push(from);
      });
    taps.push({
      out: Int32Array.from(out),
      image: Int32Array.from(image),
      length,
      step: stride(last),
    });
  });
  return taps;
}

/** The size of the kernel that an attribute states, checked against that of the weights, where there are any. @throws {ShapeError} */
export function kernelOf(attrs: Attrs, rank: number, weights?: readonly Dim[]): readonly Dim[] {
  if (attrs["kernel_shape"] === undefined && weights !== undefined) return weights;
  const stated = perAxis(attrs, "kernel_shape", rank, 1, 1);
  for (const [axis, size] of (weights ?? []).entries())
    if (typeof size === "number" && size !== stated[axis])
      throw new ShapeError(
        `kernel_shape [${stated.join(", ")}] is not that of the weights, [${(weights ?? []).join(", ")}]`,
      );
  return stated;
}

/** Whether the number of positions is rounded up. */
export function ceilMode(attrs: Attrs): boolean {
  return intAttr(attrs, "ceil_mode") !== 0;
}
