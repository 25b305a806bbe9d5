import { describe, expect, test } from "vitest";
import { expressible, ModelBuilder, readModel, writeModel } from "../src/index.ts";
import { i64, parse } from "./models.ts";

/** Attention on three inputs, with further operands as a list of where they stand. */
function attention(opset: number, nonpad: boolean, attrs = {}): Uint8Array {
  const b = new ModelBuilder("test", { opset });
  const [q, k, v] = ["q", "k", "v"].map((name) => b.input(name, "f32", [1, 2, 3, 4]));
  const count = nonpad ? [undefined, undefined, undefined, b.constant(i64(2))] : [];
  const y = b.node("Attention", [q, k, v, ...count], attrs);
  b.output("y", y, { dtype: "f32", shape: [1, 2, 3, 4] });
  return b.bytes();
}

describe("an operator that says more since", () => {
  test.each([23, 24, 25, 26])("is what it was where it says no more, in opset %d", (opset) => {
    const bytes = attention(opset, false, { scale: 0.5, is_causal: 1 });
    const model = readModel(bytes);
    const [node] = model.graph.nodes;
    expect(node).toMatchObject({ op: "Attention", attrs: { scale: 0.5, is_causal: 1 } });
    expect(node?.opaque).toBeUndefined();
    expect(node?.results).toEqual([{ dtype: "f32", shape: [1, 2, 3, 4] }]);
    expect(expressible(model)("Attention")).toBe(true);
    expect(writeModel(model, model.graph)).toEqual(bytes);
  });

  test.each([
    ["an operand", true, {}],
    ["an attribute", false, { left_window_size: 2 }],
  ])("is carried along where it says more by %s", (_, nonpad, attrs) => {
    const bytes = attention(25, nonpad, attrs);
    const model = readModel(bytes);
    expect(model.graph.nodes[0]?.opaque).toBeDefined();
    expect(writeModel(model, model.graph)).toEqual(bytes);
  });

  test("is written into files of later operator sets, and stays when the set is raised", () => {
    const { graph } = readModel(attention(23, false, { scale: 0.5 }));
    const [node] = graph.nodes;
    if (node === undefined) throw new Error("a node was expected");
    for (const [opset, operators] of [
      [24, ["Attention"]],
      [26, ["Attention"]],
      [23, ["Attention", "Swish"]],
    ] as const) {
      const model = readModel(attention(opset, false));
      const [type] = node.results;
      const source = { from: "node", index: 0, result: 0 } as const;
      const swish = { op: "Swish", attrs: { alpha: 1 }, inputs: [source], results: [type] };
      const nodes = operators.map((op) =>
        op === "Swish" ? { ...swish, operands: [{ ...type, constant: false }] } : node,
      );
      const outputs = [{ name: "y", source: { ...source, index: nodes.length - 1 } }];
      const written = parse(writeModel(model, { ...model.graph, nodes, outputs } as typeof graph));
      expect(written.graph.node.map(({ opType }) => opType)).toEqual(operators);
      expect(written.graph.node[0]?.attribute).toMatchObject([{ name: "scale", f: 0.5 }]);
      expect(Number(written.opsetImport[0]?.version)).toBe(Math.max(opset, operators.length + 22));
    }
  });
});
