import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  gather,
  gradients,
  index,
  input,
  multiply,
  Program,
  reference,
  sum,
  type Value,
} from "../src/index.ts";
import { cases, type Material } from "./cases.ts";

/** Apart from one another and from 0 by more than the widths of secants, once each is shifted by its place: kinks are elsewhere. */
const number = fc.integer({ min: -200, max: 200 });
const shape = fc.record({
  rows: fc.integer({ min: 1, max: 4 }),
  columns: fc.integer({ min: 2, max: 4 }),
});

describe("the gradient is the slope of the secant", () => {
  test.each(Object.entries(cases))("%s", (_, make) => {
    fc.assert(
      fc.property(
        shape,
        fc.infiniteStream(number),
        fc.nat(),
        ({ rows, columns }, numbers, some) => {
          const at = index("at", 5);
          const material: Material = {
            x: input("x", rows, columns),
            y: input("y", rows, columns),
            row: input("row", 1, columns),
            column: input("column", rows, 1),
            at,
          };
          const value = make(material);
          // Weighted, so that no element's gradient is lost in the sum.
          const weights = input("weights", value.rows, value.columns);
          const loss = sum(multiply(value, weights));
          const leaves = [material.x, material.y, material.row, material.column];
          const slopes = gradients(loss, leaves);
          const all = [
            sum(at.op === "index" ? gather(material.x, at) : material.x),
            ...leaves,
            weights,
          ];
          const program = new Program([loss, ...slopes, ...all], reference(64));
          let drawn = 0;
          program.run({ at: Array.from({ length: 5 }, (_, i) => (some + i * 7) % rows) });
          if (program.has("to"))
            program.run({ to: Array.from({ length: 5 }, (_, i) => (some + i * 3) % rows) });
          for (const { attributes, rows: r, columns: c } of [...leaves, weights]) {
            const data = program.input(attributes.name as string);
            for (let i = 0; i < r * c; i++)
              data[i] = (numbers.next().value as number) / 100 + 1e-4 * ++drawn;
          }
          const computed = program.run().map((elements) => Float64Array.from(elements));
          for (const [l, leaf] of leaves.entries()) {
            const data = program.input(leaf.attributes.name as string);
            for (let i = 0; i < data.length; i++) {
              const [here, h] = [data[i] as number, 1e-5];
              const secant = (width: number): number => {
                data[i] = here + width;
                const above = (program.run()[0] as Float64Array)[0] as number;
                data[i] = here - width;
                const below = (program.run()[0] as Float64Array)[0] as number;
                data[i] = here;
                return (above - below) / (2 * width);
              };
              const [wide, narrow] = [secant(h), secant(h / 2)];
              // Where these differ there is a kink between.
              if (Math.abs(wide - narrow) > 1e-6 * Math.max(1, Math.abs(wide))) continue;
              const found = (computed[1 + l] as Float64Array)[i] as number;
              expect(Math.abs(found - narrow) / Math.max(1, Math.abs(narrow))).toBeLessThan(1e-5);
            }
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

test("gradients have gradients", () => {
  const x = input("x", 1, 1);
  // x^4: 4 x^3, 12 x^2, 24 x.
  const square = multiply(x, x);
  let value = multiply(square, square);
  const found: number[] = [];
  for (let order = 0; order < 3; order++) {
    value = gradients(value, [x])[0] as Value;
    found.push(
      (new Program([value], reference(64)).run({ x: [3] })[0] as Float64Array)[0] as number,
    );
  }
  expect(found).toEqual([108, 108, 72]);
});

test("what a loss does not depend on has gradient 0", () => {
  const [x, y] = [input("x", 2, 2), input("y", 3, 1)];
  const [gx, gy] = gradients(sum(x), [x, y]) as [Value, Value];
  const [dx, dy] = new Program([gx, gy]).run();
  expect([...(dx as Float32Array)]).toEqual([1, 1, 1, 1]);
  expect([...(dy as Float32Array)]).toEqual([0, 0, 0]);
});

test("only a scalar has gradients", () => {
  expect(() => gradients(input("x", 2, 3), [])).toThrow("not a matrix of 2x3");
});
