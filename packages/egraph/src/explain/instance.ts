import type { ArgId, Id, OpId } from "../ids.ts";
import type { Application, NodeSide, SequenceSide, Side, VariableSide } from "./application.ts";
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
function termOf(sketch: Sketch, terms: TermTable): ProofTerm {
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
  private readonly args = new Set<number>();
  private readonly flexible: boolean;

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
    const scanned = [here?.left, here?.right].map((side) => side !== undefined && this.scan(side));
    for (const side of here?.premises ?? []) this.scan(side);
    // Conditions and premises were seen for certain terms, so these stay.
    const bare = !here?.premises?.length && !application.facts?.length;
    this.flexible = bare && scanned.every((free) => free);
  }

  /** The side of the rule on the left or right, if what its variables stand for may be replaced by equals. */
  side(left: boolean): NodeSide | VariableSide | undefined {
    const here = this.application.sides?.[this.root];
    return this.flexible ? (left ? here?.left : here?.right) : undefined;
  }

  /** What a slot of the application holds. */
  slot(slot: number): number {
    const value = this.application.row?.[slot] ?? -1;
    if (value < 0)
      throw new RangeError(
        `an application of ${this.application.rule} does not say what its slot ${slot} stands for`,
      );
    return value;
  }

  /** What there is to say about it; `instead`: what variables stand for, where it was replaced. */
  note(terms: TermTable, source: Source, instead: ReadonlyMap<number, ProofTerm>): RuleNote {
    const { rule, sides = [], row = [], variables, facts = [] } = this.application;
    const { sequences = [], sequenceVariables } = this.application;
    const bindings: Binding[] = [];
    for (const [variable, slot] of variables ?? []) {
      if ((row[slot] ?? -1) < 0) continue;
      if (this.args.has(slot)) bindings.push({ variable, value: source.argument(this.slot(slot)) });
      else {
        const term = instead.get(slot) ?? termOf(this.variable(slot), terms);
        bindings.push({ variable, term });
      }
    }
    for (const [variable, index] of sequenceVariables ?? [])
      bindings.push({ variable, terms: (sequences[index] ?? []).map((id) => terms.of(id)) });
    const others = sides[this.root]?.premises ?? [];
    const premises = others.map((side) => termOf(this.sketch(side), terms));
    return { rule, root: this.root, bindings, premises, facts };
  }

  /** Looks a side over: whether it consists of nodes and variables alone, all of it free. */
  private scan(side: Side | SequenceSide): boolean {
    if (side.kind === "sequence") return false;
    if (side.kind === "variable") return !this.parts.has(side.slot);
    if (side.arg === undefined && side.argSlot !== undefined) this.args.add(side.argSlot);
    let free = side.classSlot === undefined;
    for (const child of side.children) if (!this.scan(child)) free = false;
    return free;
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
}
