/**
 * S-expressions with their places. No input makes the reader run out of stack.
 *
 * @module
 */

import { MalformedError, type Place, type Term } from "./foreign.ts";

/** An s-expression. */
export type Sexp =
  | { readonly kind: "list"; readonly items: readonly Sexp[]; readonly at: Place }
  | { readonly kind: "atom"; readonly text: string; readonly at: Place }
  | { readonly kind: "string"; readonly value: string; readonly at: Place };

/** As deep as the rule language nests. */
const DEEPEST = 200;

/** Where each offset of a text lies. */
export class Lines {
  readonly #starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  /** Line and column of an offset. */
  place(offset: number): { readonly line: number; readonly column: number } {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 };
  }
}

/** What tells s-expressions apart from what stands between them. */
export interface Reading {
  /** Signs that are atoms of their own outside of parentheses, whatever they touch; the longest first. */
  readonly signs?: readonly string[];
  /** What begins a comment that runs to the end of the line. */
  readonly comments?: readonly string[];
}

const BLANK = /[\s,]/;
const ENDS = /[\s()",]/;

/**
 * Reads all s-expressions of a text.
 * @throws MalformedError with the place as `place` gives it
 */
export function readSexps(
  text: string,
  place: (offset: number) => Place,
  { signs = [], comments = [] }: Reading = {},
): readonly Sexp[] {
  const top: Sexp[] = [];
  const open: { readonly items: Sexp[]; readonly at: number }[] = [];
  const add = (sexp: Sexp): void => {
    (open.at(-1)?.items ?? top).push(sexp);
  };
  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (BLANK.test(character)) at++;
    else if (comments.some((mark) => text.startsWith(mark, at))) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (character === "(") {
      if (open.length >= DEEPEST)
        throw new MalformedError(place(at), `nested more than ${DEEPEST} deep`);
      open.push({ items: [], at });
      at++;
    } else if (character === ")") {
      const list = open.pop();
      if (!list) throw new MalformedError(place(at), "this `)` closes nothing");
      add({ kind: "list", items: list.items, at: place(list.at) });
      at++;
    } else if (character === '"') {
      const end = endOfString(text, at);
      if (end === undefined) throw new MalformedError(place(at), "this string is never closed");
      add({ kind: "string", value: unescaped(text.slice(at + 1, end)), at: place(at) });
      at = end + 1;
    } else {
      const isSign = (where: number): string | undefined =>
        open.length === 0 ? signs.find((sign) => text.startsWith(sign, where)) : undefined;
      let end = at + (isSign(at)?.length ?? 0);
      if (end === at)
        do end++;
        while (
          end < text.length &&
          !ENDS.test(text[end] as string) &&
          !comments.some((mark) => text.startsWith(mark, end)) &&
          isSign(end) === undefined
        );
      add({ kind: "atom", text: text.slice(at, end), at: place(at) });
      at = end;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed) throw new MalformedError(place(unclosed.at), "this `(` is never closed");
  return top;
}

function endOfString(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** A string without its escapes; a line break behind a backslash goes, with the blanks that follow. */
export function unescaped(raw: string): string {
  return raw.replace(/\\(?:\r?\n\s*|([\s\S]))/g, (_, one: string | undefined) =>
    one === undefined ? "" : (ESCAPES[one] ?? one),
  );
}

const NUMBER = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;

/** Whether an atom is a number. */
function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** An atom of egg: `?x` is a variable, all others are operators without operands. */
export function eggAtom(text: string, at: Place): Term {
  return /^\?./.test(text)
    ? { kind: "variable", name: text.slice(1), at }
    : { kind: "apply", operator: text, args: [], at };
}

/**
 * An s-expression as a term; `atom` says what a bare word is.
 * @throws MalformedError for an empty list, or one that does not begin with a word
 */
export function termOf(sexp: Sexp, atom: (text: string, at: Place) => Term): Term {
  if (sexp.kind === "string") return sexp;
  if (sexp.kind === "atom")
    return isNumber(sexp.text)
      ? { kind: "number", text: sexp.text.replace(/^\+/, ""), at: sexp.at }
      : atom(sexp.text, sexp.at);
  const [head, ...args] = sexp.items;
  if (head?.kind !== "atom")
    throw new MalformedError(
      head?.at ?? sexp.at,
      head ? "an operator is expected here" : "nothing between these parentheses",
    );
  return {
    kind: "apply",
    operator: head.text,
    args: args.map((arg) => termOf(arg, atom)),
    at: sexp.at,
  };
}

/** A term as an s-expression, for messages. */
export function showTerm(term: Term): string {
  switch (term.kind) {
    case "variable":
      return `?${term.name}`;
    case "wildcard":
      return "_";
    case "number":
      return term.text;
    case "string":
      return JSON.stringify(term.value);
    case "apply":
      return term.args.length === 0
        ? term.operator
        : `(${[term.operator, ...term.args.map(showTerm)].join(" ")})`;
  }
}
