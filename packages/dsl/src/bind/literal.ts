/** Numbers in a rule and the constants they stand for. */

import type { Attr } from "@rewright/plugin";
import type { NumberValue } from "../ast.ts";
import { termValue } from "../functions.ts";
import { elementAt } from "../terms/contents.ts";
import type { Facts } from "../terms/facts.ts";

/** How far a constant may be from a number with a fraction, relative to it: exporters write √2 as 1.4142135 and as 1.4142099. */
const LITERAL_TOLERANCE = 1e-5;

/**
 * Whether a class is a constant all of whose elements equal the number: a whole number exactly, another within 1e-5.
 *
 * That it may have several, as the biases of zeros in many files do, changes no meaning: where a scalar would broadcast, the
 * constant does what the scalar does, and where its shape makes a difference the two sides' types differ, and the rule is no match.
 */
export function matchesNumber({ contents }: Facts, number: NumberValue): boolean {
  const count = contents?.data.length ?? 0;
  if (!contents || contents.dtype === "string" || count === 0) return false;
  for (let i = 0; i < count; i++) if (!isNumber(elementAt(contents, i), number)) return false;
  return true;
}

/** Whether an element of a constant is the number: a whole one exactly, another within 1e-5. */
export function isNumber(item: Attr, { value, integer }: NumberValue): boolean {
  if (integer || typeof value === "bigint" || typeof item === "bigint") return item === value;
  return Math.abs(Number(item) - value) <= LITERAL_TOLERANCE * Math.abs(value);
}

/** The elements of a constant of rank 1, or what is known of them. */
export function listOf({ term }: Facts): readonly Attr[] | undefined {
  const value = term && termValue(term);
  return Array.isArray(value) ? value : undefined;
}
