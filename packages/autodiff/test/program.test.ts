import fc from "fast-check";
import { expect, test } from "vitest";
import {
  add,
  gather,
  index,
  input,
  join,
  matmul,
  minimum,
  multiply,
  Program,
  part,
  reference,
  relu,
  scale,
  scatter,
  stretch,
  subtract,
  sum,
  type Value,
} from "../src/index.ts";

const numbers = (elements: ArrayLike<number> | undefined): number[] => Array.from(elements ?? []);

test("matrices are multiplied, stretched, gathered and joined", () => {
  const a = input("a", 2, 3);
  const b = input("b", 3, 2);
  const at = index("at", 3);
  const program = new Program([
    matmul(a, b),
    matmul(a, a, [false, true]),
    add(a, sum(a, 2, 1)),
    gather(a, at),
    scatter(gather(a, at), at, 2),
    part(join([a, a]), 2, 2),
  ]);
  const found = program.run({ a: [1, 2, 3, 4, 5, 6], b: [1, 0, 0, 1, 1, 1], at: [1, 0, 1] });
  expect(found.map(numbers)).toEqual([
    [4, 5, 10, 11],
    [14, 32, 32, 77],
    [7, 8, 9, 19, 20, 21],
    [4, 5, 6, 1, 2, 3, 4, 5, 6],
    [1, 2, 3, 8, 10, 12],
    [3, 1, 6, 4],
  ]);
});

test("memory is used again, and never too early", () => {
  const operation = fc.record({ kind: fc.nat(4), a: fc.nat(), b: fc.nat() });
  fc.assert(
    fc.property(
      fc.array(operation, { minLength: 1, maxLength: 40 }),
      fc.array(fc.nat(), { maxLength: 3 }),
      (made, kept) => {
        const x = input("x", 2, 2);
        const values: Value[] = [x];
        for (const { kind, a, b } of made) {
          const [p, q] = [values[a % values.length], values[b % values.length]] as [Value, Value];
          values.push(
            [add(p, q), subtract(p, q), minimum(p, q), relu(p), scale(p, 0.5)][kind] as Value,
          );
        }
        const outputs = [
          values.at(-1) as Value,
          ...kept.map((i) => values[i % values.length] as Value),
        ];
        const feeds = { x: [1, -2, 3, 0.5] };
        const together = new Program(outputs, reference(64)).run(feeds).map(numbers);
        // With every value an output, nothing is used again.
        const apart = new Program(values, reference(64)).run(feeds).map(numbers);
        expect(together).toEqual(outputs.map((value) => apart[values.indexOf(value)]));
        let allocated = 0;
        const counting = {
          ...reference(64),
          allocate: (lengths: readonly number[], indices: readonly number[]) => {
            allocated = lengths.length;
            return reference(64).allocate(lengths, indices);
          },
        };
        new Program([values.at(-1) as Value], counting);
        expect(allocated).toBeLessThanOrEqual(values.length);
      },
    ),
    { numRuns: 200 },
  );
});

test("a chain needs three places however long it is", () => {
  let value = input("x", 8, 8);
  for (let i = 0; i < 1_000; i++) value = relu(value);
  let places = 0;
  new Program([value], {
    ...reference(),
    allocate: (lengths, indices) => {
      places = lengths.length;
      return reference().allocate(lengths, indices);
    },
  });
  expect(places).toBe(3);
});

test("a run is repeated bit for bit, and inputs stay", () => {
  const [x, w] = [input("x", 3, 4), input("w", 4, 2)];
  const program = new Program([sum(multiply(matmul(x, w), matmul(x, w)), 3, 1)]);
  program.input("w").set([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]);
  const feeds = { x: Array.from({ length: 12 }, (_, i) => Math.sin(i)) };
  expect(numbers(program.run(feeds)[0])).toEqual(numbers(program.run()[0]));
});

test.each<[string, () => unknown]>([
  [
    "a row of the first operand has 3 elements, a column of the second 2 (2x3, 2x3)",
    () => matmul(input("a", 2, 3), input("b", 2, 3)),
  ],
  ["add: 2x3 and 3x2 do not stretch to one shape", () => add(input("a", 2, 3), input("b", 3, 2))],
  ["sum: 2x3 does not come down to 2x2", () => sum(input("a", 2, 3), 2, 2)],
  ["stretch: 2x3 does not stretch to 4x3", () => stretch(input("a", 2, 3), 4, 3)],
  ["join: there is nothing to join", () => join([])],
  ["join: 2x3 and 3x3 differ in their rows", () => join([input("a", 2, 3), input("b", 3, 3)])],
  ["part: columns 2 to 4 of 2x3", () => part(input("a", 2, 3), 2, 2)],
  ["row numbers are an index, not a input", () => gather(input("a", 2, 3), input("b", 2, 1))],
  ["scatter: 3 row numbers for 2 rows", () => scatter(input("a", 2, 3), index("at", 3), 4)],
  ["a side has a whole number of elements, 1 at least, not 0", () => input("a", 0, 3)],
  ["two inputs are called a", () => new Program([add(input("a", 1, 1), input("a", 1, 1))])],
  ["no input b; it has a", () => new Program([input("a", 1, 1)]).run({ b: [1] })],
  [
    "a is 1x2: it has 2 elements, not 3",
    () => new Program([input("a", 1, 2)]).run({ a: [1, 2, 3] }),
  ],
  [
    "row 7 of a matrix of 2 rows",
    () => new Program([gather(input("a", 2, 1), index("at", 1))]).run({ at: [7] }),
  ],
])("%s", (message, work) => {
  expect(work).toThrow(message);
  expect(work).toThrow(RangeError);
});
