import { featureCount, partNames, predict, rooflineCoefficients } from "./features.ts";
import { nonNegativeLeastSquares } from "./least-squares.ts";

/** A program that has been timed. */
export interface Sample {
  /** What its time is made of, see `featuresOf`. */
  readonly features: Float64Array;
  /** Measured, in µs. */
  readonly time: number;
}

/** What coefficients are fitted to. */
export interface Evidence {
  readonly samples: readonly Sample[];
  /** Equal programs, by their positions in `samples`: what their difference is, matters more than what each takes. */
  readonly pairs: readonly (readonly [before: number, after: number])[];
}

/** How far the roofline may be trusted: the squared error that a coefficient twice as large as the machine's roofline says weighs as much as. */
export const ridges: readonly [number, ...number[]] = [0.02, 0.1, 0.5, 2];

/** The weight of a pair's difference beside that of a sample. */
const pairWeight = 2;

/** No kernel is free: a coefficient stays above this share of the roofline's. */
const floor = 0.05;

/** Errors below this are noise, and all weigh alike; larger ones count by their size, not by its square, so that no oddity bends the rest. */
const noise = 0.02;
const rounds = 6;

/** One row of the least squares: `features · x` is to be `target`, deviations counted `weight` times. */
interface Row {
  readonly features: Float64Array;
  readonly target: number;
  readonly weight: number;
}

/**
 * Non-negative coefficients under which the features' sums come close to the measured times, in relative terms, and the
 * differences of equal programs to the measured ones. Where the evidence is silent a coefficient is the roofline's, which is
 * first scaled to the machine as a whole.
 *
 * @param ridge how far it is trusted, one of `ridges` or any other number above 0
 * @throws RangeError when a time is not a positive number
 */
export function fitCoefficients(
  { samples, pairs }: Evidence,
  ridge: number = ridges[0],
): Float64Array {
  for (const { time } of samples)
    if (!(time > 0 && time < Infinity))
      throw new RangeError(`a measured time is ${time} µs: times are positive numbers`);
  const rows: Row[] = samples.map(({ features, time }) => ({
    features: features.map((value) => value / time),
    target: 1,
    weight: 1,
  }));
  const scale = scaleOf(rows);
  const prior = rooflineCoefficients.map((value, i) => value * (scale[i] as number));
  for (const [before, after] of pairs) {
    const [a, b] = [samples[before] as Sample, samples[after] as Sample];
    const unit = Math.min(a.time, b.time);
    rows.push({
      features: a.features.map((value, i) => (value - (b.features[i] as number)) / unit),
      target: (a.time - b.time) / unit,
      weight: pairWeight,
    });
  }
  return solve(rows, prior, {
    floor: prior.map((value) => floor * value),
    stiffness: scale.map((value) => ridge / value ** 2),
  });
}

/** What each coefficient of the roofline is to be multiplied with on this machine as a whole: its starts, its work and the run's own time, three numbers. */
function scaleOf(rows: readonly Row[]): Float64Array {
  const group = (i: number): number =>
    i === featureCount - 1 ? 2 : i % partNames.length === 0 ? 0 : 1;
  const coarse = rows.map((row) => {
    const features = new Float64Array(3);
    row.features.forEach((value, i) => {
      const at = group(i);
      features[at] = (features[at] as number) + value * (rooflineCoefficients[i] as number);
    });
    return { ...row, features };
  });
  const found = solve(coarse, Float64Array.of(1, 1, 1), {
    floor: new Float64Array(3).fill(floor),
    // Three numbers are known well from any programs at all.
    stiffness: new Float64Array(3).fill(ridges[0] / 100),
  });
  return rooflineCoefficients.map((_, i) => found[group(i)] as number);
}

/** Least squares, non-negative and drawn to a prior; large deviations are weighed down round by round. */
function solve(
  rows: readonly Row[],
  prior: Float64Array,
  { floor: least, stiffness }: { readonly floor: Float64Array; readonly stiffness: Float64Array },
): Float64Array {
  const size = prior.length;
  let x = prior;
  for (let round = 0; round < rounds; round++) {
    const g = new Float64Array(size * size);
    const c = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      g[i * size + i] = stiffness[i] as number;
      c[i] = (stiffness[i] as number) * ((prior[i] as number) - (least[i] as number));
    }
    for (const { features, target, weight } of rows) {
      const deviation = Math.abs(predict(features, x) - target);
      const own = round === 0 ? weight : (weight * noise) / Math.max(noise, deviation);
      add(g, c, { features, target: target - predict(features, least), weight: own });
    }
    x = nonNegativeLeastSquares({ g, c }).map((value, i) => value + (least[i] as number));
  }
  return x;
}

/** Adds `weight · (features · x − target)²` to a quadratic. */
function add(g: Float64Array, c: Float64Array, { features, target, weight }: Row): void {
  const size = c.length;
  for (let i = 0; i < size; i++) {
    const own = weight * (features[i] as number);
    if (own === 0) continue;
    c[i] = (c[i] as number) + own * target;
    for (let j = 0; j < size; j++)
      g[i * size + j] = (g[i * size + j] as number) + own * (features[j] as number);
  }
}
