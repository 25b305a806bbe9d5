// Models whose tensors stay in their file while they are read, changed and written.
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import type { Constant, Graph, NdArray } from "@rewright/plugin";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tensorProto } from "../src/attribute.ts";
import { TensorProtoSchema } from "../src/generated/onnx_pb.ts";
import {
  constantOf,
  imageOf,
  type ModelImage,
  openModel,
  readModel,
  writeModel,
} from "../src/index.ts";
import { attr, copyOf, f32, file, info, node, numbers, parse } from "./models.ts";

/** Enough elements that the file is not read whole. */
const MANY = 2_200_000;
const ramp = (from: number): NdArray => ({
  dtype: "f32",
  shape: [MANY],
  data: new Float32Array(MANY).map((_, i) => from + i),
});
const unknownField = Uint8Array.of(0xfa, 0x7f, 2, 7, 8); // field 2047, two bytes

let folder = "";
let path = "";
let bytes: Uint8Array;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "onnx-large-"));
  path = join(folder, "large.onnx");
  // A raw one, a typed one, one within a node, and a small one between them.
  bytes = file({
    input: [info("x", MANY)],
    output: [info("y", MANY)],
    initializer: [
      tensorProto(ramp(0), "raw"),
      tensorProto(f32([1], 5), "small"),
      create(TensorProtoSchema, {
        ...{ name: "typed", dims: [BigInt(MANY)], dataType: 1 },
        floatData: Array.from(ramp(1).data as Float32Array),
      }),
    ],
    node: [
      node("Constant", [], ["c"], [attr.tensor("value", tensorProto(ramp(2)))]),
      node("Add", ["x", "raw"], ["a"]),
      node("Add", ["a", "typed"], ["b"]),
      node("Add", ["b", "c"], ["d"]),
      node("Mul", ["d", "small"], ["e"]),
      node("my.ops.Odd", ["e"], ["y"], [attr.tensor("table", tensorProto(ramp(3)))]),
    ],
  });
  bytes = Buffer.concat([bytes, unknownField]);
  writeFileSync(path, bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes an image, and its data file where it has one. */
function save(image: ModelImage, name: string): string {
  const put = (target: string, write: (file: number) => void): void => {
    const file = openSync(target, "w");
    write(file);
    closeSync(file);
  };
  const target = join(folder, name);
  put(target, image.write);
  if (image.data) put(join(folder, image.data.name), image.writeData);
  return target;
}

/** The program with one constant doubled. */
function changed(program: Graph): Graph {
  const constants = program.constants.map((constant, i) => {
    if (i !== 0) return constant;
    const { dtype, shape, data } = constant.load();
    return constantOf({
      dtype,
      shape,
      data: (data as Float32Array).map((v) => 2 * v),
    });
  });
  return { ...program, constants };
}

describe("a large file", () => {
  test("is the same program as when it is read whole", () => {
    const whole = readModel(bytes);
    const opened = openModel(path);
    expect(opened.graph.constants.map(({ type }) => type)).toEqual(
      whole.graph.constants.map(({ type }) => type),
    );
    expect(opened.graph.constants.map(({ key }) => key)).toEqual(
      whole.graph.constants.map(({ key }) => key),
    );
    const elements = (constant: Constant | undefined): Buffer => {
      const { buffer, byteOffset, byteLength } = (constant as Constant).load().data as Float32Array;
      return Buffer.from(buffer, byteOffset, byteLength);
    };
    for (const [i, constant] of opened.graph.constants.entries())
      expect(elements(constant).compare(elements(whole.graph.constants[i]))).toBe(0);
  });

  test("does not come into memory", () => {
    const before = process.memoryUsage().arrayBuffers;
    const model = openModel(path);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bytes.length / 10);
    expect(model.graph.nodes).toHaveLength(5);
  });

  test("comes out byte for byte where nothing is changed", () => {
    const model = openModel(path);
    for (const program of [model.graph, copyOf(model.graph)]) {
      const image = imageOf(model, program);
      expect(image.length).toBe(bytes.length);
      expect(Buffer.compare(readFileSync(save(image, "same.onnx")), bytes)).toBe(0);
    }
    expect(Buffer.compare(writeModel(model, model.graph), bytes)).toBe(0);
  });

  test("takes a new constant, as when it is read whole", () => {
    const [whole, opened] = [readModel(bytes), openModel(path)];
    const image = imageOf(opened, changed(opened.graph));
    const written = readFileSync(save(image, "changed.onnx"));
    expect(Buffer.compare(written, writeModel(whole, changed(whole.graph)))).toBe(0);
  });

  test("goes into two files where one may not be so large, and comes back", () => {
    const opened = openModel(path);
    const image = imageOf(opened, changed(opened.graph), {
      dataFile: "split.onnx.data",
      maxBytes: 30_000_000,
    });
    const target = save(image, "split.onnx");
    expect(statSync(target).size).toBe(image.length);
    expect(image.length).toBeLessThan(25_000_000); // the tensors within nodes stay
    expect(statSync(join(folder, "split.onnx.data")).size).toBe(image.data?.length);
    const { graph: proto } = parse(readFileSync(target));
    for (const { externalData, dims } of proto.initializer)
      if (dims[0] === BigInt(MANY))
        expect(Number(externalData.find(({ key }) => key === "offset")?.value) % 4096).toBe(0);
    const back = openModel(target).graph;
    const before = changed(opened.graph).constants.map(({ key }) => key);
    expect(back.constants.map(({ key }) => key).sort()).toEqual(before.sort());
  });

  test("that is changed while its model is in use is noticed", () => {
    const target = join(folder, "brief.onnx");
    writeFileSync(target, bytes);
    const model = openModel(target);
    writeFileSync(target, bytes.subarray(0, 1000));
    expect(() => numbers(model.graph.constants[0])).toThrow(
      /was changed while its model was in use/,
    );
  });

  test("that is cut short is refused as any other", () => {
    const target = join(folder, "cut.onnx");
    writeFileSync(target, bytes.subarray(0, bytes.length - 10_000_000));
    expect(() => openModel(target)).toThrow(/not a valid ONNX file: .* bytes are announced/);
  });

  test("with the field that stands for elements left in a file is read whole", () => {
    const target = join(folder, "odd.onnx");
    const tensor = tensorProto(ramp(0), "w");
    tensor.$unknown = [{ no: 536_870_000, wireType: 2, data: Uint8Array.of(1, 0) }];
    const odd = file({
      input: [info("x", MANY)],
      output: [info("y", MANY)],
      initializer: [tensor, ...[1, 2, 3].map((i) => tensorProto(ramp(i), `w${i}`))],
      node: [node("Add", ["x", "w"], ["y"])],
    });
    writeFileSync(target, odd);
    const model = openModel(target);
    expect(model.graph.constants).toHaveLength(4);
    expect(numbers(model.graph.constants[0])?.length).toBe(MANY);
    expect(writeModel(model, model.graph).length).toBeLessThan(odd.length / 3);
  });
});

test("a small file is opened as it is read", () => {
  const target = join(folder, "small.onnx");
  const small = file({
    input: [info("x", 2)],
    output: [info("y", 2)],
    node: [node("Relu", ["x"], ["y"])],
  });
  writeFileSync(target, small);
  const model = openModel(target);
  expect(Buffer.compare(writeModel(model, model.graph), small)).toBe(0);
  expect(() => openModel(join(folder, "absent.onnx"))).toThrow(/ENOENT/);
  expect(() => openModel(target, { maxBytes: 10 })).toThrow(/more than the limit of 10/);
});
