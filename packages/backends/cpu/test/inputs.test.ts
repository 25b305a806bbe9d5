import { ModelBuilder, readModel } from "@rewright/onnx";
import type { DType, Graph, NdArray } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { randomInputs } from "../src/index.ts";

const i64 = (...data: number[]): NdArray => ({
  dtype: "i64",
  shape: [data.length],
  data: BigInt64Array.from(data.map(BigInt)),
});

/** A graph of one input, which `use` takes to something. */
function graphOf(
  dtype: DType,
  shape: readonly (number | string)[],
  use: (
    model: ModelBuilder,
    x: ReturnType<ModelBuilder["input"]>,
  ) => ReturnType<ModelBuilder["input"]>,
): Graph {
  const model = new ModelBuilder("inputs");
  model.output("y", use(model, model.input("x", dtype, shape)));
  return readModel(model.bytes()).graph;
}

function drawn(graph: Graph, seed = 1): number[] {
  return Array.from(randomInputs(graph, { seed })["x"]?.data as ArrayLike<number>, Number);
}

const table = { dtype: "f32", shape: [30, 4], data: new Float32Array(120) } as const;

test("equal seeds draw equal inputs, others others", () => {
  const graph = graphOf("f32", [40], (m, x) => m.node("Relu", [x]));
  expect(drawn(graph)).toEqual(drawn(graph));
  expect(drawn(graph)).not.toEqual(drawn(graph, 2));
});

test("floats have mean 0 and variance 1", () => {
  const values = drawn(graphOf("f32", [20_000], (m, x) => m.node("Relu", [x])));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  expect(mean).toBeCloseTo(0, 1);
  expect(variance).toBeCloseTo(1, 1);
});

test("symbolic dimensions are bound by name, else 8", () => {
  const graph = graphOf("f32", ["batch", "time"], (m, x) => m.node("Relu", [x]));
  expect(randomInputs(graph, { bind: { batch: 3 } })["x"]?.shape).toEqual([3, 8]);
  expect(randomInputs(graph, { omit: new Set(["x"]) })).toEqual({});
});

describe("whole numbers stay where they make sense", () => {
  test.each<[string, Graph, number, number]>([
    ["in a table", graphOf("i64", [99], (m, x) => m.node("Gather", [m.constant(table), x])), 0, 29],
    [
      "in a table, behind a cast, an offset and a reshape",
      graphOf("i32", [99], (m, x) => {
        const wide = m.node("Cast", [x], { to: 7 });
        const moved = m.node("Add", [wide, m.constant(i64(5))]);
        return m.node("Gather", [
          m.constant(table),
          m.node("Reshape", [moved, m.constant(i64(-1))]),
        ]);
      }),
      -5,
      24,
    ],
    [
      "in both of two tables",
      graphOf("i64", [99], (m, x) => {
        const small = { ...table, shape: [12, 10] } as const;
        const a = m.node("ReduceSum", [m.node("Gather", [m.constant(table), x])], { keepdims: 0 });
        const b = m.node("ReduceSum", [m.node("Gather", [m.constant(small), x])], { keepdims: 0 });
        return m.node("Add", [a, b]);
      }),
      0,
      11,
    ],
    ["as a mask", graphOf("i64", [99], (m, x) => m.node("Cast", [x], { to: 9 })), 0, 1],
    [
      "as a mask, compared with nought",
      graphOf("i64", [99], (m, x) => m.node("Equal", [x, m.constant(i64(0))])),
      0,
      1,
    ],
    ["as bytes", graphOf("u8", [999], (m, x) => m.node("Cast", [x], { to: 1 })), 0, 255],
  ])("%s", (_, graph, low, high) => {
    const values = drawn(graph);
    expect(Math.min(...values)).toBe(low);
    expect(Math.max(...values)).toBe(high);
  });

  test("a mask of floats is 0 and 1", () => {
    const one = { dtype: "f32", shape: [], data: [1] } as const;
    const graph = graphOf("f32", [50], (m, x) => m.node("Sub", [m.constant(one), x]));
    expect(new Set(drawn(graph))).toEqual(new Set([0, 1]));
  });

  test("a shape fits whatever it is given", () => {
    const model = new ModelBuilder("shape");
    const x = model.input("x", "f32", [4, 5]);
    model.output("y", model.node("Reshape", [x, model.input("s", "i64", [3])]));
    const { s } = randomInputs(readModel(model.bytes()).graph);
    expect(s?.data).toEqual(BigInt64Array.of(-1n, 1n, 1n));
  });
});
