import { type Derivation, DerivationBuilder } from "./derivation.ts";
import type { Goal, Leg } from "./itinerary.ts";
import type { Points } from "./point.ts";
import type { Shortcuts } from "./shortcuts.ts";
import type { TermTable } from "./terms.ts";

/** Derives goals, each once, however often and wherever it is needed. */
export class Explainer {
  private readonly terms: TermTable;
  private readonly points: Points;
  private readonly shortcuts: Shortcuts;
  private readonly derivations = new Map<string, Derivation>();

  constructor(terms: TermTable, points: Points, shortcuts: Shortcuts) {
    this.terms = terms;
    this.points = points;
    this.shortcuts = shortcuts;
  }

  /**
   * The derivation of a goal: what it needs first, without recursion, since terms may be deep. Undefined when
   * it would rest on itself.
   */
  explain(goal: Goal): Derivation | undefined {
    const open = new Set<string>();
    const todo: { goal: Goal; key: string; legs?: readonly Leg[] }[] = [{ goal, key: FIRST }];
    for (let top = todo.at(-1); top; top = todo.at(-1)) {
      const { key } = top;
      if (top.legs && !this.derivations.has(key))
        this.derivations.set(key, this.derive(top.goal, top.legs));
      if (this.derivations.has(key)) {
        open.delete(key);
        todo.pop();
        continue;
      }
      if (open.has(key)) return undefined;
      open.add(key);
      top.legs = this.shortcuts.legs(top.goal, key === FIRST);
      for (const leg of top.legs)
        if (leg.kind === "goal" && !this.derivations.has(keyOf(leg)))
          todo.push({ goal: leg, key: keyOf(leg) });
    }
    return this.derivations.get(FIRST);
  }

  private derive(goal: Goal, legs: readonly Leg[]): Derivation {
    const builder = new DerivationBuilder(this.terms, this.points.term(goal.from));
    for (const leg of legs)
      if (leg.kind === "rule") builder.rule(leg.note, leg.forward, leg.to);
      else if (leg.kind === "commute") builder.commute(leg.place, leg.to);
      else builder.inner(leg.place, this.derivations.get(keyOf(leg)) as Derivation);
    return builder.done();
  }
}

/** The key of the goal asked for, which may be a goal on the way to itself: there are several ways to it. */
const FIRST = "first";

function keyOf({ from, to }: Goal): string {
  return `${from.number} ${to.number}`;
}
