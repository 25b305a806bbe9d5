/**
 * The left side of a rule at one match, as explanations take it.
 *
 * @module
 */

import type { Application, Id, Matches, NodeSide, Pattern, SequenceSide, Side } from "egraph-ts";
import type { Terms } from "../terms/terms.ts";
import type { LeftSide } from "./pattern.ts";

/** The roots as sides over the row that begins at `base`: which of them a union is about, its terms tell. */
export function sidesOf(
  { patterns, rootSlots, slots }: LeftSide,
  terms: Terms,
  { rows }: Matches,
  base: number,
): Pick<Application, "sides" | "row" | "sequences"> {
  const row = rows.slice(base, base + slots);
  const sequences: (readonly Id[])[] = [];
  const side = (pattern: Pattern): Side => {
    if (pattern.kind === "variable") return pattern;
    const { rest, suffix = [], nodeSlot, children, ...node } = pattern;
    const parts: (Side | SequenceSide)[] = children.map(side);
    if (rest && nodeSlot !== undefined) {
      const id = row[nodeSlot] as Id;
      const all = terms.egraph.children(id).map((_, i) => terms.egraph.originalChild(id, i));
      const items = all.slice(children.length, all.length - suffix.length);
      parts.push({ kind: "sequence", sequence: sequences.push(items) - 1 });
    }
    parts.push(...suffix.map(side));
    const made: NodeSide = { ...node, children: parts };
    return made;
  };
  const roots = patterns.map(side);
  const sides = roots.map((left, i) => ({
    left,
    slot: rootSlots[i] as number,
    premises: roots.filter((_, other) => other !== i),
  }));
  return { sides, row, sequences };
}
