/** Numbers that describe rows, `columns` of each, row by row. */
export interface Table {
  readonly columns: number;
  readonly data: ArrayLike<number>;
}

/** How many rows it has. @throws RangeError where they are no whole number */
export function rowsOf({ columns, data }: Table): number {
  const rows = data.length / columns;
  if (Number.isInteger(rows)) return rows;
  throw new RangeError(`${data.length} numbers are no whole number of rows of ${columns}`);
}

/** A table whose columns are told apart by few values, for histograms. */
export interface Binned {
  readonly rows: number;
  /** The columns that vary, by their numbers in the table. */
  readonly columns: Int32Array;
  /** Of each of these the bin of every row, column by column. */
  readonly bins: Uint8Array;
  /** Of each of these, ascending: values at most the b-th are in bins up to b. */
  readonly edges: readonly Float64Array[];
}

/** Cuts each column at values that leave about as many rows on either side: at all of them, where there are no more than `most`. */
export function binned(table: Table, most: number): Binned {
  const rows = rowsOf(table);
  const columns: number[] = [];
  const edges: Float64Array[] = [];
  const parts: Uint8Array[] = [];
  for (let c = 0; c < table.columns; c++) {
    const values = Float64Array.from(
      { length: rows },
      (_, r) => table.data[r * table.columns + c] as number,
    );
    const cuts = cutsOf(values, most);
    if (cuts.length === 0) continue;
    columns.push(c);
    edges.push(cuts);
    parts.push(Uint8Array.from(values, (x) => binOf(cuts, x)));
  }
  const bins = new Uint8Array(rows * columns.length);
  for (const [c, part] of parts.entries()) bins.set(part, c * rows);
  return { rows, columns: Int32Array.from(columns), bins, edges };
}

/** Values between those that occur. */
function cutsOf(values: Float64Array, most: number): Float64Array {
  const sorted = values.toSorted();
  const known: number[] = [];
  for (const x of sorted) if (x !== known.at(-1)) known.push(x);
  const between = (i: number): number => ((known[i] as number) + (known[i + 1] as number)) / 2;
  if (known.length <= most)
    return Float64Array.from({ length: known.length - 1 }, (_, i) => between(i));
  const cuts = new Set<number>();
  for (let b = 1; b < most; b++) {
    const x = sorted[Math.floor((b * sorted.length) / most)] as number;
    const i = known.indexOf(x);
    if (i > 0) cuts.add(between(i - 1));
  }
  return Float64Array.from(cuts).sort();
}

/** How many cuts are below a value. */
function binOf(cuts: Float64Array, x: number): number {
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cuts[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
