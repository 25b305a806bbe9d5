import type { Id } from "../ids.ts";
import type { Timeline } from "../timeline.ts";
import type { Sketch } from "./instance.ts";
import type { Source } from "./source.ts";

/** Where in the graph a side of a rule was, or is: how the term of an id becomes it. */
export type Bridge =
  | { readonly kind: "equal"; readonly from: Id; readonly to: Id }
  | {
      readonly kind: "node";
      readonly from: Id;
      /** An id equal to `from` with the operator that is wanted. */
      readonly node: Id;
      /** Per child of `node`. */
      readonly children: readonly Bridge[];
      /** Per child of `node`: which child of what is wanted it becomes; the same one when not given. */
      readonly order: readonly number[] | undefined;
    };

/** Finds bridges: e-matching in the past. */
export class Bridges {
  private readonly source: Source;
  private readonly history: Timeline;
  /** Per class, by its canonical id, and operator: its ids, oldest first. */
  private readonly members = new Map<Id, Map<number, Id[]>>();

  constructor(source: Source) {
    this.source = source;
    this.history = source.forest.history();
  }

  /** A bridge to a sketch by equations before number `time`, or undefined where there is none. */
  find(from: Id, to: Sketch, time: number): Bridge | undefined {
    const { history, source } = this;
    if (to.kind === "id")
      return history.latest(from, to.id) < time ? { kind: "equal", from, to: to.id } : undefined;
    const arity = to.children.length;
    for (const node of this.candidates(from, to.op)) {
      if (source.arg(node) !== to.arg || history.latest(from, node) >= time) continue;
      const children = source.children(node);
      if (children.length !== arity) continue;
      const bridge = this.pair(from, node, children, to, time);
      if (bridge) return bridge;
    }
    return undefined;
  }

  /** The bridge from one id to another that was congruent to it before an equation. */
  congruence(from: Id, to: Id, time: number): Bridge {
    const { source } = this;
    const children = source.children(to).map((id): Sketch => ({ kind: "id", id }));
    const sketch = { kind: "node", op: source.op(to), arg: source.arg(to), children } as const;
    return this.pair(from, from, source.children(from), sketch, time) as Bridge;
  }

  /**
   * Bridges the children of a node to those wanted. Equality before a time is an equivalence, so that under a
   * commutative operator the first partner that fits is as good as any.
   */
  private pair(
    from: Id,
    node: Id,
    children: readonly Id[],
    to: Sketch & { readonly kind: "node" },
    time: number,
  ): Bridge | undefined {
    const straight = children.map((child, i) => this.find(child, to.children[i] as Sketch, time));
    if (straight.every((bridge) => bridge !== undefined))
      return { kind: "node", from, node, children: straight, order: undefined };
    if (!this.source.isCommutative(to.op)) return undefined;
    const open = [...to.children.keys()];
    const order: number[] = [];
    const bridges: Bridge[] = [];
    for (const child of children) {
      const at = open.findIndex((wanted) => {
        const bridge = this.find(child, to.children[wanted] as Sketch, time);
        if (bridge) bridges.push(bridge);
        return bridge;
      });
      if (at < 0) return undefined;
      order.push(...open.splice(at, 1));
    }
    return { kind: "node", from, node, children: bridges, order };
  }

  /** The ids of a class with an operator: `from` first. */
  private candidates(from: Id, op: number): readonly Id[] {
    const root = this.source.find(from);
    let byOp = this.members.get(root);
    if (!byOp) {
      const ids = this.history.members(root).sort((a, b) => a - b);
      byOp = Map.groupBy(ids, (id) => this.source.op(id));
      this.members.set(root, byOp);
    }
    const list = byOp.get(op) ?? [];
    return this.source.op(from) === op ? [from, ...list] : list;
  }
}
