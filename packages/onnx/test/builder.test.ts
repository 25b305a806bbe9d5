import { describe, expect, test } from "vitest";
import { ModelBuilder, ModelError } from "../src/index.ts";
import { f32, i64, parse } from "./models.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test("nodes come out as they were asked for, in order, with their domains imported", () => {
  const model = new ModelBuilder("m", { opset: 11, domains: { "my.ops": 3 } });
  const x = model.input("x", "f32", ["N", 4]);
  const relu = model.node("Relu", [x], {}, { name: "first" });
  const gelu = model.node("com.microsoft.Gelu", [relu]);
  const own = model.node("my.ops.Thing", [gelu, undefined, model.constant("w", f32([1], 2))]);
  model.output("y", own);
  const { graph, opsetImport, irVersion } = parse(model.bytes());
  expect(irVersion).toBe(6n);
  expect(opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([
    ["", 11],
    ["my.ops", 3],
    ["com.microsoft", 1],
  ]);
  expect(graph.node.map(({ opType, domain }) => `${domain}:${opType}`)).toEqual([
    ":Relu",
    "com.microsoft:Gelu",
    "my.ops:Thing",
  ]);
  expect(graph.node[0]).toMatchObject({ name: "first", input: ["x"] });
  expect(graph.node[2]?.input).toEqual([graph.node[1]?.output[0], "", "w"]);
  expect(graph.node[2]?.output).toEqual(["y"]);
  expect(graph.input[0]?.type?.value.value).toMatchObject({ elemType: 1 });
});

test("an attribute's kind follows from its value, and from its name where a whole number may be either", () => {
  const model = new ModelBuilder("m");
  const x = model.input("x", "f32", [1]);
  const attrs = {
    alpha: 1,
    axis: 1,
    mode: "edge",
    to: "f16",
    scales: [1, 2],
    pads: [1, 2],
    flag: true,
    big: 2n ** 60n,
    odd: 0.5,
    value: f32([1], 3),
    names: ["a"],
  };
  model.output("y", model.node("Any", [x], attrs));
  const found = parse(model.bytes()).graph.node[0]?.attribute ?? [];
  const of = (name: string) => found.find((attribute) => attribute.name === name);
  expect(of("alpha")).toMatchObject({ type: 1, f: 1 });
  expect(of("axis")).toMatchObject({ type: 2, i: 1n });
  expect(text(of("mode")?.s ?? new Uint8Array())).toBe("edge");
  expect(of("to")).toMatchObject({ type: 2, i: 10n });
  expect(of("scales")).toMatchObject({ type: 6, floats: [1, 2] });
  expect(of("pads")).toMatchObject({ type: 7, ints: [1n, 2n] });
  expect(of("flag")).toMatchObject({ type: 2, i: 1n });
  expect(of("big")).toMatchObject({ type: 2, i: 2n ** 60n });
  expect(of("odd")).toMatchObject({ type: 1, f: 0.5 });
  expect(of("value")).toMatchObject({ type: 4, t: { dims: [1n] } });
  expect(of("names")).toMatchObject({ type: 8 });
  const seeded = new ModelBuilder("s");
  seeded.output("y", seeded.node("RandomNormal", [], { seed: 1, shape: [2] }));
  expect(parse(seeded.bytes()).graph.node[0]?.attribute[0]).toMatchObject({ type: 1, f: 1 });
});

describe("outputs", () => {
  test("a result takes the output's name; further names and inputs take an Identity", () => {
    const model = new ModelBuilder("m");
    const x = model.input("x", "f32", [2]);
    const [a, b] = model.node("Split", [x, model.constant(i64(1, 1))], {}, { outputs: 2 });
    model.output("a", a as never, { dtype: "f32", shape: [1] });
    model.output("again", a as never);
    model.output("b", b as never);
    model.output("x", x);
    model.output("x too", x);
    const { graph } = parse(model.bytes());
    expect(graph.output.map(({ name }) => name)).toEqual(["a", "again", "b", "x", "x too"]);
    expect(graph.node.map(({ opType, input, output }) => [opType, input[0], ...output])).toEqual([
      ["Split", "x", "a", "b"],
      ["Identity", "a", "again"],
      ["Identity", "x", "x too"],
    ]);
  });

  test("a type that is not given is inferred where it follows", () => {
    const model = new ModelBuilder("m");
    const x = model.input("x", "f32", ["N", 4]);
    model.output("relu", model.node("Relu", [x]));
    model.output("nonzero", model.node("NonZero", [x]));
    model.output("thing", model.node("my.ops.Thing", [x]));
    model.output("x", x);
    const [relu, nonzero, thing, same] = parse(model.bytes()).graph.output;
    const dims = (output: typeof relu): unknown[] | undefined => {
      const kind = output?.type?.value;
      return kind?.case === "tensorType"
        ? kind.value.shape?.dim.map(({ value }) => value.value)
        : undefined;
    };
    expect(relu?.type?.value.value).toMatchObject({ elemType: 1 });
    expect(dims(relu)).toEqual(["N", 4n]);
    expect(nonzero?.type?.value.value).toMatchObject({ elemType: 7 });
    expect(dims(nonzero)).toEqual([2n, undefined]);
    expect(thing?.type).toBeUndefined();
    expect(dims(same)).toEqual(["N", 4n]);
  });
});

test("what cannot be built is refused", () => {
  const model = new ModelBuilder("m");
  const x = model.input("x", "f32", [1]);
  expect(() => model.input("x", "f32", [1])).toThrow(ModelError);
  expect(() => model.output("x", model.node("Relu", [x]))).toThrow(/"x" is already taken/);
  expect(() => new ModelBuilder("other").node("Relu", [x])).toThrow(/does not belong/);
  expect(() => model.constant(f32([3], 1))).toThrow(/holds 1 elements instead of 3/);
  expect(() => model.node("Any", [x], { list: [1, "two"] })).toThrow(/"list" cannot be written/);
});
