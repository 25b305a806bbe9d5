import type { Extraction } from "../extract/extraction.ts";
import type { Id } from "../ids.ts";
import type { Bridge } from "./bridge.ts";
import type { Instance } from "./instance.ts";

/** Something to derive: that two ids are equal, or that an id is equal to what was extracted for its class. */
export type Goal =
  | { readonly kind: "equal"; readonly from: Id; readonly to: Id }
  | { readonly kind: "extracted"; readonly id: Id };

/** A stretch of the way to a goal: by what was equal already, or by one application of a rule. */
export type Stretch =
  | { readonly kind: "bridge"; readonly bridge: Bridge; readonly forward: boolean }
  | { readonly kind: "rule"; readonly instance: Instance; readonly forward: boolean };

/** Something that knows a way to each goal. */
export interface Guide {
  /** The way to a goal; the goals it needs in turn are never that one again. */
  way(goal: Goal): readonly Stretch[];
}

/** A number for each goal. */
export function keyOf(goal: Goal): number {
  return goal.kind === "equal" ? goal.from * 2 ** 25 + goal.to : -1 - goal.id;
}

/** The way back. */
export function turned(way: readonly Stretch[]): Stretch[] {
  return way.map((stretch) => ({ ...stretch, forward: !stretch.forward })).reverse();
}

/** Visits what a way needs: twice what it needs twice. */
export function forEachGoal(way: readonly Stretch[], visit: (goal: Goal) => void): void {
  for (const stretch of way) if (stretch.kind === "bridge") forEachIn(stretch.bridge, visit);
}

function forEachIn(bridge: Bridge, visit: (goal: Goal) => void): void {
  if (bridge.kind !== "node") {
    visit(bridge);
    return;
  }
  if (bridge.from !== bridge.node) visit({ kind: "equal", from: bridge.from, to: bridge.node });
  for (const child of bridge.children) forEachIn(child, visit);
}

/** The steps of a way that are its own: applications of rules and exchanges of children. */
export function ownSteps(way: readonly Stretch[]): number {
  const commutes = (bridge: Bridge): number => {
    if (bridge.kind !== "node") return 0;
    let count = bridge.target ? 1 : 0;
    for (const child of bridge.children) count += commutes(child);
    return count;
  };
  let steps = 0;
  for (const stretch of way) steps += stretch.kind === "rule" ? 1 : commutes(stretch.bridge);
  return steps;
}

/** Solves goals in an order in which each comes after those it needs, without recursion: terms may be deep. */
export function solve<T>(
  goal: Goal,
  solved: Map<number, T>,
  guide: Guide,
  conclude: (goal: Goal, way: readonly Stretch[]) => T,
): T {
  const todo: { goal: Goal; way?: readonly Stretch[] }[] = [{ goal }];
  for (let top = todo.at(-1); top; top = todo.at(-1)) {
    const key = keyOf(top.goal);
    if (top.way && !solved.has(key)) solved.set(key, conclude(top.goal, top.way));
    if (solved.has(key)) {
      todo.pop();
      continue;
    }
    top.way = guide.way(top.goal);
    forEachGoal(top.way, (needed) => {
      if (!solved.has(keyOf(needed))) todo.push({ goal: needed });
    });
  }
  return solved.get(keyOf(goal)) as T;
}

/** The way to what was extracted: to the e-node chosen for the class, then likewise below. */
export function extractedWay(
  id: Id,
  extraction: Extraction,
  source: { find(id: Id): Id; children(id: Id): Id[] },
): Stretch[] {
  const node = extraction.choice(source.find(id));
  const children = source.children(node).map((child): Bridge => ({ kind: "extracted", id: child }));
  const bridge: Bridge = { kind: "node", from: id, node, children, target: undefined };
  return [{ kind: "bridge", bridge, forward: true }];
}
