import type { Id } from "../ids.ts";
import type { Timeline } from "../timeline.ts";
import type { NodeSide, Side } from "./application.ts";
import type { Bridge } from "./bridge.ts";
import type { Hop, RuleHop } from "./hop.ts";
import type { RuleNote, Sketch } from "./instance.ts";
import type { Parts, Point, Points } from "./point.ts";
import type { ProofTerm } from "./proof.ts";
import type { Source } from "./source.ts";
import type { TermTable } from "./terms.ts";

/** A goal: that the term of a point is equal to that of another. */
export interface Goal {
  readonly from: Point;
  readonly to: Point;
}

/** A leg of the way to a goal. */
export type Leg =
  | ({ readonly kind: "goal"; readonly place: readonly number[] } & Goal)
  | { readonly kind: "commute"; readonly place: readonly number[]; readonly to: ProofTerm }
  | {
      readonly kind: "rule";
      readonly note: RuleNote;
      readonly forward: boolean;
      readonly to: ProofTerm;
    };

/** How children go together: which of the other ones each is, and the equation after which all pairs were equal. */
interface Pairing {
  readonly order: readonly number[];
  readonly time: number;
}

/**
 * Turns a way through a class into what is to be done on it, and no more: the children of a term are changed
 * only when a rule looks at them, or at the end, and what a variable stands for is carried along as it is.
 */
export class Itineraries {
  private readonly source: Source;
  private readonly terms: TermTable;
  private readonly points: Points;
  private readonly history: Timeline;
  private readonly inner = new Map<Point, number>();

  constructor(source: Source, terms: TermTable, points: Points) {
    this.source = source;
    this.terms = terms;
    this.points = points;
    this.history = source.forest.history();
  }

  /** A trip towards a goal, from a point on the way. */
  trip(from: Point, limit: number): Trip {
    return new Trip(this.source, this.terms, this.points, this, from, limit);
  }

  /**
   * The last equation that may be used for what a goal needs; `free`: any. What a goal needs rests on older
   * equations or is about smaller terms, so that nothing rests on itself.
   */
  limit({ from, to }: Goal, free: boolean): number {
    const level = free || from.home === to.home ? Number.POSITIVE_INFINITY : this.latest(from, to);
    return Math.max(level - 1, this.timeIn(from), this.timeIn(to));
  }

  /** The equation that made two points equal. */
  latest(a: Point, b: Point): number {
    return this.history.latest(a.home, b.home);
  }

  /** How children become others in the class of one operator, by equations as old as can be. */
  pair(op: number, from: readonly Point[], to: readonly Point[]): Pairing | undefined {
    if (from.length !== to.length) return undefined;
    const time = Math.max(-1, ...from.map((child, i) => this.latest(child, to[i] as Point)));
    const order = [...from.keys()];
    const straight = time < Number.POSITIVE_INFINITY ? { order, time } : undefined;
    if (from.length < 2 || !this.source.isCommutative(op)) return straight;
    // Children may be many, but are mostly the same few.
    const [homes, others] = [from, to].map((points) => new Set(points.map(({ home }) => home)));
    const times = new Set<number>();
    for (const home of homes as Set<Id>)
      for (const other of others as Set<Id>) times.add(this.history.latest(home, other));
    for (const limit of [...times].sort((a, b) => a - b)) {
      if (limit >= time) return straight;
      const crossed = this.greedy(from, to, limit);
      if (crossed) return { order: crossed, time: limit };
    }
    return straight;
  }

  /** Equality up to a time is an equivalence, so that the first partner that fits is as good as any. */
  private greedy(
    from: readonly Point[],
    to: readonly Point[],
    limit: number,
  ): number[] | undefined {
    const open = [...to.keys()];
    const order: number[] = [];
    for (const child of from) {
      const at = open.findIndex((other) => this.latest(child, to[other] as Point) <= limit);
      if (at < 0) return undefined;
      order.push(...open.splice(at, 1));
    }
    return order;
  }

  /** The last equation that a point needs to be what its home is. */
  private timeIn(point: Point): number {
    const { inner } = this;
    const todo = [point];
    for (let top = todo.at(-1); top; top = todo.at(-1)) {
      if (top.kind === "id" || inner.has(top)) {
        todo.pop();
        continue;
      }
      const waiting = top.children.filter((child) => child.kind === "node" && !inner.has(child));
      todo.push(...waiting);
      if (waiting.length > 0) continue;
      const home = this.points.parts(this.points.of(top.home)).children;
      let time = this.pair(top.op, top.children, home)?.time ?? Number.POSITIVE_INFINITY;
      for (const child of top.children) time = Math.max(time, inner.get(child) ?? -1);
      inner.set(top, time);
    }
    return inner.get(point) ?? -1;
  }
}

/** A way being gone. */
export class Trip {
  readonly legs: Leg[] = [];
  private readonly source: Source;
  private readonly terms: TermTable;
  private readonly points: Points;
  private readonly itineraries: Itineraries;
  private readonly limit: number;
  /** The term reached. */
  at: Point;

  constructor(
    source: Source,
    terms: TermTable,
    points: Points,
    itineraries: Itineraries,
    from: Point,
    limit: number,
  ) {
    this.source = source;
    this.terms = terms;
    this.points = points;
    this.itineraries = itineraries;
    this.limit = limit;
    this.at = from;
  }

