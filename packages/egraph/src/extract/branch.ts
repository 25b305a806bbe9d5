import { Ascent } from "./ascent.ts";
import { superfluous } from "./elimination.ts";
import { IntList } from "./intlist.ts";
import type { Problem } from "./problem.ts";
import { cheapestTrees } from "./tree.ts";

/** Rounds of bounding and removing e-nodes at one place of the search. */
const ROUNDS = 2;
/** What one round takes beside the ascent, in steps per e-node and link. */
const OVERHEAD = 10;
/** Decisions on top of each other: as far as the call stack goes for sure. */
const DEEPEST = 2000;

/** What a search by {@link BranchAndBound} may spend, and whom it tells. */
export interface BranchOptions {
  /** Steps: e-nodes looked at. */
  readonly effort: number;
  readonly stop: () => boolean;
  /** The way down for its dual ascents, beside that of the dearest child. */
  readonly heights: Float64Array;
  /** Takes a choice of e-nodes from which a program may be made; returns what is to be undercut from now on. */
  readonly offer: (choice: Int32Array) => number;
}

/**
 * Searches for a program cheaper than a limit, or for the proof that there is none: depth first over the
 * e-nodes of classes that are needed, each place bounded by dual ascent, by which e-nodes are removed too.
 */
export class BranchAndBound {
  private readonly task: Problem;
  private readonly options: BranchOptions;
  private readonly ascent: Ascent;
  private limit: number;
  private left: number;
  /** Per e-node: what it costs, Infinity while it is removed; and the removed ones, latest last. */
  private readonly costs: Float64Array;
  private readonly removed = new IntList();
  /** Per class: whether it is required; and the required ones, latest last. */
  private readonly needed: Uint8Array;
  private readonly required = new IntList();

  constructor(task: Problem, limit: number, options: BranchOptions) {
    this.task = task;
    this.options = options;
    this.ascent = new Ascent(task);
    this.limit = limit;
    this.left = options.effort;
    this.costs = task.costs.slice();
    this.needed = new Uint8Array(task.classes);
  }

  /** A lower bound on all programs cheaper than the limit: Infinity when there are none. */
  run(): number {
    for (const root of this.task.roots) this.require(root);
    return this.search(0, 0);
  }

  /** Searches below a place, and leaves things as they were. Returns a bound on what is cheaper than the limit there. */
  private search(floor: number, depth: number): number {
    const removed = this.removed.length;
    const required = this.required.length;
    const bound = this.explore(floor, depth);
    for (let i = removed; i < this.removed.length; i++) {
      const n = this.removed.at(i);
      this.costs[n] = this.task.costs[n] as number;
    }
    for (let i = required; i < this.required.length; i++) this.needed[this.required.at(i)] = 0;
    this.removed.length = removed;
    this.required.length = required;
    return bound;
  }

