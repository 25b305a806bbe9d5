import { Ascent } from "./ascent.ts";
import { superfluous } from "./elimination.ts";
import type { Problem } from "./problem.ts";
import { cheapestTrees } from "./tree.ts";

/** Rounds of bounding and removing e-nodes at one place of the search. */
const ROUNDS = 3;

/** What a search by {@link BranchAndBound} may spend, and whom it tells. */
export interface BranchOptions {
  /** Steps: e-nodes looked at. */
  readonly effort: number;
  readonly stop: () => boolean;
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

  constructor(task: Problem, limit: number, options: BranchOptions) {
    this.task = task;
    this.options = options;
    this.ascent = new Ascent(task);
    this.limit = limit;
    this.left = options.effort;
  }

  /** A lower bound on all programs cheaper than the limit: Infinity when there are none. */
  run(): number {
    const needed = new Uint8Array(this.task.classes);
    for (const root of this.task.roots) needed[root] = 1;
    return this.search(this.task.costs.slice(), needed, 0);
  }

  /** Searches below a place; `costs` and `needed` are its own. Returns a bound on what is cheaper than the limit there. */
  private search(costs: Float64Array, needed: Uint8Array, floor: number): number {
    const { task, ascent, options } = this;
    let bound = floor;
    for (let round = 0; round < ROUNDS; round++) {
      this.need(costs, needed);
      const roots: number[] = [];
      for (let c = 0; c < task.classes; c++) if (needed[c] === 1) roots.push(c);
      const trees = cheapestTrees(task, costs);
      if (roots.some((c) => (trees.choice[c] as number) < 0)) return Number.POSITIVE_INFINITY;
      // Small cuts are found by following the cheaper or the dearer children: both are tried in turn.
      const heights = round % 2 === 0 ? trees.cost : trees.cost.map((cost) => -cost);
      this.left -= ascent.run(costs, roots, heights, this.limit, options.stop);
      bound = Math.max(bound, ascent.bound);
      if (bound >= this.limit) return Number.POSITIVE_INFINITY;
      this.limit = options.offer(cheapestTrees(task, ascent.leaning(costs)).choice);
      if (bound >= this.limit) return Number.POSITIVE_INFINITY;
      const gone = superfluous(task, roots, ascent.reduced, ascent.bound, this.limit);
      let removed = 0;
      for (let n = 0; n < task.nodes; n++)
        if (gone[n] === 1 && costs[n] !== Number.POSITIVE_INFINITY) {
          costs[n] = Number.POSITIVE_INFINITY;
          removed++;
        }
      if (round > 0 && removed === 0) break;
    }
    if (this.left <= 0 || options.stop()) return bound;
    const c = this.pick(costs, needed);
    // All is decided: the bound is the cost of the only program, which has been offered.
    if (c < 0) return bound >= this.limit ? Number.POSITIVE_INFINITY : bound;
    const nodes: number[] = [];
    for (let n = task.first[c] as number; n < (task.first[c + 1] as number); n++)
      if (costs[n] !== Number.POSITIVE_INFINITY) nodes.push(n);
    // With an e-node goes what it costs beyond the bound.
    const floors = nodes.map((n) => Math.max(bound, ascent.bound + (ascent.reduced[n] as number)));
    const order = nodes.map((_, i) => i);
    order.sort((i, j) => (floors[i] as number) - (floors[j] as number) || i - j);
    let least = Number.POSITIVE_INFINITY;
    for (const i of order) {
      const n = nodes[i] as number;
      const below = floors[i] as number;
      if (below >= this.limit) continue;
      if (this.left <= 0 || options.stop()) {
        least = Math.min(least, below);
        continue;
      }
      const own = costs.slice();
      for (const other of nodes) if (other !== n) own[other] = Number.POSITIVE_INFINITY;
      least = Math.min(least, this.search(own, needed.slice(), below));
    }
    return least;
  }

  /** Marks the children of e-nodes that are the only ones of needed classes. */
  private need(costs: Float64Array, needed: Uint8Array): void {
    const { first, childAt, children, classes } = this.task;
    const stack: number[] = [];
    for (let c = 0; c < classes; c++) if (needed[c] === 1) stack.push(c);
    while (stack.length > 0) {
      const c = stack.pop() as number;
      let only = -1;
      for (let n = first[c] as number; n < (first[c + 1] as number); n++) {
        if (costs[n] === Number.POSITIVE_INFINITY) continue;
        if (only >= 0) {
          only = -1;
          break;
        }
        only = n;
      }
      if (only < 0) continue;
      for (let k = childAt[only] as number; k < (childAt[only + 1] as number); k++) {
        const child = children[k] as number;
        if (needed[child] === 1) continue;
        needed[child] = 1;
        stack.push(child);
      }
    }
  }

  /** The needed class to decide next, -1 when all are decided. */
  private pick(costs: Float64Array, needed: Uint8Array): number {
    const { first, classes } = this.task;
    const { reduced } = this.ascent;
    let best = -1;
    let score = -1;
    for (let c = 0; c < classes; c++) {
      if (needed[c] === 0) continue;
      let count = 0;
      let sum = 0;
      for (let n = first[c] as number; n < (first[c + 1] as number); n++) {
        if (costs[n] === Number.POSITIVE_INFINITY) continue;
        count++;
        sum += reduced[n] as number;
      }
      if (count < 2) continue;
      // E-nodes that have become dear raise the bound, and few of them mean few branches.
      const value = sum / count + 1 / count / 1e6;
      if (value > score) {
        best = c;
        score = value;
      }
    }
    return best;
  }
}
