import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meanError, rankCorrelation, scoreDecisions } from "../../src/calibration/scores.ts";

test("an error is relative to what was measured", () => {
  expect(meanError([90, 220], [100, 200])).toBeCloseTo(0.1, 12);
  expect(meanError([], [])).toBe(0);
});

describe("rank correlation", () => {
  test("of the same, the opposite and a half-known order", () => {
    expect(rankCorrelation([1, 2, 3], [10, 20, 30])).toBe(1);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBe(-1);
    // Kendall's own example of ties: 1 pair of 3 is tied in one order.
    expect(rankCorrelation([1, 1, 2], [1, 2, 3])).toBeCloseTo(2 / Math.sqrt(2 * 3), 12);
    expect(rankCorrelation([1, 1], [1, 2])).toBe(0);
  });

  test("does not change under any growing function", () => {
    const values = fc.uniqueArray(fc.integer({ min: -30, max: 30 }), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const size = Math.min(a.length, b.length);
        const [one, other] = [a.slice(0, size), b.slice(0, size)];
        const found = rankCorrelation(one, other);
        expect(rankCorrelation(one.map(Math.exp), other)).toBeCloseTo(found, 12);
        expect(rankCorrelation(other, one)).toBeCloseTo(found, 12);
      }),
    );
  });
});

describe("decisions", () => {
  test("count where times differ by more than 3 %; regret counts everywhere", () => {
    const score = scoreDecisions([
      { measured: [100, 50], predicted: [10, 9] }, // right
      { measured: [100, 125], predicted: [10, 9] }, // wrong: a quarter longer
      { measured: [100, 102], predicted: [10, 9] }, // wrong, but too close to count
      { measured: [100, 90], predicted: [9, 9] }, // a tie leaves the program as it is: wrong
    ]);
    expect(score.clear).toBe(3);
    expect(score.right).toBeCloseTo(1 / 3, 12);
    expect(score.regret).toBeCloseTo((0 + 0.25 + 0.02 + 100 / 90 - 1) / 4, 12);
  });

  test("none are all right", () => {
    expect(scoreDecisions([])).toEqual({ clear: 0, right: 1, regret: 0 });
  });
});
