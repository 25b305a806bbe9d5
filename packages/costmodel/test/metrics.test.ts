import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kendallTau, noiseCeiling, orderedPairs, topSlowdown } from "../src/index.ts";

const few = fc.integer({ min: 0, max: 6 });
const lists = fc.array(fc.tuple(few, few), { minLength: 2, maxLength: 40 });

/** Pair by pair, as the definitions say. */
function counted(x: readonly number[], y: readonly number[]): [tau: number, ordered: number] {
  let [agree, disagree, tiedX, tiedY, all] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < i; j++) {
      const [a, b] = [Number(x[i]) - Number(x[j]), Number(y[i]) - Number(y[j])];
      all++;
      if (a === 0) tiedX++;
      if (b === 0) tiedY++;
      if (a * b > 0) agree++;
      if (a * b < 0) disagree++;
    }
  const scale = Math.sqrt((all - tiedX) * (all - tiedY));
  const tau = scale === 0 ? 0 : (agree - disagree) / scale;
  return [tau, (agree + (all - tiedY - agree - disagree) / 2) / (all - tiedY)];
}

describe("rank correlation", () => {
  test("is what counting every pair gives, ties and all", () => {
    fc.assert(
      fc.property(lists, (pairs) => {
        const x = pairs.map(([a]) => a);
        const y = pairs.map(([, b]) => b);
        const [tau, ordered] = counted(x, y);
        expect(kendallTau(x, y)).toBeCloseTo(tau, 12);
        if (Number.isNaN(ordered)) expect(orderedPairs(x, y)).toBeNaN();
        else expect(orderedPairs(x, y)).toBeCloseTo(ordered, 12);
      }),
    );
  });
  test("1 of the same order, -1 of its reverse, 0 of a constant", () => {
    expect(kendallTau([1, 5, 9], [2, 3, 70])).toBe(1);
    expect(kendallTau([1, 5, 9], [70, 3, 2])).toBe(-1);
    expect(kendallTau([4, 4, 4], [1, 2, 3])).toBe(0);
    expect(orderedPairs([4, 4, 4], [1, 2, 3])).toBe(0.5);
  });
  test("refuses lists that are not as long, and NaN", () => {
    expect(() => kendallTau([1], [1, 2])).toThrow("1 predictions for 2 measurements");
    expect(() => orderedPairs([Number.NaN, 1], [1, 2])).toThrow("prediction NaN");
  });
});

test("slowdown of the best few", () => {
  const measured = [10, 12, 11, 20];
  expect(topSlowdown([3, 1, 2, 4], measured, 1)).toBeCloseTo(0.2, 12);
  expect(topSlowdown([3, 1, 2, 4], measured, 2)).toBeCloseTo(0.1, 12);
  expect(topSlowdown([3, 1, 2, 4], measured, 9)).toBe(0);
  expect(() => topSlowdown([], [], 1)).toThrow("choose 1 at least");
});

test("the noise is what second measurements differ by", () => {
  const ceiling = noiseCeiling(["a", "b", "a", "c", "b", "c", "a"], [10, 20, 11, 30, 31, 29, 99]);
  // Pairs (10, 11), (20, 31), (30, 29): b and c change places.
  expect(ceiling).toMatchObject({ repeated: 3, tau: expect.closeTo(1 / 3, 12) });
  expect(ceiling?.orderedPairs).toBeCloseTo(2 / 3, 12);
  expect(ceiling?.difference).toBeCloseTo(0.1, 12);
  expect(noiseCeiling(["a", "b"], [1, 2])).toBeUndefined();
});
