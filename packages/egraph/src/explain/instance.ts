import type { ArgId, Id, OpId } from "../ids.ts";
import type { Application, NodeSide, SequenceSide, Side } from "./application.ts";
import type { RuleNote } from "./derivation.ts";
import type { Binding, ProofTerm } from "./proof.ts";
import type { Source } from "./source.ts";
import type { TermTable } from "./terms.ts";

/** A side of a rule with ids for its variables: what it is made of, down to the ids, and the term this gives. */
export type Sketch =
  | { readonly kind: "id"; readonly id: Id; readonly term: ProofTerm }
  | {
      readonly kind: "node";
      readonly op: OpId;
      readonly arg: ArgId;
      readonly children: readonly Sketch[];
      readonly term: ProofTerm;
    };

/** An application of a rule: its sides over what its variables stand for. */
export class Instance {
  readonly left: Sketch;
  readonly right: Sketch;
  readonly note: RuleNote;
  private readonly terms: TermTable;
  private readonly application: Application;
  /** Slots that stand for a part of a left side. */
  private readonly parts = new Map<number, NodeSide>();
  private readonly open = new Set<NodeSide>();

  /** The application of a rule at one of its roots, as the reason why two ids were united. */
  constructor(
    application: Application,
    root: number,
    [from, to]: readonly [Id, Id],
    terms: TermTable,
    source: Source,
  ) {
    this.terms = terms;
    this.application = application;
    const { rule, sides = [], facts = [] } = application;
    const here = sides[root];
    for (const side of here ? [here.left, ...(here.premises ?? [])] : []) this.findParts(side);
    for (const { slot, left } of sides)
      if (slot !== undefined && left.kind === "node") this.parts.set(slot, left);
    this.left = here ? this.sketch(here.left) : this.id(from);
    this.right = here?.right ? this.sketch(here.right) : this.id(to);
    const premises = here?.premises?.map((side) => this.sketch(side).term) ?? [];
    this.note = { rule, root, bindings: this.bindings(source), premises, facts };
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
    const term = this.terms.make(
      op,
      value,
      children.map((child) => child.term),
    );
    return { kind: "node", op, arg: value, children, term };
  }

  private variable(slot: number): Sketch {
    const part = this.parts.get(slot);
    // A pattern that is a part of itself holds for a cyclic class, which has a term nonetheless.
    return part && !this.open.has(part) ? this.sketch(part) : this.id(this.slot(slot));
  }

  private sequence(index: number): Sketch[] {
    const ids = this.application.sequences?.[index];
    if (!ids)
      throw new RangeError(
        `an application of ${this.application.rule} does not say what its sequence ${index} stands for`,
      );
    return ids.map((id) => this.id(id));
  }

  private id(id: Id): Sketch {
    return { kind: "id", id, term: this.terms.of(id) };
  }

  private slot(slot: number): number {
    const value = this.application.row?.[slot] ?? -1;
    if (value < 0)
      throw new RangeError(
        `an application of ${this.application.rule} does not say what its slot ${slot} stands for`,
      );
    return value;
  }

  private bindings(source: Source): Binding[] {
    const { sides = [], row = [], variables, sequences = [], sequenceVariables } = this.application;
    const args = new Set<number>();
    const collect = (side: Side | SequenceSide): void => {
      if (side.kind !== "node") return;
      if (side.arg === undefined && side.argSlot !== undefined) args.add(side.argSlot);
      side.children.forEach(collect);
    };
    for (const { left, right, premises = [] } of sides)
      for (const side of [left, right ?? left, ...premises]) collect(side);
    const bindings: Binding[] = [];
    for (const [variable, slot] of variables ?? [])
      if (args.has(slot)) bindings.push({ variable, value: source.argument(this.slot(slot)) });
      else if ((row[slot] ?? -1) >= 0) bindings.push({ variable, term: this.variable(slot).term });
    for (const [variable, index] of sequenceVariables ?? [])
      bindings.push({ variable, terms: (sequences[index] ?? []).map((id) => this.terms.of(id)) });
    return bindings;
  }
}
