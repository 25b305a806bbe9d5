/**
 * Shapes: broadcasting, reshaping. A term in place of a shape stands for its own. Sizes of which nothing is known are equal to no others.
 *
 * @module
 */

import type { Dim, RuleFunction } from "@rewright/plugin";
import { broadcastDims, divideDims, multiplyDims, productOf } from "../dim.ts";
import { isFresh } from "../value.ts";
import { dim, dims, ints, position, rankOf } from "./arguments.ts";

/** Equal, and known to be. */
function same(a: Dim | undefined, b: Dim | undefined): boolean {
  return a !== undefined && a === b && !isFresh(a);
}

function ones(count: number): Dim[] {
  return new Array<Dim>(count).fill(1);
}

/** A shape with ones in front, up to a rank. */
function aligned(shape: readonly Dim[], rank: number): readonly Dim[] | undefined {
  return shape.length > rank ? undefined : [...ones(rank - shape.length), ...shape];
}

/** The size that two sizes broadcast to; of different names, and of sizes not known, it is not known. */
function merged(a: Dim, b: Dim): Dim | undefined {
  if (a === 1) return b;
  if (b === 1 || same(a, b)) return a;
  if (typeof a === "string" && typeof b === "string") return undefined;
  return broadcastDims(a, b);
}

/** `broadcast(s, t, …)`: the shape that shapes broadcast to. `broadcast(["N", 1, 8], [4, 1])` is `["N", 4, 8]`. */
export const broadcast: RuleFunction = (...args) => {
  const shapes = args.map(dims);
  if (!shapes.every((shape) => shape !== undefined)) return undefined;
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = shapes.reduce<(Dim | undefined)[]>((sizes, shape) => {
    const other = aligned(shape, rank);
    return sizes.map((size, i) =>
      size === undefined ? undefined : merged(size, other?.[i] as Dim),
    );
  }, ones(rank));
  return result.every((size) => size !== undefined) ? result : undefined;
};

/**
 * `broadcasts_to(s, t)`: whether `s` broadcasts to `t` and leaves it as it is. `broadcasts_to([8], ["N", 8])` is true. False where `s` is known
 * to have no elements: of such a tensor it does not show how often it was repeated, and by numbers other than 1 it does not broadcast.
 */
export const broadcasts_to: RuleFunction = (a, b) => {
  const shape = dims(a);
  const target = dims(b);
  if (shape === undefined || target === undefined) return undefined;
  const sizes = aligned(shape, target.length);
  if (sizes === undefined || sizes.includes(0)) return false;
  if (sizes.every((size, i) => size === 1 || same(size, target[i]))) return true;
  const differs = (size: Dim, i: number) =>
    typeof size === "number" && size !== 1 && typeof target[i] === "number" && size !== target[i];
  return sizes.some(differs) ? false : undefined;
};

/** `aligned(s, rank)`: the shape with ones in front, as broadcasting sees it. `aligned([8], 3)` is `[1, 1, 8]`. */
const alignedShape: RuleFunction = (a, b) => {
  const shape = dims(a);
  const rank = rankOf(b);
  return shape === undefined || rank === undefined ? undefined : aligned(shape, rank);
};

/**
 * `own_axis(t, y, i)`: the axis of an operand that is axis `i` of the result `y` it is broadcast to; not known where the operand
 * has no such axis. `own_axis([4, 8], [2, 4, 8], 2)` is 1.
 */
export const own_axis: RuleFunction = (a, b, c) => {
  const shape = dims(a);
  const result = dims(b);
  const axis = result && position(c, result.length);
  if (shape === undefined || axis === undefined) return undefined;
  const own = axis - (result?.length ?? 0) + shape.length;
  return own < 0 ? undefined : own;
};

/**
 * `carries(t, y, i)`: whether an operand has axis `i` of the result `y` it is broadcast to, in full, so that a part of that axis of
 * `y` comes of the same part of the operand; if not, the operand is repeated along it. `carries([4, 1], [2, 4, 8], 1)` is true, of 0 and 2 it is false.
 */
