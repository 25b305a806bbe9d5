/** Numbers in a rule and the constants they stand for. */

import type { NumberValue } from "../ast.ts";
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
export function matchesNumber(facts: Facts, { value, integer }: NumberValue): boolean {
  const { contents } = facts;
  const count = contents?.data.length ?? 0;
  if (!contents || contents.dtype === "string" || count === 0) return false;
  const tolerance = integer ? 0 : LITERAL_TOLERANCE * Math.abs(Number(value));
  for (let i = 0; i < count; i++) {
    const item = elementAt(contents, i);
    const equal =
      typeof value === "bigint" || typeof item === "bigint" || integer
        ? item === value
        : Math.abs(Number(item) - value) <= tolerance;
    if (!equal) return false;
  }
  return true;
}
