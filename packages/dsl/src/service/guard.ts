/**
 * What a rule asks of shapes beyond what it says, for people.
 *
 * @module
 */

import type { Rule } from "../ast.ts";

/** The inferred guards of a rule's directions: nothing where there is none, one where all ask the same, else each with its arrow. */
export function guardsOf(directions: readonly Rule[]): readonly string[] {
  const texts = directions.map(({ guard }) => guard.join(" and "));
  const [first = "", second = first] = texts;
  if (first === second) return first === "" ? [] : [`requires ${first}`];
  return [
    ...(first === "" ? [] : [`→ requires ${first}`]),
    ...(second === "" ? [] : [`← requires ${second}`]),
  ];
}
