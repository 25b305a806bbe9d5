import fc from "fast-check";
import { expect, test } from "vitest";
import { RowSet } from "../src/bind/row-set.ts";

test("a set of rows is a set of lists", () => {
  const row = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 300 }), (rows) => {
      const set = new RowSet(3);
      for (let turn = 0; turn < 2; turn++) {
        const known = new Set<string>();
        for (const items of rows) {
          const given = Int32Array.from([9, ...items]); // rows begin anywhere
          expect(set.has(given, 1)).toBe(known.has(items.join()));
          set.add(given, 1);
          known.add(items.join());
          expect(set.has(given, 1)).toBe(true);
        }
        for (const items of [...known].reverse()) {
          const given = Int32Array.from(items.split(",").map(Number));
          expect(set.has(given, 0)).toBe(true);
          set.pop();
          expect(set.has(given, 0)).toBe(false);
        }
        set.pop();
      }
    }),
  );
});
