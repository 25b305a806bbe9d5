import { Ascent } from "./ascent.ts";
import { BranchAndBound } from "./branch.ts";
import { Budget, TREES } from "./budget.ts";
import { CostSets, type Ties, TOLERANCE } from "./costsets.ts";
import { superfluous } from "./elimination.ts";
import { ways } from "./heights.ts";
import type { IlpSolver } from "./ilp.ts";
import { improve } from "./improve.ts";
import { Incumbent } from "./incumbent.ts";
import { costOfAll, type Problem, requirePrograms } from "./problem.ts";
import { Reduction } from "./reduction.ts";
import { Relaxation } from "./relaxation.ts";
import { shareCosts } from "./sharing.ts";
import { Topology } from "./topology.ts";
import { cheapestTrees } from "./tree.ts";

/** Costs that differ by less than this share count as equal: a proof is good to that. */
export const PROOF: number = 1e-9;

/** Passes of cost sharing for a first program, and for another one to improve. */
const [FIRST_PASSES, MORE_PASSES] = [8, 3];
/** Links that local improvement may look at by default: about a second. */
const IMPROVEMENT = 2e8;
/** Steps of one dual ascent: well below a second. */
const ASCENT = 1e7;
/** Dual ascents before branching: every way down, from all that every program needs and from the roots alone. */
const ASCENTS = 2 * ways.length;
/** Rounds of improvement for programs found on the way, which may be this many times as dear as the best. */
const [ROUNDS, PROMISING] = [2, 1.2];
/** Places to branch at that are worth beginning for, at 10 steps an e-node. */
const LEAST_PLACES = 100;
/** What restarts may spend at most, in links looked at. */
const RESTARTS = 1e7;
/** What costs are multiplied by where the best program has the e-node. */
const FAVOUR = 0.8;
/** Steps of branching before restarts. */
const EASY = 5e6;
/** Steps of branching before a solver is asked. */
const EFFORT_BEFORE_SOLVER = 1e8;

/** How far a {@link Search} goes. */
export interface SearchOptions {
  /** Rounds of local improvement; 0: greedy only. Default 8. */
  readonly rounds?: number;
  /** Links that local improvement may look at. Default 2e8, about a second. */
  readonly links?: number;
  /** Which of e-nodes that come to the same cost is taken. Default `"oldest"`. */
  readonly ties?: Ties;
  /** Steps of branch and bound; 0: neither reductions nor bounds beyond the first. */
  readonly effort: number;
  /** For what branch and bound leaves open, within the time that is left. */
  readonly solver?: IlpSolver;
  readonly secondsLeft?: () => number;
  readonly stop: () => boolean;
}

/** Whether the effort is enough for more than a few places of the search; else branching is of no use. */
export function isWorthBranching(task: Problem, effort: number): boolean {
  return effort >= LEAST_PLACES * task.nodes;
}

/**
 * A search for the cheapest program under sharing, from cheap means to dear ones: greedy programs, one by
 * dual ascent, local improvement, reductions and more ascents, branch and bound, integer programming. It
 * ends as soon as the best bound meets the best program.
 */
export class Search {
  best: Incumbent;
  /** No program costs less. */
  bound = 0;
  private readonly task: Problem;
  private readonly options: SearchOptions;
  private readonly budget: Budget;
  private readonly reduction: Reduction;
  /** The best bound of an ascent, and the way it took. */
  private highest = Number.NEGATIVE_INFINITY;
  private way = ways[0] as (typeof ways)[number];

  constructor(task: Problem, options: SearchOptions) {
    this.task = task;
    this.options = options;
    this.budget = new Budget(options.links ?? IMPROVEMENT);
    const trees = cheapestTrees(task, task.costs);
    requirePrograms(task, trees.choice);
    this.reduction = new Reduction(task);
    this.best = new Incumbent(task, trees.choice, this.budget);
    const sets = new CostSets(task);
    // Each root has its own best program; together they may share less than the cheapest trees do.
    if (!sets.solve(trees, options.ties ?? "oldest", options.stop)) return;
    const ownTrees = this.best;
    this.best = new Incumbent(task, sets.merge(task.roots), this.budget);
    this.keep(ownTrees);
  }

  run(): void {
    const { solver, effort, rounds = 8 } = this.options;
    if (rounds === 0) return;
    this.improve(rounds);
    if (effort === 0 && !solver) return;
    if (!solver && !isWorthBranching(this.task, effort)) return;
    this.reduce();
    for (let i = 0; i < ASCENTS && !this.isDone(); i++) this.ascend(i);
    // What is easy is proven at once; else a better program is to be had sooner than a proof.
    if (!this.isDone()) this.branch(Math.min(effort, EASY));
    if (!this.isDone()) this.restart(Math.min(2 * effort, RESTARTS));
    if (!this.isDone() && effort > EASY)
      this.branch(solver ? Math.min(effort, EFFORT_BEFORE_SOLVER) : effort);
    if (solver && !this.isDone()) this.solve(solver);
  }

  /** Takes a program if it is cheaper by more than rounding. */
  private keep(other: Incumbent): boolean {
    const isCheaper = other.cost < this.best.cost * (1 - TOLERANCE);
    if (isCheaper) this.best = other;
    return isCheaper;
  }

  /** Local improvement from several starts: the best greedy program, one that shares more, one by dual ascent. */
  private improve(rounds: number): void {
    const { budget } = this;
    const { stop } = this.options;
    const isLate = (): boolean => budget.isSpent || stop();
    this.keep(shareCosts(this.best, FIRST_PASSES, stop, budget));
    let other = this.ascended();
    // The better one first, since what it costs to improve them may be too much for both.
    if (other.cost < this.best.cost) [this.best, other] = [other, this.best];
    const isPromising = other.cost < this.best.cost * PROMISING;
    let left = rounds - improve(this.best, rounds, isLate);
    if (isPromising && this.bound < this.limit) improve(other, rounds, isLate);
    this.keep(other);
    while (left > 0 && !isLate() && this.bound < this.limit) {
      other = shareCosts(this.best, MORE_PASSES, isLate, budget);
      left -= improve(other, left, isLate);
      if (!this.keep(other)) break;
    }
  }

