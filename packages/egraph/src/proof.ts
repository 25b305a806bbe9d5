import { Column } from "./column.ts";
import { finish, mix } from "./hash.ts";
import type { Id, NodeId, OpId } from "./ids.ts";
import type { NodeStore } from "./nodes.ts";
import { Timeline } from "./timeline.ts";
import type { Trail } from "./trail.ts";

/** Reason of a union that follows from the equality of children. */
export const CONGRUENCE: number = -2;

/** What equations are about: each id stands for the term it was created with. */
interface Terms {
  op(id: NodeId): OpId;
  arity(id: NodeId): number;
  /** Position in `given` of the first child. */
  slot(id: NodeId): number;
  readonly given: { readonly data: Int32Array };
}

/**
 * The equations that made classes one, in order of time: which two ids were united, and why. An equation by
 * congruence rests on older ones only, so it can be explained later, when somebody asks (Nieuwenhuis and
 * Oliveras, "Proof-producing congruence closure", RTA 2005, whose forest is built only then).
 */
export class ProofForest {
  /** Three words an equation: the two ids, and the reason. */
  private readonly equations: Column;
  private readonly timeline: Timeline = new Timeline();
  /** Equations of the timeline that are still those recorded. */
  private told = 0;

  constructor(trail: Trail) {
    this.equations = new Column(trail);
  }

  /** An id equal to no other needs no record. */
  push(_id: Id): void {}

  /** Records that two ids, and with them their classes, were made equal. */
  join(a: Id, b: Id, reason: number): void {
    const { equations } = this;
    // What was cut off by restoring a mark is written over from here on.
    if (equations.length < this.told) this.told = equations.length;
    equations.push(a);
    equations.push(b);
    equations.push(reason);
  }

  /** Equations recorded. */
  get length(): number {
    return this.equations.length / 3;
  }

  /** The first id of an equation. */
  from(equation: number): Id {
    return this.equations.data[3 * equation] as number;
  }

  /** The second id of an equation. */
  to(equation: number): Id {
    return this.equations.data[3 * equation + 1] as number;
  }

  /** Why: what the union was given, or {@link CONGRUENCE}. */
  reason(equation: number): number {
    return this.equations.data[3 * equation + 2] as number;
  }

  /** When which ids became equal, up to now. */
  history(): Timeline {
    const { timeline, equations } = this;
    const { length } = equations;
    timeline.cut(Math.min(this.told, length) / 3);
    for (let e = timeline.length; e < length / 3; e++) timeline.push(this.from(e), this.to(e));
    this.told = length;
    return timeline;
  }

  /** The equations that lead from one id to an equal one, in order: `~e` where e is used from right to left. */
  path(a: Id, b: Id): number[] {
    const history = this.history();
    const path: number[] = [];
    // Pairs still to be joined, and between them, as one negative number and a blank, the equations that do.
    const todo: number[] = [b, a];
    while (todo.length > 0) {
      const x = todo.pop() as number;
      const y = todo.pop() as number;
      if (x < 0) {
        path.push(y);
        continue;
      }
      if (x === y) continue;
      const e = history.latest(x, y);
      const forwards = history.latest(x, this.from(e)) < e;
      const [near, far] = forwards ? [this.from(e), this.to(e)] : [this.to(e), this.from(e)];
      todo.push(y, far, forwards ? e : ~e, -1, near, x);
    }
    return path;
  }

  /** The distinct reasons, ascending, on which the equality of two equal ids rests. */
  reasons(a: Id, b: Id, terms: Terms, commutative: Uint8Array): number[] {
    const found = new Set<number>();
    const seen = new Set<number>();
    const todo: Id[] = [a, b];
    while (todo.length > 0) {
      const y = todo.pop() as Id;
      const x = todo.pop() as Id;
      for (const step of this.path(x, y)) {
        const equation = step < 0 ? ~step : step;
        if (seen.has(equation)) continue;
        seen.add(equation);
        const reason = this.reason(equation);
        if (reason >= 0) found.add(reason);
        else if (reason === CONGRUENCE) this.pairChildren(equation, terms, commutative, todo);
      }
    }
    return [...found].sort((p, q) => p - q);
  }

  /** Appends the pairs of children that made the two nodes of an equation congruent. */
  private pairChildren(equation: number, terms: Terms, commutative: Uint8Array, pairs: Id[]): void {
    const [from, to] = [this.from(equation), this.to(equation)];
    const arity = terms.arity(from);
    const given = terms.given.data;
    const left = terms.slot(from);
    const right = terms.slot(to);
    if (commutative[terms.op(from)] !== 1) {
      for (let i = 0; i < arity; i++)
        pairs.push(given[left + i] as number, given[right + i] as number);
      return;
    }
    // Equality before an equation is an equivalence, so taking the first partner that fits cannot go wrong.
    const history = this.history();
    const open = Array.from({ length: arity }, (_, i) => given[right + i] as number);
    for (let i = 0; i < arity; i++) {
      const child = given[left + i] as number;
      const at = open.findIndex((other) => history.latest(child, other) < equation);
      pairs.push(child, open[at] as number);
      open.splice(at, 1);
    }
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

  /** Forgets a node if it is here; those that were created later must have been forgotten before. */
  remove(node: NodeId): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = this.hash(node) & mask;
    while (slots[slot] !== node + 1) {
      if (slots[slot] === 0) return;
      slot = (slot + 1) & mask;
    }
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
