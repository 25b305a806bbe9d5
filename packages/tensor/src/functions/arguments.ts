/**
 * How the functions of the rule language read their arguments: leniently, with `undefined` for what is not known.
 *
 * @module
 */

import type { Attr, Dim, NdArray, Term } from "@rewright/plugin";
import { isFresh } from "../value.ts";

/** An argument of a rule's function. */
export type Argument = Term | Attr | undefined;

/** Whether an argument is a term of the pattern rather than a value. */
export function isTerm(a: Argument): a is Term {
  return typeof a === "object" && "term" in a && a.term === true;
}

/** Whether an argument is a list. */
export function isList(a: Argument): a is readonly Attr[] {
  return Array.isArray(a);
}

/** The contents of an array as plain values, where they are all numbers; 64-bit integers that are no safe integers stay bigints. */
export function elements(a: NdArray): Attr[] | undefined {
  const values: Attr[] = [];
  for (const x of Array.from<number | bigint | string>(a.data)) {
    if (typeof x === "string") return undefined;
    values.push(typeof x === "bigint" && Number.isSafeInteger(Number(x)) ? Number(x) : x);
  }
  return values;
}

/** A list, or the elements of a term of rank 1 where they are known. */
export function list(a: Argument): readonly Attr[] | undefined {
  if (isList(a)) return a;
  if (!isTerm(a) || a.dtype === "unknown" || a.shape.length !== 1) return undefined;
  if (a.contents !== undefined) return elements(a.contents);
  return a.value?.some(isFresh) ? undefined : a.value;
}

/** A number; of a term, the only element of its contents. Bigints beyond the safe integers saturate, as bounds of a slice do. */
export function number(a: Argument): number | undefined {
  if (typeof a === "number") return Number.isNaN(a) ? undefined : a;
  if (typeof a === "bigint") return Number(a);
  if (!isTerm(a) || a.contents?.data.length !== 1) return undefined;
  const x = a.contents.data[0];
  return typeof x === "string" || x === undefined ? undefined : number(x);
}

/** An integer. */
export function int(a: Argument): number | undefined {
  const x = number(a);
  return Number.isInteger(x) ? x : undefined;
}

/** A number of axes. */
export function rankOf(a: Argument): number | undefined {
  const x = int(a);
  return x === undefined || x < 0 || x > 64 ? undefined : x;
}

/** A list of integers. */
export function ints(a: Argument): number[] | undefined {
  const values = list(a)?.map(int);
  return values?.every((x) => x !== undefined) ? values : undefined;
}

/** A size: a number, or the name of a symbolic dimension. */
export function dim(a: Argument): Dim | undefined {
  return typeof a === "string" ? a : int(a);
}

/** A shape: of a term its own, else a list of sizes. */
export function dims(a: Argument): readonly Dim[] | undefined {
  if (isTerm(a)) return a.dtype === "unknown" ? undefined : a.shape;
  if (!isList(a)) return undefined;
  const values = a.map(dim);
  return values.every((x) => x !== undefined) ? values : undefined;
}

/** A position in a list of `length`, counted from the end when negative; `undefined` outside it. */
export function position(i: Argument, length: number): number | undefined {
  const at = int(i);
  if (at === undefined || at < -length || at >= length) return undefined;
  return at < 0 ? at + length : at;
}
