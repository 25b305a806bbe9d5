import type { NdArray } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { tensor } from "../src/array.ts";
import { apply, applyAll, at, expectClose, f64, i64, list, uneven } from "./numeric.ts";

const scalar = (x: number) => f64([], [x]);
const mean = (x: NdArray, axes: NdArray) => apply("ReduceMean", [x, axes]);

/** (x - mean x) / √(variance x + ε), by the operators it is made of. */
function standardized(x: NdArray, axes: NdArray, epsilon = Math.fround(1e-5)): NdArray {
  const centered = apply("Sub", [x, mean(x, axes)]);
  const variance = mean(apply("Mul", [centered, centered]), axes);
  return apply("Div", [centered, apply("Sqrt", [apply("Add", [variance, scalar(epsilon)])])]);
}

describe("normalization", () => {
  test("LayerNormalization standardizes the dimensions from its axis on, then scales and shifts", () => {
    const [x, scale, shift] = [uneven(2, 3, 4), uneven(3, 4), uneven(4)];
    const [y, center, inverse] = applyAll(
      "LayerNormalization",
      [x, scale, shift],
      { axis: 1 },
      3,
    ) as [NdArray, NdArray, NdArray];
    const axes = i64(1, 2);
    const expected = apply("Add", [apply("Mul", [standardized(x, axes), scale]), shift]);
    expectClose(y, [2, 3, 4], list(expected));
    expect(center.dtype).toBe("f32");
    expect(center.shape).toEqual([2, 1, 1]);
    for (const [i, m] of list(mean(x, axes)).entries()) {
      expect(list(center)[i]).toBeCloseTo(m, 6);
      expect(list(inverse)[i]).toBeGreaterThan(1);
    }
  });

  test("RMSNormalization divides by the root of the mean square", () => {
    const [x, scale] = [uneven(2, 3), uneven(3)];
    const squares = apply("Add", [mean(apply("Mul", [x, x]), i64(1)), scalar(0.25)]);
    const expected = apply("Mul", [apply("Div", [x, apply("Sqrt", [squares])]), scale]);
    expectClose(apply("RMSNormalization", [x, scale], { epsilon: 0.25 }), [2, 3], list(expected));
  });

  test("InstanceNormalization and GroupNormalization standardize channels, one by one or in groups", () => {
    const [x, scale, shift] = [uneven(2, 4, 3, 2), uneven(4), uneven(4)];
    const affine = (y: NdArray) => {
      const shaped = (z: NdArray): NdArray => ({ ...z, shape: [4, 1, 1] });
      return apply("Add", [apply("Mul", [y, shaped(scale)]), shaped(shift)]);
    };
    expectClose(
      apply("InstanceNormalization", [x, scale, shift]),
      x.shape,
      list(affine(standardized(x, i64(2, 3)))),
    );
    const grouped = standardized({ ...x, shape: [2, 2, 12] }, i64(2));
    expectClose(
      apply("GroupNormalization", [x, scale, shift], { num_groups: 2 }),
      x.shape,
      list(affine({ ...grouped, shape: x.shape })),
    );
  });

  test("BatchNormalization uses the moments given, or in training those of the batch", () => {
    const [x, scale, shift] = [uneven(3, 2, 2), uneven(2), uneven(2)];
    const [center, spread] = [f64([2], [0.5, -1]), f64([2], [4, 0.25])];
    const y = apply("BatchNormalization", [x, scale, shift, center, spread], { epsilon: 0 });
    for (const [n, c, i] of [
      [0, 0, 0],
      [2, 1, 1],
    ] as const)
      expect(at(y, n, c, i)).toBeCloseTo(
        ((at(x, n, c, i) - at(center, c)) / Math.sqrt(at(spread, c))) * at(scale, c) + at(shift, c),
        10,
      );
    const attrs = { epsilon: 0, momentum: 0.75, training_mode: 1 };
    const [trained, running] = applyAll(
      "BatchNormalization",
      [x, scale, shift, center, spread],
      attrs,
      3,
    );
    const standard = standardized(x, i64(0, 2), 0);
    const shaped = (z: NdArray): NdArray => ({ ...z, shape: [2, 1] });
    const expected = apply("Add", [apply("Mul", [standard, shaped(scale)]), shaped(shift)]);
    expectClose(trained as NdArray, x.shape, list(expected));
    const batch = list(mean(x, i64(0, 2)));
    expectClose(
      running as NdArray,
      [2],
      batch.map((m, c) => 0.25 * m + 0.75 * at(center, c)),
    );
  });

  test("LpNormalization yields 0 where the norm is 0", () => {
    const x = f64([2, 2], [3, -4, 0, 0]);
    expectClose(apply("LpNormalization", [x]), [2, 2], [0.6, -0.8, 0, 0]);
    expectClose(apply("LpNormalization", [x], { p: 1 }), [2, 2], [3 / 7, -4 / 7, 0, 0]);
  });

  test("LRN divides by what its neighbours across channels respond", () => {
    const x = f64([1, 3, 1], [1, 2, 3]);
    const attrs = { size: 2, alpha: 2, beta: 1, bias: 1 };
    // Of an even size, the further neighbour is the one behind.
    expectClose(apply("LRN", [x], attrs), [1, 3, 1], [1 / 6, 2 / 14, 3 / 10]);
  });

  test("MeanVarianceNormalization is by default over all but the channels", () => {
    const x = uneven(2, 3, 2, 2);
    const expected = standardized(x, i64(0, 2, 3), 0);
    for (const [i, y] of list(apply("MeanVarianceNormalization", [x])).entries())
      expect(y).toBeCloseTo(list(expected)[i] as number, 6);
  });
});