  /** Makes the present term what the side of a rule wants, and applies the rule. Congruent terms wait. */
  take(hop: Hop): void {
    if (hop.kind === "rule") this.apply(hop);
  }

  /** Ends at a point. */
  arrive(at: Point): void {
    this.become(this.at, at, []);
  }

  private apply(hop: RuleHop): void {
    const { instance, forward, near, far } = hop;
    const [nearSide, farSide] = [instance.side(forward), instance.side(!forward)];
    const carried = new Map<number, Point>();
    let to: Point;
    if (nearSide && farSide) {
      this.shape(this.at, nearSide, near, [], carried);
      to = this.instantiate(farSide, far, hop, carried);
    } else {
      const [nearSketch, farSketch] = forward
        ? [instance.left, instance.right]
        : [instance.right, instance.left];
      this.become(this.at, this.pointOf(nearSketch, near), []);
      to = this.pointOf(farSketch, far);
    }
    const instead = new Map([...carried].map(([slot, point]) => [slot, this.points.term(point)]));
    const note = instance.note(this.terms, this.source, instead);
    this.legs.push({ kind: "rule", note, forward, to: this.points.term(to) });
    this.at = to;
  }

  /** Makes the term at a place fit a side of a rule, which is where the bridge leads; binds its variables. */
  private shape(
    point: Point,
    side: Side,
    bridge: Bridge,
    place: readonly number[],
    carried: Map<number, Point>,
  ): Point {
    if (side.kind === "variable") {
      const bound = carried.get(side.slot);
      if (bound) this.become(point, bound, place);
      else carried.set(side.slot, point);
      return bound ?? point;
    }
    if (bridge.kind !== "node") throw new Error("a bridge does not lead to its side");
    const node = this.points.of(bridge.node);
    const wanted = this.points.parts(node);
    let parts = this.points.parts(point);
    let pairing = this.congruent(parts, wanted);
    if (!pairing) {
      this.become(point, node, place);
      parts = wanted;
      pairing = { order: [...wanted.children.keys()], time: -1 };
    }
    const shaped: Point[] = [];
    const inOrder: Point[] = [];
    for (const [i, child] of parts.children.entries()) {
      const across = pairing.order[i] as number;
      const position = bridge.order?.[across] ?? across;
      const below = (side as NodeSide).children[position] as Side;
      const to = this.shape(
        child,
        below,
        bridge.children[across] as Bridge,
        [...place, i],
        carried,
      );
      shaped.push(to);
      inOrder[position] = to;
    }
    const result = this.points.node(wanted.op, wanted.arg, inOrder, bridge.node);
    const before = this.points.node(wanted.op, wanted.arg, shaped, bridge.node);
    this.commute(before, result, place);
    return result;
  }

  private instantiate(
    side: Side,
    bridge: Bridge,
    hop: RuleHop,
    carried: Map<number, Point>,
  ): Point {
    if (side.kind === "variable") {
      const bound = carried.get(side.slot) ?? this.points.of(hop.instance.slot(side.slot));
      carried.set(side.slot, bound);
      return bound;
    }
    if (bridge.kind !== "node") throw new Error("a bridge does not lead to its side");
    const { op, arg } = this.points.parts(this.points.of(bridge.node));
    const children: Point[] = [];
    for (const [i, child] of bridge.children.entries()) {
      const position = bridge.order?.[i] ?? i;
      children[position] = this.instantiate(side.children[position] as Side, child, hop, carried);
    }
    return this.points.node(op, arg, children, bridge.node);
  }

  private pointOf(sketch: Sketch, bridge: Bridge): Point {
    if (sketch.kind === "id") return this.points.of(sketch.id);
    if (bridge.kind !== "node") throw new Error("a bridge does not lead to its side");
    const children: Point[] = [];
    for (const [i, child] of bridge.children.entries()) {
      const position = bridge.order?.[i] ?? i;
      children[position] = this.pointOf(sketch.children[position] as Sketch, child);
    }
    return this.points.node(sketch.op, sketch.arg, children, bridge.node);
  }

  /** Makes the term at a place another one: child by child if they are congruent. */
  private become(from: Point, to: Point, place: readonly number[]): void {
    const { points } = this;
    if (points.term(from) === points.term(to)) return;
    const parts = points.parts(to);
    const pairing = this.congruent(points.parts(from), parts);
    if (!pairing) {
      this.legs.push({ kind: "goal", place, from, to });
      return;
    }
    const children: Point[] = [];
    for (const [i, child] of points.parts(from).children.entries()) {
      const other = parts.children[pairing.order[i] as number] as Point;
      children.push(other);
      if (points.term(child) !== points.term(other))
        this.legs.push({ kind: "goal", place: [...place, i], from: child, to: other });
    }
    this.commute(points.node(parts.op, parts.arg, children, to.home), to, place);
  }

  private commute(from: Point, to: Point, place: readonly number[]): void {
    const term = this.points.term(to);
    if (this.points.term(from) !== term) this.legs.push({ kind: "commute", place, to: term });
  }

  private congruent(from: Parts, to: Parts): Pairing | undefined {
    if (from.op !== to.op || from.arg !== to.arg) return undefined;
    const pairing = this.itineraries.pair(from.op, from.children, to.children);
    return pairing && pairing.time <= this.limit ? pairing : undefined;
  }
}
