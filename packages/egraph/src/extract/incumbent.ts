import { Budget } from "./budget.ts";
import { leaving } from "./dominators.ts";
import type { Problem } from "./problem.ts";
import { Topology } from "./topology.ts";

/** What finding the savings costs, as links looked at, for each class of the program. */
const SAVINGS = 8;

/**
 * A program that is being improved: which e-node computes each class, and how often the program uses the
 * class. A class is part of the program while it is used. Classes that leave keep their choice for the
 * case that they come back.
 */
export class Incumbent {
  readonly task: Problem;
  /** Per class: its e-node; of a class outside the program the one it would enter with, or -1. */
  readonly choice: Int32Array;
  /** Per class: how many chosen children and roots refer to it. */
  readonly uses: Int32Array;
  /**
   * Per class of the program: its place in an order in which children come before parents. Sorting gives
   * whole numbers; classes that enter later are put in between.
   */
  readonly place: Float64Array;
  /** DAG cost. */
  cost = 0;

  private readonly topology: Topology;
  private readonly stack: Int32Array;
  /** Per class: 2e while entering in epoch e, 2e + 1 once done. */
  private readonly visit: Int32Array;
  private epoch = 1;
  private sorted: Int32Array = new Int32Array(0);
  private isSorted = false;
  /** Classes that are used besides the roots. */
  private pinned: readonly number[] = [];
  private readonly saved: {
    choice: Int32Array;
    uses: Int32Array;
    place: Float64Array;
    cost: number;
  };
  /** Per class: the last search for a class that passed it in vain. */
  private readonly below: Int32Array;
  private search = 0;
  private belowOf = -1;
  private readonly path: Int32Array;
  /** What is spent on it is counted here. */
  readonly budget: Budget;

  constructor(task: Problem, choice: Int32Array, budget: Budget = new Budget()) {
    this.task = task;
    this.budget = budget;
    this.choice = choice;
    this.topology = new Topology(task);
    this.uses = new Int32Array(task.classes);
    this.place = new Float64Array(task.classes);
    this.stack = new Int32Array(task.classes + task.children.length + 1);
    this.visit = new Int32Array(task.classes);
    this.below = new Int32Array(task.classes);
    this.path = new Int32Array(task.classes);
    this.saved = {
      choice: choice.slice(),
      uses: this.uses.slice(),
      place: this.place.slice(),
      cost: 0,
    };
    for (const root of task.roots) this.cost += this.use(root);
    this.sort();
  }

  /** The classes of the program, children before parents. Valid until the program changes. */
  get order(): Int32Array {
    if (!this.isSorted) this.sort();
    return this.sorted;
  }

  private sort(): void {
    const { roots } = this.task;
    const order = this.topology.sort(
      this.choice,
      this.pinned.length > 0 ? [...this.pinned, ...roots] : roots,
    );
    if (!order) throw new Error("the program has become cyclic: this is a bug in egraph-ts");
    this.sorted = order;
    this.budget.spent += 4 * order.length;
    for (let i = 0; i < order.length; i++) this.place[order[i] as number] = i;
    this.isSorted = true;
    this.belowOf = -1;
  }

  private changed(): void {
    this.isSorted = false;
    this.belowOf = -1;
  }

  /** Uses a class once more; returns what entering classes cost. */
  use(c: number): number {
    const uses = this.uses[c] as number;
    this.uses[c] = uses + 1;
    if (uses > 0) return 0;
    return (this.task.costs[this.choice[c] as number] as number) + this.useChildren(c);
  }

  /** Uses a class once less; returns what leaving classes cost. */
  drop(c: number): number {
    const uses = (this.uses[c] as number) - 1;
    this.uses[c] = uses;
    if (uses > 0) return 0;
    return (this.task.costs[this.choice[c] as number] as number) + this.dropChildren(c);
  }

  /** Uses the children of the e-node of a class; returns what entering classes cost. */
  useChildren(c: number): number {
    const { task, choice, uses, stack } = this;
    let cost = 0;
    let depth = 0;
    stack[depth++] = c;
    while (depth > 0) {
      const n = choice[stack[--depth] as number] as number;
      const end = task.childAt[n + 1] as number;
      this.budget.spent += end - (task.childAt[n] as number) + 1;
      for (let k = task.childAt[n] as number; k < end; k++) {
        const child = task.children[k] as number;
        const count = uses[child] as number;
        uses[child] = count + 1;
        if (count > 0) continue;
        cost += task.costs[choice[child] as number] as number;
        stack[depth++] = child;
      }
    }
    return cost;
  }