describe("distributions", () => {
  const x = f64([2, 3], [1000, 1001, 999, 0, 0, 0]);

  test("Softmax sums to 1 and does not overflow; LogSoftmax is its logarithm", () => {
    const y = apply("Softmax", [x]);
    expectClose(apply("ReduceSum", [y, i64(1)]), [2, 1], [1, 1]);
    expect(at(y, 0, 1) / at(y, 0, 0)).toBeCloseTo(Math.E, 10);
    expectClose(apply("Exp", [apply("LogSoftmax", [x])]), [2, 3], list(y));
    expectClose(apply("Softmax", [f64([2, 1], [0, 0])], { axis: 0 }), [2, 1], [0.5, 0.5]);
  });

  test("Hardmax is 1 at the first greatest", () => {
    expect(list(apply("Hardmax", [x]))).toEqual([0, 1, 0, 1, 0, 0]);
  });
});

describe("Attention", () => {
  const [q, k, v] = [uneven(2, 2, 3, 4), uneven(2, 1, 5, 4), uneven(2, 1, 5, 2)];

  /** softmax(q kᵀ / √size + bias) v, by the operators it is made of; one head of keys serves all heads of queries. */
  function expected(bias: NdArray): NdArray {
    const scores = apply("MatMul", [q, apply("Transpose", [k], { perm: [0, 1, 3, 2] })]);
    const scaled = apply("Add", [apply("Mul", [scores, scalar(0.5)]), bias]);
    return apply("MatMul", [apply("Softmax", [scaled]), v]);
  }

  test("is what its operators yield", () => {
    expectClose(apply("Attention", [q, k, v]), [2, 2, 3, 2], list(expected(scalar(0))));
  });

  test("adds a mask of numbers, hides what a mask of booleans says, and what is to come", () => {
    const bias = uneven(3, 5);
    expectClose(apply("Attention", [q, k, v, bias]), [2, 2, 3, 2], list(expected(bias)));
    const open = [1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0];
    const hidden = f64(
      [3, 5],
      open.map((x) => (x ? 0 : Number.NEGATIVE_INFINITY)),
    );
    const causal = apply("Attention", [q, k, v], { is_causal: 1 });
    expectClose(causal, [2, 2, 3, 2], list(expected(hidden)));
    expect(apply("Attention", [q, k, v, tensor("bool", [3, 5], open)])).toEqual(causal);
  });

  test("continues from cached keys and values", () => {
    const cut = (x: NdArray, from: number, to: number) =>
      apply("Slice", [x, i64(from), i64(to), i64(2)]);
    const whole = applyAll("Attention", [q, k, v], {}, 3);
    const [past, now] = [
      [cut(k, 0, 2), cut(v, 0, 2)],
      [cut(k, 2, 5), cut(v, 2, 5)],
    ];
    expect(applyAll("Attention", [q, ...now, undefined, ...past], {}, 3)).toEqual(whole);
  });

  test("folds heads into features", () => {
    const folded = (x: NdArray): NdArray => {
      const [batch = 0, heads = 0, length = 0, size = 0] = x.shape;
      return {
        ...apply("Transpose", [x], { perm: [0, 2, 1, 3] }),
        shape: [batch, length, heads * size],
      };
    };
    expect(
      apply("Attention", [folded(q), folded(k), folded(v)], { q_num_heads: 2, kv_num_heads: 1 }),
    ).toEqual(folded(apply("Attention", [q, k, v])));
  });

  test("a query that may attend to nothing yields 0", () => {
    const mask = tensor("bool", [3, 5], new Array(15).fill(0));
    expect(list(apply("Attention", [q, k, v, mask])).every((x) => x === 0)).toBe(true);
  });

  test("shows its scores at each step", () => {
    const shown = (qk_matmul_output_mode: number) =>
      applyAll("Attention", [q, k, v], { softcap: 0.1, qk_matmul_output_mode }, 4)[3] as NdArray;
    const capped = list(shown(0)).map((x) => 0.1 * Math.tanh(x / 0.1));
    expectClose(shown(1), [2, 2, 3, 5], capped);
    expectClose(shown(2), [2, 2, 3, 5], capped);
    expectClose(shown(3), [2, 2, 3, 5], list(apply("Softmax", [shown(2)])));
  });
});
