/**
 * Arithmetic on dimensions. A result that is not a number gets a name derived from its normal form, a polynomial over
 * the names it is made of, so that equal expressions give equal names: `N+N` and `2*N` are both `?(2*N)`.
 *
 * @module
 */

import type { Dim } from "@rewright/plugin";

/** Coefficients by monomial; a monomial is its atoms, sorted and joined by `*`, and the constant's is empty. */
type Polynomial = Map<string, number>;

const IDENTIFIER = /^[A-Za-z_][\w.]*$/;

/** One name of a file, spelt so that it cannot be mistaken for an operator or a call. */
function quote(name: string): string {
  return IDENTIFIER.test(name) ? name : `{${name.replace(/[\\{}]/g, "\\$&")}}`;
}

function unquote(atom: string): string {
  return atom.startsWith("{") ? atom.slice(1, -1).replace(/\\(.)/gs, "$1") : atom;
}

/** Splits at `separator` outside braces and parentheses. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === "\\") i++;
      else if (c === "}") quoted = false;
    } else if (c === "{") quoted = true;
    else if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === separator && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** The polynomial that a name made by `print` stands for; any other name is an atom. */
function parse(dim: Dim): Polynomial {
  if (typeof dim === "number") return new Map(dim === 0 ? [] : [["", dim]]);
  if (!dim.startsWith("?(") || !dim.endsWith(")")) return new Map([[quote(dim), 1]]);
  const polynomial: Polynomial = new Map();
  for (const term of split(dim.slice(2, -1), "+")) {
    const factors = split(term, "*");
    const leading = factors[0] as string;
    if (/^-?\d+$/.test(leading)) polynomial.set(factors.slice(1).join("*"), Number(leading));
    else polynomial.set(term, 1);
  }
  return polynomial;
}

/** Terms of a polynomial, and letters of a derived name, beyond which a size counts as unknown: products double both. */
const MOST_TERMS = 64;
const LONGEST = 4096;

/** A derived name, unless it is so long that reckoning with it would take for ever. */
function derived(text: string): Dim {
  return text.length > LONGEST ? FRESH : `?(${text})`;
}

/** The dimension that a polynomial stands for: a number, a name of a file, or a derived name. */
function print(polynomial: Polynomial): Dim {
  const terms = [...polynomial].filter(([, coefficient]) => coefficient !== 0);
  if (terms.length === 0) return 0;
  if (terms.length > MOST_TERMS) return FRESH;
  terms.sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  const [monomial, coefficient] = terms[0] as [string, number];
  if (terms.length === 1) {
    if (monomial === "") return coefficient;
    if (coefficient === 1 && split(monomial, "*").length === 1 && !monomial.endsWith(")"))
      return unquote(monomial);
  }
  const written = terms.map(([atoms, times]) =>
    atoms === "" ? `${times}` : times === 1 ? atoms : `${times}*${atoms}`,
  );
  return derived(written.join("+"));
}

/** A function of dimensions that is no polynomial, as an atom. */
function call(name: string, operands: readonly Dim[]): Dim {
  const written = operands.map((operand) => {
    if (typeof operand === "number") return `${operand}`;
    return operand.startsWith("?(") ? operand.slice(2, -1) : quote(operand);
  });
  return derived(`${name}(${written.join(",")})`);
}

/** The operands of `dim` where it is one call of `name`. */
function operandsOf(name: string, dim: Dim): readonly Dim[] | undefined {
  if (typeof dim === "number" || !dim.startsWith(`?(${name}(`)) return undefined;
  const inner = dim.slice(2, -1);
  if (split(inner, "+").length > 1 || split(inner, "*").length > 1) return undefined;
  return split(inner.slice(name.length + 1, -1), ",").map((text) => print(parse(`?(${text})`)));
}

/** A name that holds this stands for a size of which nothing is known: it equals no other, nor itself at another place. */
const FRESH = "?!";

/** Any operand of which nothing is known makes the result one of which nothing is known. */
const fresh = (...dims: readonly Dim[]): boolean =>
  dims.some((dim) => dim === "?" || (typeof dim === "string" && dim.includes(FRESH)));

const isNumber = (dim: Dim): dim is number => typeof dim === "number";
const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** a + b. */
export function addDims(a: Dim, b: Dim): Dim {
  if (isNumber(a) && isNumber(b)) return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  if (fresh(a, b)) return FRESH;
  const sum = parse(a);
  for (const [monomial, times] of parse(b)) sum.set(monomial, (sum.get(monomial) ?? 0) + times);
  return print(sum);
}

/** a - b. */
export function subtractDims(a: Dim, b: Dim): Dim {
  return addDims(a, multiplyDims(b, -1));
}

/** a * b. */
export function multiplyDims(a: Dim, b: Dim): Dim {
  // Sums with 0, so that no result is -0.
  if (isNumber(a) && isNumber(b)) return a * b + 0;
  if (a === 1) return b;
  if (b === 1) return a;
  if (a === 0 || b === 0) return 0;
  if (fresh(a, b)) return FRESH;
  const product: Polynomial = new Map();
  for (const [x, p] of parse(a)) {
    for (const [y, q] of parse(b)) {
      const atoms = [x, y].filter((m) => m !== "").flatMap((m) => split(m, "*"));
      const monomial = atoms.sort(byName).join("*");
      product.set(monomial, (product.get(monomial) ?? 0) + p * q);
    }
  }
  return print(product);
}

/** The sum of any number of dimensions. */
export function sumOf(dims: readonly Dim[]): Dim {
  return dims.reduce(addDims, 0);
}

