/** A quadratic ½·xᵀ·G·x − cᵀ·x to be made small, G symmetric and positive definite, row-major. */
export interface Quadratic {
  readonly g: Float64Array;
  readonly c: Float64Array;
}

/**
 * The x ≥ 0 at which a quadratic is least: non-negative least squares in its normal equations, by active sets (Lawson and
 * Hanson 1974, chapter 23, with the products formed beforehand as in Bro and de Jong 1997).
 *
 * @throws RangeError when `g` does not fit `c`, or is not positive definite
 */
export function nonNegativeLeastSquares(quadratic: Quadratic): Float64Array {
  const { g, c } = quadratic;
  const size = c.length;
  if (g.length !== size * size)
    throw new RangeError(`a matrix of ${g.length} entries does not fit ${size} unknowns`);
  const x = new Float64Array(size);
  const free: number[] = [];
  const factors = new Factors(quadratic);
  // Unknowns that rounding threw back at once; they may come again when others have moved.
  const barred = new Set<number>();
  // Each step frees an unknown, and few are taken back.
  for (let step = 0; step < 10 * size + 100; step++) {
    const next = steepest(quadratic, x, free, barred);
    if (next < 0) return x;
    free.push(next);
    let moved = 0;
    for (;;) {
      const target = factors.minimum(free);
      const { share, blocking } = longestStep(x, target, free);
      moved = Math.max(moved, share);
      for (const [i, at] of free.entries()) {
        const old = x[at] as number;
        x[at] = blocking < 0 ? (target[i] as number) : old + share * ((target[i] as number) - old);
      }
      if (blocking < 0) break;
      x[free[blocking] as number] = 0;
      for (let i = free.length - 1; i >= 0; i--) {
        const at = free[i] as number;
        if ((x[at] as number) > 0) continue;
        x[at] = 0;
        free.splice(i, 1);
      }
    }
    if (moved > 0) barred.clear();
    if (!free.includes(next)) barred.add(next);
  }
  throw new RangeError("the least squares do not settle: their matrix is close to singular");
}

/** The unknown at 0 whose growth makes the quadratic smaller fastest; −1 where none does. */
function steepest(
  { g, c }: Quadratic,
  x: Float64Array,
  free: readonly number[],
  barred: ReadonlySet<number>,
): number {
  const size = c.length;
  let best = -1;
  let most = 0;
  for (let row = 0; row < size; row++) {
    if (barred.has(row) || free.includes(row)) continue;
    let slope = c[row] as number;
    let scale = Math.abs(slope);
    for (const column of free) {
      const product = (g[row * size + column] as number) * (x[column] as number);
      slope -= product;
      scale += Math.abs(product);
    }
    // What is left of a difference of equals is rounding.
    if (slope <= 1e-12 * scale) continue;
    const gain = slope / Math.sqrt(g[row * size + row] as number);
    if (gain > most) {
      most = gain;
      best = row;
    }
  }
  return best;
}

/** How far towards `target` all stay non-negative, and whom that is due to; −1 where the whole way is open. */
function longestStep(
  x: Float64Array,
  target: Float64Array,
  free: readonly number[],
): { readonly share: number; readonly blocking: number } {
  let share = 1;
  let blocking = -1;
  for (const [i, at] of free.entries()) {
    const to = target[i] as number;
    if (to > 0) continue;
    const from = x[at] as number;
    const own = from === to ? 0 : from / (from - to);
    if (blocking < 0 || own < share) {
      share = own;
      blocking = i;
    }
  }
  return { share, blocking };
}

/**
 * Cholesky's factors of the part of a matrix that some unknowns span. An unknown that joins adds a row, and what lies before one that
 * leaves stays as it is.
 */
class Factors {
  readonly #quadratic: Quadratic;
  readonly #rows: Float64Array[] = [];
  /** The unknowns whose rows stand. */
  readonly #known: number[] = [];

  constructor(quadratic: Quadratic) {
    this.#quadratic = quadratic;
  }

  /** Where the quadratic is least with all but these unknowns at 0. */
  minimum(free: readonly number[]): Float64Array {
    const { c } = this.#quadratic;
    let same = 0;
    while (same < free.length && this.#known[same] === free[same]) same++;
    this.#rows.length = same;
    this.#known.length = same;
    for (const unknown of free.slice(same)) this.#extend(unknown);
    const n = free.length;
    const x = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const row = this.#rows[i] as Float64Array;
      let sum = c[free[i] as number] as number;
      for (let k = 0; k < i; k++) sum -= (row[k] as number) * (x[k] as number);
      x[i] = sum / (row[i] as number);
    }
    for (let i = n - 1; i >= 0; i--) {
      const row = this.#rows[i] as Float64Array;
      const own = (x[i] as number) / (row[i] as number);
      x[i] = own;
      for (let k = 0; k < i; k++) x[k] = (x[k] as number) - (row[k] as number) * own;
    }
    return x;
  }

  #extend(unknown: number): void {
    const { g, c } = this.#quadratic;
    const n = this.#known.length;
    const row = new Float64Array(n + 1);
    let rest = g[unknown * c.length + unknown] as number;
    for (let j = 0; j < n; j++) {
      const other = this.#rows[j] as Float64Array;
      let sum = g[unknown * c.length + (this.#known[j] as number)] as number;
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      const entry = sum / (other[j] as number);
      row[j] = entry;
      rest -= entry * entry;
    }
    if (!(rest > 0))
      throw new RangeError("the matrix of the least squares is not positive definite");
    row[n] = Math.sqrt(rest);
    this.#rows.push(row);
    this.#known.push(unknown);
  }
}
