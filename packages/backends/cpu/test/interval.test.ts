import { expect, test } from "vitest";
import { geometricMedian, median } from "../src/runtime/interval.ts";
import { Random } from "../src/runtime/random.ts";

test("the median of an odd and an even number of values", () => {
  expect(median(Float64Array.of(3, 1, 2))).toBe(2);
  expect(median(Float64Array.of(4, 1, 2, 3))).toBe(2.5);
  expect(() => median(new Float64Array())).toThrow(RangeError);
});

test("opposite effects of the order of loading cancel", () => {
  const estimate = geometricMedian(
    [new Float64Array(9).fill(1.25), new Float64Array(9).fill(0.8)],
    1,
  );
  expect(estimate.value).toBeCloseTo(1, 12);
  expect(estimate.low).toBeCloseTo(1, 12);
});

test("the interval covers the truth about as often as it says", () => {
  let covered = 0;
  for (let trial = 1; trial <= 80; trial++) {
    const random = new Random(trial);
    const group = (): Float64Array =>
      Float64Array.from({ length: 25 }, () => 1.1 * Math.exp(0.1 * random.normal()));
    const { low, high } = geometricMedian([group(), group()], trial);
    if (low <= 1.1 && 1.1 <= high) covered++;
  }
  expect(covered / 80).toBeGreaterThan(0.88);
});

test("equal seeds give equal intervals", () => {
  const group = Float64Array.from({ length: 30 }, (_, i) => 1 + (i % 7) / 50);
  expect(geometricMedian([group], 3)).toEqual(geometricMedian([group], 3));
});
