import type { Problem } from "./problem.ts";
import type { Trees } from "./tree.ts";

/** Costs that differ by less than this share count as equal: sums in another order differ in their last bits. */
export const TOLERANCE: number = 1e-12;

/** E-nodes to look at before it is enough: a fraction of a second. */
const EFFORT = 3e7;

/** Which of e-nodes that come to the same cost is taken. */
export type Ties = "oldest" | "newest";

/**
 * Per class, the best program found so far that computes it: e-nodes in an order in which each comes after
 * those of its children. A set is thus acyclic by construction, and its cost is exact under sharing.
 *
 * The family of greedy extractors that count shared classes once (extraction-gym's greedy DAG
 * extractors): the set of an e-node is the union of its children's sets and itself, where a class that
 * occurs in two of them keeps the e-node of the first. Improvements are propagated to parents until
 * there are none.
 */
export class CostSets {
  /** Per class: its program, undefined while it has none. */
  readonly sets: (Int32Array | undefined)[];
  /** Per class: cost of its program. */
  readonly costs: Float64Array;
  private readonly task: Problem;
  /** Per class: the last union that contained it. */
  private readonly seen: Int32Array;
  private epoch = 0;
  /** E-nodes looked at so far. */
  private effort = 0;
  private scratch: Int32Array = new Int32Array(256);
  private count = 0;

  constructor(task: Problem) {
    this.task = task;
    this.sets = new Array<Int32Array | undefined>(task.classes).fill(undefined);
    this.costs = new Float64Array(task.classes).fill(Number.POSITIVE_INFINITY);
    this.seen = new Int32Array(task.classes);
  }

  /** The e-node that computes a class in its own program. */
  choice(c: number): number {
    return this.sets[c]?.at(-1) ?? -1;
  }

  /**
   * Finds programs for all classes: passes over the classes in the order of `trees`, that is mostly
   * children before parents, until nothing improves or the effort is spent. Returns false when it was
   * spent before every class had a program.
   */
  solve(trees: Trees, ties: Ties, stop: () => boolean): boolean {
    const { parentAt, parents, first, classes, classOf } = this.task;
    const isDue = new Uint8Array(classes).fill(1);
    // First the cheapest tree of each class: a good program early leaves little to improve.
    for (const c of trees.order) {
      if (this.effort > EFFORT) return false;
      this.improve(trees.choice[c] as number, ties);
    }
    for (let due = true; due; ) {
      due = false;
      for (let i = 0; i < trees.order.length; i++) {
        const c = trees.order[i] as number;
        if (isDue[c] === 0) continue;
        if (this.effort > EFFORT || ((i & 63) === 0 && stop())) return true;
        isDue[c] = 0;
        let improved = false;
        for (let n = first[c] as number; n < (first[c + 1] as number); n++)
          if (this.improve(n, ties)) improved = true;
        if (!improved) continue;
        due = true;
        for (let k = parentAt[c] as number; k < (parentAt[c + 1] as number); k++)
          isDue[classOf[parents[k] as number] as number] = 1;
      }
    }
    return true;
  }

  /** Takes e-node `n` for its class if that makes a better program. */
  private improve(n: number, ties: Ties): boolean {
    const { classOf, costs, childAt, children } = this.task;
    const c = classOf[n] as number;
    const best = this.costs[c] as number;
    const from = childAt[n] as number;
    const end = childAt[n + 1] as number;
    // The dearest child first: its program is taken whole, which bounds the sum from below.
    let dearest = -1;
    for (let k = from; k < end; k++) {
      const child = children[k] as number;
      if (this.sets[child] === undefined) return false;
      if (dearest < 0 || (this.costs[child] as number) > (this.costs[dearest] as number))
        dearest = child;
    }
    const limit = best + Math.abs(best) * TOLERANCE;
    let total = costs[n] as number;
    if (dearest >= 0 && total + (this.costs[dearest] as number) > limit) return false;
    this.epoch++;
    this.count = 0;
    if (dearest >= 0) {
      total = this.take(dearest, c, total, limit);
      for (let k = from; k < end && total <= limit; k++) {
        const child = children[k] as number;
        if (this.seen[child] !== this.epoch) total = this.take(child, c, total, limit);
      }
    }
    if (!(total <= limit)) return false;
    const old = this.sets[c];
    if (old && total >= best - Math.abs(best) * TOLERANCE) {
      const current = old[old.length - 1] as number;
      if (this.count + 1 > old.length) return false;
      if (this.count + 1 === old.length && (ties === "newest" ? n <= current : n >= current))
        return false;
    }
    const set = new Int32Array(this.count + 1);
    set.set(this.scratch.subarray(0, this.count));
    set[this.count] = n;
    this.sets[c] = set;
    this.costs[c] = total;
    return true;
  }

  /** Adds to the union the program of a class; NaN when it contains `owner`, whose program is being made. */
  private take(c: number, owner: number, total: number, limit: number): number {
    const { classOf, costs } = this.task;
    const { seen, epoch } = this;
    const set = this.sets[c] as Int32Array;
    if (this.count + set.length >= this.scratch.length) {
      const grown = new Int32Array((this.count + set.length) * 2);
      grown.set(this.scratch);
      this.scratch = grown;
    }
    const scratch = this.scratch;
    let count = this.count;
    let sum = total;
    for (let i = 0; i < set.length; i++) {
      this.effort++;
      const n = set[i] as number;
      const other = classOf[n] as number;
      if (other === owner) return Number.NaN;
      if (seen[other] === epoch) continue;
      seen[other] = epoch;
      scratch[count++] = n;
      sum += costs[n] as number;
      if (sum > limit) return Number.NaN;
    }
    this.count = count;
    return sum;
  }

  /** The union of the programs of some classes, as a choice per class. */
  merge(roots: Int32Array): Int32Array {
    const { classOf, classes } = this.task;
    const choice = new Int32Array(classes).fill(-1);
    const order = [...new Set(roots)].sort(
      (p, q) => (this.costs[q] as number) - (this.costs[p] as number),
    );
    for (const root of order)
      for (const n of this.sets[root] ?? []) {
        const c = classOf[n] as number;
        if ((choice[c] as number) < 0) choice[c] = n;
      }
    return choice;
  }
}
