import { TOLERANCE } from "./costsets.ts";
import { Incumbent } from "./incumbent.ts";
import type { Problem } from "./problem.ts";
import { cheapestTrees, type Trees } from "./tree.ts";

/** How far the effect of using a class is followed upwards before it is taken to be nothing. */
const REACH = 256;

/**
 * Local improvement by marginal cost: what the program computes already is free, so other classes enter
 * with the term that is cheapest then. Two kinds of moves are made until neither helps, for at most
 * `rounds` rounds: another e-node for one class; and a class that pays only when several others use it
 * (one large product in place of several small ones), taken for a trial with the moves that it allows.
 */
export function improve(
  task: Problem,
  choice: Int32Array,
  rounds: number,
  stop: (() => boolean) | undefined,
): Incumbent {
  const incumbent = new Incumbent(task, choice);
  for (let round = 0; round < rounds; round++) {
    const trees = reprice(incumbent);
    const single = moveOne(incumbent, stop);
    const joint = stop?.()
      ? false
      : moveTogether(incumbent, single ? reprice(incumbent) : trees, stop);
    if (!single && !joint) break;
  }
  return incumbent;
}

/** Lets every class outside the program enter, should it be needed, with its cheapest term beside the program. */
function reprice(incumbent: Incumbent): Trees {
  const { task, choice, uses } = incumbent;
  const free = Uint8Array.from(uses, (count) => (count > 0 ? 1 : 0));
  const trees = cheapestTrees(task, task.costs, free);
  for (let c = 0; c < task.classes; c++) if (free[c] === 0) choice[c] = trees.choice[c] as number;
  return trees;
}

function moveOne(incumbent: Incumbent, stop: (() => boolean) | undefined): boolean {
  let moved = false;
  const order = incumbent.order;
  for (let i = order.length - 1; i >= 0; i--) {
    if ((i & 63) === 0 && stop?.()) break;
    const c = order[i] as number;
    if (incumbent.uses[c] === 0) continue;
    if (!incumbent.improve(c, incumbent.cost * TOLERANCE)) continue;
    incumbent.sort();
    moved = true;
  }
  return moved;
}

function moveTogether(
  incumbent: Incumbent,
  trees: Trees,
  stop: (() => boolean) | undefined,
): boolean {
  const { task, uses } = incumbent;
  let saved = savings(incumbent);
  let moved = false;
  const what = new WhatIf(incumbent, trees);
  for (let c = 0; c < task.classes; c++) {
    if ((c & 255) === 0 && stop?.()) break;
    const price = trees.cost[c] as number;
    if ((uses[c] as number) > 0 || price === Number.POSITIVE_INFINITY) continue;
    what.suppose(c);
    if (what.gain(saved) > price + incumbent.cost * TOLERANCE && what.tryOut(c)) {
      moved = true;
      saved = savings(incumbent);
    }
    what.forget();
  }
  return moved;
}

/** Per class of the program: its own cost and that of what only it uses, the most that a move can save there. */
function savings(incumbent: Incumbent): Float64Array {
  const { task, order, choice } = incumbent;
  const saved = new Float64Array(task.classes);
  for (const c of order) {
    saved[c] = (task.costs[choice[c] as number] as number) + incumbent.dropChildren(c);
    incumbent.useChildren(c);
  }
  return saved;
}

/** The marginal costs, as they would be if one more class were in the program. */
class WhatIf {
  private readonly incumbent: Incumbent;
  private readonly trees: Trees;
  /** Classes whose costs differ, with what they were. */
  private readonly changed: number[] = [];
  private readonly oldCost: number[] = [];
  private readonly oldChoice: number[] = [];
  /** Classes of the program that could use them, and the cheapest e-node of each that does. */
  private readonly users = new Map<number, number>();

  constructor(incumbent: Incumbent, trees: Trees) {
    this.incumbent = incumbent;
    this.trees = trees;
  }

  /** Supposes that class `c` costs nothing, and follows the effect upwards. */
  suppose(c: number): void {
    const { task, uses, choice } = this.incumbent;
    const { cost } = this.trees;
    this.change(c, 0, choice[c] as number);
    for (let i = 0; i < this.changed.length && this.changed.length < REACH; i++) {
      const child = this.changed[i] as number;
      const end = task.parentAt[child + 1] as number;
      for (let k = task.parentAt[child] as number; k < end; k++) {
        const n = task.parents[k] as number;
        const owner = task.classOf[n] as number;
        const price = this.price(n);
        if ((uses[owner] as number) > 0) {
          if (price < (this.users.get(owner) ?? Number.POSITIVE_INFINITY))
            this.users.set(owner, price);
        } else if (price < (cost[owner] as number) * (1 - TOLERANCE)) {
          this.change(owner, price, n);
        }
      }
    }
  }

  private price(n: number): number {
    const { task } = this.incumbent;
    const { cost } = this.trees;
    let sum = task.costs[n] as number;
    const end = task.childAt[n + 1] as number;
    for (let k = task.childAt[n] as number; k < end; k++)
      sum += cost[task.children[k] as number] as number;
    return sum;
  }

  private change(c: number, cost: number, node: number): void {
    const { choice } = this.incumbent;
    this.changed.push(c);
    this.oldCost.push(this.trees.cost[c] as number);
    this.oldChoice.push(choice[c] as number);
    this.trees.cost[c] = cost;
    choice[c] = node;
  }

  /** The most that the program could gain, before paying for the class itself. */
  gain(saved: Float64Array): number {
    let gain = 0;
    for (const [c, price] of this.users) gain += Math.max(0, (saved[c] as number) - price);
    return gain;
  }

  /** Takes the class into the program with every move it allows; takes it all back unless that is cheaper. */
  tryOut(c: number): boolean {
    const { incumbent } = this;
    const before = incumbent.cost;
    const uses = incumbent.uses.slice();
    const choice = incumbent.choice.slice();
    if (
      incumbent.price(c, choice[c] as number, Number.POSITIVE_INFINITY) < Number.POSITIVE_INFINITY
    ) {
      incumbent.cost += incumbent.use(c);
      incumbent.sort(c);
      for (const user of this.users.keys()) {
        if (incumbent.uses[user] === 0) continue;
        if (incumbent.improve(user, before * TOLERANCE)) incumbent.sort(c);
      }
      incumbent.cost -= incumbent.drop(c);
      if (incumbent.cost < before - before * TOLERANCE) {
        incumbent.sort();
        return true;
      }
      incumbent.uses.set(uses);
      incumbent.choice.set(choice);
      incumbent.cost = before;
      incumbent.sort();
    }
    return false;
  }

  /** Ends the supposition. Classes that have entered the program meanwhile keep their e-nodes. */
  forget(): void {
    const { choice, uses } = this.incumbent;
    for (let i = this.changed.length - 1; i >= 0; i--) {
      const c = this.changed[i] as number;
      this.trees.cost[c] = this.oldCost[i] as number;
      if (uses[c] === 0) choice[c] = this.oldChoice[i] as number;
    }
    this.changed.length = this.oldCost.length = this.oldChoice.length = 0;
    this.users.clear();
  }
}
