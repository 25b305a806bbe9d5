import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelBuilder } from "@rewright/onnx";
import type { DType, NdArray } from "@rewright/plugin";
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Runtime, RuntimeError, startRuntime } from "../src/index.ts";
import { unavailable } from "./available.ts";

const f32 = (shape: readonly number[], data: readonly number[]): NdArray => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});

/** y = relu(x + [1, 2]) */
function small(): Uint8Array {
  const model = new ModelBuilder("small");
  const x = model.input("x", "f32", ["n", 2]);
  model.output("y", model.node("Relu", [model.node("Add", [x, model.constant(f32([2], [1, 2]))])]));
  return model.bytes();
}

/** One operator of one input. */
function single(op: string, dtype: DType, attrs = {}): Uint8Array {
  const model = new ModelBuilder("single");
  model.output("y", model.node(op, [model.input("x", dtype, ["n"])], attrs));
  return model.bytes();
}

/** Minutes of work: a loop of products. */
function endless(): Uint8Array {
  const model = new ModelBuilder("endless");
  let x = model.input("x", "f32", [2000, 2000]);
  for (let i = 0; i < 2000; i++) x = model.node("MatMul", [x, x]);
  model.output("y", x);
  return model.bytes();
}

const square = f32([2000, 2000], new Array<number>(4_000_000).fill(0));

async function failure(promise: Promise<unknown>): Promise<RuntimeError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RuntimeError))
    throw new Error("a RuntimeError was expected", { cause: error });
  return error;
}

beforeEach(({ skip }) => {
  if (unavailable !== undefined) skip(unavailable);
});

describe("a model in the runtime", () => {
  let shared: Runtime | undefined;
  const runtime = async (): Promise<Runtime> => {
    shared ??= await startRuntime();
    return shared;
  };
  afterAll(() => shared?.close());

  test("says what it takes and gives, runs, and can be closed", async () => {
    const { load, versions } = await runtime();
    expect(versions.onnxruntime).toMatch(/^\d+\.\d+/);
    const session = await load(small());
    expect(session.inputs).toEqual([{ name: "x", dtype: "f32", shape: ["n", 2] }]);
    expect(session.outputs).toEqual([{ name: "y", dtype: "f32", shape: ["n", 2] }]);
    expect(await session.run({ x: f32([1, 2], [-3, 4]) })).toEqual({ y: f32([1, 2], [0, 6]) });
    await session.close();
    const error = await failure(session.run({ x: f32([1, 2], [-3, 4]) }));
    expect(error.message).toContain("closed");
  });

  test("runs at every level of optimisation", async () => {
    const { load } = await runtime();
    for (const level of ["disabled", "basic", "extended", "all"] as const) {
      const session = await load(small(), { level });
      expect(await session.run({ x: f32([1, 2], [1, 1]) })).toEqual({ y: f32([1, 2], [2, 3]) });
    }
  });

  test.each<[DType, NdArray["data"], NdArray["data"]]>([
    ["f64", [1.5, -2], Float64Array.of(1.5, -2)],
    ["f16", [1.5, -2, 65504], Float32Array.of(1.5, -2, 65504)],
    ["i64", BigInt64Array.of(2n ** 62n, -1n), BigInt64Array.of(2n ** 62n, -1n)],
    ["i32", [7, -7], Int32Array.of(7, -7)],
    ["u8", [7, 255], Uint8Array.of(7, 255)],
    ["bool", [1, 0], Uint8Array.of(1, 0)],
    ["string", ["a", "ß"], ["a", "ß"]],
  ])("carries %s there and back", async (dtype, data, back) => {
    const { load } = await runtime();
    const session = await load(single("Identity", dtype));
    const shape = [data.length];
    expect(await session.run({ x: { dtype, shape, data } })).toEqual({
      y: { dtype, shape, data: back },
    });
  });

  test("takes a path, and a model too large for the channel, leaving no file behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "runtime-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    vi.stubEnv("TMPDIR", folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { load } = await runtime();
    const path = join(folder, "m.onnx");
    writeFileSync(path, small());
    expect((await load(path)).outputs).toHaveLength(1);

    const model = new ModelBuilder("large");
    const weights = f32([2_000_000], new Array<number>(2_000_000).fill(2));
    const sum = model.node("Add", [model.input("x", "f32", [1]), model.constant(weights)]);
    model.output("y", model.node("ReduceMax", [sum], { keepdims: 0 }));
    const session = await load(model.bytes());
    expect((await session.run({ x: f32([1], [3]) }))["y"]?.data).toEqual(Float32Array.of(5));
    expect(readdirSync(folder)).toEqual(["m.onnx"]);
  });

  test("is refused with the runtime's own words, and the runtime lives on", async () => {
    const { load } = await runtime();
    const broken = await failure(load(Uint8Array.of(1, 2, 3)));
    expect(broken.failure).toBe("refused");
    expect(broken.message).toContain("protobuf");
    const session = await load(small());
    expect((await failure(session.run({}))).message).toContain("'x' is missing");
    await expect(session.run({ x: { ...f32([1, 2], [1, 2]), dtype: "bf16" } })).rejects.toThrow(
      /"x" is bf16, which .* cannot carry/,
    );
    await expect(session.run({ x: f32([3, 2], [1, 2]) })).rejects.toThrow(
      /"x" has 2 elements, but its shape \[3,2\] holds 6/,
    );
  });
});

