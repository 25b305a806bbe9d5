import { describe, expect, test } from "vitest";
import { ModelBuilder, ModelError, readModel, writeModel } from "../src/index.ts";
import { f32, file, i64, info, node, single } from "./models.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const join = (...parts: Iterable<number>[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((p) => [...p]));

/** A model with a bit of everything. */
function sample(): Uint8Array {
  const model = new ModelBuilder("sample", { opset: 13 });
  const x = model.input("x", "f32", ["N", 4]);
  const y = model.node("MatMul", [x, model.constant("w", f32([4, 2], 1, 2, 3, 4, 5, 6, 7, 8))]);
  const z = model.node("Reshape", [y, model.constant("s", i64(-1, 2, 1))]);
  model.output("z", model.node("LeakyRelu", [z], { alpha: 0.1 }));
  return model.bytes();
}

const message = (given: Uint8Array): string => {
  try {
    readModel(given);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return (error as Error).message;
  }
  throw new Error("it was read");
};

describe("what is no model", () => {
  const nested = (depth: number): Uint8Array => join(new Array(depth).fill(0x1b), [0x01]);
  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(), /empty/],
    ["text", bytes("{ hello: 1 }"), /it is text/],
    ["prose", bytes("Once upon a time"), /not a valid ONNX file/],
    ["a picture", join([0x89], bytes("PNG\r\n\x1a\n"), new Array(50).fill(0)), /picture/],
    ["a zip archive", bytes("PK\x03\x04...."), /zip/],
    ["a Git LFS pointer", bytes("version https://git-lfs.github.com/spec/v1\noid"), /git lfs pull/],
    ["another protobuf", join([0x08, 8]), /no graph/],
    ["a length of 2^63", join([0x3a], new Array(8).fill(0xff), [0x7f]), /are left/],
    ["a number without end", new Uint8Array(50).fill(0xff), /longer than ten bytes/],
    ["groups nested 100,000 deep", nested(100_000), /nested more than 100/],
    ["a wrong wire type", join([0x38, 1]), /wire type 0 instead of 2/],
    ["two graphs", join(single("Relu", 17, [1]), single("Relu", 17, [1])), /2 graphs/],
  ])("%s", (_, given, expected) => expect(message(given)).toMatch(expected));

  test("messages nested 100,000 deep", () => {
    // A graph in an attribute of a node of a graph ..., lengths written from the inside out.
    let inner: number[] = [];
    const wrap = (tag: number): void => {
      const length: number[] = [];
      let rest = inner.length;
      do {
        length.push((rest % 128) + (rest >= 128 ? 128 : 0));
        rest = Math.floor(rest / 128);
      } while (rest > 0);
      inner = [tag, ...length, ...inner];
    };
    for (let i = 0; i < 1500; i++) for (const tag of [0x32, 0x2a, 0x0a]) wrap(tag);
    wrap(0x3a);
    expect(message(Uint8Array.from(inner))).toMatch(/messages are nested more than 100 deep/);
  });

  test("the place is named", () => {
    const damaged = sample();
    const at = Buffer.from(damaged).indexOf("LeakyRelu");
    damaged[at - 1] = 200;
    expect(message(damaged)).toMatch(/at byte \d+ \(model\.graph\.node\[2\]\)/);
  });

  test("more bytes than allowed", () => {
    expect(() => readModel(sample(), { maxBytes: 20 })).toThrow(/more than the limit of 20/);
  });
});

test("cut short anywhere, a model is refused", () => {
  const whole = sample();
  // What is cut off at the very end may have been optional: from the end of the operator set on, a model is whole.
  for (let length = 0; length < whole.length - 4; length++)
    expect(() => readModel(whole.subarray(0, length)), `at ${length}`).toThrow(ModelError);
});

test("flipped bits are refused or read, and then written", () => {
  const whole = sample();
  let read = 0;
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const damaged = Uint8Array.from(whole);
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      const model = readModel(damaged);
      readModel(writeModel(model, model.graph));
      read++;
    } catch (error) {
      expect(error, `bit ${bit}`).toBeInstanceOf(ModelError);
    }
  }
  expect(read).toBeGreaterThan(whole.length);
});

