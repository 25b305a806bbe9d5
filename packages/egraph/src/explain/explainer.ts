import type { Bridge } from "./bridge.ts";
import { type Derivation, DerivationBuilder } from "./derivation.ts";
import { type Goal, type Guide, keyOf, type Stretch, solve } from "./goal.ts";
import { termOf } from "./instance.ts";
import type { Source } from "./source.ts";
import type { TermTable } from "./terms.ts";

/** Derives goals along the ways of a guide, each once, however often and wherever it is needed. */
export class Explainer {
  private readonly source: Source;
  private readonly terms: TermTable;
  private readonly guide: Guide;
  private readonly derivations = new Map<number, Derivation>();

  constructor(source: Source, terms: TermTable, guide: Guide) {
    this.source = source;
    this.terms = terms;
    this.guide = guide;
  }

  /** The derivation of a goal. */
  explain(goal: Goal): Derivation {
    return solve(goal, this.derivations, this.guide, (to, way) => this.derive(to, way));
  }

  private derive(goal: Goal, way: readonly Stretch[]): Derivation {
    const { terms, source } = this;
    const start = goal.kind === "equal" ? goal.from : goal.id;
    const builder = new DerivationBuilder(terms, terms.of(start));
    for (const stretch of way)
      if (stretch.kind === "bridge") builder.follow(this.cross(stretch.bridge), stretch.forward);
      else {
        const { instance, forward } = stretch;
        const after = termOf(forward ? instance.right : instance.left, terms);
        builder.rule(instance.note(terms, source), forward, after);
      }
    return builder.done();
  }

  /** The derivation of a bridge whose goals are solved. */
  private cross(bridge: Bridge): Derivation {
    if (bridge.kind !== "node") return this.derivations.get(keyOf(bridge)) as Derivation;
    const { from, node, children, target } = bridge;
    const builder = new DerivationBuilder(this.terms, this.terms.of(from));
    if (from !== node) builder.follow(this.cross({ kind: "equal", from, to: node }), true);
    for (const [i, child] of children.entries()) {
      const proof = this.cross(child);
      if (proof.length > 0) builder.inner(i, proof, true);
    }
    if (target) {
      const wanted = termOf(target, this.terms);
      if (wanted !== builder.current) builder.commute(wanted);
    }
    return builder.done();
  }
}
