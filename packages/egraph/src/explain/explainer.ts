import type { Extraction } from "../extract/extraction.ts";
import type { Id } from "../ids.ts";
import { CONGRUENCE } from "../proof.ts";
import type { Application, Describe } from "./application.ts";
import { type Bridge, Bridges } from "./bridge.ts";
import { type Derivation, DerivationBuilder, type RuleNote } from "./derivation.ts";
import { Instance } from "./instance.ts";
import type { ProofTerm } from "./proof.ts";
import type { Source } from "./source.ts";
import type { TermTable } from "./terms.ts";

/** Something to derive: that two ids are equal, or that an id is equal to what was extracted for its class. */
type Goal = Pair | Extracted;

interface Pair {
  readonly kind: "equal";
  readonly from: Id;
  readonly to: Id;
}

interface Extracted {
  readonly kind: "extracted";
  readonly id: Id;
}

/** A stretch of the way to a goal. */
type Stretch =
  | { readonly kind: "bridge"; readonly bridge: Bridge; readonly forward: boolean }
  | {
      readonly kind: "rule";
      readonly note: RuleNote;
      readonly forward: boolean;
      readonly after: ProofTerm;
    };

/** Derives equalities, each once, however often and wherever it is needed. */
export class Explainer {
  private readonly source: Source;
  private readonly terms: TermTable;
  private readonly describe: Describe;
  private readonly extraction: Extraction | undefined;
  private readonly bridges: Bridges;
  private readonly instances = new Map<number, readonly Instance[]>();
  private readonly derivations = new Map<number, Derivation>();

  constructor(source: Source, terms: TermTable, describe: Describe, extraction?: Extraction) {
    this.source = source;
    this.terms = terms;
    this.describe = describe;
    this.extraction = extraction;
    this.bridges = new Bridges(source);
  }

  /** Why the terms of two equal ids are equal. */
  equal(from: Id, to: Id): Derivation {
    return this.solve({ kind: "equal", from, to });
  }

  /** Why the term of an id is equal to the one extracted for its class. */
  extracted(id: Id): Derivation {
    return this.solve({ kind: "extracted", id });
  }

  /** Solves what a goal needs before the goal, without recursion: terms may be deep. */
  private solve(goal: Goal): Derivation {
    const todo: { goal: Goal; way?: Stretch[] }[] = [{ goal }];
    for (let top = todo.at(-1); top; top = todo.at(-1)) {
      const key = keyOf(top.goal);
      if (this.derivations.has(key)) {
        todo.pop();
        continue;
      }
      if (top.way) {
        this.derivations.set(key, this.derive(top.goal, top.way));
        continue;
      }
      top.way = this.way(top.goal);
      for (const stretch of top.way)
        if (stretch.kind === "bridge")
          forEachGoal(stretch.bridge, (needed) => {
            if (!this.derivations.has(keyOf(needed))) todo.push({ goal: needed });
          });
    }
    return this.derivations.get(keyOf(goal)) as Derivation;
  }

  private derive(goal: Goal, way: readonly Stretch[]): Derivation {
    const start = goal.kind === "equal" ? goal.from : goal.id;
    const builder = new DerivationBuilder(this.terms, this.terms.of(start));
    for (const stretch of way)
      if (stretch.kind === "rule") builder.rule(stretch.note, stretch.forward, stretch.after);
      else builder.follow(this.cross(stretch.bridge), stretch.forward);
    return builder.done();
  }

  /** The derivation of a bridge whose goals are solved. */
  private cross(bridge: Bridge): Derivation {
    if (bridge.kind !== "node") return this.derivations.get(keyOf(bridge)) as Derivation;
    const { from, node, children, target } = bridge;
    const builder = new DerivationBuilder(this.terms, this.terms.of(from));
    if (from !== node)
      builder.follow(
        this.derivations.get(keyOf({ kind: "equal", from, to: node })) as Derivation,
        true,
      );
    for (const [i, child] of children.entries()) {
      const proof = this.cross(child);
      if (proof.length > 0) builder.inner(i, proof, true);
    }
    if (target && target !== builder.current) builder.commute(target);
    return builder.done();
  }

  private way(goal: Goal): Stretch[] {
    if (goal.kind === "extracted") {
      const { source } = this;
      const node = (this.extraction as Extraction).choice(source.find(goal.id));
      const children = source.children(node).map((id): Bridge => ({ kind: "extracted", id }));
      const bridge: Bridge = { kind: "node", from: goal.id, node, children, target: undefined };
      return [{ kind: "bridge", bridge, forward: true }];
    }
    return this.source.forest
      .path(goal.from, goal.to)
      .flatMap((step) => this.stretches(step < 0 ? ~step : step, step >= 0));
  }

  /** The way along an equation. */
  private stretches(equation: number, forward: boolean): Stretch[] {
    const { forest } = this.source;
    const [from, to] = forward
      ? [forest.from(equation), forest.to(equation)]
      : [forest.to(equation), forest.from(equation)];
    if (forest.reason(equation) === CONGRUENCE) {
      const bridge = this.bridges.congruence(from, to, this.terms.of(to), equation);
      return [{ kind: "bridge", bridge, forward: true }];
    }
    const instances = this.instance(equation);
    for (const fromLeft of [forward, !forward])
      for (const { left, right, note } of instances) {
        const [near, far] = fromLeft ? [left, right] : [right, left];
        const there = this.bridges.find(from, near, equation);
        const back = there && this.bridges.find(to, far, equation);
        if (back)
          return [
            { kind: "bridge", bridge: there, forward: true },
            { kind: "rule", note, forward: fromLeft, after: far.term },
            { kind: "bridge", bridge: back, forward: false },
          ];
      }
    throw new Error(
      `reason ${forest.reason(equation)} is described as an application of ${instances[0]?.note.rule} that does not make ${from} and ${to} equal: its sides are not what was united`,
    );
  }

  /** What an equation is an application of, at each root. */
  private instance(equation: number): readonly Instance[] {
    const known = this.instances.get(equation);
    if (known) return known;
    const { source, terms } = this;
    const { forest } = source;
    const reason = forest.reason(equation);
    const application: Application = reason < 0 ? { rule: GIVEN } : this.describe(reason);
    const ids = [forest.from(equation), forest.to(equation)] as const;
    const roots = application.sides?.length ?? 1;
    const instances = Array.from(
      { length: roots },
      (_, root) => new Instance(application, root, ids, terms, source),
    );
    this.instances.set(equation, instances);
    return instances;
  }
}

/** The rule of unions without a reason. */
const GIVEN = "given";

function keyOf(goal: Goal): number {
  return goal.kind === "equal" ? goal.from * 2 ** 25 + goal.to : -1 - goal.id;
}

function forEachGoal(bridge: Bridge, visit: (goal: Goal) => void): void {
  if (bridge.kind !== "node") {
    visit(bridge);
    return;
  }
  if (bridge.from !== bridge.node) visit({ kind: "equal", from: bridge.from, to: bridge.node });
  for (const child of bridge.children) forEachGoal(child, visit);
}
