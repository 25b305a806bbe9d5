import type { Id } from "./ids.ts";

/** No time: two ids that are not equal. */
const NEVER = 0x7fffffff;

/**
 * When which ids became equal. Equations are numbered in order of time; those that joined two classes are
 * the links of a union-find without path compression, each stamped with its number, linked by size: so the
 * walk from an id to its root is logarithmic, its stamps ascend, and the first equation after which two ids
 * were equal is the highest stamp between them. Undoing the last equation cuts its link.
 */
export class Timeline {
  private parent: Int32Array = new Int32Array(0);
  /** The equation that linked an id to its parent; NEVER at a root. */
  private stamp: Int32Array = new Int32Array(0);
  /** At a root: ids below it, itself included. */
  private size: Int32Array = new Int32Array(0);
  /** The members of a class, as a ring. */
  private next: Int32Array = new Int32Array(0);
  /** Per equation: the id it linked below another, or -1 where both were equal already. */
  private readonly linked: number[] = [];

  /** Equations taken in. */
  get length(): number {
    return this.linked.length;
  }

  /** Takes in the next equation. */
  push(a: Id, b: Id): void {
    this.cover(Math.max(a, b));
    const { parent, stamp, size, next } = this;
    const [x, y] = [this.root(a), this.root(b)];
    if (x === y) {
      this.linked.push(-1);
      return;
    }
    const [under, over] = (size[x] as number) < (size[y] as number) ? [x, y] : [y, x];
    parent[under] = over;
    stamp[under] = this.linked.length;
    size[over] = (size[over] as number) + (size[under] as number);
    const after = next[under] as number;
    next[under] = next[over] as number;
    next[over] = after;
    this.linked.push(under);
  }

  /** Forgets all but the first `length` equations. */
  cut(length: number): void {
    const { parent, stamp, size, next, linked } = this;
    while (linked.length > length) {
      const under = linked.pop() as number;
      if (under < 0) continue;
      const over = parent[under] as number;
      const after = next[under] as number;
      next[under] = next[over] as number;
      next[over] = after;
      size[over] = (size[over] as number) - (size[under] as number);
      stamp[under] = NEVER;
      parent[under] = under;
    }
  }

  /** The equation that made two ids equal: -1 when they are the same, Infinity when they are not equal. */
  latest(a: Id, b: Id): number {
    if (a === b) return -1;
    const { parent, stamp } = this;
    if (Math.max(a, b) >= parent.length) return Number.POSITIVE_INFINITY;
    let x = a;
    let y = b;
    let latest = -1;
    while (x !== y) {
      const p = stamp[x] as number;
      const q = stamp[y] as number;
      latest = Math.min(p, q);
      if (latest === NEVER) return Number.POSITIVE_INFINITY;
      if (p < q) x = parent[x] as number;
      else y = parent[y] as number;
    }
    return latest;
  }

  /** All ids equal to one, itself first. */
  members(id: Id): Id[] {
    const members = [id];
    if (id < this.next.length)
      for (let x = this.next[id] as number; x !== id; x = this.next[x] as number) members.push(x);
    return members;
  }

  private root(id: Id): Id {
    const parent = this.parent;
    let x = id;
    while (parent[x] !== x) x = parent[x] as number;
    return x;
  }

  private cover(id: Id): void {
    const covered = this.parent.length;
    if (id < covered) return;
    const length = Math.max(id + 1, covered * 2);
    const grow = (old: Int32Array): Int32Array => {
      const grown = new Int32Array(length);
      grown.set(old);
      return grown;
    };
    this.parent = grow(this.parent);
    this.stamp = grow(this.stamp).fill(NEVER, covered);
    this.size = grow(this.size).fill(1, covered);
    this.next = grow(this.next);
    for (let x = covered; x < length; x++) {
      this.parent[x] = x;
      this.next[x] = x;
    }
  }
}
