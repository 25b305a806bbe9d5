import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { simdDigest } from "../../../tools/build-simd.ts";
import {
  add,
  divide,
  fill,
  gather,
  gradients,
  index,
  input,
  layerNorm,
  logSoftmax,
  matmul,
  mean,
  multiply,
  Program,
  propagate,
  reference,
  relu,
  scale,
  scatter,
  simd,
  step,
  stretch,
  subtract,
  sum,
  type Value,
} from "../src/index.ts";

test("the compiled kernels are made from their sources: else run `pnpm kernel`", () => {
  const text = readFileSync(join(import.meta.dirname, "../src/simd.wasm.ts"), "utf8");
  expect(text).toContain(`of this digest: ${simdDigest()}.`);
});

const side = fc.integer({ min: 1, max: 21 });

/** Every vector kernel, every way in which operands stretch, and what is left to the reference. */
function values(m: number, k: number, n: number, rows: number): Value[] {
  const [a, b, c] = [input("a", m, k), input("b", k, n), input("c", m, n)];
  const [row, column, one] = [input("row", 1, n), input("column", m, 1), input("one", 1, 1)];
  const at = index("at", rows);
  const product = matmul(a, b);
  return [
    product,
    matmul(c, b, [false, true]),
    matmul(a, c, [true, false]),
    matmul(b, a, [true, true]),
    add(product, c),
    add(row, c),
    subtract(c, row),
    subtract(c, column),
    multiply(row, column),
    multiply(c, one),
    divide(c, add(multiply(product, product), fill(1))),
    scale(c, 0.3),
    relu(c),
    step(c),
    sum(c),
    sum(c, m, 1),
    sum(c, 1, n),
    gather(c, at),
    scatter(gather(c, at), at, m),
    propagate(c, at, at, m),
    propagate(c, at, at, m, gather(column, at)),
    subtract(column, c),
    divide(fill(1), add(multiply(c, c), fill(1))),
    stretch(row, m, n),
    stretch(column, m, n),
    logSoftmax(c),
    layerNorm(c, row, row),
    ...gradients(mean(multiply(relu(product), c)), [a, b]),
  ];
}

test("vector kernels compute what the reference does, up to rounding", () => {
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      fc.infiniteStream(fc.integer({ min: -64, max: 64 })),
      (m, k, n, rows, numbers) => {
        const made = values(m, k, n, rows);
        const programs = [new Program(made, simd()), new Program(made, reference(64))];
        const fed = ["a", "b", "c", "row", "column", "one"].map((name) => [
          name,
          Array.from(
            (programs[0] as Program).input(name),
            () => (numbers.next().value as number) / 32,
          ),
        ]);
        const at = Array.from({ length: rows }, () => Math.abs(numbers.next().value as number) % m);
        const [found, wanted] = programs.map((program) =>
          program.run({ ...Object.fromEntries(fed), at }),
        );
        for (const [i, elements] of (found ?? []).entries())
          for (const [j, x] of elements.entries()) {
            const y = wanted?.[i]?.[j] as number;
            expect(Math.abs(x - y), `value ${i}`).toBeLessThanOrEqual(
              1e-4 * Math.max(1, Math.abs(y)),
            );
          }
      },
    ),
    { numRuns: 100 },
  );
});

test("a large product goes through the cache in parts", () => {
  const [a, b] = [input("a", 5, 1_000), input("b", 1_000, 9)];
  const made = [matmul(a, b)];
  const feeds = {
    a: Array.from({ length: 5_000 }, (_, i) => (i * 7) % 5),
    b: Array.from({ length: 9_000 }, (_, i) => (i * 3) % 7),
  };
  // Whole numbers below 2^24: exact in any order.
  const [found] = new Program(made, simd()).run(feeds);
  const [wanted] = new Program(made, reference(64)).run(feeds);
  expect([...(found ?? [])]).toEqual([...(wanted ?? [])]);
});

test("one program to each set of kernels; row numbers are checked", () => {
  const x = input("x", 2, 3);
  const kernels = simd();
  new Program([relu(x)], kernels);
  expect(() => new Program([relu(x)], kernels)).toThrow("make others by simd()");
  const [at, to] = [index("at", 1), index("to", 2)];
  for (const [value, feeds] of [
    [gather(x, at), { at: [2] }],
    [scatter(x, to, 2), { to: [0, -1] }],
    [propagate(x, to, index("other", 2), 2), { to: [0, 2] }],
    [propagate(x, index("other", 2), to, 2), { to: [-1, 0] }],
  ] as const)
    for (const made of [simd(), reference(32)])
      expect(() => new Program([value], made).run(feeds)).toThrow("of a matrix of 2 rows");
});