  private explore(floor: number, depth: number): number {
    const { task, ascent, options, costs } = this;
    const isLate = (): boolean => ascent.steps > this.left || options.stop();
    let bound = floor;
    for (let round = 0; round < ROUNDS; round++) {
      this.close();
      const trees = cheapestTrees(task, costs);
      const roots = this.inOrder();
      if (roots.some((c) => (trees.choice[c] as number) < 0)) return Number.POSITIVE_INFINITY;
      const heights = round === 0 ? options.heights : trees.cost;
      ascent.run(costs, roots, heights, this.limit, isLate);
      // Trees and depths are made beside the ascent.
      this.left -= ascent.steps + OVERHEAD * (task.nodes + task.children.length);
      bound = Math.max(bound, ascent.bound);
      if (bound >= this.limit) return Number.POSITIVE_INFINITY;
      this.limit = options.offer(cheapestTrees(task, ascent.leaning(costs)).choice);
      if (bound >= this.limit) return Number.POSITIVE_INFINITY;
      const before = this.removed.length;
      const gone = superfluous(task, roots, ascent.reduced, ascent.bound, this.limit);
      for (let n = 0; n < task.nodes; n++) if (gone[n] === 1) this.remove(n);
      if (round > 0 && this.removed.length === before) break;
    }
    if (this.isSpent() || depth > DEEPEST) return bound;
    const c = this.pick();
    // All is decided: the only program there is here has been offered.
    if (c < 0) return Number.POSITIVE_INFINITY;
    const nodes: number[] = [];
    for (let n = task.first[c] as number; n < (task.first[c + 1] as number); n++)
      if (costs[n] !== Number.POSITIVE_INFINITY) nodes.push(n);
    // With an e-node goes what it costs beyond the bound.
    const floors = nodes.map((n) => Math.max(bound, ascent.bound + (ascent.reduced[n] as number)));
    const order = nodes.map((_, i) => i);
    order.sort((i, j) => (floors[i] as number) - (floors[j] as number) || i - j);
    let least = Number.POSITIVE_INFINITY;
    for (const i of order) {
      const below = floors[i] as number;
      if (below >= this.limit) continue;
      if (this.isSpent()) return Math.min(least, below);
      const mark = this.removed.length;
      for (const other of nodes) if (other !== nodes[i]) this.remove(other);
      least = Math.min(least, this.search(below, depth + 1));
      while (this.removed.length > mark) {
        const n = this.removed.at(--this.removed.length);
        costs[n] = task.costs[n] as number;
      }
    }
    return least;
  }

  private isSpent(): boolean {
    return this.left <= 0 || this.options.stop();
  }

  private remove(n: number): void {
    if (this.costs[n] === Number.POSITIVE_INFINITY) return;
    this.costs[n] = Number.POSITIVE_INFINITY;
    this.removed.push(n);
  }

  private require(c: number): void {
    if (this.needed[c] === 1) return;
    this.needed[c] = 1;
    this.required.push(c);
  }

  /** Requires the children of e-nodes that are the only ones of required classes. */
  private close(): void {
    const { required } = this;
    const { childAt, children } = this.task;
    for (let i = 0; i < required.length; i++) {
      const only = this.onlyNode(required.at(i));
      if (only < 0) continue;
      const end = childAt[only + 1] as number;
      for (let k = childAt[only] as number; k < end; k++) this.require(children[k] as number);
    }
  }

  /**
   * The required classes in the order that the ascent takes from its end: first those that are decided, so
   * that what is paid for them in any case is free for the cuts of the others.
   */
  private inOrder(): Int32Array {
    const classes = this.required.trim().sort();
    const decided = classes.filter((c) => this.onlyNode(c) >= 0);
    const others = classes.filter((c) => this.onlyNode(c) < 0);
    classes.set(others);
    classes.set(decided, others.length);
    return classes;
  }

  /** The only e-node left of a class, -1 when there are several. */
  private onlyNode(c: number): number {
    let only = -1;
    const end = this.task.first[c + 1] as number;
    for (let n = this.task.first[c] as number; n < end; n++) {
      if (this.costs[n] === Number.POSITIVE_INFINITY) continue;
      if (only >= 0) return -1;
      only = n;
    }
    return only;
  }

  /** The required class to decide next, -1 when all are decided. */
  private pick(): number {
    const { costs, required } = this;
    const { first } = this.task;
    const { reduced } = this.ascent;
    let best = -1;
    let score = -1;
    for (let i = 0; i < required.length; i++) {
      const c = required.at(i);
      let count = 0;
      let sum = 0;
      for (let n = first[c] as number; n < (first[c + 1] as number); n++) {
        if (costs[n] === Number.POSITIVE_INFINITY) continue;
        count++;
        sum += reduced[n] as number;
      }
      if (count < 2) continue;
      // E-nodes that have become dear raise the bound, and few of them mean few branches.
      const value = sum / count + 1e-6 / count;
      if (value > score) {
        best = c;
        score = value;
      }
    }
    return best;
  }
}
