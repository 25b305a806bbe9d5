/**
 * Kernels of convolutions that rules write out.
 *
 * @module
 */

import type { RuleFunction } from "@rewright/plugin";
import { dims, int, ints } from "./arguments.ts";

/** Weights of more elements are not made up beside those that a program has. */
const most = 2 ** 22;

/**
 * `unit_kernel(w, g, p, d)`: a kernel of the shape of `w` with which a convolution in `g` groups, padded by `p` in front, of
 * dilations `d` and without steps, passes each channel on as it is. Not known where there are not as many outputs as inputs.
 * `unit_kernel([2, 2, 1, 1], 1, [0, 0, 0, 0], [1, 1])` is `[1, 0, 0, 1]`.
 */
export const unit_kernel: RuleFunction = (a, b, c, d) => {
  const shape = dims(a)?.filter((size) => typeof size === "number");
  const group = int(b);
  const pads = ints(c);
  const dilations = ints(d);
  if (shape === undefined || shape.length < 3 || group === undefined || group < 1) return undefined;
  const [outputs = 0, inputs = 0, ...taps] = shape;
  if (pads?.length !== 2 * taps.length || dilations?.length !== taps.length) return undefined;
  const size = shape.reduce((product, n) => product * n, 1);
  if (outputs !== inputs * group || size > most) return undefined;
  let centre = 0;
  for (const [i, count] of taps.entries()) {
    const tap = (pads[i] as number) / (dilations[i] as number);
    if (!Number.isInteger(tap) || tap < 0 || tap >= count) return undefined;
    centre = centre * count + tap;
  }
  const data = new Float32Array(size);
  const window = size / (outputs * inputs);
  for (let o = 0; o < outputs; o++) data[(o * inputs + (o % inputs)) * window + centre] = 1;
  return { dtype: "f32", shape, data };
};
