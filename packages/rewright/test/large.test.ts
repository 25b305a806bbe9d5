// Models by their path: weights that stay in their file, or in others beside it, and inputs that have defaults.
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { imageOf, ModelBuilder, openModel, readModel } from "@rewright/onnx";
import type { NdArray } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { optimize, optimizeFile } from "../src/index.ts";
import { atDesk } from "./cli.ts";
import { overridable } from "./wire.ts";

const options = { measure: false, budget: { nodes: 2000 } } as const;

const square = (size: number): NdArray => ({
  dtype: "f32",
  shape: [size, size],
  data: new Float32Array(size * size).map((_, i) => Math.sin(i)),
});

/** A product with weights and a rectifier, once too many or not. */
function product(size: number, rectifiers: number): Uint8Array {
  const b = new ModelBuilder("product", { opset: 17 });
  let y = b.node("MatMul", [b.input("x", "f32", [1, size]), b.constant("w", square(size))]);
  for (let i = 0; i < rectifiers; i++) y = b.node("Relu", [y]);
  b.output("y", y);
  return b.bytes();
}

/** Writes a model with its weights in a data file beside it. */
function apart(folder: string, name: string, bytes: Uint8Array, dataFile = "weights.bin"): string {
  const model = readModel(bytes);
  const image = imageOf(model, model.graph, { dataFile, maxBytes: 1000 });
  for (const [file, write] of [
    [name, image.write],
    [dataFile, image.writeData],
  ] as const) {
    const opened = openSync(join(folder, file), "w");
    write(opened);
    closeSync(opened);
  }
  return join(folder, name);
}

const operators = (path: string): string[] => openModel(path).graph.nodes.map(({ op }) => op);

test("a large file is optimised without its weights in memory", () =>
  atDesk(async (desk) => {
    const bytes = product(2900, 2);
    const path = desk.file("large.onnx", bytes);
    const { report, save, model } = await optimizeFile(path, options);
    expect(report.verified && report.gained).toBe(true);
    expect(await save(desk.path("out.onnx"))).toEqual({ data: undefined, same: false });
    expect(operators(desk.path("out.onnx"))).toEqual(["MatMul", "Relu"]);
    expect(Buffer.compare(readFileSync(desk.path("out.onnx")), model)).toBe(0);
    expect(Buffer.compare((await optimize(bytes, options)).model, model)).toBe(0);
    // Nothing gained: the input, byte for byte, but not protected as that may be.
    chmodSync(desk.path("out.onnx"), 0o444);
    const again = await optimizeFile(desk.path("out.onnx"), options);
    await again.save(desk.path("again.onnx"));
    expect(Buffer.compare(readFileSync(desk.path("again.onnx")), model)).toBe(0);
    expect(statSync(desk.path("again.onnx")).mode & 0o200).toBe(0o200);
  }));

describe("weights in a data file", () => {
  test("are found beside the model, and taken along", () =>
    atDesk(async (desk) => {
      const path = apart(desk.folder, "apart.onnx", product(200, 2));
      const { report, save } = await optimizeFile(path, options);
      expect(report.verified && report.gained).toBe(true);
      mkdirSync(desk.path("elsewhere"));
      await save(desk.path("elsewhere/out.onnx"));
      expect(readdirSync(desk.path("elsewhere"))).toEqual(["out.onnx"]);
      expect(operators(desk.path("elsewhere/out.onnx"))).toEqual(["MatMul", "Relu"]);
    }));

  test("go along into another folder even where nothing was gained, and stay where they are in their own", () =>
    atDesk(async (desk) => {
      const path = apart(desk.folder, "apart.onnx", product(200, 1));
      const { report, save } = await optimizeFile(path, options);
      expect(report.gained).toBe(false);
      mkdirSync(desk.path("elsewhere"));
      await save(desk.path("elsewhere/out.onnx"));
      expect(operators(desk.path("elsewhere/out.onnx"))).toEqual(["MatMul", "Relu"]);
      expect((await save(desk.path("beside.onnx"))).same).toBe(true);
      expect(readFileSync(desk.path("beside.onnx"))).toEqual(readFileSync(path));
    }));

  test("that an earlier run made go when their model is replaced", () =>
    atDesk(async (desk) => {
      apart(desk.folder, "out.onnx", product(200, 1), "out.onnx.data");
      expect(readdirSync(desk.folder).sort()).toEqual(["out.onnx", "out.onnx.data"]);
      const { save } = await optimize(product(200, 2), options);
      await save(desk.path("out.onnx"));
      expect(readdirSync(desk.folder).sort()).toEqual(["out.onnx"]);
    }));
});

test("inputs with defaults are told of, and constants on request", () =>
  atDesk(async (desk) => {
    desk.file("old.onnx", overridable(40));
    const args = ["optimize", "old.onnx", "--no-measure", "--json", "report.json"];
    const open = await desk.rewright(args);
    expect(open.stdout).toMatch(/2 have a default .* --fixed-inputs makes them constants/);
    expect(desk.report()).toMatchObject({ gained: false, defaults: { open: 2, fixed: 0 } });
    const fixed = await desk.rewright([...args, "--fixed-inputs", "-o", "fixed.onnx"]);
    expect(fixed.stdout).toMatch(/2 that have a default are constants/);
    expect(desk.report()).toMatchObject({ gained: true, defaults: { open: 0, fixed: 2 } });
    const { graph, irVersion } = openModel(desk.path("fixed.onnx"));
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(graph.nodes).toHaveLength(1);
    expect(irVersion).toBeGreaterThanOrEqual(4);
  }));
