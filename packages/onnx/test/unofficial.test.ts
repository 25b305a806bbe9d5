import { describe, expect, test } from "vitest";
import { expressible, ModelBuilder, modelOf, readModel, writeModel } from "../src/index.ts";
import { f32, parse } from "./models.ts";

/** Relu, and then this operator with a scale. */
function normalized(op: string, opset: number, outputs = 1): Uint8Array {
  const b = new ModelBuilder("test", { opset });
  const relu = b.node("Relu", [b.input("x", "f32", [2, 4])]);
  const scale = b.constant(f32([4], 1, 2, 3, 4));
  const results = b.node(op, [relu, scale], { axis: -1, epsilon: 0.5 }, { outputs });
  for (const [i, result] of results.entries())
    b.output(`y${i}`, result, { dtype: "f32", shape: [2, i === 0 ? 4 : 1] });
  return b.bytes();
}

const operators = (bytes: Uint8Array): unknown =>
  parse(bytes).graph?.node.map(({ opType }) => opType);
const opset = (bytes: Uint8Array): number => Number(parse(bytes).opsetImport[0]?.version);

describe.each([
  ["LayerNormalization", "LayerNormalization", 17],
  ["SimplifiedLayerNormalization", "RMSNormalization", 23],
])("%s, which ONNX Runtime runs in any operator set", (op, name, since) => {
  const bytes = normalized(op, 13);
  const model = readModel(bytes);

  test("is read as ONNX's operator, and comes back as it was", () => {
    const [, node] = model.graph.nodes;
    expect(node).toMatchObject({ op: name, attrs: { axis: -1, epsilon: 0.5 } });
    expect(node?.opaque).toBeUndefined();
    expect(node?.results[0]).toEqual({ dtype: "f32", shape: [2, 4] });
    expect(writeModel(model, model.graph)).toEqual(bytes);
  });

  test("may be written anew into a file that has it", () => {
    const [relu, node] = model.graph.nodes;
    if (relu === undefined || node === undefined) throw new Error("two nodes were expected");
    const nodes = [
      relu,
      node,
      {
        ...node,
        attrs: { ...node.attrs, epsilon: 0.25 },
        inputs: [{ from: "node", index: 1, result: 0 } as const, node.inputs[1]],
      },
    ];
    const outputs = [{ name: "y0", source: { from: "node", index: 2, result: 0 } as const }];
    const written = writeModel(model, { ...model.graph, nodes, outputs });
    expect(operators(written)).toEqual(["Relu", op, op]);
    expect(opset(written)).toBe(13);
    expect(readModel(written).graph.nodes[2]).toMatchObject({ op: name, attrs: { epsilon: 0.25 } });
  });

  test("is written only as ONNX has it elsewhere", () => {
    const alone = modelOf(model.graph, { opset: 13 });
    expect(operators(alone)).toEqual(["Relu", name]);
    expect(opset(alone)).toBe(since);
    const b = new ModelBuilder("test", { opset: 12 });
    b.output("y", b.node("Softmax", [b.input("x", "f32", [2, 3, 4])], { axis: 1 }));
    expect(expressible(readModel(b.bytes()))(name)).toBe(false);
    expect(expressible(model)(name)).toBe(true);
  });
});

test("the deviation of SimplifiedLayerNormalization is beyond ONNX's operator", () => {
  const bytes = normalized("SimplifiedLayerNormalization", 13, 2);
  const model = readModel(bytes);
  expect(model.graph.nodes[1]?.opaque).toBeDefined();
  expect(writeModel(model, model.graph)).toEqual(bytes);
});

test.each([
  [{}, [0, 2, 3]],
  [{ across_channels: 1, normalize_variance: 1 }, [0, 1, 2, 3]],
  [{ across_channels: 0, normalize_variance: 0 }, undefined],
])("MeanVarianceNormalization of an old file with %o", (attrs, axes) => {
  const b = new ModelBuilder("test", { opset: 7 });
  b.output("y", b.node("MeanVarianceNormalization", [b.input("x", "f32", [2, 3, 4, 4])], attrs), {
    dtype: "f32",
    shape: [2, 3, 4, 4],
  });
  const bytes = b.bytes();
  const model = readModel(bytes);
  const [node] = model.graph.nodes;
  if (axes === undefined) expect(node?.opaque).toBeDefined();
  else expect(node).toMatchObject({ op: "MeanVarianceNormalization", attrs: { axes } });
  expect(writeModel(model, model.graph)).toEqual(bytes);
});
