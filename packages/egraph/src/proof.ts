import { Column } from "./column.ts";
import { finish, mix } from "./hash.ts";
import type { Id, NodeId } from "./ids.ts";
import type { NodeStore } from "./nodes.ts";
import type { Trail } from "./trail.ts";

/** Reason of a union that follows from the equality of children. */
export const CONGRUENCE: number = -2;

/**
 * The proof forest (Nieuwenhuis and Oliveras, "Proof-producing congruence closure", RTA 2005): every
 * union that merges two classes is an edge between the two ids that were united, and two ids are equal
 * exactly when a path joins them. That path is unique and never changes, so an edge by congruence,
 * whose children were equal when it was made, can be explained later from the same forest. Edges are
 * numbered in order of time.
 */
export class ProofForest {
  /** Per id: the next id towards the root of its tree (itself at the root), and the edge there. */
  private readonly up: Column;
  private readonly edge: Column;
  private readonly reason: Column;

  constructor(trail: Trail) {
    this.up = new Column(trail);
    this.edge = new Column(trail);
    this.reason = new Column(trail);
  }

  /** Appends an id that is equal to no other. */
  push(id: Id): void {
    this.up.push(id);
    this.edge.push(-1);
  }

  /** Adds an edge between two ids that are not joined yet; the shorter of the two paths is turned over. */
  join(a: Id, b: Id, reason: number): void {
    const up = this.up.data;
    let x = a;
    let y = b;
    while (up[x] !== x && up[y] !== y) {
      x = up[x] as number;
      y = up[y] as number;
    }
    const [from, to] = up[x] === x ? [a, b] : [b, a];
    let node = from;
    let above = to;
    let edge = this.reason.length;
    this.reason.push(reason);
    for (;;) {
      const next = up[node] as number;
      const label = this.edge.data[node] as number;
      this.up.set(node, above);
      this.edge.set(node, edge);
      if (next === node) return;
      above = node;
      node = next;
      edge = label;
    }
  }

  /** The distinct reasons, ascending, on which the equality of two equal ids rests. */
  reasons(a: Id, b: Id, store: NodeStore, commutative: Uint8Array): number[] {
    const found = new Set<number>();
    const seen = new Set<number>();
    const todo: Id[] = [a, b];
    while (todo.length > 0) {
      const y = todo.pop() as Id;
      const x = todo.pop() as Id;
      for (const [edge, from, to] of this.path(x, y)) {
        if (seen.has(edge)) continue;
        seen.add(edge);
        const reason = this.reason.data[edge] as number;
        if (reason >= 0) found.add(reason);
        else if (reason === CONGRUENCE) this.pairChildren(from, to, edge, store, commutative, todo);
      }
    }
    return [...found].sort((p, q) => p - q);
  }

  /** Appends the pairs of children that made two nodes congruent before `edge`. */
  private pairChildren(
    from: NodeId,
    to: NodeId,
    edge: number,
    store: NodeStore,
    commutative: Uint8Array,
    pairs: Id[],
  ): void {
    const arity = store.arity(from);
    const given = store.given.data;
    const left = store.slot(from);
    const right = store.slot(to);
    if (commutative[store.op(from)] !== 1) {
      for (let i = 0; i < arity; i++)
        pairs.push(given[left + i] as number, given[right + i] as number);
      return;
    }
    // Equality before `edge` is an equivalence, so taking the first partner that fits cannot go wrong.
    const open = Array.from({ length: arity }, (_, i) => given[right + i] as number);
    for (let i = 0; i < arity; i++) {
      const child = given[left + i] as number;
      const at = open.findIndex((other) => this.path(child, other, edge) !== undefined);
      pairs.push(child, open[at] as number);
      open.splice(at, 1);
    }
  }

  /** The edges `[number, from, to]` between two ids; with `before`, undefined unless all are older than it. */
  private path(a: Id, b: Id): [number, Id, Id][];
  private path(a: Id, b: Id, before: number): [number, Id, Id][] | undefined;
  private path(a: Id, b: Id, before = Number.POSITIVE_INFINITY): [number, Id, Id][] | undefined {
    const up = this.up.data;
    const above = new Set<Id>([a]);
    for (let x = a; up[x] !== x; x = up[x] as number) above.add(up[x] as number);
    const path: [number, Id, Id][] = [];
    let meet = b;
    while (!above.has(meet)) {
      const next = up[meet] as number;
      if (next === meet) return undefined;
      path.push([this.edge.data[meet] as number, meet, next]);
      meet = next;
    }
    for (let x = a; x !== meet; x = up[x] as number)
      path.push([this.edge.data[x] as number, x, up[x] as number]);
    return path.every(([edge]) => edge < before) ? path : undefined;
  }
}

/**
 * Finds the e-node that was created with exactly these children as given. With proofs, equal terms that
 * were given different children keep ids of their own, since they are equal for a reason.
 */
export class GivenIndex {
  private slots: Int32Array = new Int32Array(256);
  private used = 0;
  private readonly store: NodeStore;

  constructor(store: NodeStore) {
    this.store = store;
  }

  /** The node created with this operator, argument and children, or -1. */
  find(op: number, arg: number, given: Int32Array, arity: number): NodeId {
    const { store, slots } = this;
    const mask = slots.length - 1;
    for (let slot = hashGiven(op, arg, given, 0, arity) & mask; ; slot = (slot + 1) & mask) {
      const node = (slots[slot] as number) - 1;
      if (node === -1) return -1;
      if (node < 0 || store.op(node) !== op || store.arg(node) !== arg) continue;
      if (store.arity(node) !== arity) continue;
      const from = store.slot(node);
      let i = 0;
      while (i < arity && store.given.data[from + i] === given[i]) i++;
      if (i === arity) return node;
    }
  }

  insert(node: NodeId): void {
    if (this.used * 2 >= this.slots.length) this.rehash();
    this.place(node);
    this.used++;
  }

  /** Forgets a node; those that were created later must have been forgotten before. */
  remove(node: NodeId): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = this.hash(node) & mask;
    while (slots[slot] !== node + 1) slot = (slot + 1) & mask;
    slots[slot] = 0;
    this.used--;
  }

  private hash(node: NodeId): number {
    const { store } = this;
    return hashGiven(
      store.op(node),
      store.arg(node),
      store.given.data,
      store.slot(node),
      store.arity(node),
    );
  }

  private place(node: NodeId): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = this.hash(node) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = node + 1;
  }

  // In creation order, so that removing the newest first leaves no gap in a probe sequence.
  private rehash(): void {
    const nodes = this.slots.filter((word) => word !== 0).sort();
    this.slots = new Int32Array(this.slots.length * 2);
    for (const word of nodes) this.place(word - 1);
  }

  get bytes(): number {
    return this.slots.byteLength;
  }
}

function hashGiven(
  op: number,
  arg: number,
  given: Int32Array,
  from: number,
  arity: number,
): number {
  let h = mix(mix(arity + 1, arg), op);
  for (let i = 0; i < arity; i++) h = mix(h, given[from + i] as number);
  return finish(h);
}