export const carries: RuleFunction = (a, b, c) => {
  const shape = dims(a);
  const result = dims(b);
  const axis = result && position(c, result.length);
  if (shape === undefined || axis === undefined) return undefined;
  const own = shape[axis - (result?.length ?? 0) + shape.length];
  if (own === undefined) return false;
  if (same(own, result?.[axis])) return true;
  return own === 1 ? false : undefined;
};

/**
 * `is_per_channel(t, y)`: whether an operand broadcast to `y`, [batch, channels, …], holds one number a channel.
 * `is_per_channel([64, 1, 1], ["N", 64, 7, 7])` is true.
 */
export const is_per_channel: RuleFunction = (a, b) => {
  const shape = dims(a);
  const result = dims(b);
  if (shape === undefined || result === undefined || result.length < 2) return undefined;
  const sizes = aligned(shape, result.length);
  return sizes?.every((size, axis) => (axis === 1 ? same(size, result[1]) : size === 1)) ?? false;
};

/** `channels_first(rank)`: the target of a `Reshape` that lays a list along the first axis of a tensor. `channels_first(4)` is `[-1, 1, 1, 1]`. */
export const channels_first: RuleFunction = (a) => {
  const rank = rankOf(a);
  return rank === undefined || rank < 1 ? undefined : [-1, ...ones(rank - 1)];
};

/** `numel(s)`: how many elements a shape has. `numel([2, 3, 4])` is 24. */
export const numel: RuleFunction = (a) => {
  const shape = dims(a);
  return shape === undefined || shape.some(isFresh) ? undefined : productOf(shape);
};

/** `quotient(a, b)`: a / b where that is a whole number for sure. `quotient(768, 64)` is 12; `quotient(7, 2)` is not known. */
export const quotient: RuleFunction = (a, b) => {
  const dividend = dim(a);
  const divisor = dim(b);
  if (dividend === undefined || divisor === undefined || divisor === 0) return undefined;
  if (isFresh(dividend) || isFresh(divisor)) return undefined;
  const result = divideDims(dividend, divisor);
  return result !== undefined && multiplyDims(result, divisor) === dividend ? result : undefined;
};

/** `reshape_target(s)`: what a `Reshape` must be given to produce this shape: at most one size that is no number, written -1. `reshape_target(["N", 12, 64])` is `[-1, 12, 64]`. */
export const reshape_target: RuleFunction = (a) => {
  const shape = dims(a);
  if (shape === undefined) return undefined;
  const named = shape.filter((size) => typeof size === "string").length;
  // With a size of 0 elsewhere, -1 could be anything; and a 0 would be read as a copy.
  if (named > 1 || shape.includes(0)) return undefined;
  return shape.map((size) => (typeof size === "string" ? -1 : size));
};

/** Products of the first 0, 1, … sizes. */
function prefixes(shape: readonly Dim[]): Dim[] {
  const products: Dim[] = [1];
  for (const size of shape) products.push(multiplyDims(products.at(-1) as Dim, size));
  return products;
}

function keptAxis(from: readonly Dim[], to: readonly Dim[], axis: number): number | undefined {
  const size = to[axis];
  if (from.includes(0) || to.includes(0)) return undefined;
  const before = productOf(to.slice(0, axis));
  const after = productOf(to.slice(axis + 1));
  // Of a reshape, one of the two products being equal would do; sizes not known make one of them useless.
  const found = from.findIndex(
    (other, i) =>
      same(other, size) &&
      (same(productOf(from.slice(0, i)), before) || same(productOf(from.slice(i + 1)), after)),
  );
  return found < 0 ? undefined : found;
}

/**
 * `kept_axis(from, to, i)`: the axis of `from` that axis `i` of its reshape `to` is: of the same size, with as many elements
 * before and after it. `kept_axis([2, 768, 5], [2, 12, 64, 5], 3)` is 2; with 1 for the last, it is not known.
 */
