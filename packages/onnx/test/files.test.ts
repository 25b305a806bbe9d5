import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  type NodeProto,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "../src/generated/onnx_pb.ts";
import { modelOf, readModel, writeModel } from "../src/index.ts";
import { copyOf, parse } from "./models.ts";

const data = join(import.meta.dirname, "../../../../shared/data");
const files = globSync(join(data, "onnx-*/*.onnx")).sort();

describe("real models", () => {
  if (files.length === 0) test.skip(`there are none under ${data}`, () => {});

  test.each(files.map((path) => [basename(path), path] as const))("%s", (_, path) => {
    const bytes = readFileSync(path);
    const model = readModel(bytes);
    const before = parse(bytes).graph;
    const used = new Set(before.node.flatMap(({ input }) => input));
    const given = new Set(before.input.map(({ name }) => name));
    const kept = before.initializer.filter(({ name }) => used.has(name) || given.has(name));

    const whole = writeModel(model, model.graph);
    const written = parse(whole).graph;
    // Compared as bytes: matchers look at every element of a tensor.
    const same = (desc: DescMessage, now: readonly Message[], then: readonly Message[]): void => {
      const bytesOf = (message: Message): Uint8Array => toBinary(desc, message);
      expect(now.length).toBe(then.length);
      expect(
        now.every(
          (message, i) => Buffer.compare(bytesOf(message), bytesOf(then[i] as Message)) === 0,
        ),
      ).toBe(true);
    };
    same(NodeProtoSchema, written.node, before.node);
    same(TensorProtoSchema, written.initializer, kept);
    same(ValueInfoProtoSchema, written.input, before.input);
    same(ValueInfoProtoSchema, written.output, before.output);
    // The whole file, where nothing in it was unused and nothing said about what is not there.
    const there = new Set([
      ...before.initializer.map(({ name }) => name),
      ...before.node.flatMap(({ output }) => output),
    ]);
    const stale = before.valueInfo.some(({ name }) => !there.has(name) && !given.has(name));
    if (kept.length === before.initializer.length && !stale)
      expect(Buffer.compare(whole, bytes)).toBe(0);

    // The same from other objects: equal constants of the file may become one.
    const copied = parse(writeModel(model, copyOf(model.graph))).graph;
    const names = (nodes: readonly NodeProto[]): unknown =>
      nodes.filter(({ opType }) => opType !== "Constant").map(({ name, output }) => [name, output]);
    expect(names(copied.node)).toEqual(names(before.node));

    // And from the program alone, in an old and in a new operator set; some operators were withdrawn long ago.
    if (model.graph.nodes.some(({ opaque }) => opaque !== undefined)) return;
    const withdrawn = model.graph.nodes.find(({ op }) => /^(Affine|Crop|ImageScaler)$/.test(op));
    if (withdrawn) expect(() => modelOf(model.graph, { opset: 21 })).toThrow(withdrawn.op);
    for (const opset of withdrawn ? [7] : [7, 21]) {
      const alone = readModel(modelOf(model.graph, { opset })).graph;
      expect(alone.nodes.map(({ op }) => op)).toEqual(model.graph.nodes.map(({ op }) => op));
      // Types may follow from defaults of inputs, which a program does not know.
      if (model.defaults.size > 0) continue;
      expect(alone.nodes.map(({ results }) => results)).toEqual(
        model.graph.nodes.map(({ results }) => results),
      );
    }
  });
});
