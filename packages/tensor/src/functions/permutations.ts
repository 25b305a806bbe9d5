/**
 * Permutations, as `Transpose` takes them: axis `i` of the result is axis `p[i]` of the operand.
 *
 * @module
 */

import type { RuleFunction } from "@rewright/plugin";
import { type Argument, dims, int, ints, list, position, rankOf } from "./arguments.ts";

function permutation(a: Argument): number[] | undefined {
  const p = ints(a);
  if (p === undefined) return undefined;
  const seen = new Set(p);
  return seen.size === p.length && p.every((i) => i >= 0 && i < p.length) ? p : undefined;
}

/**
 * `compose(p, q)`: the permutation of a transposition by `p` followed by one by `q`.
 * `compose([1, 2, 0], [0, 2, 1])` is `[1, 0, 2]`.
 */
export const compose: RuleFunction = (a, b) => {
  const p = permutation(a);
  const q = permutation(b);
  if (p?.length !== q?.length) return undefined;
  return q?.map((i) => p?.[i] as number);
};

/** `inverse(p)`: the permutation that undoes `p`. `inverse([1, 2, 0])` is `[2, 0, 1]`; `inverse(p)[i]` is where axis `i` of the operand goes. */
export const inverse: RuleFunction = (a) => {
  const p = permutation(a);
  return p?.map((_, i) => p.indexOf(i));
};

/** `is_identity(p)`: whether transposing by `p` changes nothing. `is_identity([0, 1, 2])` is true. */
export const is_identity: RuleFunction = (a) => permutation(a)?.every((axis, i) => axis === i);

/** `permuted(l, p)`: the list `l` in the order of `p`: `[l[p[0]], l[p[1]], …]`. `permuted(["N", 3, 8], [0, 2, 1])` is `["N", 8, 3]`. */
export const permuted: RuleFunction = (a, b) => {
  const values = list(a);
  const p = permutation(b);
  if (p === undefined || p.length !== values?.length) return undefined;
  return p.map((i) => values[i] ?? 0);
};

/** `swap_last(rank)`: the permutation that swaps the last two axes. `swap_last(4)` is `[0, 1, 3, 2]`. */
export const swap_last: RuleFunction = (a) => {
  const rank = rankOf(a);
  if (rank === undefined || rank < 2) return undefined;
  return Array.from({ length: rank }, (_, i) =>
    i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2,
  );
};

/** `swaps_last(p)`: whether `p` swaps the last two axes and nothing else. `swaps_last([0, 2, 1])` is true. */
export const swaps_last: RuleFunction = (a) => {
  const p = permutation(a);
  if (p === undefined) return undefined;
  const n = p.length;
  return n >= 2 && p.every((axis, i) => axis === (i < n - 2 ? i : i === n - 2 ? n - 1 : n - 2));
};

/** `keeps_last(p, n)`: whether `p` leaves the last `n` axes where they are. `keeps_last([1, 0, 2], 1)` is true. */
export const keeps_last: RuleFunction = (a, b) => {
  const p = permutation(a);
  const n = int(b);
  if (p === undefined || n === undefined || n < 0 || n > p.length) return undefined;
  return p.every((axis, i) => i < p.length - n || axis === i);
};

/** `move_axis(rank, from, to)`: the permutation that brings axis `from` to `to` and keeps the order of the others. `move_axis(4, 1, 3)` is `[0, 2, 3, 1]`. */
export const move_axis: RuleFunction = (a, b, c) => {
  const rank = rankOf(a);
  if (rank === undefined) return undefined;
  const from = position(b, rank);
  const to = position(c, rank);
  if (from === undefined || to === undefined) return undefined;
  const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== from);
  return others.toSpliced(to, 0, from);
};

/**
 * `is_reshape(x, p)`: whether transposing a tensor of that shape by `p` leaves the order of its elements as it is,
 * since only axes of size 1 move past others; a `Reshape` does the same. `is_reshape([8, 1, 64], [1, 0, 2])` is true.
 */
export const is_reshape: RuleFunction = (a, b) => {
  const shape = dims(a);
  const p = permutation(b);
  if (shape === undefined || p === undefined || p.length !== shape.length) return undefined;
  const moved = p.filter((i) => shape[i] !== 1);
  return moved.every((axis, i) => i === 0 || axis > (moved[i - 1] as number));
};

/**
 * `restricted(p, n)`: what `p` does to the last `n` axes, where it mixes them with no others: the permutation of an operand
 * of rank `n` that is broadcast. `restricted([1, 0, 3, 2], 2)` is `[1, 0]`; `restricted([1, 2, 0], 2)` is not known.
 */
export const restricted: RuleFunction = (a, b) => {
  const p = permutation(a);
  const n = int(b);
  if (p === undefined || n === undefined || n < 0 || n > p.length) return undefined;
  const first = p.length - n;
  const last = p.slice(first).map((axis) => axis - first);
  return last.every((axis) => axis >= 0) ? last : undefined;
};
