import type { IlpModel, IlpSolution, IlpSolver, LinearProgram, LinearRows } from "./ilp.ts";

/** What {@link highsSolver} needs of a loaded `highs` package, version 1.15. */
export interface Highs {
  readonly constants: {
    readonly modelStatus: Readonly<
      Record<"optimal" | "infeasible" | "unboundedOrInfeasible", number>
    >;
    readonly callbackType: Readonly<Record<"mipInterrupt" | "simplexInterrupt", number>>;
  };
  createModel(source: never): HighsModel;
}

/** A model of the `highs` package, as far as it is used here. */
export interface HighsModel {
  readonly options: { set(values: Readonly<Record<string, boolean | number | string>>): unknown };
  readonly info: { get(name: string): number | bigint };
  addRows(data: never): unknown;
  zeroAllClocks(): unknown;
  run(callbacks?: never): { readonly modelStatus: number };
  getSolution(): { readonly colValue: Float64Array };
  getObjectiveValue(): number;
  dispose(): void;
}

/**
 * HiGHS, the MIP solver of the `highs` package from npm, as a solver for `extractExact`; that package is
 * loaded by the caller: `highsSolver(await loadHighs())`. A solve blocks its thread; it asks `stop` between
 * the nodes and the LP iterations of HiGHS, which may be seconds apart on large models.
 */
export function highsSolver(highs: Highs): IlpSolver {
  return { open: (program) => new Model(highs, program) };
}

class Model implements IlpModel {
  private readonly highs: Highs;
  private readonly model: HighsModel;
  private readonly columns: number;

  constructor(highs: Highs, program: LinearProgram) {
    this.highs = highs;
    this.columns = program.cost.length;
    const data = {
      numCols: this.columns,
      numRows: program.rows.lower.length,
      colCost: program.cost,
      colLower: program.lower,
      colUpper: program.upper,
      rowLower: program.rows.lower,
      rowUpper: program.rows.upper,
      matrix: this.matrix(program.rows),
      // 1 is the code for integers, 0 that for others.
      integrality: Int32Array.from(program.whole),
    };
    this.model = highs.createModel(data as never);
    // A gap of 0 would never be reached in floating point.
    this.model.options.set({ output_flag: false, mip_rel_gap: 1e-9, mip_abs_gap: 1e-9 });
  }

  addRows(rows: LinearRows): void {
    const { lower, upper } = rows;
    this.model.addRows({ lower, upper, matrix: this.matrix(rows) } as never);
  }

  private matrix(rows: LinearRows): unknown {
    return {
      ...{ format: "csr", numRows: rows.lower.length, numCols: this.columns },
      ...{ starts: rows.starts, indices: rows.columns, values: rows.values },
    };
  }

  solve(options: Parameters<IlpModel["solve"]>[0]): IlpSolution {
    const { model, highs } = this;
    const { whole, seconds, stop } = options;
    model.zeroAllClocks();
    // The option must be finite.
    model.options.set({ solve_relaxation: !whole, time_limit: Math.min(seconds, 1e12) });
    const { mipInterrupt, simplexInterrupt } = highs.constants.callbackType;
    const ask = (event: { interrupt(): void }): undefined => {
      if (stop()) event.interrupt();
    };
    const status = model.run({ [mipInterrupt]: ask, [simplexInterrupt]: ask } as never).modelStatus;
    const { optimal, infeasible, unboundedOrInfeasible } = highs.constants.modelStatus;
    if (status === infeasible || status === unboundedOrInfeasible)
      return { status: "infeasible", bound: Number.POSITIVE_INFINITY };
    // 2: a feasible point is at hand.
    const values =
      model.info.get("primal_solution_status") === 2 ? model.getSolution().colValue : undefined;
    if (whole)
      return {
        status: status === optimal ? "optimal" : "stopped",
        bound: Number(model.info.get("mip_dual_bound")),
        ...(values && { values }),
      };
    if (status !== optimal || !values)
      return { status: "stopped", bound: Number.NEGATIVE_INFINITY };
    return { status: "optimal", bound: model.getObjectiveValue(), values };
  }

  close(): void {
    this.model.dispose();
  }
}
