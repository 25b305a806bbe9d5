import type { Graph } from "@rewright/plugin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Placed, type TileKernel, tileCost, tilesOf, tpu, tpuPart } from "../src/index.ts";

const f32 = (dimensions: number[], majorToMinor = dimensions.map((_, d) => d)): Placed => ({
  ...{ dimensions, majorToMinor, bytes: 4 },
});
const v3 = tpuPart("v3");

describe("tiles", () => {
  test("are of 8 x 128 along the last two dimensions, in the order of memory", () => {
    expect(tilesOf(f32([32, 26, 26, 192], [1, 2, 0, 3]))).toEqual([26, 26, 4, 2]);
    expect(tilesOf(f32([4096, 1000], [1, 0]))).toEqual([125, 32]);
    expect(tilesOf(f32([300]))).toEqual([3]);
  });

  test("a copy into another layout fetches whole tiles, of which it may need one row", () => {
    // Batches of 8 share a tile of what is read, but not of what is written.
    const written = f32([32, 5, 5, 256]);
    const kernel: TileKernel = {
      space: written,
      moved: [written, f32([32, 5, 5, 256], [1, 2, 0, 3])],
    };
    const bytes = (batch: number): number =>
      tileCost(v3, kernel, { space: [batch, 1, 1, 1], kernel: [] }).memory / 2;
    const tile = 4 * 8 * 128;
    // One batch: a tile of 5 rows filled up to 8, and 5 tiles of 8 batches.
    expect(bytes(1)).toBe(tile + 5 * tile);
    expect(bytes(8)).toBe(8 * tile + 5 * tile);
  });

  test("fewer, larger steps are never slower while nothing else changes", () => {
    const space = f32([64, 64, 1024]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 3 }), (a, b) => {
        const time = (x: number): number =>
          tileCost(v3, { space, moved: [space] }, { space: [x, 1 << b, 8], kernel: [] }).time;
        expect(time(Math.min(64, 2 << a))).toBeLessThanOrEqual(time(1 << a));
      }),
    );
  });

  test("a product is no quicker than its matrix unit, nor than its memory", () => {
    const space = f32([1024, 1024]);
    const product = { kernel: f32([1024, 1024]), depth: 0, columns: 1, inputBytes: 4 };
    const { time } = tileCost(
      v3,
      { space, moved: [space], product },
      { space: [128, 8], kernel: [128, 8] },
    );
    // One core does half of the chip's arithmetic.
    expect(time).toBeGreaterThan((2 * 1024 ** 3) / (61.5 * 1e6));
    const thin = tileCost(
      v3,
      { space, moved: [space], product },
      { space: [1, 8], kernel: [128, 8] },
    );
    // The weights are fetched anew for each row of tiles.
    expect(thin.time).toBeGreaterThan((128 * 4 * 1024 ** 2) / 450e3);
  });
});

/** x (m x k) times w (k x n), its Relu, times v (n x k). */
function graph(m: number, k: number, n: number): Graph {
  const type = (...shape: number[]) => ({ dtype: "bf16", shape }) as const;
  const operand = (constant: boolean, ...shape: number[]) => ({ ...type(...shape), constant });
  const constant = (...shape: number[]) => ({
    type: type(...shape),
    key: shape.join(),
    load: () => ({ ...type(...shape), data: [] }),
  });
  return {
    inputs: [{ name: "x", type: type(m, k) }],
    constants: [constant(k, n), constant(n, k)],
    nodes: [
      {
        op: "MatMul",
        attrs: {},
        operands: [operand(false, m, k), operand(true, k, n)],
        results: [type(m, n)],
        inputs: [
          { from: "input", index: 0 },
          { from: "constant", index: 0 },
        ],
      },
      {
        op: "Relu",
        attrs: {},
        operands: [operand(false, m, n)],
        results: [type(m, n)],
        inputs: [{ from: "node", index: 0, result: 0 }],
      },
      {
        op: "MatMul",
        attrs: {},
        operands: [operand(false, m, n), operand(true, n, k)],
        results: [type(m, k)],
        inputs: [
          { from: "node", index: 1, result: 0 },
          { from: "constant", index: 1 },
        ],
      },
    ],
    outputs: [{ name: "y", source: { from: "node", index: 2, result: 0 } }],
  };
}

describe("the configurations of a graph", () => {
  const space = (part: string, ...sizes: [number, number, number]) => {
    const found = tpu({ part }).configurations?.(graph(...sizes));
    if (!found) throw new Error("there are none");
    return found;
  };

  test("are layouts and tile sizes of each product, every setting of which has a cost", () => {
    const { choices, cost } = space("v3", 512, 256, 1024);
    expect(choices.map(({ name }) => name)).toEqual([
      "0 MatMul: layout",
      "0 MatMul: rows in tiles",
      "0 MatMul: columns in tiles",
      "0 MatMul: depth in tiles",
      "2 MatMul: layout",
      "2 MatMul: rows in tiles",
      "2 MatMul: columns in tiles",
      "2 MatMul: depth in tiles",
    ]);
    fc.assert(
      fc.property(
        fc.tuple(...choices.map(({ values }) => fc.nat(values.length - 1))),
        (setting) => {
          expect(cost(setting)).toBeGreaterThan(0);
        },
      ),
    );
    const smallest = choices.map(() => 0);
    const largest = choices.map(({ values, name }) =>
      name.endsWith("layout") ? 0 : values.length - 1,
    );
    expect(cost(largest)).toBeLessThan(cost(smallest));
    // The whole of it fits vector memory; eight thousand times as much does not.
    expect(cost(largest)).toBeLessThan(Infinity);
    const huge = space("v3", 65_536, 4096, 4096);
    expect(
      huge.cost(
        huge.choices.map(({ values, name }) => (name.endsWith("layout") ? 0 : values.length - 1)),
      ),
    ).toBe(Infinity);
  });

  test("a result laid out by columns is copied before it is read by rows, by a product or from outside", () => {
    const { choices, cost } = space("v5e", 1024, 512, 256);
    const rows = choices.map(({ values, name }) =>
      name.endsWith("layout") ? 0 : values.length - 1,
    );
    const byColumns = (choice: number): number =>
      cost(rows.map((x, i) => (i === choice ? 1 : x))) - cost(rows);
    // What is copied is read and written once: 256 columns of the first result, 512 of the second.
    expect(byColumns(0)).toBeCloseTo((2 * 2 * 1024 * 256) / 819e3, 6);
    expect(byColumns(4)).toBeCloseTo((2 * 2 * 1024 * 512) / 819e3, 6);
  });

  test("a wrong setting is refused, by name", () => {
    const { choices, cost } = space("v4", 8, 8, 8);
    expect(() => cost([])).toThrow("a setting of 0 values for 8 choices");
    expect(() => cost(choices.map(() => 9))).toThrow(
      'value 9 of "0 MatMul: layout": give an index from 0 to 1',
    );
  });
});