describe("the process ends", () => {
  test("with the signal, at once, rejecting with its reason", async () => {
    const controller = new AbortController();
    const { load } = await startRuntime({ signal: controller.signal });
    const session = await load(endless(), { level: "disabled" });
    const run = session.run({ x: square });
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 20);
    await expect(run).rejects.toBe(reason);
    await expect(session.run({ x: square })).rejects.toBe(reason);
    await expect(startRuntime({ signal: controller.signal })).rejects.toBe(reason);
  });

  test("at its time limit", async () => {
    const { load } = await startRuntime({ timeoutMs: 1500 });
    const session = await load(endless(), { level: "disabled" });
    const error = await failure(session.run({ x: square }));
    expect(error.failure).toBe("timeout");
    expect(error.message).toContain("longer than 1500 ms");
    expect((await failure(load(small()))).failure).toBe("timeout");
  });

  test("at its memory limit", async () => {
    const { load } = await startRuntime({ memoryMb: 250 });
    const model = new ModelBuilder("hungry");
    const shape = model.input("x", "i64", [1]);
    const ones = model.node("ConstantOfShape", [shape]);
    const sums = model.node("CumSum", [
      ones,
      model.constant({ dtype: "i64", shape: [], data: BigInt64Array.of(0n) }),
    ]);
    model.output("y", model.node("ReduceMax", [sums], { keepdims: 0 }));
    const session = await load(model.bytes());
    const many = { dtype: "i64", shape: [1], data: BigInt64Array.of(1_000_000_000n) } as const;
    const error = await failure(session.run({ x: many }));
    expect(error.failure).toBe("memory");
    expect(error.message).toContain("beyond 250 MiB");
  });

  test("when it is closed, and says so to what waits", async () => {
    const runtime = await startRuntime();
    const load = failure(runtime.load(small()));
    await runtime.close();
    expect((await load).failure).toBe("closed");
  });

  test("when its parent is killed in the middle of a run", async () => {
    const script = `
      import { startRuntime } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
      const { load, pid } = await startRuntime();
      const session = await load(process.argv[1], { level: "disabled" });
      session.run({ x: { dtype: "f32", shape: [2000, 2000], data: new Float32Array(4_000_000) } });
      process.stdout.write(String(pid));
      setInterval(() => {}, 1000);`;
    const folder = mkdtempSync(join(tmpdir(), "runtime-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "endless.onnx");
    writeFileSync(file, endless());
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script, file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once("data", (text) => resolve(Number(text)));
    });
    expect(process.kill(pid, 0)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a number of threads that is none is refused", async () => {
  await expect(startRuntime({ threads: 0 })).rejects.toThrow(/`threads` is 0/);
});
