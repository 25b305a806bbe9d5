/**
 * Columns: what stands in rows above one another begins at the same place, unless one row is much wider than the next.
 *
 * @module
 */

/** Rows whose widths differ by more are not aligned: one long row should not push all others aside. */
const SPREAD = 24;

/** Rows that are aligned with one another. */
interface Run {
  readonly from: number;
  readonly to: number;
  /** The width of the widest. */
  readonly width: number;
}

/** The runs of rows to align, by their widths. Rows without one (`undefined`) divide what is above from what is below. */
export function runsOf(widths: readonly (number | undefined)[]): readonly Run[] {
  const runs: Run[] = [];
  let from = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  const close = (to: number): void => {
    if (to > from) runs.push({ from, to, width: most });
    from = to;
    least = Number.POSITIVE_INFINITY;
    most = 0;
  };
  widths.forEach((width, i) => {
    if (width === undefined) {
      close(i);
      from = i + 1;
      return;
    }
    if (Math.max(most, width) - Math.min(least, width) > SPREAD) close(i);
    least = Math.min(least, width);
    most = Math.max(most, width);
  });
  close(widths.length);
  return runs;
}

/** For each width, that of the widest row it is aligned with. */
export function aligned(widths: readonly (number | undefined)[]): (number | undefined)[] {
  const result: (number | undefined)[] = widths.map(() => undefined);
  for (const { from, to, width } of runsOf(widths)) result.fill(width, from, to);
  return result;
}

/** Rows cut into groups: each begins with the first row, or with one that `begins` says. */
export function groups<Row>(rows: readonly Row[], begins: (row: Row) => boolean): Row[][] {
  const found: Row[][] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last && !begins(row)) last.push(row);
    else found.push([row]);
  }
  return found;
}
