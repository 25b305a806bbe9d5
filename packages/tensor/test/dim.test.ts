import type { Dim } from "@rewright/plugin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDims,
  broadcastDims,
  ceilDivideDims,
  compatibleDims,
  divideDims,
  maxDims,
  minDims,
  multiplyDims,
  productOf,
  sameDim,
  subtractDims,
  sumOf,
  truncatedQuotient,
} from "../src/dim.ts";
import { valueOfDim } from "./dims.ts";

const names = ["N", "M", "past + 1", "a{b}\\c", "?7"];
const sizes = fc.tuple(...names.map(() => fc.integer({ min: 1, max: 9 })));

/** An expression: how it is made of dimensions, and of numbers. */
interface Expression {
  readonly dim: Dim;
  readonly of: (size: (name: string) => number) => number;
}

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.integer({ min: -4, max: 12 }).map((n) => ({ dim: n, of: () => n })),
  fc.constantFrom(...names).map((name) => ({
    dim: name,
    of: (size: (name: string) => number) => size(name),
  })),
);

const operations: readonly [
  (a: Dim, b: Dim) => Dim | undefined,
  (a: number, b: number) => number,
][] = [
  [addDims, (a, b) => a + b],
  [subtractDims, (a, b) => a - b],
  [multiplyDims, (a, b) => a * b],
  [maxDims, Math.max],
  [minDims, Math.min],
  [divideDims, (a, b) => Math.floor(a / b)],
  [truncatedQuotient, (a, b) => Math.trunc(a / b)],
];

const expressions = fc.letrec<{ any: Expression; made: Expression }>((tie) => ({
  any: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie("made")),
  made: fc
    .tuple(fc.constantFrom(...operations), tie("any"), tie("any"))
    .map(([[symbolic, numeric], a, b]) => {
      const dim = symbolic(a.dim, b.dim);
      // A division by 0 has no result: the expression is then its first operand.
      return dim === undefined ? a : { dim, of: (size) => numeric(a.of(size), b.of(size)) };
    }),
})).any;

describe("arithmetic on dimensions", () => {
  test("a name stands for what its expression is, whatever its names stand for", () => {
    fc.assert(
      fc.property(expressions, sizes, ({ dim, of }, values) => {
        const size = (name: string) => values[names.indexOf(name)] as number;
        const expected = of(size);
        fc.pre(Number.isFinite(expected) && Math.abs(expected) < 1e9);
        expect(valueOfDim(dim, size)).toBe(expected === 0 ? 0 : expected);
      }),
      { numRuns: 600 },
    );
  });

  test("equal expressions have equal names", () => {
    fc.assert(
      fc.property(leaf, leaf, leaf, (a, b, c) => {
        const [x, y, z] = [a.dim, b.dim, c.dim];
        expect(addDims(x, addDims(y, z))).toBe(addDims(addDims(z, y), x));
        expect(multiplyDims(x, addDims(y, z))).toBe(
          addDims(multiplyDims(z, x), multiplyDims(y, x)),
        );
        expect(subtractDims(addDims(x, y), y)).toBe(x);
        expect(maxDims(x, maxDims(y, z))).toBe(maxDims(maxDims(z, y), x));
      }),
    );
  });

  test("what is known stays known", () => {
    expect(addDims("N", "N")).toBe("?(2*N)");
    expect(sumOf(["N", 1, "N", -1])).toBe("?(2*N)");
    expect(productOf(["N", 12, 64])).toBe("?(768*N)");
    expect(divideDims("?(768*N)", 64)).toBe("?(12*N)");
    expect(divideDims(productOf(["N", "K"]), "K")).toBe("N");
    expect(addDims(divideDims("?(N+-1)", 2) as Dim, 1)).toBe(divideDims("?(N+1)", 2));
    expect(ceilDivideDims("N", 2)).toBe(divideDims(addDims("N", 1), 2));
    expect(divideDims("N", 0)).toBeUndefined();
    expect(maxDims("N", addDims("N", 3))).toBe(addDims("N", 3));
  });

  test("a size whose name would grow for ever is not known", () => {
    let square: Dim = sumOf(["N", "M", "K"]);
    for (let i = 0; i < 20; i++) square = multiplyDims(square, square);
    expect(square).toBe("?!");
    let nested: Dim = "N";
    for (let i = 0; i < 20; i++) nested = maxDims(multiplyDims(nested, "M"), addDims(nested, "K"));
    expect(nested).toBe("?!");
  });

  test("broadcasting is commutative, associative and knows 1 and numbers", () => {
    expect(broadcastDims("N", 1)).toBe("N");
    expect(broadcastDims("N", 5)).toBe(5);
    expect(broadcastDims(4, 5)).toBeUndefined();
    const all = ["N", "M", "K"].reduce((a, b) => broadcastDims(a, b) as string);
    expect(["K", "N", "M"].reduce((a, b) => broadcastDims(b, a) as string)).toBe(all);
    expect(all).toBe("?(broadcast(K,M,N))");
  });

  test("a size of which nothing is known equals no other, nor itself", () => {
    const fresh = "?!TopK.0";
    expect(sameDim(fresh, fresh)).toBe(false);
    expect(compatibleDims(fresh, fresh)).toBe(true);
    expect(subtractDims(fresh, fresh)).toContain("?!");
    expect(broadcastDims(fresh, "N")).toContain("?!");
  });

  test("names that differ by a number cannot be equal, others can", () => {
    expect(compatibleDims("N", addDims("N", 1))).toBe(false);
    expect(compatibleDims("N", "M")).toBe(true);
    expect(compatibleDims("N", 4)).toBe(true);
    expect(compatibleDims(3, 4)).toBe(false);
  });
});