  /** A program of the e-nodes that make a first bound. */
  private ascended(): Incumbent {
    const { task, budget } = this;
    const ascent = new Ascent(task);
    const isLate = (): boolean => ascent.steps > ASCENT || this.options.stop();
    const heights = cheapestTrees(task, task.costs).cost;
    ascent.run(task.costs, task.roots, heights, Number.POSITIVE_INFINITY, isLate);
    this.raise(ascent.bound);
    const { choice } = cheapestTrees(task, ascent.leaning(task.costs));
    return new Incumbent(task, choice, budget);
  }

  /** What is to be undercut: the cost of the best program, less what is rounding. */
  private get limit(): number {
    return this.best.cost * (1 - PROOF);
  }

  private reduce(): void {
    if (!this.isDone()) this.reduction.run(this.limit, this.options.stop);
  }

  private isDone(): boolean {
    const { reduction } = this;
    if (reduction.isExhausted) this.raise(this.best.cost);
    else if (reduction.task.roots.length === 0) {
      this.offer(new Int32Array(0));
      this.raise(this.best.cost);
    }
    return this.bound >= this.limit || this.options.stop();
  }

  /** One dual ascent and what follows: a better bound, a program, e-nodes that go. */
  private ascend(variant: number): void {
    const { reduction } = this;
    const { stop } = this.options;
    const { task, base, forced } = reduction;
    // Which cuts are found depends on where it begins and on which children it follows.
    const roots =
      variant % 2 === 0 ? [...forced.keys()].filter((c) => forced[c] === 1) : task.roots;
    const way = ways[variant >> 1] as (typeof ways)[number];
    const heights = way(task);
    const ascent = new Ascent(task);
    const isLate = (): boolean => ascent.steps > ASCENT || stop();
    ascent.run(task.costs, roots, heights, Number.POSITIVE_INFINITY, isLate);
    if (base + ascent.bound > this.highest) {
      this.highest = base + ascent.bound;
      this.way = way;
    }
    this.raise(base + ascent.bound);
    this.offer(cheapestTrees(task, ascent.leaning(task.costs)).choice, ROUNDS);
    const gone = superfluous(task, roots, ascent.reduced, ascent.bound, this.limit - base);
    if (gone.includes(1)) reduction.run(this.limit, stop, gone);
  }

  /** Local improvement from programs that are the cheapest at other costs, those of the best one favoured half of the time. */
  private restart(effort: number): void {
    const { stop } = this.options;
    const budget = new Budget(effort);
    let state = 1;
    for (let i = 0; !budget.isSpent && !this.isDone(); i++) {
      const { task } = this.reduction;
      const favoured = i % 2 === 0 ? undefined : this.reduction.contract(this.best.choice);
      const costs = task.costs.map((cost, n) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const isFavoured = favoured?.[task.classOf[n] as number] === n;
        return cost * (0.5 + state / 2 ** 32) * (isFavoured ? FAVOUR : 1);
      });
      budget.spent += TREES * (task.nodes + task.children.length);
      const other = new Incumbent(
        this.task,
        this.reduction.expand(cheapestTrees(task, costs).choice),
        budget,
      );
      improve(other, ROUNDS, () => budget.isSpent || stop());
      this.keep(other);
    }
  }

  private branch(effort: number): void {
    const { task, base } = this.reduction;
    const offer = (choice: Int32Array): number => {
      this.offer(choice);
      return this.limit - base;
    };
    const { stop } = this.options;
    const search = new BranchAndBound(task, this.limit - base, {
      ...{ effort, stop, offer },
      heights: this.way(task),
    });
    this.raise(base + search.run());
  }

  /** Closes the gap by linear programming: founded cuts first without, then with whole numbers. */
  private solve(solver: IlpSolver): void {
    const { secondsLeft = () => Number.POSITIVE_INFINITY } = this.options;
    const { task, base, forced } = this.reduction;
    const relaxation = new Relaxation(task, forced, this.limit - base, solver);
    try {
      for (let isWhole = false; !this.isDone(); ) {
        const { solution, cuts } = relaxation.step(isWhole, secondsLeft(), this.options.stop);
        this.raise(base + relaxation.bound);
        if (solution.values) {
          // What the solution chooses is cheap.
          const x = solution.values;
          const costs = task.costs.map((cost, n) => cost * (1.001 - (x[n] as number)));
          this.offer(cheapestTrees(task, costs).choice, isWhole ? ROUNDS : 0);
        }
        if (cuts > 0) continue;
        if (isWhole) return;
        isWhole = true;
      }
    } finally {
      relaxation.close();
    }
  }

  private raise(bound: number): void {
    this.bound = Math.max(this.bound, Math.min(bound, this.best.cost));
  }

  /**
   * Makes a program of a choice for what is left, keeps it if it is the best, and tries to improve it
   * for some rounds when it is not much worse.
   */
  private offer(choice: Int32Array, rounds = 0): void {
    const { task, base } = this.reduction;
    const order = new Topology(task).sort(choice, task.roots);
    if (!order) return;
    const cost = base + costOfAll(task, order, choice);
    if (cost >= (rounds > 0 ? this.best.cost * PROMISING : this.limit)) return;
    const other = new Incumbent(this.task, this.reduction.expand(choice));
    improve(other, rounds, this.options.stop);
    if (other.cost < this.limit) this.best = other;
  }
}
