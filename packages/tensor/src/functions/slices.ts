/**
 * The bounds of `Slice`, which count from the end when negative and are clamped to the axis.
 *
 * @module
 */

import type { Dim, RuleFunction } from "@rewright/plugin";
import { clampedSlice, sliceLength } from "../ops/slicing.ts";
import { isFresh } from "../value.ts";
import { type Argument, dim, int, number } from "./arguments.ts";

/**
 * `slice_start(s, size)`, `slice_start(s, size, step)`: the first position of a slice along an axis of that size. `slice_start(-3, 8)`
 * is 5; of an axis whose size is a name, only 0 is known.
 */
export const slice_start: RuleFunction = (a, b, c) => {
  const start = number(a);
  const size = dim(b);
  const step = c === undefined ? 1 : int(c);
  if (start === undefined || size === undefined || !step) return undefined;
  if (typeof size === "number") return clampedSlice(start, 0, step, size).start;
  return start === 0 && step > 0 ? 0 : undefined;
};

/** `slice_end(e, size)`, `slice_end(e, size, step)`: the position at which a slice stops, -1 for in front of the first. `slice_end(100, 8)` is 8. */
export const slice_end: RuleFunction = (a, b, c) => {
  const end = number(a);
  const size = dim(b);
  const step = c === undefined ? 1 : int(c);
  if (end === undefined || size === undefined || !step) return undefined;
  if (typeof size === "number") return clampedSlice(0, end, step, size).end;
  return end === 0 && step > 0 ? 0 : undefined;
};

/** `slice_length(s, e, step, size)`: how many elements a slice takes from an axis. `slice_length(1, -1, 2, 8)` is 3. */
export const slice_length: RuleFunction = (a, b, c, d) => lengthOf(a, b, c, d);

function lengthOf(a: Argument, b: Argument, c: Argument, d: Argument): Dim | undefined {
  const start = number(a) ?? dim(a);
  const end = number(b) ?? dim(b);
  const step = int(c);
  const size = dim(d);
  if (start === undefined || end === undefined || !step || size === undefined) return undefined;
  const length = sliceLength(start, end, step, size);
  return length === undefined || isFresh(length) ? undefined : length;
}

/** `is_whole_slice(s, e, step, size)`: whether a slice takes all of an axis, in order. `is_whole_slice(0, 8, 1, 8)` is true. */
export const is_whole_slice: RuleFunction = (a, b, c, d) => {
  const step = int(c);
  const size = dim(d);
  const length = lengthOf(a, b, c, d);
  if (length === undefined || step === undefined || size === undefined) return undefined;
  return (step === 1 || size === 1) && length === size;
};