describe("graphs that no runtime can run", () => {
  const input = [info("x", 2)];
  const output = [info("y", 2)];
  const tensor = (name: string, dims: bigint[], floats: number[]) => ({
    name,
    dims,
    dataType: 1,
    floatData: floats,
  });
  test.each<[string, Parameters<typeof file>[0], RegExp]>([
    [
      "an input that nothing defines",
      { input, output, node: [node("Relu", ["gone"], ["y"])] },
      /node "node of y" \(Relu\) takes "gone", which nothing defines/,
    ],
    ["an output that nothing defines", { input, output }, /output 0 is "y", which nothing defines/],
    [
      "a result named twice",
      { input, output, node: [node("Relu", ["x"], ["y"]), node("Abs", ["x"], ["y"])] },
      /"y" is defined twice: by node "node of y" \(Relu\) and by/,
    ],
    [
      "a result named like an input",
      { input, output, node: [node("Relu", ["x"], ["x"])] },
      /"x" is defined twice: by input 0/,
    ],
    ["two inputs of one name", { input: [...input, ...input], output }, /"x" is defined twice/],
    [
      "two initializers of one name",
      { input, output, initializer: [tensor("w", [1n], [1]), tensor("w", [1n], [1])] },
      /"w" is defined twice/,
    ],
    [
      "a cycle",
      {
        input,
        output,
        node: [
          node("Add", ["x", "b"], ["a"]),
          node("Relu", ["a"], ["b"]),
          node("Abs", ["b"], ["y"]),
        ],
      },
      /cycle/,
    ],
    [
      "a node that takes its own result",
      { input, output, node: [node("Add", ["x", "y"], ["y"])] },
      /cycle/,
    ],
    [
      "a negative dimension",
      { input, output, initializer: [tensor("w", [-3n], [1])] },
      /tensor "w" has the negative dimension -3/,
    ],
    [
      "dimensions beyond number",
      { input, output, initializer: [tensor("w", [2n ** 62n, 2n ** 62n], [1])] },
      /tensor "w" has dimensions .* more elements/,
    ],
    [
      "dimensions unlike the data",
      { input, output, initializer: [tensor("w", [2n, 2n], [1, 2, 3])] },
      /tensor "w" of type f32\[2, 2\] holds 3 numbers instead of 4/,
    ],
    [
      "dimensions unlike the raw data",
      {
        input,
        output,
        initializer: [{ name: "w", dims: [2n], dataType: 7, rawData: new Uint8Array(12) }],
      },
      /holds 12 bytes instead of 16/,
    ],
    [
      "data in two fields",
      { input, output, initializer: [{ ...tensor("w", [1n], [1]), rawData: new Uint8Array(4) }] },
      /in two fields/,
    ],
    [
      "data of another type",
      { input, output, initializer: [{ name: "w", dims: [1n], dataType: 1, int64Data: [1n] }] },
      /of another type/,
    ],
    [
      "no element type",
      { input, output, initializer: [{ name: "w", dims: [1n] }] },
      /tensor "w" has no element type/,
    ],
    [
      "segments",
      { input, output, initializer: [{ ...tensor("w", [1n], [1]), segment: { begin: 0n } }] },
      /segments/,
    ],
  ])("%s", (_, graph, expected) => expect(message(file(graph))).toMatch(expected));

  test("a bad tensor within a node", () => {
    const bad = { name: "v", dims: [5n], dataType: 1, floatData: [1] };
    const model = file({
      input,
      output,
      node: [
        { opType: "Constant", output: ["y"], attribute: [{ name: "value", type: 4, t: bad }] },
      ],
    });
    expect(message(model)).toMatch(/tensor "v" of type f32\[5\] holds 1 numbers instead of 5/);
  });

  test("no version of ONNX's operators", () => {
    const model = file({ input, output, node: [node("Relu", ["x"], ["y"])] }, 17, {
      opsetImport: [],
    });
    expect(message(model)).toMatch(/does not say which version/);
  });

  test("two versions of them", () => {
    const opsetImport = [{ version: 17n }, { domain: "ai.onnx", version: 18n }];
    expect(message(file({ input }, 17, { opsetImport }))).toMatch(/versions 17 and 18/);
  });

  test("names that are no text", () => {
    const model = single("Relu", 17, [2]);
    const at = Buffer.from(model).indexOf("Relu");
    model[at] = 0xff;
    expect(message(model)).toMatch(/node\[0\]\.op_type.*|not valid UTF-8/);
  });
});

test("unusual names are ordinary", () => {
  const long = "n".repeat(1_000_000);
  const names = ["__proto__", "constructor", long, "x y\n\u0000\u{1f600}"];
  const model = file({
    input: [info("hasOwnProperty", 2)],
    output: names.map((name) => info(name, 2)),
    node: names.map((name, i) =>
      node("Relu", [i === 0 ? "hasOwnProperty" : (names[i - 1] as string)], [name]),
    ),
    initializer: [{ name: "", dims: [1n], dataType: 1, floatData: [1] }],
  });
  const read = readModel(model);
  expect(read.graph.outputs.map(({ name }) => name)).toEqual(names);
  expect(read.graph.nodes.every(({ opaque }) => opaque === undefined)).toBe(true);
  const attribute = single("__proto__", 17, [2]);
  expect(writeModel(readModel(attribute), readModel(attribute).graph)).toEqual(attribute);
});
