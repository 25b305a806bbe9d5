import type { Attrs, DType, NdArray } from "@rewright/plugin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { roundTo, tensor } from "../src/array.ts";
import { erf } from "../src/ops/error-function.ts";
import { apply, applyAll, at, expectClose, f64, i64, list, uneven } from "./numeric.ts";

describe("rounding to an element type", () => {
  const hosts: readonly [DType, (x: number) => number][] = [
    ["f16", (x) => (Math as unknown as { f16round: (x: number) => number }).f16round(x)],
    ["f32", Math.fround],
    ["i8", (x) => new Int8Array([x])[0] as number],
    ["u16", (x) => new Uint16Array([x])[0] as number],
    ["i32", (x) => new Int32Array([x])[0] as number],
  ];

  test.each(hosts)("%s is what the host's buffers hold", (dtype, host) => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.float(), fc.double({ min: -1e5, max: 1e5 })), (x) => {
        expect(roundTo(dtype, x)).toBe(host(x));
      }),
      { numRuns: 500 },
    );
  });

  test("f4e2m1 has no NaN", () => {
    expect([Number.NaN, 2.5, 7, -0.25].map((x) => roundTo("f4e2m1", x))).toEqual([0, 2, 6, -0]);
  });

  test("bf16 keeps the upper half of an f32, ties to even", () => {
    const bits = (x: number) => new Uint32Array(Float32Array.of(x).buffer)[0] as number;
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (x) => {
        const rounded = bits(x) + 0x7fff + ((bits(x) >>> 16) & 1);
        const expected = new Float32Array(Uint32Array.of(rounded & 0xffff0000).buffer)[0] as number;
        expect(roundTo("bf16", x)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe("functions of one element", () => {
  const cases: readonly [string, Attrs, (x: number) => number][] = [
    ["Relu", {}, (x) => (x + Math.abs(x)) / 2],
    ["LeakyRelu", { alpha: 0.1 }, (x) => (x < 0 ? 0.1 * x : x)],
    ["Elu", { alpha: 2 }, (x) => (x < 0 ? 2 * (Math.exp(x) - 1) : x)],
    ["Selu", { alpha: 2, gamma: 3 }, (x) => 3 * (x <= 0 ? 2 * Math.exp(x) - 2 : x)],
    ["Celu", {}, (x) => Math.max(0, x) + Math.min(0, Math.exp(x) - 1)],
    ["ThresholdedRelu", { alpha: 0.5 }, (x) => (x > 0.5 ? x : 0)],
    ["HardSigmoid", { alpha: 0.5, beta: 0.25 }, (x) => Math.min(1, Math.max(0, 0.5 * x + 0.25))],
    ["HardSwish", {}, (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6],
    ["Sigmoid", {}, (x) => Math.exp(x) / (Math.exp(x) + 1)],
    ["Swish", { alpha: 2 }, (x) => x / (1 + Math.exp(-2 * x))],
    ["Softplus", {}, (x) => Math.log(1 + Math.exp(x))],
    ["Softsign", {}, (x) => x / (1 + Math.abs(x))],
    ["Mish", {}, (x) => x * Math.tanh(Math.log(1 + Math.exp(x)))],
    ["Shrink", { lambd: 1, bias: 0.5 }, (x) => (x < -1 ? x + 0.5 : x > 1 ? x - 0.5 : 0)],
    ["Affine", { alpha: 2, beta: -1 }, (x) => 2 * x - 1],
    ["Affine", {}, (x) => x],
    ["Reciprocal", {}, (x) => 1 / x],
    ["Neg", {}, (x) => -x],
    ["Clip", {}, (x) => x],
  ];
  const points = [-4.5, -2, -0.6, 0.3, 0.75, 1, 2.5, 7];

  test.each(cases)("%s %j", (op, attrs, f) => {
    const dtype = op === "Celu" ? "f32" : "f64";
    const found = list(apply(op, [tensor(dtype, [points.length], points)], attrs));
    for (const [i, x] of points.entries())
      expect(found[i]).toBeCloseTo(
        f(dtype === "f32" ? Math.fround(x) : x),
        dtype === "f32" ? 6 : 12,
      );
  });

  test("Round takes ties to even, Sign knows 0", () => {
    const x = f64([6], [-2.5, -1.5, 0.5, 1.5, 2.5, 2.6]);
    expect(list(apply("Round", [x])).map((y) => y + 0)).toEqual([-2, -2, 0, 2, 2, 3]);
    expect(list(apply("Sign", [f64([3], [-2, 0, 5])]))).toEqual([-1, 0, 1]);
  });

  test("erf is odd, its derivative is the bell, and it meets the table", () => {
    // Abramowitz & Stegun, table 7.1.
    for (const [x, y] of [
      [0.5, 0.5204998778],
      [1, 0.8427007929],
      [2, 0.995322265],
    ] as const) {
      expect(erf(x)).toBeCloseTo(y, 9);
      expect(erf(-x)).toBe(-erf(x));
    }
    for (const x of [0.1, 1.3, 2.9, 3.1, 4.4]) {
      const slope = (erf(x + 1e-5) - erf(x - 1e-5)) / 2e-5;
      expect(slope).toBeCloseTo((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x), 9);
    }
    expect(erf(3 - 1e-15)).toBeCloseTo(erf(3), 15);
    expect(erf(Number.NEGATIVE_INFINITY)).toBe(-1);
    expect(erf(Number.NaN)).toBeNaN();
  });

  test("Gelu is x Φ(x); by tanh it is close, not equal", () => {
    const x = uneven(50);
    const exact = list(apply("Gelu", [x]));
    const near = list(apply("Gelu", [x], { approximate: "tanh" }));
    for (const [i, z] of list(x).entries()) {
      expect(exact[i]).toBeCloseTo((z * (1 + erf(z / Math.SQRT2))) / 2, 12);
      expect(Math.abs((exact[i] as number) - (near[i] as number))).toBeLessThan(1e-3);
    }
    expect(near).not.toEqual(exact);
  });

  test("IsInf detects the signs it is asked for", () => {
    const x = f64([3], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
    expect(list(apply("IsInf", [x]))).toEqual([1, 1, 0]);
    expect(list(apply("IsInf", [x], { detect_negative: 0 }))).toEqual([1, 0, 0]);
    expect(list(apply("IsNaN", [x]))).toEqual([0, 0, 1]);
  });

  test("Clip with its bounds crossed yields the upper", () => {
    const x = f64([3], [-1, 2, 9]);
    expect(list(apply("Clip", [x, f64([], [0]), f64([], [3])]))).toEqual([0, 2, 3]);
    expect(list(apply("Clip", [x, f64([], [5]), f64([], [3])]))).toEqual([3, 3, 3]);
  });
});

describe("arithmetic", () => {
  test("broadcasts as numpy does", () => {
    const [a, b] = [uneven(2, 1, 3), uneven(4, 1)];
    const sum = apply("Add", [a, b]);
    expect(sum.shape).toEqual([2, 4, 3]);
    expect(at(sum, 1, 2, 0)).toBe(at(a, 1, 0, 0) + at(b, 2, 0));
  });

  test("integers wrap and truncate; nothing is lost of 64 bits", () => {
    const one = (dtype: DType, x: bigint | number) => tensor(dtype, [], [x]);
    const result = (op: string, dtype: DType, x: bigint | number, y: bigint | number, attrs = {}) =>
      Number(apply(op, [one(dtype, x), one(dtype, y)], attrs).data[0]);
    expect(apply("Add", [one("i64", 2n ** 62n), one("i64", 1n)]).data[0]).toBe(2n ** 62n + 1n);
    expect(result("Mul", "i32", 65537, 65537)).toBe(131073);
    expect(result("Add", "u8", 250, 10)).toBe(4);
    expect(result("Sub", "u8", 1, 2)).toBe(255);
    expect(result("Div", "i32", -7, 2)).toBe(-3);
    expect(result("Mod", "i64", -7, 3)).toBe(2);
    expect(result("Mod", "i64", 7, -3)).toBe(-2);
    expect(result("Mod", "i64", -7, 3, { fmod: 1 })).toBe(-1);
    expect(result("Pow", "i64", 3, 4)).toBe(81);
    expect(result("Pow", "i32", 2, -1)).toBe(0);
    expect(result("Pow", "i64", 2, 2 ** 40)).toBe(0);
    expect(result("Pow", "i64", -1, 2 ** 40 + 1)).toBe(-1);
    expect(result("BitShift", "u64", 1, 2 ** 40, { direction: "LEFT" })).toBe(0);
    expect(result("BitShift", "u8", 129, 1, { direction: "LEFT" })).toBe(2);
    expect(result("BitShift", "u8", 129, 1, { direction: "RIGHT" })).toBe(64);
    expect(result("BitwiseXor", "u8", 12, 10)).toBe(6);
  });

  test("Max and Min let NaN win; Sum rounds once", () => {
    const x = f64([3], [1, Number.NaN, 3]);
    const y = f64([3], [2, 2, Number.NaN]);
    expect(list(apply("Max", [x, y]))).toEqual([2, Number.NaN, Number.NaN]);
    expect(list(apply("Min", [x, y]))).toEqual([1, Number.NaN, Number.NaN]);
    const terms = [2 ** 25, 1, -(2 ** 25)].map((term) => tensor("f32", [], [term]));
    expect(list(apply("Sum", terms))).toEqual([1]);
    expect(list(apply("Mean", [x, f64([], [3])]))).toEqual([2, Number.NaN, 3]);
  });

  test("comparisons, logic and choice", () => {
    const [a, b] = [i64(1, 2, 3), i64(2, 2, 2)];
    const truth = (op: string) => list(apply(op, [a, b]));
    expect(truth("Less")).toEqual([1, 0, 0]);
    expect(truth("LessOrEqual")).toEqual([1, 1, 0]);
    expect(truth("Greater")).toEqual([0, 0, 1]);
    expect(truth("GreaterOrEqual")).toEqual([0, 1, 1]);
    expect(truth("Equal")).toEqual([0, 1, 0]);
    expect(list(apply("Where", [apply("Equal", [a, b]), a, i64(-1)]))).toEqual([-1, 2, -1]);
    const bools = (...x: number[]): NdArray => tensor("bool", [x.length], x);
    const [p, q] = [bools(0, 0, 1, 1), bools(0, 1, 0, 1)];
    expect(list(apply("And", [p, q]))).toEqual([0, 0, 0, 1]);
    expect(list(apply("Or", [p, q]))).toEqual([0, 1, 1, 1]);
    expect(list(apply("Xor", [p, q]))).toEqual([0, 1, 1, 0]);
    expect(list(apply("Not", [p]))).toEqual([1, 1, 0, 0]);
  });
});

describe("reductions and scans", () => {
  const x = f64([2, 3], [1, -2, 3, 4, 5, -6]);

  test.each([
    ["ReduceSum", [2, 3]],
    ["ReduceMean", [2 / 3, 1]],
    ["ReduceProd", [-6, -120]],
    ["ReduceMax", [3, 5]],
    ["ReduceMin", [-2, -6]],
    ["ReduceL1", [6, 15]],
    ["ReduceL2", [Math.sqrt(14), Math.sqrt(77)]],
    ["ReduceSumSquare", [14, 77]],
    ["ReduceLogSum", [Math.log(2), Math.log(3)]],
    ["ReduceLogSumExp", [1, -2, 3, 4, 5, -6].map(Math.exp)],
  ])("%s", (op, expected) => {
    const rows =
      op === "ReduceLogSumExp"
        ? [0, 3].map((i) => Math.log(expected.slice(i, i + 3).reduce((a, b) => a + b)))
        : expected;
    expectClose(apply(op, [x, i64(-1)], { keepdims: 0 }), [2], rows);
    expectClose(apply(op, [x, i64(1)]), [2, 1], rows);
  });

  test("without axes all are reduced, or none; the last step is taken all the same", () => {
    expectClose(apply("ReduceSum", [x]), [1, 1], [5]);
    expectClose(
      apply("ReduceSumSquare", [x], { noop_with_empty_axes: 1 }),
      [2, 3],
      [1, 4, 9, 16, 25, 36],
    );
    expectClose(apply("ReduceSum", [x, i64()], { keepdims: 0 }), [], [5]);
  });

  test("of nothing, a sum is 0, a product 1, a maximum the least there is", () => {
    const nothing = (dtype: DType) => tensor(dtype, [0, 2], []);
    const reduced = (op: string, dtype: DType) =>
      apply(op, [nothing(dtype), i64(0)], { keepdims: 0 }).data[0];
    expect(reduced("ReduceSum", "f32")).toBe(0);
    expect(reduced("ReduceProd", "i32")).toBe(1);
    expect(reduced("ReduceMax", "f32")).toBe(Number.NEGATIVE_INFINITY);
    expect(reduced("ReduceMax", "i64")).toBe(-(2n ** 63n));
    expect(reduced("ReduceMin", "u8")).toBe(255);
    expect(reduced("ReduceLogSumExp", "f64")).toBe(Number.NEGATIVE_INFINITY);
  });

  test("ArgMax takes the first of equals, or the last", () => {
    const y = f64([4], [1, 7, 7, 2]);
    expect(list(apply("ArgMax", [y]))).toEqual([1]);
    expect(list(apply("ArgMax", [y], { select_last_index: 1 }))).toEqual([2]);
    expect(apply("ArgMin", [x], { axis: 1, keepdims: 0 })).toEqual(i64(1, 2));
  });

  test("CumSum runs either way, with or without its own element", () => {
    const y = i64(1, 2, 3);
    const sums = (attrs: Attrs) => list(apply("CumSum", [y, tensor("i64", [], [0])], attrs));
    expect(sums({})).toEqual([1, 3, 6]);
    expect(sums({ exclusive: 1 })).toEqual([0, 1, 3]);
    expect(sums({ reverse: 1 })).toEqual([6, 5, 3]);
    expect(sums({ exclusive: 1, reverse: 1 })).toEqual([5, 3, 0]);
  });

  test("TopK sorts; of equals the first comes first", () => {
    const y = f64([5], [3, 9, 3, 1, 9]);
    const top = (attrs: Attrs) => applyAll("TopK", [y, i64(3)], attrs, 2).map(list);
    expect(top({})).toEqual([
      [9, 9, 3],
      [1, 4, 0],
    ]);
    expect(top({ largest: 0 })).toEqual([
      [1, 3, 3],
      [3, 0, 2],
    ]);
  });
});

test("Dropout is the identity outside training, and refuses to be random", () => {
  const x = uneven(2, 2);
  const [y, mask] = applyAll("Dropout", [x, f64([], [0.5])], {}, 2) as [NdArray, NdArray];
  expect(y).toEqual(x);
  expect(list(mask)).toEqual([1, 1, 1, 1]);
  const training = tensor("bool", [], [1]);
  expect(list(apply("Dropout", [x, f64([], [0]), training]))).toEqual(list(x));
  expect(() => apply("Dropout", [x, undefined, training])).toThrow(/training/);
});

test("quantising to narrow floats converts as Cast does", () => {
  const x = tensor("f32", [5], [0.25, -3, 30, Number.NaN, 1]);
  const to = (dtype: DType) =>
    list(apply("QuantizeLinear", [x, tensor("f32", [], [0.5]), tensor(dtype, [], [0])]));
  expect(to("f4e2m1")).toEqual([0.5, -6, 6, 0, 2]);
  expect(to("f8e4m3fn")).toEqual([0.5, -6, 60, Number.NaN, 2]);
});
