import type { Id } from "../ids.ts";
import type { Bridge } from "./bridge.ts";
import type { Instance } from "./instance.ts";

/** A direct way between two ids: by congruence, or by one application of a rule. */
export type Hop = CongruentHop | RuleHop;

/** The children are equal. */
interface CongruentHop {
  readonly kind: "congruent";
  readonly from: Id;
  readonly to: Id;
  readonly bridge: Bridge;
}

/** A rule makes them equal, once the children are what it wants. */
export interface RuleHop {
  readonly kind: "rule";
  readonly from: Id;
  readonly to: Id;
  readonly instance: Instance;
  /** Whether `from` is on the left. */
  readonly forward: boolean;
  /** How `from` becomes the side of the rule that it is on. */
  readonly near: Bridge;
  /** How `to` does. */
  readonly far: Bridge;
}

/** The hop back. */
export function turned(hop: Hop): Hop {
  const { from, to } = hop;
  if (hop.kind === "congruent") return { ...hop, from: to, to: from };
  return { ...hop, from: to, to: from, forward: !hop.forward, near: hop.far, far: hop.near };
}

/** Visits the pairs of ids whose equality a hop rests on. */
export function forEachPair(hop: Hop, visit: (a: Id, b: Id) => void): void {
  if (hop.kind === "congruent") forEachIn(hop.bridge, visit);
  else {
    forEachIn(hop.near, visit);
    forEachIn(hop.far, visit);
  }
}

function forEachIn(bridge: Bridge, visit: (a: Id, b: Id) => void): void {
  if (bridge.kind === "equal") {
    if (bridge.from !== bridge.to) visit(bridge.from, bridge.to);
    return;
  }
  if (bridge.from !== bridge.node) visit(bridge.from, bridge.node);
  for (const child of bridge.children) forEachIn(child, visit);
}

/** The steps of a hop that are its own: an application, and exchanges of children. */
export function ownSteps(hop: Hop): number {
  return hop.kind === "congruent"
    ? exchanges(hop.bridge)
    : 1 + exchanges(hop.near) + exchanges(hop.far);
}

function exchanges(bridge: Bridge): number {
  if (bridge.kind === "equal") return 0;
  let count = bridge.order ? 1 : 0;
  for (const child of bridge.children) count += exchanges(child);
  return count;
}
