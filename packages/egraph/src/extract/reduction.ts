import { contains, Landmarks } from "./landmarks.ts";
import { type Problem, parentsOf } from "./problem.ts";
import { cheapestTrees } from "./tree.ts";

/** E-nodes of one class that are compared with each other at most. */
const COMPARED = 400;
/** Rounds of reduction; each one begins with what the one before has left. */
const ROUNDS = 6;

/**
 * A problem made smaller without losing its optimum. What goes:
 * - e-nodes with a child that has no program, or whose every program needs the e-node's own class;
 * - e-nodes that another of their class makes superfluous: it costs no more and needs nothing else;
 * - e-nodes all of whose programs cost at least as much as one that is known already;
 * - classes that have a program of cost 0, and classes every program contains that have one e-node left,
 *   over such classes: these are settled, and are children no more.
 */
export class Reduction {
  /** What is left. Its roots are distinct. */
  task: Problem;
  /** What the settled classes cost that every program contains. */
  base = 0;
  /** Per class of what is left: 1 when every program contains it. */
  forced: Uint8Array;
  /** Whether it is shown that there is no better program than the one known. */
  isExhausted = false;
  /** E-nodes and classes of the problem given, by those of what is left. */
  private nodeOf: Int32Array;
  private classOf: Int32Array;
  /** Per class of the problem given: the e-node it is settled with, or -1. */
  private readonly settled: Int32Array;

  constructor(task: Problem) {
    this.task = task;
    this.nodeOf = Int32Array.from({ length: task.nodes }, (_, n) => n);
    this.classOf = Int32Array.from({ length: task.classes }, (_, c) => c);
    this.settled = new Int32Array(task.classes).fill(-1);
    this.forced = this.rootsOnly();
  }

  /**
   * Reduces until nothing more goes. `limit`: what the best program known costs; `gone`: e-nodes of what is
   * left that no better program uses.
   */
  run(limit: number, stop: () => boolean, gone?: Uint8Array): void {
    let alive: Uint8Array = gone
      ? gone.map((is) => 1 - is)
      : new Uint8Array(this.task.nodes).fill(1);
    for (let round = 0; round < ROUNDS; round++) {
      this.clear(alive);
      if (this.isExhausted || this.task.roots.length === 0 || stop()) return;
      const { nodes } = this.task;
      alive = this.sharpen(limit, stop);
      if (this.task.nodes === nodes && alive.every((is) => is === 1)) return;
    }
    this.clear(alive);
  }

  /** Per class of the problem given: the e-node that a choice for what is left amounts to, or -1. */
  expand(choice: Int32Array): Int32Array {
    const full = this.settled.slice();
    for (let c = 0; c < choice.length; c++)
      if ((choice[c] as number) >= 0)
        full[this.classOf[c] as number] = this.nodeOf[choice[c] as number] as number;
    return full;
  }

  /** The choice of a program of the problem given, where what is left has it; -1 elsewhere. */
  contract(choice: Int32Array): Int32Array {
    const { task, nodeOf, classOf } = this;
    const result = new Int32Array(task.classes).fill(-1);
    for (let c = 0; c < task.classes; c++)
      for (let n = task.first[c] as number; n < (task.first[c + 1] as number); n++)
        if (nodeOf[n] === choice[classOf[c] as number]) result[c] = n;
    return result;
  }

  private rootsOnly(): Uint8Array {
    const forced = new Uint8Array(this.task.classes);
    for (const root of this.task.roots) forced[root] = 1;
    return forced;
  }

  /** Removes e-nodes that are not alive or have no program, and settles the classes that cost nothing. */
  private clear(alive: Uint8Array): void {
    const { task } = this;
    const costs = task.costs.map((cost, n) => (alive[n] === 1 ? cost : Number.POSITIVE_INFINITY));
    const trees = cheapestTrees(task, costs);
    if (task.roots.some((root) => (trees.choice[root] as number) < 0)) {
      this.isExhausted = true;
      return;
    }
    for (let n = 0; n < task.nodes; n++)
      for (let k = task.childAt[n] as number; k < (task.childAt[n + 1] as number); k++)
        if ((trees.choice[task.children[k] as number] as number) < 0) alive[n] = 0;
    const settles = new Uint8Array(task.classes);
    for (const c of trees.order)
      if (trees.cost[c] === 0) this.settle(c, trees.choice[c] as number, settles);
    // Every program contains these: what they cost is paid already.
    for (const c of trees.order) {
      const n = trees.choice[c] as number;
      if (this.forced[c] === 0 || settles[c] === 1 || this.countAlive(c, alive) > 1) continue;
      let k = task.childAt[n] as number;
      while (k < (task.childAt[n + 1] as number) && settles[task.children[k] as number] === 1) k++;
      if (k < (task.childAt[n + 1] as number)) continue;
      this.settle(c, n, settles);
      this.base += task.costs[n] as number;
    }
    this.restrict(alive, settles);
  }

  private countAlive(c: number, alive: Uint8Array): number {
    let count = 0;
    const end = this.task.first[c + 1] as number;
    for (let n = this.task.first[c] as number; n < end; n++) count += alive[n] as number;
    return count;
  }

