// What a file leaves unsaid of windows is said in the program, and comes back unsaid.
import { expect, test } from "vitest";
import { readModel, writeModel } from "../src/index.ts";
import { attr, copyOf, f32, file, info, single } from "./models.ts";

const weights = f32([2, 1, 3, 3], ...Array.from({ length: 18 }, (_, i) => i));
const attrsOf = (bytes: Uint8Array) => readModel(bytes).graph.nodes[0]?.attrs;

test("a convolution without attributes has all of them, by its weights", () => {
  const bytes = single("Conv", 11, [1, 1, 8, 8], [], [weights]);
  expect(attrsOf(bytes)).toEqual({
    ...{ kernel_shape: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] },
  });
  const model = readModel(bytes);
  expect(writeModel(model, copyOf(model.graph))).toEqual(bytes);
});

test("a pool has strides and padding, but dilations only where it names them", () => {
  const kernel = attr.ints("kernel_shape", 2, 2);
  expect(attrsOf(single("AveragePool", 11, [1, 1, 8, 8], [kernel]))).toEqual({
    ...{ kernel_shape: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0] },
  });
  const dilated = single("MaxPool", 11, [1, 1, 8, 8], [kernel, attr.ints("dilations", 2, 2)]);
  expect(attrsOf(dilated)).toMatchObject({ dilations: [2, 2], pads: [0, 0, 0, 0] });
});

test.each([
  ["SAME_UPPER", [0, 0, 1, 1], 8],
  ["SAME_LOWER", [1, 1, 0, 0], 8],
  ["SAME_UPPER", [1, 1, 1, 1], 7],
  ["VALID", [0, 0, 0, 0], 8],
])("padding described as %s is %j on %i", (kind, pads, size) => {
  const given = [attr.text("auto_pad", kind), attr.ints("strides", 2, 2)];
  const bytes = single("Conv", 11, [1, 1, size, size], given, [weights]);
  expect(attrsOf(bytes)).toMatchObject({ auto_pad: "NOTSET", pads });
  const model = readModel(bytes);
  expect(writeModel(model, copyOf(model.graph))).toEqual(bytes);
});

test.each([
  [
    "of open sizes",
    single("Conv", 11, [1, 1, "h", "w"], [attr.text("auto_pad", "SAME_UPPER")], [weights]),
  ],
  [
    "that counts in a mean",
    single(
      "AveragePool",
      11,
      [1, 1, 8, 8],
      [
        attr.text("auto_pad", "SAME_UPPER"),
        attr.ints("kernel_shape", 3, 3),
        attr.int("count_include_pad", 1),
      ],
    ),
  ],
])("padding %s stays described", (_, bytes) => {
  expect(attrsOf(bytes)).toMatchObject({ auto_pad: "SAME_UPPER" });
  expect(attrsOf(bytes)).not.toHaveProperty("pads");
});

test("a transposed convolution for a size that is given keeps that", () => {
  const shape = attr.ints("output_shape", 10, 10);
  const bytes = single("ConvTranspose", 11, [1, 2, 8, 8], [shape], [weights]);
  expect(attrsOf(bytes)).not.toHaveProperty("pads");
  expect(attrsOf(bytes)).toMatchObject({ strides: [1, 1], kernel_shape: [3, 3] });
});

test("inputs with defaults are constants where that is asked for, and no inputs of what is written", async () => {
  const { tensorProto } = await import("../src/attribute.ts");
  const { node, parse } = await import("./models.ts");
  const bytes = file(
    {
      input: [info("x", 2), info("w", 2)],
      output: [info("y", 2)],
      initializer: [tensorProto(f32([2], 3, 4), "w")],
      node: [node("Add", ["x", "w"], ["y"])],
    },
    8,
    { irVersion: 3n },
  );
  const open = readModel(bytes);
  expect([...open.defaults.keys()]).toEqual(["w"]);
  expect(writeModel(open, open.graph)).toEqual(bytes);
  const fixed = readModel(bytes, { fixedInputs: true });
  expect([...fixed.fixedInputs]).toEqual(["w"]);
  expect(fixed.defaults.size).toBe(0);
  expect(fixed.graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  expect(fixed.graph.constants[0]?.load()).toEqual(f32([2], 3, 4));
  const written = parse(writeModel(fixed, fixed.graph));
  expect(written.irVersion).toBe(4n);
  expect(written.graph.input.map(({ name }) => name)).toEqual(["x"]);
  expect(written.graph.initializer.map(({ name }) => name)).toEqual(["w"]);
});
