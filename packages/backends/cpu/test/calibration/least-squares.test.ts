import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nonNegativeLeastSquares } from "../../src/calibration/least-squares.ts";

/** The quadratic of |A·x − b|², with a little on the diagonal so that it is definite. */
function normal(a: readonly (readonly number[])[], b: readonly number[], ridge = 0) {
  const size = a[0]?.length ?? 0;
  const g = new Float64Array(size * size);
  const c = new Float64Array(size);
  a.forEach((row, r) => {
    for (let i = 0; i < size; i++) {
      c[i] = (c[i] as number) + (row[i] as number) * (b[r] as number);
      for (let j = 0; j < size; j++)
        g[i * size + j] = (g[i * size + j] as number) + (row[i] as number) * (row[j] as number);
    }
  });
  for (let i = 0; i < size; i++) g[i * size + i] = (g[i * size + i] as number) + ridge;
  return { g, c };
}

/** G·x − c: how the quadratic changes as an unknown grows. */
function gradient({ g, c }: ReturnType<typeof normal>, x: Float64Array): number[] {
  return [...c].map((value, i) =>
    x.reduce((sum, own, j) => sum + (g[i * c.length + j] as number) * own, -value),
  );
}

describe("known solutions", () => {
  test("the textbook's: an unknown that would be negative stays at 0, and the others make up for it", () => {
    // Unconstrained: x = (2, −1). With x₂ = 0: x₁ = 1.5.
    const x = nonNegativeLeastSquares({ g: Float64Array.of(2, 1, 1, 2), c: Float64Array.of(3, 0) });
    expect(x[0]).toBeCloseTo(1.5, 12);
    expect(x[1]).toBe(0);
  });

  test("what is positive anyway is plain least squares", () => {
    const a = [
      [1, 1],
      [1, 2],
      [1, 3],
    ];
    const x = nonNegativeLeastSquares(normal(a, [3, 5, 7]));
    expect(x[0]).toBeCloseTo(1, 10);
    expect(x[1]).toBeCloseTo(2, 10);
  });

  test("nothing to gain is 0, and no unknowns are none", () => {
    expect([...nonNegativeLeastSquares({ g: Float64Array.of(1), c: Float64Array.of(-1) })]).toEqual(
      [0],
    );
    expect(nonNegativeLeastSquares({ g: new Float64Array(), c: new Float64Array() })).toHaveLength(
      0,
    );
  });

  test("a matrix that fits nothing, or is singular, is refused", () => {
    const c = Float64Array.of(1, 1);
    expect(() => nonNegativeLeastSquares({ g: Float64Array.of(1), c })).toThrow(
      "a matrix of 1 entries does not fit 2 unknowns",
    );
    expect(() => nonNegativeLeastSquares({ g: Float64Array.of(0), c: Float64Array.of(1) })).toThrow(
      "not positive definite",
    );
  });
});

const matrix = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 30 }))
  .chain(([columns, rows]) =>
    fc.record({
      a: fc.array(
        fc.array(
          fc.oneof(
            { weight: 1, arbitrary: fc.constant(0) },
            { weight: 3, arbitrary: fc.double({ min: -10, max: 10, noNaN: true }) },
          ),
          { minLength: columns, maxLength: columns },
        ),
        { minLength: rows, maxLength: rows },
      ),
      b: fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
        minLength: rows,
        maxLength: rows,
      }),
      truth: fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5, noNaN: true })), {
        minLength: columns,
        maxLength: columns,
      }),
    }),
  );

test("the conditions of Karush, Kuhn and Tucker hold: no unknown is negative, none would help by growing, and those above 0 lie in a valley", () => {
  fc.assert(
    fc.property(matrix, ({ a, b }) => {
      const quadratic = normal(a, b, 1e-3);
      const x = nonNegativeLeastSquares(quadratic);
      const scale = Math.max(1, ...quadratic.c.map(Math.abs));
      gradient(quadratic, x).forEach((slope, i) => {
        expect(x[i]).toBeGreaterThanOrEqual(0);
        expect(slope).toBeGreaterThan(-1e-7 * scale);
        if ((x[i] as number) > 0) expect(Math.abs(slope)).toBeLessThan(1e-7 * scale);
      });
    }),
    { numRuns: 300 },
  );
});

test("what was made by non-negative coefficients is recovered", () => {
  fc.assert(
    fc.property(matrix, ({ a, truth }) => {
      // As many rows more that make every coefficient known.
      const rows = [...a, ...truth.map((_, i) => truth.map((_, j) => (i === j ? 1 : 0)))];
      const b = rows.map((row) => row.reduce((sum, own, j) => sum + own * (truth[j] as number), 0));
      const x = nonNegativeLeastSquares(normal(rows, b));
      truth.forEach((own, j) => {
        expect(Math.abs((x[j] as number) - own)).toBeLessThan(1e-6 * Math.max(1, ...truth));
      });
    }),
    { numRuns: 200 },
  );
});
