import { dice, draw } from "../dice.ts";
import { binned, rowsOf, type Table } from "./table.ts";
import { growTree, type Tree, treeValue } from "./tree.ts";

/** How trees are boosted. */
export interface BoostingOptions {
  /** 300 unless said. */
  readonly trees?: number;
  /** Questions on the way to a leaf; 6 unless said. */
  readonly depth?: number;
  /** How far each tree goes; 0.1 unless said. */
  readonly rate?: number;
  /** Rows of a leaf at least; 5 unless said. */
  readonly leaf?: number;
  /** What leaves' values are drawn to 0 by; 1 unless said. */
  readonly ridge?: number;
  /** The share of rows, and that of columns, that each tree sees; all unless said. */
  readonly rows?: number;
  readonly columns?: number;
  /** Of their choice; 0 unless said. */
  readonly seed?: number;
}

/** Trees whose values add up to a prediction, with a constant. */
export interface Boosted {
  readonly columns: number;
  readonly constant: number;
  readonly trees: readonly Tree[];
}

/** What a boosted model is to make small: writes its slope and curvature by each row's score. */
export type Objective = (
  scores: Float64Array,
  slope: Float64Array,
  curvature: Float64Array,
) => void;

/** Half the squared distance from targets. */
export function squares(targets: ArrayLike<number>): Objective {
  return (scores, slope, curvature) => {
    for (let i = 0; i < scores.length; i++)
      slope[i] = (scores[i] as number) - (targets[i] as number);
    curvature.fill(1);
  };
}

/**
 * Gradient-boosted trees (Friedman, "Greedy function approximation", 2001) on histograms of at most 255 bins (Ke et al., "LightGBM",
 * NIPS 2017).
 *
 * @param objective what to make small, or the targets that predictions are to be near
 * @throws RangeError when numbers do not fill rows, there are no rows, or an option is out of range
 */
export function boost(
  table: Table,
  objective: Objective | ArrayLike<number>,
  options: BoostingOptions = {},
): Boosted {
  const { trees: count = 300, depth = 6, rate = 0.1, leaf = 5, ridge = 1, seed = 0 } = options;
  const { rows: rowShare = 1, columns: columnShare = 1 } = options;
  if (!(count >= 1 && depth >= 1 && rate > 0 && leaf >= 1 && ridge >= 0))
    throw new RangeError(
      "boost: trees, depth and leaf are 1 at least, rate above 0, ridge 0 or more",
    );
  for (const share of [rowShare, columnShare])
    if (!(share > 0 && share <= 1))
      throw new RangeError(
        `boost: a share of rows or columns is above 0 and at most 1, not ${share}`,
      );
  const rows = rowsOf(table);
  if (rows === 0) throw new RangeError("boost: there are no rows to learn from");
  const isTargets = typeof objective !== "function";
  if (isTargets && objective.length !== rows)
    throw new RangeError(`boost: ${objective.length} targets for ${rows} rows: give one for each`);
  const constant = isTargets ? Array.from(objective).reduce((a, b) => a + b, 0) / rows : 0;
  const gradients = isTargets ? squares(objective) : objective;
  const bins = binned(table, 255);
  const [slope, curvature] = [new Float64Array(rows), new Float64Array(rows)];
  const scores = new Float64Array(rows).fill(constant);
  const trees: Tree[] = [];
  for (let t = 0; t < count; t++) {
    const random = dice(seed, t);
    gradients(scores, slope, curvature);
    const order = draw(random, Math.max(1, Math.round(rowShare * rows)), rows).sort();
    const asked = draw(
      random,
      Math.max(1, Math.round(columnShare * bins.columns.length)),
      bins.columns.length,
    ).sort();
    const grown = growTree(bins, slope, curvature, order, asked, { depth, leaf, ridge });
    const tree = { ...grown, value: grown.value.map((x) => x * rate) };
    trees.push(tree);
    for (let r = 0; r < rows; r++)
      scores[r] = (scores[r] as number) + treeValue(tree, table.data, r * table.columns);
  }
  return { columns: table.columns, constant, trees };
}

/** Predictions for each row. @throws RangeError when the rows are not of the length that was learnt */
export function predictBoosted(model: Boosted, table: Table): Float64Array {
  if (table.columns !== model.columns)
    throw new RangeError(
      `rows of ${table.columns} numbers for trees that learnt from rows of ${model.columns}`,
    );
  return Float64Array.from({ length: rowsOf(table) }, (_, r) =>
    model.trees.reduce(
      (sum, tree) => sum + treeValue(tree, table.data, r * table.columns),
      model.constant,
    ),
  );
}