  /** Drops the children of the e-node of a class; returns what leaving classes cost. */
  dropChildren(c: number): number {
    const { task, choice, uses, stack } = this;
    let cost = 0;
    let depth = 0;
    stack[depth++] = c;
    while (depth > 0) {
      const n = choice[stack[--depth] as number] as number;
      const end = task.childAt[n + 1] as number;
      for (let k = task.childAt[n] as number; k < end; k++) {
        const child = task.children[k] as number;
        const count = (uses[child] as number) - 1;
        uses[child] = count;
        if (count > 0) continue;
        cost += task.costs[choice[child] as number] as number;
        stack[depth++] = child;
      }
    }
    return cost;
  }

  /**
   * What the program would pay for e-node `n` in class `c`, whose present children have been dropped:
   * its own cost and that of the classes that would enter. Infinity when that is not below `limit`, or
   * when there would be a cycle.
   */
  price(c: number, n: number, limit: number): number {
    const { task, choice, uses, visit, place, stack } = this;
    const entering = ++this.epoch * 2;
    let sum = task.costs[n] as number;
    if (sum >= limit) return Number.POSITIVE_INFINITY;
    let depth = 0;
    // A class is pushed as itself, and as its complement to be finished once its children are.
    const end = task.childAt[n + 1] as number;
    for (let k = task.childAt[n] as number; k < end; k++) {
      stack[depth++] = task.children[k] as number;
      while (depth > 0) {
        const top = stack[--depth] as number;
        this.budget.spent++;
        if (top < 0) {
          visit[~top] = entering + 1;
          continue;
        }
        const seen = visit[top] as number;
        if (seen === entering + 1) continue;
        if (top === c || seen === entering) return Number.POSITIVE_INFINITY;
        if ((uses[top] as number) > 0) {
          if ((place[top] as number) > (place[c] as number) && this.isAbove(top, c))
            return Number.POSITIVE_INFINITY;
          visit[top] = entering + 1;
          continue;
        }
        const chosen = choice[top] as number;
        if (chosen < 0) return Number.POSITIVE_INFINITY;
        sum += task.costs[chosen] as number;
        if (sum >= limit) return Number.POSITIVE_INFINITY;
        visit[top] = entering;
        stack[depth++] = ~top;
        const last = task.childAt[chosen + 1] as number;
        for (let j = task.childAt[chosen] as number; j < last; j++)
          stack[depth++] = task.children[j] as number;
      }
    }
    return sum;
  }

  /**
   * Gives class `c` the e-node that makes the program cheapest, all else being equal; returns whether that
   * is another one than before.
   */
  improve(c: number, tolerance: number): boolean {
    const { task, choice } = this;
    const first = task.first[c] as number;
    const end = task.first[c + 1] as number;
    if (end - first < 2) return false;
    const old = choice[c] as number;
    const before = (task.costs[old] as number) + this.dropChildren(c);
    let limit = before - tolerance;
    let best = -1;
    for (let n = first; n < end; n++) {
      if (n === old) continue;
      const price = this.price(c, n, limit);
      if (price >= limit) continue;
      limit = price;
      best = n;
    }
    if (best < 0) {
      this.useChildren(c);
      return false;
    }
    choice[c] = best;
    const isPlaced = this.placeBelow(best, this.place[c] as number);
    this.cost += (task.costs[best] as number) + this.useChildren(c) - before;
    this.changed();
    if (!isPlaced) this.sort();
    return true;
  }

  /** Takes classes from outside into the program, beside its roots; returns false, and does nothing, if they need one another in a circle. */
  pin(classes: readonly number[]): boolean {
    const { choice, place } = this;
    for (const c of classes) {
      place[c] = Number.POSITIVE_INFINITY;
      const price = this.price(c, choice[c] as number, Number.POSITIVE_INFINITY);
      if (price === Number.POSITIVE_INFINITY) return false;
    }
    let isPlaced = true;
    for (const c of classes) {
      if (this.uses[c] === 0) {
        const n = choice[c] as number;
        if (!this.placeBelow(n, Number.POSITIVE_INFINITY)) isPlaced = false;
        place[c] = justAbove(this.highest(n), Number.POSITIVE_INFINITY);
      }
      this.cost += this.use(c);
    }
    this.pinned = classes;
    this.changed();
    if (!isPlaced) this.sort();
    return true;
  }

