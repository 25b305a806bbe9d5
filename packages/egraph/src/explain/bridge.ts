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

type NodeSketch = Sketch & { readonly kind: "node" };

/** Finds bridges: e-matching in the past. */
export class Bridges {
  private readonly source: Source;
  private readonly history: Timeline;
  /** Per class, by its canonical id: its ids by operator, argument and canonical children, oldest first. */
  private readonly tables = new Map<Id, Map<string, Id[]>>();
  /** What sketches were before the equation that was asked for last. */
  private readonly found = new Map<NodeSketch, readonly Id[]>();
  private time = Number.NaN;

  constructor(source: Source) {
    this.source = source;
    this.history = source.forest.history();
  }

  /** A bridge to a sketch by equations before number `time`, or undefined where there is none. */
  find(from: Id, to: Sketch, time: number): Bridge | undefined {
    const { history } = this;
    if (to.kind === "id")
      return history.latest(from, to.id) < time ? { kind: "equal", from, to: to.id } : undefined;
    const nodes = this.nodes(to, time);
    const node = nodes.includes(from)
      ? from
      : nodes.find((other) => history.latest(from, other) < time);
    return node === undefined ? undefined : this.over(from, node, to, time);
  }

  /** The ids that a sketch was, but for their children being equal to its own, before an equation. */
  nodes(sketch: NodeSketch, time: number): readonly Id[] {
    if (this.time !== time) this.found.clear();
    this.time = time;
    let nodes = this.found.get(sketch);
    if (!nodes) {
      nodes = this.search(sketch, time);
      this.found.set(sketch, nodes);
    }
    return nodes;
  }

  /** The bridge from one id to another that was congruent to it before an equation. */
  congruence(from: Id, to: Id, time: number): Bridge {
    const { source } = this;
    const children = source.children(to).map((id): Sketch => ({ kind: "id", id }));
    const sketch = { kind: "node", op: source.op(to), arg: source.arg(to), children } as const;
    return this.over(from, from, sketch, time) as Bridge;
  }

  /**
   * The bridge over a certain node. Equality before a time is an equivalence, so that under a commutative
   * operator the first partner that fits a child is as good as any.
   */
  over(from: Id, node: Id, to: NodeSketch, time: number): Bridge | undefined {
    const children = this.source.children(node);
    const order = this.order(node, to, time);
    if (!order) return undefined;
    const bridges = children.map((child, i) =>
      this.find(child, to.children[order[i] as number] as Sketch, time),
    );
    if (!bridges.every((bridge) => bridge !== undefined)) return undefined;
    const straight = order.every((position, i) => position === i);
    return { kind: "node", from, node, children: bridges, order: straight ? undefined : order };
  }

  /** How the children of a node go together with those of a sketch, in their own order if that does. */
  private order(node: Id, to: NodeSketch, time: number): number[] | undefined {
    const children = this.source.children(node);
    if (children.length !== to.children.length) return undefined;
    const fits = (child: Id, wanted: number): boolean =>
      this.fits(child, to.children[wanted] as Sketch, time);
    if (children.every(fits)) return [...children.keys()];
    if (!this.source.isCommutative(to.op)) return undefined;
    const open = [...children.keys()];
    const order: number[] = [];
    for (const child of children) {
      const at = open.findIndex((wanted) => fits(child, wanted));
      if (at < 0) return undefined;
      order.push(...open.splice(at, 1));
    }
    return order;
  }

  private fits(id: Id, to: Sketch, time: number): boolean {
    const { history } = this;
    if (to.kind === "id") return history.latest(id, to.id) < time;
    return this.nodes(to, time).some((node) => history.latest(id, node) < time);
  }

  private search(sketch: NodeSketch, time: number): readonly Id[] {
    const { source } = this;
    const classes: Id[] = [];
    for (const child of sketch.children) {
      const id = child.kind === "id" ? child.id : this.nodes(child, time)[0];
      if (id === undefined) return [];
      classes.push(source.find(id));
    }
    // What was congruent in the past is so now.
    const root = source.lookup(sketch.op, sketch.arg, classes);
    if (root < 0) return [];
    const alike = this.table(root).get(this.key(sketch.op, sketch.arg, classes)) ?? [];
    return alike.filter((node) => this.order(node, sketch, time) !== undefined);
  }

  private table(root: Id): Map<string, Id[]> {
    let table = this.tables.get(root);
    if (!table) {
      const { source } = this;
      const ids = this.history.members(root).sort((a, b) => a - b);
      table = Map.groupBy(ids, (id) => {
        const classes = source.children(id).map((child) => source.find(child));
        return this.key(source.op(id), source.arg(id), classes);
      });
      this.tables.set(root, table);
    }
    return table;
  }

  /** The ids of a class that are congruent now, together. */
  congruent(root: Id): Iterable<readonly Id[]> {
    return this.table(root).values();
  }

  private key(op: number, arg: number, classes: readonly Id[]): string {
    const order = this.source.isCommutative(op) ? classes.toSorted((a, b) => a - b) : classes;
    return `${op} ${arg} ${order.join(" ")}`;
  }
}