/** The product of any number of dimensions: how many elements a shape has. */
export function productOf(dims: readonly Dim[]): Dim {
  let known = 1;
  let product: Dim = 1;
  for (const dim of dims) {
    if (isNumber(dim)) known *= dim;
    else product = multiplyDims(product, dim);
  }
  return multiplyDims(product, known);
}

/** a / b where b divides a as a polynomial (by a number or one monomial), whatever the names stand for. */
function exactQuotient(a: Dim, b: Dim): Dim | undefined {
  const divisor = [...parse(b)];
  if (divisor.length !== 1) return undefined;
  const [monomial, coefficient] = divisor[0] as [string, number];
  const quotient: Polynomial = new Map();
  for (const [term, times] of parse(a)) {
    if (times % coefficient !== 0) return undefined;
    const atoms = term === "" ? [] : split(term, "*");
    for (const atom of monomial === "" ? [] : split(monomial, "*")) {
      const at = atoms.indexOf(atom);
      if (at < 0) return undefined;
      atoms.splice(at, 1);
    }
    quotient.set(atoms.join("*"), times / coefficient);
  }
  return print(quotient);
}

/**
 * ⌊a / b⌋, `undefined` for a division by the number 0. Exact where b divides a as a polynomial; of a quotient by a
 * positive number, whole parts are taken out, so that ⌊(N - 1) / 2⌋ + 1 and ⌊(N + 1) / 2⌋ are one name.
 */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined;
  if (b === 1) return a;
  if (isNumber(a) && isNumber(b)) return Math.floor(a / b) + 0;
  if (fresh(a, b)) return FRESH;
  if (a === b) return 1;
  const exact = exactQuotient(a, b);
  if (exact !== undefined) return exact;
  if (!isNumber(b) || b < 0) return call("div", [a, b]);
  const whole: Polynomial = new Map();
  const rest: Polynomial = new Map();
  for (const [monomial, times] of parse(a)) {
    const quotient = Math.floor(times / b);
    whole.set(monomial, quotient);
    rest.set(monomial, times - quotient * b);
  }
  return addDims(print(whole), call("div", [print(rest), b]));
}

/** ⌈a / b⌉, for b a positive number. */
export function ceilDivideDims(a: Dim, b: number): Dim {
  return divideDims(addDims(a, b - 1), b) as Dim;
}

/** a / b rounded towards zero, as ONNX's integer Div; `undefined` for a division by the number 0. */
export function truncatedQuotient(a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined;
  if (isNumber(a) && isNumber(b)) return Math.trunc(a / b) + 0;
  if (fresh(a, b)) return FRESH;
  // Without a minus sign anywhere, both are at least 0, where truncation is rounding down.
  const positive = !`${a}${b}`.includes("-");
  return positive ? divideDims(a, b) : (exactQuotient(a, b) ?? call("quo", [a, b]));
}

/** A symmetric, associative, idempotent function of dimensions: numbers are combined, names collected. */
function lattice(name: string, a: Dim, b: Dim, combine: (a: number, b: number) => number): Dim {
  if (a === b) return a;
  if (isNumber(a) && isNumber(b)) return combine(a, b);
  if (fresh(a, b)) return FRESH;
  const gap = subtractDims(a, b);
  if (isNumber(gap)) return combine(gap, 0) === gap ? a : b;
  const operands = [a, b].flatMap((dim) => operandsOf(name, dim) ?? [dim]);
  const numbers = operands.filter(isNumber);
  const names = [...new Set(operands.filter((dim) => !isNumber(dim)))].sort(byName);
  return call(
    name,
    numbers.length > 0 ? [...names, numbers.reduce((x, y) => combine(x, y))] : names,
  );
}

/** A name that the program declares, not one derived from such names. */
function isDeclared(a: Dim): boolean {
  return typeof a === "string" && !a.startsWith("?");
}

/** The greater of two dimensions. */
export function maxDims(a: Dim, b: Dim): Dim {
  return lattice("max", a, b, Math.max);
}

/** The lesser of two dimensions. A declared name is a size of at least 1. */
export function minDims(a: Dim, b: Dim): Dim {
  if (isNumber(a) && a <= 1 && isDeclared(b)) return a;
  if (isNumber(b) && b <= 1 && isDeclared(a)) return b;
  return lattice("min", a, b, Math.min);
}

/** The two are equal whatever their names stand for. */
export function sameDim(a: Dim, b: Dim): boolean {
  return a === b && !fresh(a);
}

/** The two may be equal: they are not two numbers, nor a name and the same name plus a number. */
export function compatibleDims(a: Dim, b: Dim): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return false;
  if (isNumber(a) || isNumber(b) || fresh(a, b)) return true;
  return !isNumber(subtractDims(a, b));
}

/** `part` is the lesser of `whole` and a number: where the two broadcast at all, they are equal or `part` is 1. */
function isCut(part: Dim, whole: Dim): boolean {
  const bounds = operandsOf("min", part);
  return bounds?.every((dim) => (isNumber(dim) ? dim >= 1 : dim === whole)) ?? false;
}

/**
 * What two dimensions are once broadcast against each other, or `undefined` where they cannot be: 1 yields to the
 * other, a number to which a name must be equal (or 1) wins, two different names give a name of their own.
 */
export function broadcastDims(a: Dim, b: Dim): Dim | undefined {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (isNumber(a)) return isNumber(b) ? undefined : a;
  if (isNumber(b)) return b;
  if (fresh(a, b)) return FRESH;
  if (isCut(a, b)) return b;
  if (isCut(b, a)) return a;
  const operands = [a, b].flatMap((dim) => operandsOf("broadcast", dim) ?? [dim]) as string[];
  const names = [...new Set(operands)].sort(byName);
  return call("broadcast", names);
}
