/**
 * Numbers, and tensors that are one number throughout. A term of one element stands for it.
 *
 * @module
 */

import type { NdArray, RuleFunction } from "@rewright/plugin";
import { tensor } from "../array.ts";
import { type Argument, dims, elements, int, isList, isTerm, number } from "./arguments.ts";

/** A function of one number. */
function unary(f: (x: number) => number): RuleFunction {
  return (a) => {
    const x = number(a);
    const y = x === undefined ? Number.NaN : f(x);
    return Number.isFinite(y) ? y : undefined;
  };
}

/** `sqrt(x)`: the square root. `sqrt(64)` is 8. */
export const sqrt: RuleFunction = unary(Math.sqrt);

/** `reciprocal(x)`: 1 / x. `reciprocal(8)` is 0.125. */
export const reciprocal: RuleFunction = unary((x) => 1 / x);

/** `exp(x)`: the exponential. `exp(0)` is 1. */
export const exp: RuleFunction = unary(Math.exp);

/** `log(x)`: the natural logarithm. `log(1)` is 0. */
export const log: RuleFunction = unary(Math.log);

/** `floor(x)`: the greatest integer not above. `floor(2.5)` is 2. */
export const floor: RuleFunction = unary(Math.floor);

/** `ceil(x)`: the least integer not below. `ceil(2.5)` is 3. */
export const ceil: RuleFunction = unary(Math.ceil);

/** `round(x)`: the nearest integer, the even one of two. `round(2.5)` is 2. */
export const round: RuleFunction = unary((x) => {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
});

/** `pow(x, y)`: x to the power of y. `pow(2, 10)` is 1024. */
export const pow: RuleFunction = (a, b) => {
  const x = number(a);
  const y = number(b);
  const z = x === undefined || y === undefined ? Number.NaN : x ** y;
  return Number.isFinite(z) ? z : undefined;
};

/** `scalar_of(t)`: the number that a tensor of one element holds. `scalar_of(8)` is 8. */
export const scalar_of: RuleFunction = (a) => number(a);

/** `near(a, b)`: whether two numbers differ by at most 1e-5 of the greater. `near(1.4142135, 1.4142099)` is true. */
export const near: RuleFunction = (a, b) => {
  const x = number(a);
  const y = number(b);
  if (x === undefined || y === undefined) return undefined;
  return x === y || Math.abs(x - y) <= 1e-5 * Math.max(Math.abs(x), Math.abs(y));
};

/** `is_scalar(t)`: whether a tensor has one element, of whatever rank. `is_scalar([1, 1])` is true. */
export const is_scalar: RuleFunction = (a) => {
  const shape = dims(a);
  if (shape === undefined) return undefined;
  if (shape.every((size) => size === 1)) return true;
  return shape.some((size) => typeof size === "number" && size !== 1) ? false : undefined;
};

/**
 * `varies(t)`: whether a term depends on the program's inputs, as far as is known by now; a pruning hint, for rules that gather constants
 * and should not turn them over among themselves. `varies([1])` is false.
 */
export const varies: RuleFunction = Object.assign((a?: Argument) => isTerm(a) && !a.constant, {
  hint: true,
});

/** `is_float(t)`: whether a tensor's elements are floating-point numbers, so that division does not round down. `is_float(t)` is true of `f32`. */
export const is_float: RuleFunction = (a) =>
  isTerm(a) && a.dtype !== "unknown" ? /^(f|bf)\d/.test(a.dtype) : undefined;

/** The element that all elements of known contents are. */
function only(a: Argument): number | undefined {
  const values = isList(a) ? a : isTerm(a) && a.contents ? elements(a.contents) : undefined;
  const first = values?.[0];
  return first !== undefined && values?.every((x) => x === first) ? number(first) : undefined;
}

/** `is_uniform(t)`: whether all elements are known and equal, so that the tensor acts as a number. `is_uniform([2, 2])` is true. */
export const is_uniform: RuleFunction = (a) => {
  if (isTerm(a) ? a.contents === undefined : !isList(a)) return undefined;
  return only(a) !== undefined;
};

/** `filled(t)`: the number that all elements are. `filled([2, 2])` is 2. */
export const filled: RuleFunction = (a) => only(a);

/** `full(s, x, t)`: a tensor of that shape, all of whose elements are `x`, of the element type of `t`. `full([2], 1, t)` is `[1, 1]`. */
export const full: RuleFunction = (a, b, c) => {
  const shape = dims(a)?.map(int);
  const x = number(b);
  if (!shape?.every((size) => size !== undefined) || x === undefined || !isTerm(c))
    return undefined;
  return uniform(shape, x, c.dtype);
};

function uniform(shape: number[], x: number, dtype: NdArray["dtype"]): NdArray | undefined {
  const size = shape.reduce((a, b) => a * b, 1);
  if (size > 4096 || shape.some((dim) => dim < 0)) return undefined;
  if (/^(unknown|string|c64|c128)$/.test(dtype)) return undefined;
  if (/^[iu]\d/.test(dtype) && !Number.isSafeInteger(x)) return undefined;
  return tensor(dtype, shape, new Array<number>(size).fill(x));
}

/** The integers that a type holds without a gap, from the least to 2 to this power; floats by the bits of their significand. */
const exactBits: Readonly<Record<string, readonly [signed: boolean, bits: number]>> = {
  ...{ bool: [false, 1], u8: [false, 8], u16: [false, 16], u32: [false, 32], u64: [false, 64] },
  ...{ i8: [true, 7], i16: [true, 15], i32: [true, 31], i64: [true, 63] },
  ...{ f16: [true, 11], bf16: [true, 8], f32: [true, 24], f64: [true, 53] },
};
/** Floating-point types that hold all of another's values. */
const wider: Readonly<Record<string, readonly string[]>> = {
  ...{ f16: ["f32", "f64"], bf16: ["f32", "f64"], f32: ["f64"], f64: [] },
};

/** `holds_type(t, s)`: whether each value of type `s` is one of type `t`. `holds_type("f32", "i16")` is true; `holds_type("f32", "i32")` is false. */
export const holds_type: RuleFunction = (a, b) => {
  if (typeof a !== "string" || typeof b !== "string") return undefined;
  const [to, from] = [exactBits[a], exactBits[b]];
  if (to === undefined || from === undefined) return undefined;
  if (a === b) return true;
  if (wider[b] !== undefined) return wider[b].includes(a);
  return to[1] >= from[1] && (to[0] || !from[0]);
};
