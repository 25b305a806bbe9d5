// Models that break optimisers: each is refused with one message, or comes out meaning what it meant.
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { compareOutputs, type NamedArrays, startRuntime } from "@rewright/backend-cpu";
import { compileRules } from "@rewright/dsl";
import { ModelBuilder, readModel, type Value, writeModel } from "@rewright/onnx";
import type { DType, NdArray } from "@rewright/plugin";
import { growth, saturate } from "@rewright/search";
import { onnx } from "@rewright/tensor";
import { describe, expect, test } from "vitest";
import { exitCodeOf, exitCodes } from "../src/errors.ts";
import { defaultRules, foldConstants, optimize } from "../src/index.ts";
import { atDesk, improvable } from "./cli.ts";
import * as hostile from "./hostile.ts";

const fast = { measure: false, budget: { nodes: 2_000, iterations: 40, seconds: 600 } } as const;

/** Refused as bad input: no crash, no bug of ours. */
async function refused(bytes: Uint8Array, says: RegExp, directory?: string): Promise<void> {
  const options = { ...fast, ...(directory !== undefined && { directory }) };
  const failure = await optimize(bytes, options).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect((failure as Error).message).toMatch(says);
  expect(exitCodeOf(failure)).toBe(exitCodes.usage);
}

/** What ONNX Runtime makes of models without its own optimiser. */
async function outputs(
  models: readonly Uint8Array[],
  inputs: NamedArrays,
): Promise<readonly NamedArrays[]> {
  const runtime = await startRuntime({ timeoutMs: 120_000 });
  try {
    const results: NamedArrays[] = [];
    for (const model of models) {
      const session = await runtime.load(model, { level: "disabled" });
      results.push(await session.run(inputs));
    }
    return results;
  } finally {
    await runtime.close();
  }
}

/** Optimises a model in which there is something to gain, and compares outputs, their names and order with the original's. */
async function survives(bytes: Uint8Array, inputs: NamedArrays): Promise<Uint8Array> {
  const { model, report } = await optimize(bytes, fast);
  expect(report).toMatchObject({ gained: true, verified: true });
  const names = (file: Uint8Array): string[] =>
    readModel(file).graph.outputs.map(({ name }) => name);
  expect(names(model)).toEqual(names(bytes));
  const [before, after] = (await outputs([bytes, model], inputs)) as [NamedArrays, NamedArrays];
  expect(compareOutputs(before, after)).toMatchObject({ ok: true });
  return model;
}

const f32 = (shape: readonly number[], seed = 1): NdArray => ({
  dtype: "f32",
  shape,
  data: Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) =>
    Math.sin(seed + 1.7 * i),
  ),
});

/** Something to gain: (x · A) · B with constant A and B. */
function product(b: ModelBuilder, x: Value): Value {
  const low = b.node("MatMul", [x, b.constant(f32([4, 8], 2))]);
  return b.node("MatMul", [low, b.constant(f32([8, 4], 3))]);
}

test("row 1: nothing, a text, a picture, a model cut at each percent of its length", async () => {
  await refused(new Uint8Array(), /empty/);
  await refused(Buffer.from("This is no model, whatever its name says."), /ONNX/);
  await refused(Buffer.from("\x89PNG\r\n\x1a\n0000000000", "latin1"), /picture/);
  const whole = improvable();
  for (let percent = 0; percent < 100; percent++) {
    const part = whole.subarray(0, Math.floor((whole.length * percent) / 100));
    expect(() => readModel(part), `at ${percent} %`).toThrow(
      expect.objectContaining({ name: "ModelError" }),
    );
  }
});

test("row 2: flipped bits are refused, or read as a model that can be written", async () => {
  const whole = improvable();
  // Of what is no weight, every bit; a wrong weight is a weight.
  const kept = Buffer.from(whole).indexOf("MatMul") + 200;
  for (let bit = 0; bit < kept * 8; bit += 3) {
    const damaged = Uint8Array.from(whole);
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      readModel(damaged);
    } catch (error) {
      expect(exitCodeOf(error), `bit ${bit}`).toBe(exitCodes.usage);
    }
  }
});

test("row 3: a length of 2^63, and groups nested 100,000 deep", async () => {
  await refused(Uint8Array.of(0x3a, ...Array(8).fill(0xff), 0x7f), /model|ONNX|left/i);
  const groups = new Uint8Array(200_000).map((_, i) => (i % 2 === 0 ? 0xa3 : 0x06));
  await refused(groups, /nested/);
});

test("row 4: dimensions that are negative, overflow, or are unlike the data name the tensor", async () => {
  const constant = (dims: readonly number[]): Uint8Array => hostile.weighted(dims, 4);
  await refused(constant([-3]), /"w"/);
  await refused(constant([2 ** 31, 2 ** 31, 2 ** 31]), /"w"/);
  await refused(constant([5]), /"w"/);
});

