import type { ArgId, Id, OpId } from "../ids.ts";
import type { Application, NodeSide, SequenceSide, Side } from "./application.ts";
import type { Binding, ProofTerm } from "./proof.ts";
import type { Source } from "./source.ts";
import type { TermTable } from "./terms.ts";

/** A side of a rule with ids for its variables: what it is made of, down to the ids. */
export type Sketch =
  | { readonly kind: "id"; readonly id: Id }
  | {
      readonly kind: "node";
      readonly op: OpId;
      readonly arg: ArgId;
      readonly children: readonly Sketch[];
    };

/** What a rule step says besides its terms. */
export interface RuleNote {
  readonly rule: string;
  readonly root: number;
  readonly bindings: readonly Binding[];
  readonly premises: readonly ProofTerm[];
  readonly facts: readonly string[];
}

/** The term of a sketch. */
export function termOf(sketch: Sketch, terms: TermTable): ProofTerm {
  if (sketch.kind === "id") return terms.of(sketch.id);
  const children = sketch.children.map((child) => termOf(child, terms));
  return terms.make(sketch.op, sketch.arg, children);
}

/** An application of a rule at one of its roots, as the reason why two ids were united. */
export class Instance {
  readonly left: Sketch;
  readonly right: Sketch;
  private readonly application: Application;
  private readonly root: number;
  /** Slots that stand for a part of a left side. */
  private readonly parts = new Map<number, NodeSide>();
  private readonly open = new Set<NodeSide>();

  constructor(application: Application, root: number, from: Id, to: Id) {
    this.application = application;
    this.root = root;
    const { sides = [] } = application;
    const here = sides[root];
    for (const side of here ? [here.left, ...(here.premises ?? [])] : []) this.findParts(side);
    for (const { slot, left } of sides)
      if (slot !== undefined && left.kind === "node") this.parts.set(slot, left);
    this.left = here ? this.sketch(here.left) : { kind: "id", id: from };
    this.right = here?.right ? this.sketch(here.right) : { kind: "id", id: to };
  }

  /** What there is to say about it. */
  note(terms: TermTable, source: Source): RuleNote {
    const { rule, sides = [], row = [], variables, facts = [] } = this.application;
    const { sequences = [], sequenceVariables } = this.application;
    const args = new Set<number>();
    const collect = (side: Side | SequenceSide): void => {
      if (side.kind !== "node") return;
      if (side.arg === undefined && side.argSlot !== undefined) args.add(side.argSlot);
      side.children.forEach(collect);
    };
    for (const { left, right, premises = [] } of sides)
      for (const side of [left, right ?? left, ...premises]) collect(side);
    const bindings: Binding[] = [];
    for (const [variable, slot] of variables ?? []) {
      if ((row[slot] ?? -1) < 0) continue;
      if (args.has(slot)) bindings.push({ variable, value: source.argument(this.slot(slot)) });
      else bindings.push({ variable, term: termOf(this.variable(slot), terms) });
    }
    for (const [variable, index] of sequenceVariables ?? [])
      bindings.push({ variable, terms: (sequences[index] ?? []).map((id) => terms.of(id)) });
    const premises = sides[this.root]?.premises ?? [];
    const terms_ = premises.map((side) => termOf(this.sketch(side), terms));
    return { rule, root: this.root, bindings, premises: terms_, facts };
  }

  private findParts(side: Side | SequenceSide): void {
    if (side.kind !== "node") return;
    if (side.classSlot !== undefined) this.parts.set(side.classSlot, side);
    for (const child of side.children) this.findParts(child);
  }

  private sketch(side: Side): Sketch {
    if (side.kind === "variable") return this.variable(side.slot);
    const { op, arg = 0, argSlot } = side;
    const value = side.arg === undefined && argSlot !== undefined ? this.slot(argSlot) : arg;
    this.open.add(side);
    const children = side.children.flatMap((child) =>
      child.kind === "sequence" ? this.sequence(child.sequence) : [this.sketch(child)],
    );
    this.open.delete(side);
    return { kind: "node", op, arg: value, children };
  }

  private variable(slot: number): Sketch {
    const part = this.parts.get(slot);
    // A pattern that is a part of itself holds for a cyclic class, which has a term nonetheless.
    return part && !this.open.has(part) ? this.sketch(part) : { kind: "id", id: this.slot(slot) };
  }

  private sequence(index: number): Sketch[] {
    const ids = this.application.sequences?.[index];
    if (!ids)
      throw new RangeError(
        `an application of ${this.application.rule} does not say what its sequence ${index} stands for`,
      );
    return ids.map((id) => ({ kind: "id", id }));
  }

  private slot(slot: number): number {
    const value = this.application.row?.[slot] ?? -1;
    if (value < 0)
      throw new RangeError(
        `an application of ${this.application.rule} does not say what its slot ${slot} stands for`,
      );
    return value;
  }
}
