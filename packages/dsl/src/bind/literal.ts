/** Numbers in a rule and the constants they stand for. */

import type { NumberValue } from "../ast.ts";
import { elementAt } from "../terms/contents.ts";
import type { Facts } from "../terms/facts.ts";

/** How far a constant may be from a number with a fraction, relative to it: exporters write √2 as 1.4142135 and as 1.4142099. */
const LITERAL_TOLERANCE = 1e-5;

/** Whether a class is a constant of one element that equals the number: a whole number exactly, another within 1e-5. */
export function matchesNumber(facts: Facts, { value, integer }: NumberValue): boolean {
  const { contents } = facts;
  if (contents?.data.length !== 1 || contents.dtype === "string") return false;
  const item = elementAt(contents, 0);
  if (typeof value === "bigint" || typeof item === "bigint") return item === value;
  if (integer) return item === value;
  return Math.abs(Number(item) - value) <= LITERAL_TOLERANCE * Math.abs(value);
}
