/**
 * Φ, the distribution function of the standard normal law, to double precision: the power series of the error function near 0,
 * the continued fraction of its complement elsewhere (Abramowitz and Stegun, 7.1.6 and 7.1.14).
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const tail = z < 2 ? 1 - nearZero(z) : complement(z);
  return x < 0 ? tail / 2 : 1 - tail / 2;
}

function nearZero(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
}

function complement(z: number): number {
  if (z > 27) return 0;
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction));
}
