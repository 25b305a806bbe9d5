/**
 * egg's multi-patterns: equations that must hold together, `?p = (f ?x), ?q = (g ?p)`.
 *
 * @module
 */

import { MalformedError, type Place, substitute, type Term, variablesOf } from "./foreign.ts";
import { eggAtom, readSexps, type Sexp, showTerm, termOf } from "./sexp.ts";

/** The text of one side. */
interface Side {
  readonly text: string;
  readonly place: (offset: number) => Place;
}

/** A variable and what it is equal to. */
interface Equation {
  readonly variable: string;
  readonly at: Place;
  readonly terms: readonly Term[];
}

/**
 * The roots of a multi-pattern: what each variable that the right side speaks of stands for on the left, and on the right.
 * Variables that stand for a pattern are written out wherever they occur: equal terms share a class.
 *
 * @returns the roots, or why there are none
 * @throws MalformedError
 */
export function readEquations(from: Side, to: Side): Roots | string {
  const known: Known[] = [];
  for (const { variable, terms } of equations(from))
    for (const term of terms) known.push({ variable, term });
  const claims = equations(to).flatMap(({ variable, at, terms }) =>
    terms.map((term): Claim => ({ root: { kind: "variable", name: variable, at }, term })),
  );
  const found = rootsOf(known, claims);
  return typeof found === "string" ? found : { left: found.left, right: found.right };
}

/** What is matched: a term, and the variable that stands for it where it has one. */
export interface Known {
  readonly variable?: string;
  readonly term: Term;
}

/** What is said: that a variable, or a term that is matched, is equal to another. */
export interface Claim {
  readonly root: Term;
  readonly term: Term;
}

/** The roots of a rule, as many on one side as on the other. */
export interface Roots {
  readonly left: readonly Term[];
  readonly right: readonly Term[];
}

/**
 * The roots of rules that match several terms. Variables that stand for a term are written out wherever they occur: equal terms
 * share a class. What must only be there is a root that stays as it is.
 *
 * @returns the roots and what variables stand for, or why there are none
 */
export function rootsOf(
  known: readonly Known[],
  claims: readonly Claim[],
): (Roots & { readonly meaning: ReadonlyMap<string, Term> }) | string {
  const meaning = new Map<string, Term>();
  for (const { variable, term } of known) {
    if (variable === undefined) continue;
    if (meaning.has(variable))
      return `?${variable} must match two patterns at once; a rule matches one pattern for each class`;
    meaning.set(variable, term);
  }
  const whole = new Map<string, Term>();
  for (const variable of meaning.keys()) {
    const reason = writeOut(variable, meaning, whole, new Map());
    if (reason) return reason;
  }
  for (const { term } of [...known, ...claims])
    if (sizeOf(term, whole) > LARGEST) return `a side, written out, has more than ${LARGEST} terms`;
  const used = new Set(known.flatMap(({ term }) => [...variablesOf([term])]));
  const roots = new Map<string, { readonly left: Term; readonly right: Term }>();
  const patterns = new Set(known.map(({ term }) => showTerm(substitute(term, whole))));
  for (const claim of claims) {
    const root = substitute(claim.root, whole);
    const key = showTerm(root);
    if (roots.has(key)) return `${key} is made equal to two terms at once`;
    if (root.kind !== "variable" && !patterns.has(key))
      return `${key} is made equal to another term, and neither is matched`;
    roots.set(key, { left: root, right: substitute(claim.term, whole) });
  }
  for (const { variable, term } of known) {
    const left = substitute(term, whole);
    if (roots.has(showTerm(left)) || (variable !== undefined && used.has(variable))) continue;
    roots.set(showTerm(left), { left, right: left });
  }
  const all = [...roots.values()];
  return {
    left: all.map((root) => root.left),
    right: all.map((root) => root.right),
    meaning: whole,
  };
}

/** As large as the rule language has terms. */
const LARGEST = 10_000;

/** Adds a variable's term, in which no other that has one is left. @returns why that cannot be */
function writeOut(
  variable: string,
  meaning: ReadonlyMap<string, Term>,
  whole: Map<string, Term>,
  sizes: Map<string, number>,
): string | undefined {
  if (whole.has(variable)) return undefined;
  if (sizes.has(variable)) return `?${variable} is defined by itself`;
  sizes.set(variable, 0);
  const term = meaning.get(variable) as Term;
  for (const name of variablesOf([term])) {
    if (!meaning.has(name)) continue;
    const reason = writeOut(name, meaning, whole, sizes);
    if (reason) return reason;
  }
  const size = sizeOf(term, whole);
  if (size > LARGEST) return `?${variable}, written out, has more than ${LARGEST} terms`;
  whole.set(variable, substitute(term, whole));
  return undefined;
}

function sizeOf(term: Term, whole: ReadonlyMap<string, Term>): number {
  if (term.kind === "variable") {
    const value = whole.get(term.name);
    return value ? sizeOf(value, new Map()) : 1;
  }
  return term.kind === "apply" ? term.args.reduce((sum, arg) => sum + sizeOf(arg, whole), 1) : 1;
}

function equations({ text, place }: Side): readonly Equation[] {
  const sexps = readSexps(text, place, { signs: ["="] });
  const found: { variable: string; at: Place; terms: Term[] }[] = [];
  const isEquals = (sexp: Sexp | undefined): boolean => sexp?.kind === "atom" && sexp.text === "=";
  for (let i = 0; i < sexps.length; i++) {
    const sexp = sexps[i] as Sexp;
    if (isEquals(sexp)) {
      const next = sexps[++i];
      const last = found.at(-1);
      if (!last || !next || isEquals(next))
        throw new MalformedError(sexp.at, "a term is expected on both sides of `=`");
      last.terms.push(termOf(next, eggAtom));
      continue;
    }
    const term = termOf(sexp, eggAtom);
    if (term.kind !== "variable" || !isEquals(sexps[i + 1]))
      throw new MalformedError(sexp.at, "an equation `?x = (pattern)` is expected");
    found.push({ variable: term.name, at: sexp.at, terms: [] });
  }
  return found;
}
