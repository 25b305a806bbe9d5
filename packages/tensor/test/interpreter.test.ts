import type { Attrs, Constant, Dialect, Graph, NdArray, Source } from "@rewright/plugin";
import { describe, expect, test, vi } from "vitest";
import { tensor } from "../src/array.ts";
import { evaluateGraph, onnx } from "../src/index.ts";

const input: Source = { from: "input", index: 0 };
const constant = (index: number): Source => ({ from: "constant", index });
const result = (index: number, which = 0): Source => ({
  from: "node",
  index,
  result: which,
});

type Step = [op: string, inputs: (Source | undefined)[], attrs?: Attrs, count?: number];

/** A program of one input, with these constants and nodes; its outputs are the given sources. */
function program(steps: readonly Step[], outputs: Source[], constants: NdArray[] = []): Graph {
  return {
    inputs: [{ name: "x", type: { dtype: "f32", shape: [2, 2] } }],
    constants: constants.map(
      (array, i): Constant => ({
        type: { dtype: array.dtype, shape: array.shape },
        key: `${i}`,
        load: () => array,
      }),
    ),
    nodes: steps.map(([op, inputs, attrs = {}, count = 1]) => ({
      op,
      attrs,
      inputs,
      operands: inputs.map(() => undefined),
      results: Array.from({ length: count }, () => ({ dtype: "f32" as const, shape: [] })),
    })),
    outputs: outputs.map((source, i) => ({ name: `y${i}`, source })),
  };
}

const x = tensor("f32", [2, 2], [1, -2, 3, -4]);

describe("evaluateGraph", () => {
  test("runs nodes in order, over inputs, constants and results of several", () => {
    const graph = program(
      [
        ["Mul", [input, constant(0)]],
        ["Split", [result(0), undefined], { axis: 1, num_outputs: 2 }, 2],
        ["Concat", [result(1, 1), result(1, 0)], { axis: 1 }],
      ],
      [result(2), result(1, 1), input, constant(0)],
      [tensor("f32", [], [10])],
    );
    expect(evaluateGraph(graph, [x], [onnx])).toEqual([
      tensor("f32", [2, 2], [-20, 10, -40, 30]),
      tensor("f32", [2, 1], [-20, -40]),
      x,
      tensor("f32", [], [10]),
    ]);
  });

  test("loads a constant once", () => {
    const load = vi.fn(() => tensor("f32", [], [1]));
    const graph = {
      ...program([["Add", [constant(0), constant(0)]]], [result(0), constant(0)]),
      constants: [{ type: { dtype: "f32", shape: [] }, key: "one", load } as const],
    };
    expect(evaluateGraph(graph, [x], [onnx])[0]).toEqual(tensor("f32", [], [2]));
    expect(load).toHaveBeenCalledOnce();
  });

  test("takes an operator from the first dialect that has it", () => {
    const own: Dialect = {
      ...onnx,
      name: "own",
      ops: {
        Relu: {
          operands: [{ name: "x" }],
          infer: () => [],
          evaluate: () => [tensor("f32", [], [7])],
        },
      },
    };
    const graph = program([["Relu", [input]]], [result(0)]);
    expect(evaluateGraph(graph, [x], [own, onnx])).toEqual([tensor("f32", [], [7])]);
    expect(evaluateGraph(graph, [x], [onnx, own])).toEqual([tensor("f32", [2, 2], [1, 0, 3, 0])]);
  });

  test("names an operator that it cannot run, and why", () => {
    const run = (op: string, dialects: Dialect[]) => () =>
      evaluateGraph(program([[op, [input]]], [result(0)]), [x], dialects);
    expect(run("com.acme.Blend", [onnx])).toThrow(
      "Node 0 cannot be run: its operator com.acme.Blend is in no vocabulary given (onnx)",
    );
    expect(run("Relu", [])).toThrow("is in no vocabulary given (none)");
    expect(run("LSTM", [onnx])).toThrow("LSTM has types and shapes, but no `evaluate`");
    const graph = program([["Relu", [input]]], [result(0)]);
    const nodes = graph.nodes.map((node) => ({ ...node, opaque: "f00d" }));
    expect(() => evaluateGraph({ ...graph, nodes }, [x], [onnx])).toThrow(
      "Relu is in no vocabulary",
    );
  });

  test("names the node that fails", () => {
    const graph = program(
      [["Gather", [input, constant(0)], { axis: 0 }]],
      [result(0)],
      [tensor("i64", [], [5])],
    );
    expect(() => evaluateGraph(graph, [x], [onnx])).toThrow(
      "Node 0 (Gather) failed: index 5 is outside an axis of size 2.",
    );
  });

  test("counts the inputs", () => {
    expect(() => evaluateGraph(program([], []), [], [onnx])).toThrow(
      "0 inputs given to a graph that takes 1: x.",
    );
  });
});
