/**
 * The obvious e-graph: terms as strings, classes as labels, congruence by naive fixpoint. Slow and small,
 * so that it is plain that it is right; the engine is compared with it.
 */
import type { Guard, Pattern } from "../src/index.ts";

export interface Term {
  readonly op: number;
  readonly arg: number;
  readonly children: readonly number[];
}

export class Reference {
  /** Per handle: the term as it was given, children being handles. */
  readonly terms: Term[] = [];
  /** Per handle: the least handle equal to it. */
  label: number[] = [];
  readonly commutative: ReadonlySet<number>;

  constructor(commutative: ReadonlySet<number>) {
    this.commutative = commutative;
  }

  copy(): Reference {
    const copy = new Reference(this.commutative);
    copy.terms.push(...this.terms);
    copy.label = [...this.label];
    return copy;
  }

  add(op: number, arg: number, children: readonly number[]): number {
    this.label.push(this.terms.length);
    return this.terms.push({ op, arg, children }) - 1;
  }

  union(a: number, b: number): void {
    const [x, y] = [this.label[a] as number, this.label[b] as number];
    this.label = this.label.map((label) => (label === Math.max(x, y) ? Math.min(x, y) : label));
  }

  /** The e-node a handle stands for, as a string. */
  key(handle: number): string {
    const { op, arg, children } = this.terms[handle] as Term;
    const labels = children.map((child) => this.label[child] as number);
    if (this.commutative.has(op)) labels.sort((p, q) => p - q);
    return `${op}:${arg}(${labels.join(",")})`;
  }

  /** Congruence: equal keys, equal classes. */
  rebuild(): void {
    for (let changed = true; changed; ) {
      changed = false;
      const owner = new Map<string, number>();
      for (const handle of this.terms.keys()) {
        const key = this.key(handle);
        const other = owner.get(key);
        if (other === undefined) owner.set(key, handle);
        else if (this.label[other] !== this.label[handle]) {
          this.union(other, handle);
          changed = true;
        }
      }
    }
  }

  /** Distinct e-nodes, each by the first handle that stands for it. */
  nodes(): number[] {
    const first = new Map<string, number>();
    for (const handle of this.terms.keys())
      if (!first.has(this.key(handle))) first.set(this.key(handle), handle);
    return [...first.values()];
  }

  /** Canonical children of an e-node, in the order given. */
  children(handle: number): number[] {
    const { children } = this.terms[handle] as Term;
    return children.map((child) => this.label[child] as number);
  }

  /** All matches of patterns by trying every e-node everywhere; rows of slots, -1 where unbound. */
  match(
    roots: readonly Pattern[],
    rootSlots: readonly number[],
    slots: number,
    guards: readonly Guard[] = [],
  ): number[][] {
    let rows: number[][] = [new Array<number>(slots).fill(-1)];
    for (const [i, root] of roots.entries())
      rows = rows.flatMap((row) =>
        [...new Set(this.label)].flatMap((label) =>
          bind(row, rootSlots[i] as number, label).flatMap((bound) =>
            this.matchClass(root, label, bound),
          ),
        ),
      );
    return rows.filter(
      (row) =>
        new Set(rootSlots.map((slot) => row[slot])).size === rootSlots.length &&
        guards.every((guard) => guard.test(Int32Array.from(row), 0)),
    );
  }

  private matchClass(pattern: Pattern, label: number, row: number[]): number[][] {
    if (pattern.kind === "variable") return bind(row, pattern.slot, label);
    const { op, arg, argSlot, nodeSlot, classSlot, children, rest, suffix = [] } = pattern;
    const rows: number[][] = [];
    for (const node of this.nodes()) {
      const term = this.terms[node] as Term;
      if (this.label[node] !== label || term.op !== op) continue;
      if (arg !== undefined && term.arg !== arg) continue;
      let bound = bind(row, argSlot, term.arg);
      bound = bound.flatMap((r) => bind(r, nodeSlot, node));
      bound = bound.flatMap((r) => bind(r, classSlot, label));
      const given = this.children(node);
      const count = children.length + suffix.length;
      if (rest ? given.length < count : given.length !== count) continue;
      const wanted = [...children, ...suffix];
      const parts = [
        ...given.slice(0, children.length),
        ...given.slice(given.length - suffix.length),
      ];
      const orders = !rest && this.commutative.has(op) ? distinctOrders(parts) : [parts];
      for (const order of orders)
        rows.push(
          ...wanted.reduce<number[][]>(
            (partial, child, i) =>
              partial.flatMap((r) => this.matchClass(child, order[i] as number, r)),
            bound,
          ),
        );
    }
    return rows;
  }
}

function bind(row: number[], slot: number | undefined, value: number): number[][] {
  if (slot === undefined || row[slot] === value) return [row];
  return row[slot] === -1 ? [row.with(slot, value)] : [];
}

function distinctOrders(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return [...new Set(items)].flatMap((item) =>
    distinctOrders(items.toSpliced(items.indexOf(item), 1)).map((rest) => [item, ...rest]),
  );
}
