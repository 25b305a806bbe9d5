/**
 * What a rule asks of shapes beyond what it says, for people.
 *
 * @module
 */

import type { Rule } from "../ast.ts";

/** The inferred guard of a rule. */
export interface Guard {
  /** Of which direction; `both`: of the only one, or the same of both. */
  readonly way: "both" | "forth" | "back";
  /** All must hold; at least one. */
  readonly conditions: readonly string[];
}

/** The inferred guards of a rule's directions: one where all ask the same, none where nothing is asked. */
export function guardsOf(directions: readonly Rule[]): readonly Guard[] {
  const [forth = [], back = forth] = directions.map(({ guard }) => guard);
  const guards: readonly Guard[] =
    forth.join() === back.join()
      ? [{ way: "both", conditions: forth }]
      : [
          { way: "forth", conditions: forth },
          { way: "back", conditions: back },
        ];
  return guards.filter(({ conditions }) => conditions.length > 0);
}

/** How much of a guard is shown between the lines. */
const ROOM = 80;

const ARROWS = { both: "", forth: "→ ", back: "← " } as const;

/** A guard in few words: `→ requires rank(a) == 2 and 3 more`. */
export function shortly({ way, conditions }: Guard): string {
  let count = 1;
  let text = conditions[0] ?? "";
  for (const condition of conditions.slice(1)) {
    if (text.length + condition.length > ROOM) break;
    text += ` and ${condition}`;
    count++;
  }
  const more = conditions.length - count;
  return `${ARROWS[way]}requires ${text}${more > 0 ? ` and ${more} more` : ""}`;
}

const WAYS = {
  both: "Also requires",
  forth: "From left to right, also requires",
  back: "From right to left, also requires",
} as const;

/** A guard as a sentence in Markdown. */
export function sentence({ way, conditions }: Guard): string {
  return `${WAYS[way]} \`${conditions.join(" and ")}\`.`;
}
