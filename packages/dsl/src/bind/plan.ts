/**
 * How a rule is matched, for people: its patterns, and the tests that are made on the way, each as soon as what it reads is known.
 *
 * @module
 */

import type { Dialect } from "@rewright/plugin";
import type { Pattern } from "egraph-ts";
import type * as ast from "../ast.ts";
import { Terms } from "../terms/terms.ts";
import { gatheringOf } from "./gather.ts";
import { compileLeft, openCounts } from "./pattern.ts";

/** The plan of a rule over dialects, line by line. Places of a match are written `%0`, `%1`, …; those of roots come first. */
export function planOf(rule: ast.Rule, dialects: readonly Dialect[]): readonly string[] {
  const terms = new Terms(dialects);
  const gathering = gatheringOf(rule);
  const counts = new Map([...openCounts(rule)].map(([name, largest]) => [name, largest + 1]));
  const left = compileLeft(gathering?.single ?? rule, terms, counts, () => () => undefined);
  const names = new Map(
    [...left.frame.sources].flatMap(([name, source]) =>
      source.kind === "class" ? [[source.slot, name] as const] : [],
    ),
  );
  const place = (slot: number): string => names.get(slot) ?? `%${slot}`;
  const show = (pattern: Pattern): string => {
    if (pattern.kind === "variable") return place(pattern.slot);
    const parts = pattern.children.map(show);
    if (pattern.rest) parts.push("…", ...(pattern.suffix ?? []).map(show));
    const own = pattern.classSlot === undefined ? "" : `${place(pattern.classSlot)} = `;
    const arg = pattern.argSlot === undefined ? "" : `; ${place(pattern.argSlot)}`;
    return `${own}${terms.egraph.operatorName(pattern.op)}(${parts.join(", ")}${arg})`;
  };
  const lines = left.patterns.map(
    (pattern, i) => `match   ${place(left.rootSlots[i] as number)} = ${show(pattern)}`,
  );
  for (const [i, { needs }] of left.guards.entries())
    lines.push(`test    ${left.notes[i]}   once ${needs.map(place).join(", ") || "begun"} known`);
  for (const { element, slot } of left.tasks)
    lines.push(
      `each    item of ${place(slot)} matches ${element.kind === "apply" ? element.name : element.kind}`,
    );
  for (const _ of left.checks) lines.push("test    what the lists of the match decide");
  if (gathering)
    lines.push(
      `gather  ${gathering.lists.map(({ name }) => name).join(", ")}: one match for each choice of the others`,
    );
  return lines;
}
