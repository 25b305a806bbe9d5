import type { Id } from "../ids.ts";
import type { Pattern } from "../pattern.ts";
import type { Rule } from "../rule.ts";
import type { Application, NodeSide, SequenceSide, Side, Sides } from "./application.ts";
import type { Source } from "./source.ts";

/** A rule as an application shows it, for one row of its slots. */
export class RuleSides {
  private readonly source: Source;
  private readonly rule: Rule;
  private readonly row: Int32Array;
  private readonly sequences: Id[][] = [];
  /** Per slot: the part of a left side that it stands for. */
  private readonly parts = new Map<number, Side>();

  constructor(source: Source, rule: Rule, row: Int32Array) {
    this.source = source;
    this.rule = rule;
    this.row = row;
  }

  /** The application of the rule to the row. */
  application(): Application {
    const { rule, row, sequences, parts } = this;
    const { name, left, rootSlots, right, variables } = rule;
    const roots = left.map((pattern) => this.side(pattern));
    for (const [i, root] of roots.entries()) parts.set(rootSlots[i] as number, root);
    const unions =
      typeof right === "function" ? [{ slot: rootSlots[0] as number, template: undefined }] : right;
    const sides = unions.map(({ slot, template }): Sides => {
      const here = parts.get(slot) ?? { kind: "variable", slot };
      const premises = roots.filter((root) => root !== here);
      return { left: here, slot, premises, ...(template ? { right: template } : {}) };
    });
    const application = { rule: name, sides, row, sequences };
    return variables ? { ...application, variables } : application;
  }

  /** A pattern, with what its open ends stand for as sequences. */
  private side(pattern: Pattern): Side {
    if (pattern.kind === "variable") return pattern;
    const { rest, suffix = [], nodeSlot, ...node } = pattern;
    const children: (Side | SequenceSide)[] = pattern.children.map((child) => this.side(child));
    if (rest) {
      const all = nodeSlot === undefined ? undefined : this.row[nodeSlot];
      if (all === undefined)
        throw new Error(
          `rule ${this.rule.name} has a pattern with a rest but without a nodeSlot, so nothing tells what the rest was`,
        );
      const ids = this.source.children(all);
      const sequence = this.sequences.push(ids.slice(children.length, ids.length - suffix.length));
      children.push({ kind: "sequence", sequence: sequence - 1 });
    }
    children.push(...suffix.map((child) => this.side(child)));
    const side: NodeSide = { ...node, children };
    if (node.classSlot !== undefined) this.parts.set(node.classSlot, side);
    return side;
  }
}
