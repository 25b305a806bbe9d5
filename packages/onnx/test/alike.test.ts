import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { tensorProto } from "../src/attribute.ts";
import { NodeProtoSchema } from "../src/generated/onnx_pb.ts";
import { readModel, writeModel } from "../src/index.ts";
import { readNode } from "../src/node.ts";
import { attr, f32, file, i64, info, node } from "./models.ts";

/** The types of a file's values, by name. */
function typesOf(bytes: Uint8Array): Record<string, unknown> {
  const { graph } = readModel(bytes);
  return Object.fromEntries(
    graph.outputs.map(({ name, source }) => {
      if (source.from !== "node") throw new Error(`${name} is no node's`);
      return [name, graph.nodes[source.index]?.results[source.result]?.shape];
    }),
  );
}

test("nodes that differ in the contents of constants alone have types of their own", () => {
  const scales = (name: string, factor: number) => tensorProto(f32([2], 1, factor), name);
  const axis = (name: string, at: number) => tensorProto(i64(at), name);
  const bytes = file({
    input: [info("x", 2, 3)],
    output: ["a", "b", "c", "d", "e"].map((name) => info(name)),
    initializer: [scales("two", 2), scales("four", 4), axis("first", 0), axis("last", 1)],
    node: [
      node("Resize", ["x", "", "two"], ["a"]),
      node("Resize", ["x", "", "four"], ["b"]),
      node("ReduceSum", ["x", "first"], ["c"]),
      node("ReduceSum", ["x", "last"], ["d"]),
      node("ReduceSum", ["x", "first"], ["e"]),
    ],
  });
  expect(typesOf(bytes)).toEqual({ a: [2, 6], b: [2, 12], c: [1, 3], d: [2, 1], e: [1, 3] });
});

test("nodes that differ in what is constant, in types, or in the results asked for are told apart", () => {
  const bytes = file({
    input: [info("x", 2, 4), info("y", 2, "N")],
    output: ["s", "t", "u", "q"].map((name) => info(name)),
    initializer: [tensorProto(f32([2, 4], ...Array(8).fill(1)), "w")],
    node: [
      node("Add", ["x", "x"], ["s"]),
      node("Add", ["x", "w"], ["t"]),
      node("Add", ["y", "y"], ["u"]),
      node("Split", ["x"], ["p", "q"], [attr.int("axis", 1)]),
    ],
  });
  const { graph } = readModel(bytes);
  expect(graph.nodes.map(({ operands }) => operands[1]?.constant)).toEqual([
    false,
    true,
    false,
    undefined,
  ]);
  expect(typesOf(bytes)).toEqual({ s: [2, 4], t: [2, 4], u: [2, "N"], q: [2, 2] });
});

test("alike nodes whose inputs went into attributes or constants keep their own inputs", () => {
  const bytes = file(
    {
      input: [info("x", 2, 3), info("y", 2, 3)],
      output: [info("a"), info("b")],
      node: [
        node("Unsqueeze", ["x"], ["a"], [attr.ints("axes", 0)]),
        node("Unsqueeze", ["y"], ["b"], [attr.ints("axes", 0)]),
      ],
    },
    11,
  );
  const model = readModel(bytes);
  const inputs = model.graph.nodes.map(({ inputs: [first] }) => first);
  expect(inputs).toEqual([0, 1].map((index) => ({ from: "input", index })));
  expect(writeModel(model, model.graph)).toEqual(bytes);
});

test("the fields of a node may come in any order", () => {
  const usual = node("LeakyRelu", ["x"], ["y"], [attr.float("alpha", 0.5)]);
  const bytes = toBinary(NodeProtoSchema, usual);
  const parts = ["opType", "attribute", "output", "input", "name"] as const;
  const turned = parts.map((part) =>
    toBinary(NodeProtoSchema, {
      ...fromBinary(NodeProtoSchema, Uint8Array.of()),
      [part]: usual[part],
    }),
  );
  const mixed = Uint8Array.from(turned.flatMap((part) => [...part]));
  const kinds = new Map();
  for (const form of [mixed, bytes, mixed, bytes]) {
    const { inputs, outputs, name, opType, attributes } = readNode(form, kinds);
    expect({ inputs, outputs, name, opType }).toEqual({
      ...{ inputs: ["x"], outputs: ["y"], name: "node of y", opType: "LeakyRelu" },
    });
    expect([...attributes.keys()]).toEqual(["alpha"]);
  }
});
