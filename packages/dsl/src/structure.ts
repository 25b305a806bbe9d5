/**
 * Terms compared by structure: where they are written does not matter.
 *
 * @module
 */

import type { Apply, Root, Spread, Term, Value } from "./ast.ts";

/** A string that two terms share exactly when they are the same but for their places. */
export function keyOf(tree: Root | Spread | Value): string {
  return JSON.stringify(tree, (name, part: unknown) => {
    if (name === "span" || name === "op" || name === "fn") return undefined;
    return typeof part === "bigint" ? `${part}n` : part;
  });
}

/** How many applications a term consists of, repetitions in a spread counted once. */
export function sizeOf(term: Root): number {
  if (term.kind === "result" || term.kind === "results") return sizeOf(term.of);
  if (term.kind === "spread") return sizeOf(term.element);
  if (term.kind !== "apply") return 0;
  return term.operands.reduce(
    (sum, operand) => sum + sizeOf(operand.kind === "spread" ? operand.element : operand),
    1,
  );
}

/** The names of the variables in a term, remainders included; function arguments too. */
export function variablesOf(term: Term): ReadonlySet<string> {
  const names = new Set<string>();
  JSON.stringify(term, (name, part: unknown) => {
    if (name === "span" || name === "op" || name === "fn") return undefined;
    if (typeof part === "bigint") return undefined;
    if (typeof part === "object" && part !== null) {
      if ("kind" in part && part.kind === "variable" && "name" in part)
        names.add(String(part.name));
      if ("rest" in part) names.add((part as Apply).rest?.name ?? "_");
    }
    return part;
  });
  names.delete("_");
  return names;
}
