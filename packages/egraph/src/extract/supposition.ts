import { TOLERANCE } from "./costsets.ts";
import type { Incumbent } from "./incumbent.ts";
import type { Trees } from "./tree.ts";

/** Classes to which the effect of a supposition is followed at most. */
const REACH = 256;

/** What the program would be like if some more classes were part of it. */
export class Supposition {
  private readonly incumbent: Incumbent;
  private readonly trees: Trees;
  private classes: readonly number[] = [];
  /** What the supposed classes cost. */
  private price = 0;
  /** Classes outside the program that become cheaper, the supposed ones first, with what they were. */
  private readonly changed: number[] = [];
  private readonly oldCost: number[] = [];
  private readonly oldChoice: number[] = [];
  /** Classes of the program that could use them, with the marginal cost of the cheapest e-node that does. */
  private readonly users = new Map<number, number>();

  constructor(incumbent: Incumbent, trees: Trees) {
    this.incumbent = incumbent;
    this.trees = trees;
  }

  /** Supposes that `classes` cost nothing, and follows the effect upwards. */
  begin(classes: readonly number[]): void {
    const { task, uses, choice } = this.incumbent;
    const { cost } = this.trees;
    this.classes = classes;
    this.price = 0;
    for (const c of classes) {
      this.price += cost[c] as number;
      this.change(c, 0, choice[c] as number);
    }
    for (let i = 0; i < this.changed.length && i < REACH; i++) {
      const child = this.changed[i] as number;
      const end = task.parentAt[child + 1] as number;
      for (let k = task.parentAt[child] as number; k < end; k++) {
        const n = task.parents[k] as number;
        const owner = task.classOf[n] as number;
        if ((uses[owner] as number) === 0) {
          const price = this.marginal(n);
          if (price < (cost[owner] as number) * (1 - TOLERANCE)) this.change(owner, price, n);
        } else {
          const price = this.marginal(n);
          if (price < (this.users.get(owner) ?? Number.POSITIVE_INFINITY))
            this.users.set(owner, price);
        }
      }
    }
  }

  private marginal(n: number): number {
    const { task, budget } = this.incumbent;
    const { cost } = this.trees;
    let sum = task.costs[n] as number;
    const end = task.childAt[n + 1] as number;
    // A user noted costs more than a link looked at.
    budget.spent += 16 + end - (task.childAt[n] as number);
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

  /** The most that the program could gain; `saved` is what each of its classes could save. */
  net(saved: Float64Array): number {
    // A single user would have been a move of its own.
    if (this.users.size < 2) return 0;
    let net = -this.price;
    for (const [c, price] of this.users) net += Math.max(0, (saved[c] as number) - price);
    return net;
  }

  /** Takes the classes into the program with every move they allow; takes it back unless that is cheaper. */
  tryOut(): boolean {
    const { incumbent } = this;
    const before = incumbent.cost;
    incumbent.save();
    if (!incumbent.pin(this.classes)) return false;
    for (const user of this.users.keys())
      if ((incumbent.uses[user] as number) > 0) incumbent.improve(user, before * TOLERANCE);
    incumbent.unpin();
    const isCheaper = incumbent.cost < before - before * TOLERANCE;
    if (!isCheaper) incumbent.restore();
    return isCheaper;
  }

  /** Ends the supposition. Classes that have entered the program meanwhile keep their e-nodes. */
  end(): void {
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
