import type { NdArray } from "@rewright/plugin";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Seeded weights: the same seed gives the same model, and no two weights are alike by chance or by kind. */
export interface Weights {
  /** Normal, mean 0, scaled by 1/√fan-in unless told otherwise. The fan-in is the product of all dimensions but the last. */
  normal(shape: readonly number[], scale?: number): NdArray;
  /** Around 1, for the scales of normalisations and the variances of batch normalisation: never 0, never negative. */
  nearOne(shape: readonly number[]): NdArray;
}

/** Weights drawn from a seed. */
export function weights(seed: number): Weights {
  const random = xoroshiro128plus(seed);
  let spare: number | undefined;
  // Box and Muller's method gives two at a time.
  const gaussian = (): number => {
    const kept = spare;
    spare = undefined;
    if (kept !== undefined) return kept;
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
    const angle = 2 * Math.PI * uniformFloat64(random);
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const draw = (shape: readonly number[], next: () => number): NdArray => ({
    dtype: "f32",
    shape,
    data: new Float32Array(shape.reduce((n, d) => n * d, 1)).map(next),
  });
  return {
    normal(shape, scale) {
      const fanIn = shape.slice(0, -1).reduce((n, d) => n * d, 1);
      const by = scale ?? 1 / Math.sqrt(fanIn);
      return draw(shape, () => by * gaussian());
    },
    nearOne: (shape) => draw(shape, () => 0.5 + uniformFloat64(random)),
  };
}

/** A float32 scalar. */
export const scalar = (value: number): NdArray => ({
  dtype: "f32",
  shape: [],
  data: Float32Array.of(value),
});

/** A list of int64, as shapes and axes are given. */
export const ints = (...values: readonly number[]): NdArray => ({
  dtype: "i64",
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

/** An int64 scalar, as an index is given. */
export const index = (value: number): NdArray => ({
  dtype: "i64",
  shape: [],
  data: BigInt64Array.of(BigInt(value)),
});
