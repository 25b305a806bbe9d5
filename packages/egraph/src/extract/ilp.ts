/** Rows `lower ≤ Σ value · column ≤ upper`, as in compressed sparse rows. */
export interface LinearRows {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Per row, and one more: its first entry in `columns` and `values`. A row names a column once. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Minimise `Σ cost · column` with `lower ≤ column ≤ upper` and the rows. */
export interface LinearProgram {
  /** Per column. */
  readonly cost: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Per column: 1 where only whole numbers are wanted. */
  readonly whole: Uint8Array;
  readonly rows: LinearRows;
}

/** What a solver found. */
export interface IlpSolution {
  /** `"infeasible"`: nothing satisfies the rows; `"stopped"`: a limit came first. */
  readonly status: "optimal" | "infeasible" | "stopped";
  /** Per column, the best solution found; undefined when there is none. */
  readonly values?: Float64Array;
  /** No solution costs less; -Infinity when nothing is known. */
  readonly bound: number;
}

/** A linear program that is solved again and again as rows are added. */
export interface IlpModel {
  addRows(rows: LinearRows): void;
  /**
   * Solves it: with `whole` in whole numbers where these are wanted, else as a linear program. At most
   * `seconds`, which may be Infinity; `stop` is asked now and then, as far as the solver allows.
   */
  solve(options: {
    readonly whole: boolean;
    readonly seconds: number;
    readonly stop: () => boolean;
  }): IlpSolution;
  /** Frees what it holds. */
  close(): void;
}

/** A solver of integer linear programs that `extractExact` may use; `highsSolver` makes one of HiGHS. */
export interface IlpSolver {
  open(program: LinearProgram): IlpModel;
}