test("row 5: external data outside the folder, behind links or past the end", () =>
  atDesk(async (desk) => {
    const folder = desk.path("models");
    mkdirSync(folder);
    writeFileSync(desk.path("secret.bin"), new Uint8Array(16));
    writeFileSync(desk.path("models/short.bin"), new Uint8Array(15));
    symlinkSync(desk.path("secret.bin"), desk.path("models/soft.bin"));
    linkSync(desk.path("secret.bin"), desk.path("models/hard.bin"));
    mkdirSync(desk.path("elsewhere"));
    writeFileSync(desk.path("elsewhere/w.bin"), new Uint8Array(16));
    symlinkSync(desk.path("elsewhere"), desk.path("models/parent"));
    for (const [location, says] of [
      ["../secret.bin", /relative|outside|folder/],
      ["a/../../secret.bin", /relative|outside|folder/],
      [desk.path("secret.bin"), /relative|outside|folder/],
      ["soft.bin", /link/],
      ["parent/w.bin", /link/],
      ["hard.bin", /link/],
      ["short.bin", /15/],
    ] as const)
      await refused(hostile.external(location), says, folder);
  }));

test("row 6: an operator, a domain and a function of nobody's are carried through", async () => {
  const b = new ModelBuilder("foreign", { opset: 17 });
  const x = b.input("x", "f32", [4, 4]);
  // A domain that ONNX Runtime knows, and the vocabulary does not.
  const odd = b.node("com.microsoft.ExpandDims", [
    product(b, x),
    b.constant({ dtype: "i32", shape: [], data: [1] }),
  ]);
  b.output("y", b.node("Relu", [b.node("Relu", [odd])]));
  const model = await survives(b.bytes(), { x: f32([4, 4], 5) });
  expect(readModel(model).graph.nodes.map(({ op }) => op)).toContain("com.microsoft.ExpandDims");
  const function_ = hostile.withFunction();
  const [before, after] = await outputs([function_, (await optimize(function_, fast)).model], {
    x: f32([2, 2]),
  });
  expect(after).toEqual(before);
  // What no runtime knows is refused by the runtime, not by a fault of ours.
  const c = new ModelBuilder("unknown", { opset: 17 });
  c.output("y", c.node("org.example.Frobnicate", [c.input("x", "f32", [2])]));
  await refused(c.bytes(), /Frobnicate/);
});

test("row 7: inputs that nothing defines, names defined twice, cycles", async () => {
  await refused(hostile.nodes([["Relu", ["gone"], ["y"]]]), /gone/);
  await refused(
    hostile.nodes([
      ["Relu", ["x"], ["y"]],
      ["Abs", ["x"], ["y"]],
    ]),
    /defined twice/,
  );
  await refused(
    hostile.nodes([
      ["Add", ["x", "b"], ["a"]],
      ["Relu", ["a"], ["b"]],
      ["Abs", ["b"], ["y"]],
    ]),
    /cycle/,
  );
});

test.each([
  ["stay", false, 1],
  ["give way to the branch that is known to be chosen", true, 0],
])("row 8: inner graphs that capture and shadow names %s", async (_, known, left) => {
  const bytes = hostile.branching(known);
  const inputs = { x: f32([2, 2], 4) };
  const { model } = await optimize(bytes, fast);
  const [before, after] = await outputs([bytes, model], inputs);
  expect(after).toEqual(before);
  // The value captured is renamed with whatever becomes of the node that makes it.
  const again = readModel(model).graph;
  expect(again.nodes.filter(({ op }) => op === "If")).toHaveLength(left);
});

test("row 9: outputs that are inputs, constants, of one value, or used inside", async () => {
  const b = new ModelBuilder("interface", { opset: 17 });
  const x = b.input("x", "f32", [4, 4]);
  const y = product(b, x);
  b.output("used", y);
  b.output("given", x);
  b.output("known", b.constant(f32([3])));
  b.output("again", y);
  b.output("last", b.node("Relu", [b.node("Relu", [y])]));
  await survives(b.bytes(), { x: f32([4, 4], 6) });
});

test("row 10: random numbers are never folded, merged or copied", async () => {
  const b = new ModelBuilder("random", { opset: 17 });
  const x = b.input("x", "f32", [8]);
  const one = b.node("RandomNormal", [], { shape: [8] });
  const other = b.node("RandomNormal", [], { shape: [8] });
  const truth = b.constant({ dtype: "bool", shape: [], data: [1] });
  const half = b.constant({ dtype: "f32", shape: [], data: [0.5] });
  const dropped = b.node("Dropout", [b.constant(f32([8])), half, truth]);
  const again = b.node("Dropout", [b.constant(f32([8])), half, truth]);
  const sum = b.node("Sum", [x, one, one, other, dropped, again]);
  b.output("y", sum);
  b.output("z", b.node("Neg", [b.node("Neg", [x])]));
  const { graph } = readModel(b.bytes());
  const session = growth({
    graph,
    rules: compileRules(defaultRules, { dialects: [onnx] }).rules,
    dialects: [onnx],
    costModel: { unit: "nodes", cost: () => 1 },
    budget: { nodes: 2_000, iterations: 40 },
  });
  await session.run(saturate());
  const { nodes } = session.bestEver.graph;
  const count = (name: string): number => nodes.filter(({ op }) => op === name).length;
  expect([count("Neg"), count("RandomNormal"), count("Dropout")]).toEqual([0, 2, 2]);
});

