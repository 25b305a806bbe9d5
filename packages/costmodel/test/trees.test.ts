import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boost, dice, kendallTau, predictBoosted, type Table } from "../src/index.ts";

/** Rows of numbers from 0 to 1, and a target that depends on three of the columns, one of them by a step. */
function material(rows: number, seed: number): { table: Table; target: number[] } {
  const random = dice(seed);
  const columns = 6;
  const data = Array.from({ length: rows * columns }, random);
  const target = Array.from({ length: rows }, (_, r) => {
    const at = (c: number): number => data[r * columns + c] as number;
    return at(0) * at(1) + (at(4) > 0.5 ? 1 : 0);
  });
  return { table: { columns, data }, target };
}

describe("boosted trees", () => {
  test("learn what a target depends on, and predict it for other rows", () => {
    const [learnt, other] = [material(600, 1), material(300, 2)];
    const model = boost(learnt.table, learnt.target, { trees: 150 });
    const found = predictBoosted(model, other.table);
    expect(kendallTau(found, other.target)).toBeGreaterThan(0.93);
    for (const [i, y] of other.target.entries())
      expect(Math.abs((found[i] as number) - y)).toBeLessThan(0.4);
  });

  test("more trees come nearer to what was learnt; the seed decides on the rows and columns they see", () => {
    const { table, target } = material(200, 3);
    const error = (trees: number): number =>
      predictBoosted(boost(table, target, { trees }), table).reduce(
        (sum, y, i) => sum + (y - (target[i] as number)) ** 2,
        0,
      );
    expect(error(40)).toBeLessThan(error(10));
    expect(error(10)).toBeLessThan(error(1));
    const drawn = (seed: number): string =>
      JSON.stringify(boost(table, target, { trees: 5, rows: 0.5, columns: 0.5, seed }));
    expect(drawn(1)).toBe(drawn(1));
    expect(drawn(1)).not.toBe(drawn(2));
  });

  test("what falls on one side of a threshold when it is learnt falls there when it is predicted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 9 })), {
          minLength: 2,
          maxLength: 40,
        }),
        (rows) => {
          const table = { columns: 1, data: rows.map(([x]) => x) };
          // One tree, no ridge, a step of 1: each leaf gives the mean of its rows.
          const model = boost(
            table,
            rows.map(([, y]) => y),
            { trees: 1, depth: 8, rate: 1, leaf: 1, ridge: 0 },
          );
          const found = predictBoosted(model, table);
          for (const [i, [x]] of rows.entries()) {
            const alike = rows.filter(([other]) => other === x).map(([, y]) => y);
            const mean = alike.reduce((a, b) => a + b, 0) / alike.length;
            // Columns of one value are not asked about; equal means need no split.
            expect(found[i]).toBeCloseTo(
              new Set(rows.map(([other]) => other)).size > 1 ? mean : (found[0] as number),
              9,
            );
          }
        },
      ),
    );
  });

  test("refuse what does not fit", () => {
    const { table, target } = material(10, 1);
    expect(() => boost(table, target.slice(1))).toThrow("9 targets for 10 rows");
    expect(() => boost({ columns: 7, data: table.data }, target)).toThrow(
      "no whole number of rows",
    );
    expect(() => boost({ columns: 3, data: [] }, [])).toThrow("no rows to learn from");
    expect(() => boost(table, target, { columns: 0 })).toThrow("a share of rows or columns");
    expect(() =>
      predictBoosted(boost(table, target, { trees: 1 }), { columns: 1, data: [1] }),
    ).toThrow("rows of 1 numbers for trees that learnt from rows of 6");
  });
});
