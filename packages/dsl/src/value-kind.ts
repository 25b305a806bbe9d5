/**
 * What a value is, where that can be seen before any rule runs.
 *
 * @module
 */

import type { Value } from "./ast.ts";
import { builtins } from "./functions.ts";
import { isArithmetic } from "./number.ts";

/** What a value is, where that can be seen and it is neither a truth value nor unknown. */
function kindOf(value: Value): string | undefined {
  switch (value.kind) {
    case "number":
      return "a number";
    case "string":
      return "a string";
    case "list":
    case "slice":
      return "a list";
    case "term":
      return "a term";
    case "call":
      return value.fn === builtins[value.name] ? KINDS.get(value.name) : undefined;
    default:
      return undefined;
  }
}

/** What a value is instead of a condition, if that can be seen. */
export function notACondition(
  value: Value,
): { readonly value: Value; readonly what: string } | undefined {
  if (value.kind === "unary" && value.operator === "not") return notACondition(value.operand);
  if (value.kind === "binary" && (value.operator === "and" || value.operator === "or"))
    return notACondition(value.left) ?? notACondition(value.right);
  const isNumber =
    (value.kind === "unary" && value.operator === "-") ||
    (value.kind === "binary" && isArithmetic(value.operator));
  const what = isNumber ? "a number" : kindOf(value);
  return what === undefined ? undefined : { value, what };
}

/** What a value is instead of a list, if that can be seen. */
export function notAList(value: Value): string | undefined {
  const what = kindOf(value);
  return what === "a list" || what === "a shape" ? undefined : what;
}

/** What those of the language's own functions yield that yield no truth value. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["shape", "a shape"],
  ["range", "a list"],
  ["dtype", "an element type"],
  ...["rank", "dim", "size", "len", "min", "max", "abs"].map((name) => [name, "a number"] as const),
]);
