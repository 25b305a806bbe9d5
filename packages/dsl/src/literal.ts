/**
 * Whether a literal suits an attribute.
 *
 * @module
 */

import type { AttrType } from "@rewright/plugin";
import type { StringValue, Value } from "./ast.ts";
import { type Edit, replacing } from "./diagnostic.ts";
import { enumerate, quote } from "./quotation.ts";
import type { Speller } from "./spelling.ts";

/** A literal that does not suit. */
export interface Wrong {
  readonly value: Value;
  readonly message: string;
  readonly hints: readonly string[];
  readonly edit?: Edit;
}

/** What is wrong with a literal as a value of an attribute of this type, and what to do about it. Computed values always pass. */
export function unsuitable(value: Value, type: AttrType, speller: Speller): Wrong | undefined {
  if (typeof type !== "string")
    return value.kind === "string"
      ? unlisted(value, type, speller)
      : not(value, "string", "a string");
  if (type === "tensor") return undefined;
  if (type === "string" || type === "dtype") return not(value, "string", "a string");
  if (type === "float") return not(value, "number", "a number");
  if (type === "int" || type === "axis") return notInteger(value);
  if (isLiteral(value) && value.kind !== "list")
    return { value, message: `${shown(value)} is not a list`, hints: ["a list is `[1, 0]`"] };
  if (value.kind !== "list") return undefined;
  for (const element of value.elements) {
    if (element.kind === "spread") continue;
    const wrong =
      type === "strings"
        ? not(element, "string", "a string")
        : type === "floats"
          ? not(element, "number", "a number")
          : notInteger(element);
    if (wrong) return wrong;
  }
  return undefined;
}

function unlisted(
  value: StringValue,
  choices: readonly string[],
  speller: Speller,
): Wrong | undefined {
  const written = value.value;
  if (choices.includes(written)) return undefined;
  const listed = enumerate(
    choices.map((choice) => JSON.stringify(choice)),
    "or",
  );
  const near = speller.closest(written, choices);
  const meant = near === undefined ? undefined : JSON.stringify(near);
  return {
    value,
    message: `${quote(JSON.stringify(written))} is not ${listed}`,
    hints: meant === undefined ? [] : [`did you mean \`${meant}\`?`],
    ...(meant !== undefined && { edit: replacing(value.span, meant) }),
  };
}

function notInteger(value: Value): Wrong | undefined {
  if (value.kind === "number" && !Number.isInteger(Number(value.value)))
    return { value, message: `${shown(value)} is not an integer`, hints: [] };
  return not(value, "number", "an integer");
}

function not(value: Value, kind: Value["kind"], wanted: string): Wrong | undefined {
  if (!isLiteral(value) || value.kind === kind) return undefined;
  return { value, message: `${shown(value)} is not ${wanted}`, hints: [] };
}

function isLiteral(value: Value): boolean {
  return value.kind === "number" || value.kind === "string" || value.kind === "list";
}

function shown(value: Value): string {
  if (value.kind === "number") return quote(String(value.value));
  return value.kind === "string" ? quote(JSON.stringify(value.value)) : "a list";
}
