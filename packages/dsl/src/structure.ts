/**
 * Terms compared by structure: where they are written does not matter.
 *
 * @module
 */

import type { Root, Spread, Term, Value } from "./ast.ts";
import { visitVariables } from "./occurrence.ts";
import type { Expr } from "./syntax.ts";

/** A string that two terms, or two expressions, share exactly when they are the same but for their places. */
export function keyOf(tree: Root | Spread | Value | Expr): string {
  return write(tree);
}

function write(part: unknown): string {
  // With its length before it, no string can be taken for something else.
  if (typeof part === "string") return `${part.length}"${part}`;
  if (typeof part !== "object" || part === null) return String(part);
  let written = "{";
  for (const name in part)
    if (!isApart(name)) written += `${name}:${write(part[name as keyof typeof part])},`;
  return `${written}}`;
}

/** Whether two terms, or two expressions, are the same but for their places. */
export function isSame<T extends Root | Spread | Value | Expr>(one: T, other: T): boolean {
  return areSame(one, other);
}

function areSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return Object.is(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!areSame(a[i], b[i])) return false;
    return true;
  }
  for (const name in a)
    if (!isApart(name) && !areSame(a[name as keyof typeof a], b[name as keyof typeof b]))
      return false;
  for (const name in b)
    if (!isApart(name) && !(name in a) && b[name as keyof typeof b] !== undefined) return false;
  return true;
}

/** Fields that hold a place, or the definition that a name stands for. */
function isApart(name: string): boolean {
  return (
    name === "span" ||
    name === "op" ||
    name === "fn" ||
    name === "operatorSpan" ||
    name === "fieldSpan"
  );
}

/** How many applications a term consists of, repetitions in a spread counted once. */
export function sizeOf(term: Root): number {
  if (term.kind === "result" || term.kind === "results") return sizeOf(term.of);
  if (term.kind === "spread") return sizeOf(term.element);
  if (term.kind !== "apply") return 0;
  let size = 1;
  for (const operand of term.operands) size += sizeOf(operand);
  return size;
}

/** The names of the variables in a term, remainders included; function arguments too. */
export function variablesOf(term: Term): ReadonlySet<string> {
  const names = new Set<string>();
  visitVariables(term, (name) => names.add(name));
  return names;
}