  /** Takes the pinned classes out again, but for those that the program uses by now. */
  unpin(): void {
    for (const c of this.pinned) this.cost -= this.drop(c);
    this.pinned = [];
    this.changed();
  }

  /** Keeps the present state, for {@link restore}. */
  save(): void {
    this.budget.spent += this.task.classes;
    this.saved.choice.set(this.choice);
    this.saved.uses.set(this.uses);
    this.saved.place.set(this.place);
    this.saved.cost = this.cost;
  }

  /** Goes back to the state saved last. */
  restore(): void {
    this.budget.spent += this.task.classes;
    this.choice.set(this.saved.choice);
    this.uses.set(this.saved.uses);
    this.place.set(this.saved.place);
    this.cost = this.saved.cost;
    this.changed();
  }

  /** The highest place among the children of an e-node, -1 without children. */
  private highest(n: number): number {
    const { task, place } = this;
    let highest = -1;
    const end = task.childAt[n + 1] as number;
    for (let k = task.childAt[n] as number; k < end; k++) {
      const child = place[task.children[k] as number] as number;
      if (child > highest) highest = child;
    }
    return highest;
  }

  /**
   * Gives places below `limit` to the classes that enter with e-node `n`; returns false when that leaves
   * the order wrong, so that it must be sorted anew.
   */
  private placeBelow(n: number, limit: number): boolean {
    const { task, choice, uses, visit, place, stack } = this;
    const entering = ++this.epoch * 2;
    let depth = 0;
    const end = task.childAt[n + 1] as number;
    for (let k = task.childAt[n] as number; k < end; k++)
      stack[depth++] = task.children[k] as number;
    while (depth > 0) {
      const top = stack[--depth] as number;
      if (top < 0) {
        const highest = this.highest(choice[~top] as number);
        const between = justAbove(highest, limit);
        if (!(between > highest && between < limit)) return false;
        place[~top] = between;
        continue;
      }
      if ((uses[top] as number) > 0 || visit[top] === entering) continue;
      visit[top] = entering;
      stack[depth++] = ~top;
      const chosen = choice[top] as number;
      const last = task.childAt[chosen + 1] as number;
      for (let j = task.childAt[chosen] as number; j < last; j++)
        stack[depth++] = task.children[j] as number;
    }
    return this.highest(n) < limit;
  }

  /** Per class of the program: its own cost and that of what only it uses, the most that a move can save there. */
  savings(): Float64Array {
    const { task, order, choice, budget } = this;
    const held = new Set([...this.pinned, ...task.roots]);
    budget.spent += SAVINGS * order.length;
    return leaving(task, choice, order, (c) => held.has(c));
  }

  /** Whether a class of the program needs class `c`: only classes placed above `c` can be between them. */
  private isAbove(d: number, c: number): boolean {
    const { task, choice, below, place, path } = this;
    if (this.belowOf !== c) {
      this.belowOf = c;
      this.search++;
    }
    const bound = place[c] as number;
    const { search } = this;
    if (below[d] === search) return false;
    below[d] = search;
    path[0] = d;
    let depth = 1;
    while (depth > 0) {
      const n = choice[path[--depth] as number] as number;
      const end = task.childAt[n + 1] as number;
      for (let k = task.childAt[n] as number; k < end; k++) {
        const child = task.children[k] as number;
        if (child === c) {
          // What was passed on the way is not known to be free of c.
          this.belowOf = -1;
          return true;
        }
        this.budget.spent++;
        if (below[child] === search || (place[child] as number) <= bound) continue;
        below[child] = search;
        path[depth++] = child;
      }
    }
    return false;
  }
}

/** A place above `place`, and below `limit` and the next whole number. */
function justAbove(place: number, limit: number): number {
  return (place + Math.min(limit, Math.floor(place) + 1)) / 2;
}
