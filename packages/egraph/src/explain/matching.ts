import type { Id } from "../ids.ts";
import type { NodePattern, Pattern } from "../pattern.ts";
import type { Source } from "./source.ts";

/** What matches a pattern, at one e-node of the graph as it is now. */
export class Matching {
  private readonly source: Source;
  private readonly byOp = new Map<Id, Map<number, Id[]>>();

  constructor(source: Source) {
    this.source = source;
  }

  /**
   * Calls `found` with the row of each match at a node, until it returns false. Variables stand for what the
   * first e-node that binds them was given as its child: rules hold for every member of a class, and this one
   * needs no step to get there. The row is written to again afterwards.
   */
  at(node: Id, pattern: NodePattern, slots: number, found: (row: Int32Array) => boolean): boolean {
    const row = new Int32Array(slots).fill(-1);
    return this.node(node, node, pattern, row, () => found(row));
  }

  private match(id: Id, pattern: Pattern, row: Int32Array, then: () => boolean): boolean {
    if (pattern.kind === "variable") return this.bind(row, pattern.slot, id, then);
    for (const node of this.nodes(this.source.find(id), pattern.op))
      if (!this.node(id, node, pattern, row, then)) return false;
    return true;
  }

  private node(
    id: Id,
    node: Id,
    pattern: NodePattern,
    row: Int32Array,
    then: () => boolean,
  ): boolean {
    const { source } = this;
    const arg = source.arg(node);
    if (source.op(node) !== pattern.op || pattern.rest) return true;
    if (pattern.arg !== undefined && arg !== pattern.arg) return true;
    const children = source.children(node);
    if (children.length !== pattern.children.length) return true;
    const below = (): boolean =>
      this.children(children, pattern, 0, source.isCommutative(pattern.op), row, then);
    const bindClass = (): boolean => this.bind(row, pattern.classSlot, id, below);
    const { nodeSlot, argSlot } = pattern;
    return this.set(row, nodeSlot, node, () => this.set(row, argSlot, arg, bindClass));
  }

  /** Matches the patterns from number `i` on with the children that are left. */
  private children(
    children: readonly Id[],
    pattern: NodePattern,
    i: number,
    anyOrder: boolean,
    row: Int32Array,
    then: () => boolean,
  ): boolean {
    const next = pattern.children[i];
    if (!next) return then();
    if (!anyOrder)
      return this.match(children[i] as Id, next, row, () =>
        this.children(children, pattern, i + 1, false, row, then),
      );
    for (const [at, child] of children.entries()) {
      const left = children.toSpliced(at, 1);
      const goOn = (): boolean => this.children(left, pattern, i + 1, true, row, then);
      if (!this.match(child, next, row, goOn)) return false;
    }
    return true;
  }

  /** Goes on with a class in a slot, if there is not another one in it. */
  private bind(row: Int32Array, slot: number | undefined, id: Id, then: () => boolean): boolean {
    if (slot === undefined) return then();
    const known = row[slot] as number;
    if (known >= 0) return this.source.find(known) === this.source.find(id) ? then() : true;
    return this.with(row, slot, id, then);
  }

  /** The same for an argument or an e-node. */
  private set(
    row: Int32Array,
    slot: number | undefined,
    value: number,
    then: () => boolean,
  ): boolean {
    if (slot === undefined) return then();
    const known = row[slot] as number;
    if (known >= 0) return known === value ? then() : true;
    return this.with(row, slot, value, then);
  }

  private with(row: Int32Array, slot: number, value: number, then: () => boolean): boolean {
    row[slot] = value;
    const goOn = then();
    row[slot] = -1;
    return goOn;
  }

  private nodes(root: Id, op: number): readonly Id[] {
    let byOp = this.byOp.get(root);
    if (!byOp) {
      byOp = Map.groupBy(this.source.nodes(root), (node) => this.source.op(node));
      this.byOp.set(root, byOp);
    }
    return byOp.get(op) ?? [];
  }
}
