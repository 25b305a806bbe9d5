/**
 * What a value is, where that can be seen before any rule runs.
 *
 * @module
 */

import { match, P } from "ts-pattern";
import type { Value } from "./ast.ts";
import { builtins } from "./functions.ts";

/** What a value is, where that can be seen and it is neither a truth value nor unknown. */
function kindOf(value: Value): string | undefined {
  return match(value)
    .with({ kind: "number" }, () => "a number")
    .with({ kind: "string" }, () => "a string")
    .with({ kind: P.union("list", "slice") }, () => "a list")
    .with({ kind: "term" }, () => "a term")
    .with({ kind: "call" }, ({ name, fn }) => (fn === builtins[name] ? KINDS.get(name) : undefined))
    .otherwise(() => undefined);
}

/** What a value is instead of a condition, if that can be seen. */
export function notACondition(
  value: Value,
): { readonly value: Value; readonly what: string } | undefined {
  return match(value)
    .with({ kind: "unary", operator: "not" }, ({ operand }) => notACondition(operand))
    .with(
      { kind: "binary", operator: P.union("and", "or") },
      ({ left, right }) => notACondition(left) ?? notACondition(right),
    )
    .with(
      { kind: "unary", operator: "-" },
      { kind: "binary", operator: P.union("+", "-", "*", "/", "^") },
      () => ({ value, what: "a number" }),
    )
    .otherwise(() => {
      const what = kindOf(value);
      return what === undefined ? undefined : { value, what };
    });
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
