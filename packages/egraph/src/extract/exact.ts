import type { EGraph } from "../egraph.ts";
import type { Id } from "../ids.ts";
import { Ascent } from "./ascent.ts";
import { BranchAndBound } from "./branch.ts";
import { cheapProgram, costOfAll } from "./dag.ts";
import { superfluous } from "./elimination.ts";
import { ExtractionError } from "./error.ts";
import type { Extraction, NodeCost } from "./extraction.ts";
import type { IlpSolver } from "./ilp.ts";
import { improve } from "./improve.ts";
import { Incumbent } from "./incumbent.ts";
import { type Problem, problem, program } from "./problem.ts";
import { Reduction } from "./reduction.ts";
import { Relaxation } from "./relaxation.ts";
import { Topology } from "./topology.ts";
import { cheapestTrees } from "./tree.ts";

/** Costs that differ by less than this share count as equal: a proof is good to that. */
const TOLERANCE = 1e-9;

/** Dual ascents before the search: two orders of roots, two ways down, each twice. */
const ASCENTS = 8;
/** Rounds of improvement for programs found on the way, which may be this many times as dear as the best. */
const [ROUNDS, PROMISING] = [2, 1.1];
/** Steps of the own search by default, and those before a solver is asked. */
const [EFFORT, EFFORT_BEFORE_SOLVER] = [1e10, 5e7];

/** Options of {@link extractExact}. */
export interface ExactOptions {
  /**
   * Wall-clock time in seconds, after which the best program so far is returned. Default 30. Infinity: no
   * clock is read, and the result depends on nothing but the input.
   */
  readonly seconds?: number;
  /** Steps of the search, about 1e8 a second: bounds it without a clock. Default 1e10. */
  readonly effort?: number;
  /** For what is left open by the own search. */
  readonly solver?: IlpSolver;
  /** Asked now and then whether to end with the best program so far. */
  readonly stop?: () => boolean;
}

/** A program, and what is known about how good it is. */
export interface ExactExtraction extends Extraction {
  /** No program costs less, up to rounding. At most `cost`. */
  readonly bound: number;
  /** Whether the program is shown to be optimal: its cost exceeds the bound by less than a billionth. */
  readonly proven: boolean;
  /** How much of its cost it might be too dear: (cost - bound) / cost. */
  readonly gap: number;
}

/**
 * The cheapest program under sharing, or the best that could be found in the time, with a lower bound.
 */
export function extractExact(
  // biome-ignore lint/suspicious/noExplicitAny: extraction does not look at the facts of the graph
  graph: EGraph<any>,
  roots: readonly Id[],
  cost: NodeCost,
  options: ExactOptions = {},
): ExactExtraction {
  const { seconds = 30 } = options;
  if (!(seconds >= 0))
    throw new ExtractionError("option", `seconds is ${seconds}, not a number ≥ 0`);
  const task = problem(graph, roots, cost);
  const search = new ExactSearch(task, options);
  search.run();
  const { choice, order } = search.best;
  const total = costOfAll(task, order, choice);
  const bound = Math.min(search.bound, total);
  const proven = bound >= total * (1 - TOLERANCE);
  return {
    ...program(task, order, choice, total),
    bound,
    proven,
    gap: total > 0 ? (total - bound) / total : 0,
  };
}

/** The state of a search: the best program, the best bound, and what is left to decide. */
class ExactSearch {
  best: Incumbent;
  bound = 0;
  private readonly task: Problem;
  private readonly options: ExactOptions;
  private readonly secondsLeft: () => number;
  private readonly stop: () => boolean;
  private readonly reduction: Reduction;

  constructor(task: Problem, options: ExactOptions) {
    this.task = task;
    this.options = options;
    const { seconds = 30, stop = () => false } = options;
    const isTimed = seconds < Number.POSITIVE_INFINITY;
    const end = isTimed ? performance.now() + seconds * 1000 : seconds;
    this.secondsLeft = () => (isTimed ? (end - performance.now()) / 1000 : seconds);
    this.stop = () => this.secondsLeft() <= 0 || stop();
    this.best = cheapProgram(task, { stop: this.stop });
    this.reduction = new Reduction(task);
  }

  /** What is to be undercut: the cost of the best program, less what is rounding. */
  private get limit(): number {
    return this.best.cost * (1 - TOLERANCE);
  }

  run(): void {
    const { solver, effort = EFFORT } = this.options;
    this.reduction.run(this.limit, this.stop);
    for (let i = 0; i < ASCENTS && !this.isDone(); i++) this.ascend(i);
    if (this.isDone()) return;
    this.branch(solver ? Math.min(effort, EFFORT_BEFORE_SOLVER) : effort);
    if (solver && !this.isDone()) this.solve(solver);
  }

  private isDone(): boolean {
    const { reduction } = this;
    if (reduction.isExhausted) this.raise(this.best.cost);
    else if (reduction.task.roots.length === 0) {
      this.offer(new Int32Array(0));
      this.raise(this.best.cost);
    }
    return this.bound >= this.limit || this.stop();
  }

  /** One dual ascent and what follows: a better bound, a program, e-nodes that go. */
  private ascend(variant: number): void {
    const { reduction, stop } = this;
    const { task, base, forced } = reduction;
    const trees = cheapestTrees(task, task.costs);
    // Which cuts are found first depends on the order of the roots and on which children are followed.
    const roots = variant % 4 < 2 ? [...forced.keys()].filter((c) => forced[c] === 1) : task.roots;
    const heights = variant % 2 === 0 ? trees.cost : trees.cost.map((cost) => -cost);
    const ascent = new Ascent(task);
    ascent.run(task.costs, roots, heights, Number.POSITIVE_INFINITY, stop);
    this.raise(base + ascent.bound);
    this.offer(cheapestTrees(task, ascent.leaning(task.costs)).choice, ROUNDS);
    const gone = superfluous(task, roots, ascent.reduced, ascent.bound, this.limit - base);
    if (gone.includes(1)) reduction.run(this.limit, stop, gone);
  }

  private branch(effort: number): void {
    const { task, base } = this.reduction;
    const offer = (choice: Int32Array): number => {
      this.offer(choice);
      return this.limit - base;
    };
    const { stop } = this;
    const search = new BranchAndBound(task, this.limit - base, { effort, stop, offer });
    this.raise(base + search.run());
  }

  /** Closes the gap by linear programming: founded cuts first without, then with whole numbers. */
  private solve(solver: IlpSolver): void {
    const { task, base, forced } = this.reduction;
    const relaxation = new Relaxation(task, forced, this.limit - base, solver);
    try {
      for (let isWhole = false; !this.isDone(); ) {
        const { solution, cuts } = relaxation.step(isWhole, this.secondsLeft(), this.stop);
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
    const { task, base, roots } = { ...this.reduction, roots: this.reduction.task.roots };
    const order = new Topology(task).sort(choice, roots);
    if (!order) return;
    const cost = base + costOfAll(task, order, choice);
    if (cost >= (rounds > 0 ? this.best.cost * PROMISING : this.limit)) return;
    const other = new Incumbent(this.task, this.reduction.expand(choice));
    improve(other, rounds, this.stop);
    if (other.cost < this.limit) this.best = other;
  }
}
