import type { Binned } from "./table.ts";

/** A tree of decisions: node i asks whether column `column[i]` is at most `threshold[i]`; where that is so it goes on to `below[i]`, else to the node after that. A leaf has `below[i]` 0 and gives `value[i]`. */
export interface Tree {
  readonly column: readonly number[];
  readonly threshold: readonly number[];
  readonly below: readonly number[];
  readonly value: readonly number[];
}

/** What a tree gives for a row of numbers that begins at `at`. */
export function treeValue(tree: Tree, data: ArrayLike<number>, at: number): number {
  let node = 0;
  for (;;) {
    const below = tree.below[node] as number;
    if (below === 0) return tree.value[node] as number;
    const x = data[at + (tree.column[node] as number)] as number;
    node = x <= (tree.threshold[node] as number) ? below : below + 1;
  }
}

/** How a tree is grown. */
export interface Growth {
  readonly depth: number;
  /** Rows of a leaf at least. */
  readonly leaf: number;
  /** What leaves' values are drawn to 0 by. */
  readonly ridge: number;
}

const BINS = 256;

/** Sums of gradients and curvatures and counts of rows, by column and bin. */
type Histogram = Float64Array;

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
}

/**
 * Grows one tree to take a step against gradients, by the second-order gain of splits (Chen and Guestrin, "XGBoost", KDD 2016) on
 * histograms. `order` holds the rows to learn from, and is left sorted by leaf; `columns` the columns that may be asked about.
 */
export function growTree(
  table: Binned,
  gradient: Float64Array,
  curvature: Float64Array,
  order: Int32Array,
  columns: Int32Array,
  { depth, leaf, ridge }: Growth,
): Tree {
  const tree = {
    column: [] as number[],
    threshold: [] as number[],
    below: [] as number[],
    value: [] as number[],
  };
  const add = (): number => {
    tree.column.push(0);
    tree.threshold.push(0);
    tree.below.push(0);
    return tree.value.push(0) - 1;
  };

  function histogram(from: number, to: number): Histogram {
    const sums = new Float64Array(columns.length * BINS * 3);
    for (let c = 0; c < columns.length; c++) {
      const bins = (columns[c] as number) * table.rows;
      const base = c * BINS * 3;
      for (let i = from; i < to; i++) {
        const row = order[i] as number;
        const at = base + (table.bins[bins + row] as number) * 3;
        sums[at] = (sums[at] as number) + (gradient[row] as number);
        sums[at + 1] = (sums[at + 1] as number) + (curvature[row] as number);
        sums[at + 2] = (sums[at + 2] as number) + 1;
      }
    }
    return sums;
  }

  function best(sums: Histogram, g: number, h: number, rows: number): Split | undefined {
    let found: Split | undefined;
    const whole = (g * g) / (h + ridge);
    for (let c = 0; c < columns.length; c++) {
      const cuts = (table.edges[columns[c] as number] as Float64Array).length;
      let [left, weight, count] = [0, 0, 0];
      for (let bin = 0, at = c * BINS * 3; bin < cuts; bin++, at += 3) {
        left += sums[at] as number;
        weight += sums[at + 1] as number;
        count += sums[at + 2] as number;
        if (count < leaf) continue;
        if (rows - count < leaf) break;
        const right = g - left;
        const gain =
          (left * left) / (weight + ridge) + (right * right) / (h - weight + ridge) - whole;
        if (gain > (found?.gain ?? 1e-12)) found = { gain, column: columns[c] as number, bin };
      }
    }
    return found;
  }

  function grow(node: number, from: number, to: number, level: number, own?: Histogram): void {
    let [g, h] = [0, 0];
    for (let i = from; i < to; i++) {
      g += gradient[order[i] as number] as number;
      h += curvature[order[i] as number] as number;
    }
    tree.value[node] = -g / (h + ridge);
    if (level === depth || to - from < 2 * leaf) return;
    const sums = own ?? histogram(from, to);
    const split = best(sums, g, h, to - from);
    if (!split) return;
    const middle = parted(order, from, to, table, split);
    const below = add();
    add();
    tree.column[node] = table.columns[split.column] as number;
    tree.threshold[node] = (table.edges[split.column] as Float64Array)[split.bin] as number;
    tree.below[node] = below;
    if (level + 1 === depth) {
      grow(below, from, middle, level + 1);
      grow(below + 1, middle, to, level + 1);
      return;
    }
    // The smaller side is summed, the larger is what is left.
    const isLeft = middle - from < to - middle;
    const small = isLeft ? histogram(from, middle) : histogram(middle, to);
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) - (small[i] as number);
    grow(below, from, middle, level + 1, isLeft ? small : sums);
    grow(below + 1, middle, to, level + 1, isLeft ? sums : small);
  }

  grow(add(), 0, order.length, 0);
  return tree;
}

/** Brings the rows of a run that are at most a bin to its front, both sides in their order; where the other side begins. */
function parted(
  order: Int32Array,
  from: number,
  to: number,
  table: Binned,
  { column, bin }: Split,
): number {
  const bins = column * table.rows;
  const rest: number[] = [];
  let middle = from;
  for (let i = from; i < to; i++) {
    const row = order[i] as number;
    if ((table.bins[bins + row] as number) <= bin) order[middle++] = row;
    else rest.push(row);
  }
  order.set(rest, middle);
  return middle;
}
