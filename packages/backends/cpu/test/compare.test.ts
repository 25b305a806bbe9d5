import type { DType, NdArray } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { compareOutputs } from "../src/index.ts";

const y = (data: NdArray["data"], dtype: DType = "f32"): { y: NdArray } => ({
  y: { dtype, shape: [data.length], data },
});

describe("floats", () => {
  test.each<[DType, number, number]>([
    ["f32", 9e-6, 2e-5],
    ["f16", 9e-3, 2e-2],
    ["f64", 9e-10, 2e-9],
  ])("%s may differ by a share of the largest element", (dtype, little, much) => {
    const reference = y([1, -100], dtype);
    expect(compareOutputs(reference, y([1 + 100 * little, -100], dtype)).ok).toBe(true);
    const far = compareOutputs(reference, y([1 + 100 * much, -100], dtype));
    expect(far.ok).toBe(false);
    expect(far.worst?.reason).toMatch(/differs by .* is allowed/);
    expect(far.maxRel).toBeCloseTo(much, 10);
  });

  test("may differ by ten times the runtime's own noise", () => {
    const reference = y([1, 2]);
    const noise = compareOutputs(reference, y([1.001, 2]));
    expect(compareOutputs(reference, y([1.009, 2])).ok).toBe(false);
    expect(compareOutputs(reference, y([1.009, 2]), { noise }).ok).toBe(true);
    expect(compareOutputs(reference, y([1.011, 2]), { noise }).ok).toBe(false);
  });

  test("must be finite where the reference is, and nothing is asked where it is not", () => {
    const lost = compareOutputs(y([1, 2]), y([1, NaN]));
    expect(lost.ok).toBe(false);
    expect(lost.worst?.reason).toContain("1 elements are not finite");
    const undefinedThere = compareOutputs(y([1, NaN, Infinity]), y([1, 5, 7]));
    expect(undefinedThere.ok).toBe(true);
    expect(undefinedThere.outputs[0]?.compared).toBe(1);
  });

  test("that are all zero must stay so", () => {
    expect(compareOutputs(y([0, 0]), y([0, 0])).ok).toBe(true);
    expect(compareOutputs(y([0, 0]), y([0, 1e-9])).ok).toBe(false);
  });
});

describe("everything else must be equal", () => {
  test.each<[DType, NdArray["data"], NdArray["data"]]>([
    ["i64", BigInt64Array.of(1n, 2n ** 60n), BigInt64Array.of(1n, 2n ** 60n + 1n)],
    ["i32", [1, 2], [1, 3]],
    ["bool", [1, 0], [1, 1]],
    ["string", ["a", "b"], ["a", "c"]],
  ])("%s", (dtype, data, other) => {
    expect(compareOutputs(y(data, dtype), y(data, dtype)).ok).toBe(true);
    const different = compareOutputs(y(data, dtype), y(other, dtype));
    expect(different.ok).toBe(false);
    expect(different.worst?.reason).toContain("1 of 2 elements differ");
  });

  test("shapes, types, and the outputs there are", () => {
    const reference = y([1, 2]);
    const reason = (candidate: Record<string, NdArray>): string | undefined =>
      compareOutputs(reference, candidate).worst?.reason;
    expect(reason({})).toContain("does not have this output");
    expect(reason(y([1, 2], "f64"))).toContain("is f64");
    expect(reason({ y: { dtype: "f32", shape: [2, 1], data: [1, 2] } })).toContain("[2,1]");
  });
});

test("the worst output is the one that is wrong, or closest to it", () => {
  const reference = { a: y([1]).y, b: y([1]).y };
  expect(compareOutputs(reference, { a: y([1 + 4e-6]).y, b: y([1 + 1e-6]).y }).worst?.name).toBe(
    "a",
  );
  expect(compareOutputs(reference, { a: y([1 + 4e-6]).y, b: y([2]).y }).worst?.name).toBe("b");
  expect(compareOutputs({}, {})).toEqual({ ok: true, outputs: [], maxAbs: 0, maxRel: 0 });
});
