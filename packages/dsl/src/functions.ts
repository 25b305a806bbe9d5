/**
 * The functions that every rule may call, whatever its dialects. Pure; `undefined` means "not known".
 *
 * @module
 */

import type { Attr, Dim, RuleFunction, Term } from "@rewright/plugin";
import { asValue, contentsKey, knownElements } from "./terms/contents.ts";
import { isFresh } from "./terms/types.ts";

type Argument = Term | Attr | undefined;

/** Whether an argument is a term rather than a value. */
export function isTerm(argument: unknown): argument is Term {
  return typeof argument === "object" && argument !== null && "term" in argument;
}

/** What a term is worth as a value: its contents, or what its type says of them, symbolic dimensions included. */
export function termValue(term: Term): Attr | undefined {
  if (term.contents) return asValue(term.contents);
  if (!term.value) return undefined;
  return term.shape.length === 0 ? term.value[0] : term.value;
}

/**
 * Whether two values are equal; `undefined` when that is not known. Lists compare element by element, a symbolic dimension
 * equals its own name and no other, one of which nothing is known ("?!") is not known to equal anything, and whether a name
 * equals a number is not known.
 */
export function equal(a: Attr, b: Attr): boolean | undefined {
  if (typeof a === "string" || typeof b === "string") {
    if (typeof a !== typeof b)
      return typeof a === "object" || typeof b === "object" ? false : undefined;
    return isFresh(a as Dim) || isFresh(b as Dim) ? undefined : a === b;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    let known: boolean | undefined = true;
    for (let i = 0; i < a.length; i++) {
      const same = equal(a[i], b[i]);
      if (same === false) return false;
      if (same === undefined) known = undefined;
    }
    return known;
  }
  if (typeof a === "object" || typeof b === "object") return a === b ? true : undefined;
  if (typeof a === "bigint" && typeof b === "bigint") return a === b;
  return sameNumber(Number(a), Number(b));
}

/** Equal, or one is the other as a 32-bit float: a file's 0.1 is the rule's 0.1. Of whole numbers, such as sizes, no two are. */
function sameNumber(a: number, b: number): boolean {
  if (a === b) return true;
  if (Number.isInteger(a) && Number.isInteger(b)) return false;
  return a === Math.fround(b) || Math.fround(a) === b;
}

function value(argument: Argument): Attr | undefined {
  return isTerm(argument) ? termValue(argument) : argument;
}

function list(argument: Argument): readonly Attr[] | undefined {
  const items = value(argument);
  return Array.isArray(items) ? items : undefined;
}

function integer(argument: Argument): number | undefined {
  const number = value(argument);
  return typeof number === "number" && Number.isInteger(number) ? number : undefined;
}

function shape(argument: Argument): readonly Dim[] | undefined {
  return isTerm(argument) && argument.dtype !== "unknown" ? argument.shape : undefined;
}

/** The numbers among which `min` and `max` choose: the arguments, or the elements of the one list given. */
function numbers(args: readonly Argument[]): readonly number[] | undefined {
  const items = args.length === 1 ? (list(args[0]) ?? args) : args;
  const known = items.map(value);
  return known.every((item) => typeof item === "number") ? known : undefined;
}

function contains(items: readonly Attr[], wanted: Attr): boolean | undefined {
  let known: boolean | undefined = false;
  for (const item of items) {
    const same = equal(item, wanted);
    if (same) return true;
    if (same === undefined) known = undefined;
  }
  return known;
}

function every(items: readonly Attr[] | undefined): boolean | undefined {
  if (!items || items.includes(false)) return items && false;
  return items.every((item) => item === true) || undefined;
}

/** The language's own functions. A dialect's function of the same name comes first. */
export const builtins: Readonly<Record<string, RuleFunction>> = {
  /** How many dimensions a term has. */
  rank: (term) => shape(term)?.length,
  /** A term's dimensions. */
  shape: (term) => shape(term),
  /** One dimension of a term; a negative index counts from the last. */
  dim: (term, index) => {
    const dims = shape(term);
    const at = integer(index);
    return dims && at !== undefined ? dims.at(at) : undefined;
  },
  /** The number of a term's elements. */
  size: (term) => {
    const dims = shape(term);
    return dims && knownElements(dims);
  },
  /** A term's element type. */
  dtype: (term) => (isTerm(term) && term.dtype !== "unknown" ? term.dtype : undefined),
  /** Whether a term is known before the program runs. Never `false`: it may turn out to be. */
  constant: (term) => !isTerm(term) || term.constant || undefined,
  /** The name of an input. */
  name: (term) => (isTerm(term) ? term.name : undefined),
  /** Whether a term is an input of the program. Never `false`: it may turn out to equal one. */
  symbol: (term) => (isTerm(term) && term.name !== undefined) || undefined,
  /** Whether two terms are two, as far as is known by now: a pruning hint, since they may turn out to be one. */
  distinct: Object.assign(
    (a: Argument, b: Argument) =>
      isTerm(a) && isTerm(b) && a.contents && b.contents
        ? contentsKey(a.contents) !== contentsKey(b.contents)
        : undefined,
    { hint: true },
  ),
  /** Whether all elements of a list are true. */
  all: (items) => every(list(items)),
  /** The number of a list's elements. */
  len: (items) => list(items)?.length,
  /** The integers from 0, or from the first argument, up to and without the last. */
  range: (first, last) => {
    const from = last === undefined ? 0 : integer(first);
    const to = integer(last ?? first);
    if (from === undefined || to === undefined || to - from > 4096) return undefined;
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  },
  /** Whether a list has an element equal to a value. */
  contains: (items, wanted) => {
    const known = list(items);
    const item = value(wanted);
    return known && item !== undefined ? contains(known, item) : undefined;
  },
  /** The least of its arguments, or of the elements of a list. */
  min: (...args) => {
    const known = numbers(args);
    return known?.length ? Math.min(...known) : undefined;
  },
  /** The greatest of its arguments, or of the elements of a list. */
  max: (...args) => {
    const known = numbers(args);
    return known?.length ? Math.max(...known) : undefined;
  },
  /** The absolute value of a number. */
  abs: (number) => {
    const known = value(number);
    return typeof known === "number" ? Math.abs(known) : undefined;
  },
};