export const kept_axis: RuleFunction = (a, b, c) => {
  const from = dims(a);
  const to = dims(b);
  const axis = to && position(c, to.length);
  if (from === undefined || to === undefined || axis === undefined) return undefined;
  return keptAxis(from, to, axis);
};

/** `kept_axes(from, to, l)`: `kept_axis` of each axis of a list, where all are kept. `kept_axes([6, 4, 5], [2, 3, 4, 5], [2, 3])` is `[1, 2]`. */
export const kept_axes: RuleFunction = (a, b, c) => {
  const from = dims(a);
  const to = dims(b);
  if (from === undefined || to === undefined) return undefined;
  const axes = ints(c)?.map((axis) => {
    const at = position(axis, to.length);
    return at === undefined ? undefined : keptAxis(from, to, at);
  });
  return axes?.every((axis) => axis !== undefined) ? axes : undefined;
};

/**
 * `reshaped_operand(s, from, to)`: the shape in which an operand of shape `s`, broadcast to `from`, is to be broadcast to `to`, a
 * reshape of `from`: `Reshape(x + b, to) = Reshape(x, to) + Reshape(b, reshaped_operand(b, from, to))`. Not known where the operand
 * varies along a part only of axes that are joined or split. `reshaped_operand([768], ["N", 768], ["N", 12, 64])` is `[1, 12, 64]`.
 */
export const reshaped_operand: RuleFunction = (a, b, c) => {
  const shape = dims(a);
  const from = dims(b);
  const to = dims(c);
  if (shape === undefined || from === undefined || to === undefined) return undefined;
  const operand = aligned(shape, from.length);
  if (operand === undefined || from.includes(0) || to.includes(0)) return undefined;
  const sources = prefixes(from);
  const targets = prefixes(to);
  if (!same(sources.at(-1), targets.at(-1))) return undefined;
  const result: Dim[] = [];
  let start = 0;
  for (let end = 1; end <= from.length; end++) {
    const reached =
      end === from.length
        ? to.length
        : targets.findIndex((size, i) => i >= result.length && same(size, sources[end]));
    if (reached < 0) continue;
    // Axes start … end - 1 of `from` and result.length … reached - 1 of `to` are reshapes of each other.
    const part = operand.slice(start, end);
    const target = to.slice(result.length, reached);
    if (part.every((size) => size === 1)) result.push(...ones(target.length));
    else if (part.every((size, i) => same(size, from[start + i]))) result.push(...target);
    else return undefined;
    start = end;
  }
  return [...result, ...ones(to.length - result.length)];
};

/** `squeezed(s, l)`: the shape without these axes, which must be of size 1. `squeezed([1, "N", 1], [0])` is `["N", 1]`. */
export const squeezed: RuleFunction = (a, b) => {
  const shape = dims(a);
  const gone = shape && ints(b)?.map((axis) => position(axis, shape.length));
  if (!gone?.every((axis) => axis !== undefined && shape?.[axis] === 1)) return undefined;
  return shape?.filter((_, axis) => !gone.includes(axis));
};

/** `unsqueezed(s, l)`: the shape with axes of size 1 put at these positions of the result. `unsqueezed(["N", 8], [1])` is `["N", 1, 8]`. */
export const unsqueezed: RuleFunction = (a, b) => {
  const shape = dims(a);
  const axes = ints(b);
  if (shape === undefined || axes === undefined) return undefined;
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => position(axis, rank)));
  if (added.size !== axes.length || added.has(undefined)) return undefined;
  const rest = shape.values();
  return Array.from({ length: rank }, (_, axis) =>
    added.has(axis) ? 1 : (rest.next().value as Dim),
  );
};

/** `is_pointwise(w)`: whether a convolution's kernel has size 1 along every spatial axis. `is_pointwise([64, 32, 1, 1])` is true. */
export const is_pointwise: RuleFunction = (a) => {
  const shape = dims(a);
  return shape === undefined || shape.length < 3
    ? undefined
    : shape.slice(2).every((size) => size === 1);
};

export { alignedShape as aligned };