describe("row 12: unusual names are ordinary", () => {
  // An output called __proto__ is none to ONNX Runtime's binding, which cannot be asked for it: see the tests of reading and writing.
  test.each(["__proto__ ", "constructor", "toString", "x y\n\u{1f600}", "n".repeat(1_000_000)])(
    "%$",
    async (name) => {
      const b = new ModelBuilder("names", { opset: 17 });
      b.output(
        name,
        b.node("Relu", [b.node("Relu", [product(b, b.input(`${name}.`, "f32", [4, 4]))])]),
      );
      const { model, report } = await optimize(b.bytes(), fast);
      expect(report.gained).toBe(true);
      expect(readModel(model).graph.outputs.map((o) => o.name)).toEqual([name]);
    },
  );
});

/** Contents whose bits must not change, and their file form. */
const bits: readonly (readonly [name: string, dtype: DType, data: NdArray["data"]])[] = [
  [
    "NaN payloads, infinities, -0, subnormals",
    "f32",
    new Float32Array(
      Uint32Array.of(0x7fc12345, 0xffc00001, 0x7f800000, 0xff800000, 0x80000000, 1).buffer,
    ),
  ],
  [
    "integers beyond 2^53",
    "i64",
    BigInt64Array.of(2n ** 62n + 1n, -(2n ** 63n), 2n ** 53n + 1n, 0n, -1n, 7n),
  ],
  [
    "unsigned integers beyond 2^63",
    "u64",
    BigUint64Array.of(2n ** 64n - 1n, 2n ** 63n, 1n, 2n, 3n, 4n),
  ],
  ["4-bit integers", "i4", [-8, 7, 1, -1, 0, 3]],
  ["8-bit floats", "f8e4m3fn", [448, -0, 0.001953125, Number.NaN, 1, -2]],
  ["bfloat16", "bf16", [1, -0, Number.POSITIVE_INFINITY, 2 ** -133, 3, 5]],
  ["strings", "string", ["", "\u0000", "ß\u{1f600}", "a", "b", "c"]],
];

test.each(bits)("rows 13 and 14: %s keep their bits", (_, dtype, data) => {
  const b = new ModelBuilder("bits", { opset: 21 });
  const x = b.input("x", "f32", [4, 4]);
  b.output("y", b.node("Relu", [b.node("Relu", [x])]));
  b.output(
    "z",
    b.node("Transpose", [b.constant("bits", { dtype, shape: [2, 3], data })], { perm: [1, 0] }),
  );
  const bytes = b.bytes();
  const tensor = (file: Uint8Array): NdArray | undefined => {
    const { graph } = readModel(file);
    return graph.constants.find(({ type }) => type.dtype === dtype)?.load();
  };
  const model = readModel(bytes);
  // In the file as it is, and folded through an operator that only moves elements.
  expect(tensor(bytes)?.data).toEqual(tensor(writeModel(model, { ...model.graph }))?.data);
  const moved = tensor(writeModel(model, foldConstants(model.graph, [onnx], 1e6)));
  const before = Array.from(tensor(bytes)?.data as ArrayLike<unknown>);
  const order = [0, 3, 1, 4, 2, 5].map((i) => before[i]);
  expect(Array.from(moved?.data as ArrayLike<unknown>)).toEqual(order);
});

test.each<[string, readonly (number | string)[], readonly number[]]>([
  ["no elements", [0, 4], [0, 4]],
  ["a size with a name", ["N", 4], [5, 4]],
  ["a name that stands for 1", ["N", 4], [1, 4]],
])("row 15: %s", async (_, declared, shape) => {
  const b = new ModelBuilder("sizes", { opset: 17 });
  b.output("y", b.node("Relu", [b.node("Relu", [product(b, b.input("x", "f32", declared))])]));
  await survives(b.bytes(), { x: f32(shape, 3) });
});

test("row 15: rank 0", async () => {
  const b = new ModelBuilder("scalar", { opset: 17 });
  const x = b.input("x", "f32", []);
  b.output("y", b.node("Neg", [b.node("Neg", [b.node("Neg", [b.node("Tanh", [x])])])]));
  await survives(b.bytes(), { x: f32([], 3) });
});

test("row 16: metadata and fields that nobody knows are kept", async () => {
  const bytes = hostile.annotated(improvable());
  const { model, report } = await optimize(bytes, fast);
  expect(report.gained).toBe(true);
  const text = Buffer.from(model).toString("latin1");
  for (const said of ["a field of the future", "author", "somebody"]) expect(text).toContain(said);
});

test("nothing of these is left behind", () =>
  atDesk(async (desk) => {
    const model = desk.file("broken.onnx", improvable().subarray(0, 5_000));
    const run = await desk.rewright(["optimize", model, "-o", "out.onnx", "--no-measure"]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).not.toMatch(/^\s+at /m);
    expect(readdirSync(desk.folder)).toEqual(["broken.onnx"]);
    expect(existsSync(desk.path("out.onnx"))).toBe(false);
    expect(readFileSync(model).length).toBe(5_000);
  }));
