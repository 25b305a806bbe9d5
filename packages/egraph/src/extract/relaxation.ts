import { type FoundedCut, violated } from "./founded.ts";
import type { IlpModel, IlpSolution, IlpSolver, LinearRows } from "./ilp.ts";
import type { Problem } from "./problem.ts";

/** The cost of the best program known becomes this, so that the solver's tolerances mean something. */
const SCALE = 1000;
/** Choices are taken to be made from these thresholds on, to find founded cuts. */
const THRESHOLDS = [1e-6, 0.05, 0.2, 0.5];

/**
 * A problem as an integer linear program: x chooses e-nodes, y says which classes are used. A class that is
 * used has one e-node; what has an e-node with a child d uses d (one row per pair of classes, which bounds
 * far better than one per e-node); and founded cuts, added as they are violated, exclude cycles.
 */
export class Relaxation {
  private readonly task: Problem;
  private readonly model: IlpModel;
  private readonly scale: number;
  /** What is known of the cost of programs, from what was solved. */
  bound = 0;

  /** `forced`: 1 for classes that every program uses; `limit`: programs of at least that cost are of no interest. */
  constructor(task: Problem, forced: Uint8Array, limit: number, solver: IlpSolver) {
    this.task = task;
    this.scale = SCALE / limit;
    const { nodes, classes } = task;
    const columns = nodes + classes;
    const rows = new Rows();
    for (let c = 0; c < classes; c++) {
      const [from, end] = [task.first[c] as number, task.first[c + 1] as number];
      const own = Array.from({ length: end - from }, (_, i) => from + i);
      rows.add(own, nodes + c, 0, 0);
      const users = new Map<number, number[]>();
      for (const n of own)
        for (let k = task.childAt[n] as number; k < (task.childAt[n + 1] as number); k++) {
          const child = task.children[k] as number;
          if (forced[child] === 1) continue;
          const list = users.get(child);
          // An e-node may have a child twice.
          if (!list) users.set(child, [n]);
          else if (list[list.length - 1] !== n) list.push(n);
        }
      for (const [child, list] of users) rows.add(list, nodes + child, Number.NEGATIVE_INFINITY, 0);
    }
    // No program that costs more is of interest.
    rows.addCosts(task.costs, this.scale, SCALE);
    this.model = solver.open({
      cost: Float64Array.from({ length: columns }, (_, i) =>
        i < nodes ? (task.costs[i] as number) * this.scale : 0,
      ),
      lower: Float64Array.from({ length: columns }, (_, i) =>
        i < nodes ? 0 : (forced[i - nodes] as number),
      ),
      upper: new Float64Array(columns).fill(1),
      whole: Uint8Array.from({ length: columns }, (_, i) => (i < nodes ? 1 : 0)),
      rows: rows.take(),
    });
  }

  /** Solves it once and adds the founded cuts that the solution violates; undefined solutions add none. */
  step(
    whole: boolean,
    seconds: number,
    stop: () => boolean,
  ): { solution: IlpSolution; cuts: number } {
    const solution = this.model.solve({ whole, seconds, stop });
    this.bound = Math.max(this.bound, solution.bound / this.scale);
    if (!solution.values) return { solution, cuts: 0 };
    const { nodes } = this.task;
    const rows = new Rows();
    const known = new Set<string>();
    const y = solution.values.subarray(nodes);
    for (const threshold of whole ? [0.5] : THRESHOLDS)
      for (const cut of violated(this.task, solution.values, y, threshold)) {
        const key = `${cut.class}:${cut.nodes.join()}`;
        if (known.has(key)) continue;
        known.add(key);
        rows.addCut(cut, nodes);
      }
    if (known.size > 0) this.model.addRows(rows.take());
    return { solution, cuts: known.size };
  }

  close(): void {
    this.model.close();
  }
}

/** Rows that are being collected. */
class Rows {
  private readonly lower: number[] = [];
  private readonly upper: number[] = [];
  private readonly starts: number[] = [0];
  private readonly columns: number[] = [];
  private readonly values: number[] = [];

  /** `lower ≤ Σ nodes − other ≤ upper`. */
  add(nodes: readonly number[], other: number, lower: number, upper: number): void {
    for (const n of nodes) {
      this.columns.push(n);
      this.values.push(1);
    }
    this.columns.push(other);
    this.values.push(-1);
    this.end(lower, upper);
  }

  addCut(cut: FoundedCut, nodes: number): void {
    this.add(cut.nodes, nodes + cut.class, 0, Number.POSITIVE_INFINITY);
  }

  addCosts(costs: Float64Array, scale: number, upper: number): void {
    costs.forEach((cost, n) => {
      if (cost === 0) return;
      this.columns.push(n);
      this.values.push(cost * scale);
    });
    this.end(Number.NEGATIVE_INFINITY, upper);
  }

  private end(lower: number, upper: number): void {
    this.lower.push(lower);
    this.upper.push(upper);
    this.starts.push(this.columns.length);
  }

  take(): LinearRows {
    return {
      lower: Float64Array.from(this.lower),
      upper: Float64Array.from(this.upper),
      starts: Int32Array.from(this.starts),
      columns: Int32Array.from(this.columns),
      values: Float64Array.from(this.values),
    };
  }
}
