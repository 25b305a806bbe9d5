/**
 * Lists of integers and sizes: shapes, axes, pads. A term in place of a list stands for its contents.
 *
 * @module
 */

import type { Attr, RuleFunction } from "@rewright/plugin";
import { addDims } from "../dim.ts";
import {
  type Argument,
  dim,
  int,
  ints,
  isTerm,
  list,
  number,
  position,
  rankOf,
} from "./arguments.ts";

/** An element of a list: a value, or what a term of one element contains. */
function element(a: Argument): Attr | undefined {
  return isTerm(a) ? number(a) : a;
}

/** `with(l, i, v)`: the list with element `i` replaced. `with([1, 2, 3], -1, 9)` is `[1, 2, 9]`. */
const replaced: RuleFunction = (a, b, c) => {
  const values = list(a);
  const at = values && position(b, values.length);
  const value = element(c);
  return at === undefined || value === undefined ? undefined : values?.with(at, value);
};

/** `insert(l, i, v)`: the list with `v` in front of element `i`, or at the end. `insert([2, 3], 0, 1)` is `[1, 2, 3]`. */
export const insert: RuleFunction = (a, b, c) => {
  const values = list(a);
  const at = values && position(b, values.length + 1);
  const value = element(c);
  return at === undefined || value === undefined ? undefined : values?.toSpliced(at, 0, value);
};

/** `remove(l, i)`: the list without element `i`. `remove([1, 2, 3], 1)` is `[1, 3]`. */
export const remove: RuleFunction = (a, b) => {
  const values = list(a);
  const at = values && position(b, values.length);
  return at === undefined ? undefined : values?.toSpliced(at, 1);
};

/** `concat(l, m, …)`: the lists one after the other. `concat([1], [2, 3])` is `[1, 2, 3]`. */
export const concat: RuleFunction = (...lists) => {
  const values = lists.map(list);
  return values.every((l) => l !== undefined) ? values.flat() : undefined;
};

/** `select(l, indices)`: the elements at these positions. `select([5, 6, 7], [2, 0])` is `[7, 5]`. */
export const select: RuleFunction = (a, b) => {
  const values = list(a);
  const at = values && ints(b)?.map((i) => position(i, values.length));
  return at?.every((i) => i !== undefined) ? at.map((i) => values?.[i] ?? 0) : undefined;
};

/** `reversed(l)`: the list from its end. `reversed([1, 2, 3])` is `[3, 2, 1]`. */
export const reversed: RuleFunction = (a) => list(a)?.toReversed();

/** `repeat(v, n)`: a list of `n` times `v`. `repeat(0, 3)` is `[0, 0, 0]`. */
export const repeat: RuleFunction = (a, b) => {
  const value = element(a);
  const times = int(b);
  if (value === undefined || times === undefined || times < 0 || times > 4096) return undefined;
  return new Array<Attr>(times).fill(value);
};

/** `ones(n)`: a list of `n` ones, as the steps of a slice. `ones(2)` is `[1, 1]`. */
export const ones: RuleFunction = (n) => (n === undefined ? undefined : repeat(1, n));

/** `sum(l)`: the sum of a list of numbers or sizes. `sum([64, 64, 128])` is 256. */
export const sum: RuleFunction = (a) => {
  const values = list(a)?.map((x) => (typeof x === "number" ? x : dim(x)));
  return values?.every((x) => x !== undefined) ? values.reduce(addDims, 0) : undefined;
};

/** `starts(l)`: where parts of these sizes begin when they are laid one behind the other. `starts([4, 2, 3])` is `[0, 4, 6]`. */
export const starts: RuleFunction = (a) => {
  const sizes = ints(a);
  let begin = 0;
  return sizes?.map((size) => {
    const own = begin;
    begin += size;
    return own;
  });
};

/** `all_equal(l, v)`: whether every element of the list is `v`. `all_equal([1, 1], 1)` is true; so is it of the empty list. */
export const all_equal: RuleFunction = (a, b) => {
  const value = element(b);
  return value === undefined ? undefined : list(a)?.every((x) => x === value);
};

/** `axis_of(i, rank)`: the axis counted from the front. `axis_of(-1, 4)` is 3. */
export const axis_of: RuleFunction = (a, b) => {
  const rank = rankOf(b);
  return rank === undefined ? undefined : position(a, rank);
};

function axes(a: Argument, b: Argument): number[] | undefined {
  const rank = rankOf(b);
  if (rank === undefined) return undefined;
  const found = ints(a)?.map((axis) => position(axis, rank));
  if (!found?.every((axis) => axis !== undefined)) return undefined;
  return [...new Set(found)].sort((x, y) => x - y);
}

/** `axes_of(l, rank)`: the axes counted from the front, in order, each once. `axes_of([-1, 0], 3)` is `[0, 2]`. */
export const axes_of: RuleFunction = (a, b) => axes(a, b);

/** `other_axes(l, rank)`: the axes that are not in the list. `other_axes([-1], 3)` is `[0, 1]`. */
export const other_axes: RuleFunction = (a, b) => {
  const named = axes(a, b);
  return (
    named && Array.from({ length: rankOf(b) ?? 0 }, (_, i) => i).filter((i) => !named.includes(i))
  );
};

/** `is_trailing(l, rank)`: whether the axes are the last ones, all of them. `is_trailing([2, -1], 4)` is true. */
export const is_trailing: RuleFunction = (a, b) => {
  const named = axes(a, b);
  return named?.every((axis, i) => axis === (rankOf(b) ?? 0) - named.length + i);
};

/** `is_run(l)`: whether a list counts up by one: positions that a slice takes. `is_run([2, 3, 4])` is true; not known of a list that passes from -1 to 0, or of none. */
export const is_run: RuleFunction = (a) => {
  const values = ints(a);
  const first = values?.[0];
  if (first === undefined || values === undefined) return undefined;
  if (first < 0 && first + values.length > 0) return undefined;
  return values.every((x, i) => x === first + i);
};

/**
 * `merged_pads(p, q)`: the pads of a convolution or pooling that pads by `q` what a `Pad` of the whole tensor has padded by `p`;
 * not known where `p` pads batch or channels, or takes away. `merged_pads([0, 0, 1, 1, 0, 0, 1, 1], [1, 1, 1, 1])` is `[2, 2, 2, 2]`.
 */
export const merged_pads: RuleFunction = (a, b) => {
  const whole = ints(a);
  const own = ints(b);
  if (whole === undefined || own === undefined || whole.length !== own.length + 4) return undefined;
  const half = whole.length / 2;
  const outer = [0, 1, half, half + 1].map((i) => whole[i]);
  const spatial = [...whole.slice(2, half), ...whole.slice(half + 2)];
  if (outer.some((pad) => pad !== 0) || spatial.some((pad) => pad < 0)) return undefined;
  return spatial.map((pad, i) => pad + (own[i] as number));
};

export { replaced as with };
