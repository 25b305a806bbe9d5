/**
 * Pruning hints in conditions: true now, perhaps false later.
 *
 * @module
 */

import type { CallValue, Value } from "./ast.ts";
import { type Tree, visitParts } from "./occurrence.ts";

/**
 * The first hint in a condition that is asked for otherwise than plainly, by itself or with `and` and `or`, and what is made of
 * it: what is negated or compared could become false after the rule has fired.
 */
export function negatedHint(
  condition: Value,
): { readonly hint: CallValue; readonly whole: Tree } | undefined {
  if (condition.kind === "call" && condition.fn.hint) return undefined;
  if (condition.kind !== "binary" || !["and", "or"].includes(condition.operator)) {
    const hint = hintIn(condition);
    return hint && { hint, whole: condition };
  }
  return negatedHint(condition.left) ?? negatedHint(condition.right);
}

function hintIn(tree: Tree): CallValue | undefined {
  if (tree.kind === "call" && tree.fn.hint) return tree;
  let found: CallValue | undefined;
  visitParts(tree, (part) => {
    found ??= hintIn(part);
  });
  return found;
}
