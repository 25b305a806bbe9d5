/**
 * The error function, to the last few bits of a double.
 *
 * @module
 */

/**
 * erf(x) = 2/√π ∫₀ˣ exp(-t²) dt. Below 3 the series of positive terms of Abramowitz & Stegun 7.1.6, above it the
 * continued fraction of erfc, 7.1.14.
 */
export function erf(x: number): number {
  const t = Math.abs(x);
  if (!(t < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const bell = Math.exp(-t * t);
  if (t < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= (2 * t * t) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * bell * sum;
  }
  let fraction = t;
  for (let n = 40; n > 0; n--) fraction = t + n / 2 / fraction;
  return Math.sign(x) * (1 - bell / (Math.sqrt(Math.PI) * fraction));
}
