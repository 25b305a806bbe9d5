/**
 * How a rule is matched, for people: where the engine begins, how it gets from one pattern to the next, and the tests that it makes
 * on the way, each as soon as what it reads is known.
 *
 * @module
 */

import type { Dialect } from "@rewright/plugin";
import type { NodePattern, Pattern } from "egraph-ts";
import type * as ast from "../ast.ts";
import { Terms } from "../terms/terms.ts";
import { gatheringOf } from "./gather.ts";
import { itineraryOf, type Stop } from "./itinerary.ts";
import { compileLeft, type LeftSide, openCounts } from "./pattern.ts";
import { worded } from "./wording.ts";

/**
 * The plan of a rule over dialects, line by line. What the rule has no name for is written `%0`, `%1`, …; the roots come first.
 * The e-graph decides at each search whether to begin with a rarer operator than the first root's: both are told.
 */
export function planOf(rule: ast.Rule, dialects: readonly Dialect[]): readonly string[] {
  const terms = new Terms(dialects);
  const gathering = gatheringOf(rule);
  const counts = new Map([...openCounts(rule)].map(([name, largest]) => [name, largest + 1]));
  const left = compileLeft(gathering?.single ?? rule, terms, counts, () => () => undefined);
  const show = new Showing(left, terms);
  const lines = itineraryOf(left).flatMap((stop) => show.stop(stop));
  for (const { element } of left.tasks)
    lines.push(`each    ${worded(element)}, operand by operand`);
  for (const note of left.lateNotes) lines.push(`test    ${show.note(note)}`);
  if (gathering) {
    const names = gathering.lists.map(({ name }) => name).join(", ");
    lines.push(`gather  ${names}: one match for each choice of the other variables`);
    for (const { value } of gathering.conditions) lines.push(`test    ${worded(value)}`);
  }
  return lines;
}

/** Writes the stops of a plan. */
class Showing {
  private readonly left: LeftSide;
  private readonly terms: Terms;
  private readonly names: ReadonlyMap<number, string>;
  /** What stands for any number of operands, by the slot of their e-node. */
  private readonly lists: ReadonlyMap<number, string>;

  constructor(left: LeftSide, terms: Terms) {
    this.left = left;
    this.terms = terms;
    this.names = new Map(
      [...left.frame.sources].flatMap(([name, source]) =>
        source.kind === "class" ? [[source.slot, name] as const] : [],
      ),
    );
    this.lists = new Map([
      ...[...left.frame.sources].flatMap(([name, source]) =>
        source.kind === "children" ? [[source.slot, `...${name}`] as const] : [],
      ),
      ...left.tasks.map(({ slot, element }) => [slot, `...${worded(element)}`] as const),
    ]);
  }

  /** What a place is called. */
  private place(slot: number): string {
    return this.names.get(slot) ?? `%${slot}`;
  }

  /** A note, in which places are written `%0`. */
  note(note: string): string {
    return note.replace(/%(\d+)/g, (_, slot: string) => this.place(Number(slot)));
  }

  /** A stop, on a line of its own; where the engine may choose, on several. */
  stop(stop: Stop): readonly string[] {
    switch (stop.kind) {
      case "look up":
        return [`look up ${this.pattern(stop.pattern)}`];
      case "any":
        return [`begin   ${this.root(stop.root)}, any class`];
      case "begin":
        return [
          `begin   ${this.root(stop.root)} = ${this.pattern(stop.pattern)}, with each ${this.operator(stop.pattern)}`,
          ...stop.below.map(
            (pattern) =>
              `        or at ${this.pattern(pattern)}, and up, where there are far fewer ${this.operator(pattern)}`,
          ),
        ];
      case "above": {
        const from =
          stop.from.kind === "variable" ? this.place(stop.from.slot) : this.pattern(stop.from);
        const what = this.pattern(stop.pattern);
        return stop.root === undefined
          ? [`up      ${what}, with each ${this.operator(stop.pattern)} of ${from}`]
          : [
              `join    ${this.root(stop.root)} = ${what}, with each ${this.operator(stop.pattern)} of ${from}`,
            ];
      }
      case "in":
        return [`join    ${this.root(stop.root)} = ${this.pattern(stop.pattern)}, in its class`];
      case "operand":
        return [`down    ${this.pattern(stop.pattern)}`];
      case "test":
        return [`test    ${this.note(this.left.notes[stop.test] ?? "")}`];
    }
  }

  private root(root: number): string {
    return this.place(this.left.rootSlots[root] as number);
  }

  private operator({ op }: NodePattern): string {
    return this.terms.egraph.operatorName(op);
  }

  private pattern(pattern: Pattern): string {
    if (pattern.kind === "variable") return this.place(pattern.slot);
    const parts = pattern.children.map((child) => this.pattern(child));
    if (pattern.rest) {
      const { nodeSlot } = pattern;
      parts.push(nodeSlot === undefined ? "..._" : (this.lists.get(nodeSlot) ?? "..._"));
      parts.push(...(pattern.suffix ?? []).map((child) => this.pattern(child)));
    }
    const own = pattern.classSlot === undefined ? "" : `${this.place(pattern.classSlot)} = `;
    const arg = pattern.argSlot === undefined ? "" : `; ${this.place(pattern.argSlot)}`;
    return `${own}${this.operator(pattern)}(${parts.join(", ")}${arg})`;
  }
}