  private settle(c: number, n: number, settles: Uint8Array): void {
    settles[c] = 1;
    this.settled[this.classOf[c] as number] = this.nodeOf[n] as number;
  }

  /** Finds the e-nodes that landmarks show to be of no use; returns those that may be. */
  private sharpen(limit: number, stop: () => boolean): Uint8Array {
    const { task } = this;
    const { first, classOf, childAt, children, costs } = task;
    const alive = new Uint8Array(task.nodes).fill(1);
    const trees = cheapestTrees(task, costs);
    const landmarks = Landmarks.of(task, trees, stop);
    const forced = this.rootsOnly();
    this.forced = forced;
    if (landmarks) {
      const all = landmarks.ofAll(task.roots);
      for (let c = 0; c < task.classes; c++) if (contains(all, c)) forced[c] = 1;
    }
    const least = new Float64Array(task.classes).fill(Number.POSITIVE_INFINITY);
    for (let n = 0; n < task.nodes; n++) {
      const c = classOf[n] as number;
      least[c] = Math.min(least[c] as number, costs[n] as number);
    }
    let fixed = this.base;
    for (let c = 0; c < task.classes; c++) if (forced[c] === 1) fixed += least[c] as number;
    const childrenOf = (n: number): Int32Array => children.subarray(childAt[n], childAt[n + 1]);
    for (let c = 0; c < task.classes; c++) {
      const from = first[c] as number;
      const end = first[c + 1] as number;
      for (let n = from; n < end; n++) {
        const own = childrenOf(n);
        const needs = landmarks?.ofAll(own);
        if (needs && this.isOver(c, n, needs, fixed, least, limit)) {
          alive[n] = 0;
          continue;
        }
        // The first COMPARED are looked at; there are rarely more.
        for (let m = from; m < Math.min(end, from + COMPARED); m++) {
          if (m === n || alive[m] === 0) continue;
          const difference = (costs[m] as number) - (costs[n] as number);
          if (difference > 0) continue;
          const other = childrenOf(m);
          if (!other.every((d) => (needs ? contains(needs, d) : own.includes(d)))) continue;
          // Of two that need the same at the same cost the older stays.
          alive[n] = 0;
          break;
        }
      }
    }
    return alive;
  }

  /** Whether every program with e-node `n` is cyclic or costs at least `limit`. */
  private isOver(
    c: number,
    n: number,
    needs: Int32Array,
    fixed: number,
    least: Float64Array,
    limit: number,
  ): boolean {
    if (contains(needs, c)) return true;
    let cost = fixed + (this.task.costs[n] as number);
    if (this.forced[c] === 1) cost -= least[c] as number;
    for (let w = 0; w < needs.length; w++)
      for (let word = needs[w] as number; word !== 0; word &= word - 1) {
        const d = w * 32 + 31 - Math.clz32(word & -word);
        if (this.forced[d] === 0) cost += least[d] as number;
      }
    return cost >= limit;
  }

  /** Keeps what is alive, not settled, and reachable from roots that are not settled. */
  private restrict(alive: Uint8Array, settles: Uint8Array): void {
    const old = this.task;
    const local = new Int32Array(old.classes).fill(-1);
    const kept: number[] = [];
    const reach = (c: number): number => {
      if ((local[c] as number) < 0) {
        local[c] = kept.length;
        kept.push(c);
      }
      return local[c] as number;
    };
    const roots: number[] = [];
    for (const root of new Set(old.roots)) if (settles[root] === 0) roots.push(reach(root));
    const first: number[] = [];
    const nodes: number[] = [];
    const classOf: number[] = [];
    const childAt: number[] = [];
    const children: number[] = [];
    for (let c = 0; c < kept.length; c++) {
      first.push(nodes.length);
      const from = old.first[kept[c] as number] as number;
      const end = old.first[(kept[c] as number) + 1] as number;
      for (let n = from; n < end; n++) {
        if (alive[n] === 0) continue;
        nodes.push(n);
        classOf.push(c);
        const start = children.length;
        childAt.push(start);
        for (let k = old.childAt[n] as number; k < (old.childAt[n + 1] as number); k++) {
          const child = old.children[k] as number;
          if (settles[child] === 1) continue;
          const mine = reach(child);
          // Repeats mean nothing under sharing.
          if (children.indexOf(mine, start) < 0) children.push(mine);
        }
      }
    }
    first.push(nodes.length);
    childAt.push(children.length);
    const starts = Int32Array.from(childAt);
    const links = Int32Array.from(children);
    this.task = {
      classes: kept.length,
      nodes: nodes.length,
      ids: Int32Array.from(kept, (c) => old.ids[c] as number),
      first: Int32Array.from(first),
      nodeIds: Int32Array.from(nodes, (n) => old.nodeIds[n] as number),
      classOf: Int32Array.from(classOf),
      costs: Float64Array.from(nodes, (n) => old.costs[n] as number),
      childAt: starts,
      children: links,
      ...parentsOf(kept.length, starts, links),
      roots: Int32Array.from(roots),
      graph: old.graph,
    };
    this.forced = Uint8Array.from(kept, (c) => this.forced[c] as number);
    this.nodeOf = Int32Array.from(nodes, (n) => this.nodeOf[n] as number);
    this.classOf = Int32Array.from(kept, (c) => this.classOf[c] as number);
  }
}
