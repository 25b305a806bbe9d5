import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { learnedRank } from "@rewright/costmodel/learned";
import { ModelBuilder, readModel } from "@rewright/onnx";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../src/cli/main.ts";
import type { FileReport } from "../src/index.ts";
import { here, improvable, type Run } from "./cli.ts";

let folder = "";
const at = (name: string): string => join(folder, name);

/** So many products of that size, one after another. */
function products(count: number, size: number): Uint8Array {
  const model = new ModelBuilder("products");
  let value = model.input("x", "f32", [size, size]);
  for (let i = 0; i < count; i++) value = model.node("MatMul", [value, value]);
  model.output("y", value);
  return model.bytes();
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cost-"));
  const list = Array.from({ length: 24 }, (_, i) => {
    const [count, size] = [1 + (i % 6), 16 << (i % 4)];
    writeFileSync(at(`m${i}.onnx`), products(count, size));
    return { model: `m${i}.onnx`, µs: 1 + count * (1 + size / 8) };
  });
  writeFileSync(at("measured.json"), JSON.stringify(list));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The command line, interrupted as soon as it says something. */
async function cutShort(args: readonly string[], when: string): Promise<Run> {
  let stderr = "";
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    // Its own listener, the last, hears the signal.
    if (String(text).includes(when)) process.listeners("SIGINT").at(-1)?.("SIGINT");
    return true;
  });
  try {
    const code = await main(args);
    return { code, stdout: "", stderr };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

const options = ["--steps", "60", "--hidden", "16", "--seeds", "2", "--rate", "0.01"];

describe("train-cost and eval-cost", () => {
  test("learn from measured models, rank them, and hand a backend its rank", async () => {
    const trained = await here([
      "train-cost",
      at("measured.json"),
      "-o",
      at("my.cost"),
      ...options,
    ]);
    expect(trained.code).toBe(0);
    expect(trained.stdout).toMatch(/24 programs .*: learning from 19 measurements, 5 held out/);
    expect(trained.stdout).toMatch(
      /seed 1: tau .*\nseed 2: tau .*\ntogether: tau .*\n.*my\.cost written/,
    );
    const evaluated = await here([
      "eval-cost",
      at("my.cost"),
      at("measured.json"),
      "--json",
      at("figures.json"),
    ]);
    expect(evaluated.code).toBe(0);
    expect(evaluated.stdout).toContain("the figures flatter");
    const { mean } = JSON.parse(readFileSync(at("figures.json"), "utf8")) as {
      mean: { tau: number };
    };
    expect(mean.tau).toBeGreaterThan(0.6);
    const rank = learnedRank(at("my.cost"));
    const { signal } = new AbortController();
    const [small, large] = [products(1, 16), products(6, 128)].map((bytes) =>
      rank(readModel(bytes).graph, signal),
    );
    expect(Number(small)).toBeLessThan(Number(large));

    const model = at("improvable.onnx");
    writeFileSync(model, improvable());
    const optimized = await here([
      ...["optimize", model, "-o", at("fast.onnx"), "--no-measure"],
      ...["--rank", at("my.cost"), "--json", at("report.json")],
    ]);
    expect(optimized.code).toBe(0);
    expect(optimized.stdout).toMatch(/costs +shipped figures; whole programs ranked by .*my\.cost/);
    const report = JSON.parse(readFileSync(at("report.json"), "utf8")) as FileReport;
    expect(report).toMatchObject({ verified: true, costs: { rank: at("my.cost") } });
    const refused = await here(["optimize", model, "--rank", at("measured.json")]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/measured\.json is no learned cost model/);
  });

  test.each<[string, (from: string) => readonly string[], RegExp]>([
    [
      "no measurements",
      (f) => ["train-cost", join(f, "absent.json"), "-o", join(f, "o.cost")],
      /cannot read the measurements .*absent\.json/,
    ],
    [
      "another kind of file",
      (f) => ["train-cost", join(f, "m0.onnx"), "-o", join(f, "o.cost")],
      /m0\.onnx is no file of measurements: \.npz and \.pb/,
    ],
    [
      "a list that is none",
      (f) => ["train-cost", join(f, "bad.json"), "-o", join(f, "o.cost")],
      /entry 1 is \{"model":"m1\.onnx"\}: name a model and its time/,
    ],
    [
      "nothing to go on with",
      (f) => ["train-cost", join(f, "measured.json"), "-o", join(f, "o.cost"), "--resume"],
      /cannot go on with .*o\.cost\.training: there is no such file/,
    ],
    [
      "a share that is none",
      (f) => ["train-cost", join(f, "measured.json"), "-o", join(f, "o.cost"), "--held-out", "1"],
      /share from 0 to below 1/,
    ],
    [
      "a foreign model",
      (f) => ["eval-cost", join(f, "measured.json"), join(f, "measured.json")],
      /measured\.json is no learned cost model: name a file/,
    ],
  ])("%s is told, with its mending", async (_, args, says) => {
    writeFileSync(
      at("bad.json"),
      JSON.stringify([{ model: "m0.onnx", µs: 1 }, { model: "m1.onnx" }]),
    );
    const { code, stderr } = await here([...args(folder)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(existsSync(at("o.cost"))).toBe(false);
  });

  test("what is interrupted goes on, to the same bytes; what is finished does not", async () => {
    const command = ["train-cost", at("measured.json"), ...options, "-o"];
    expect((await here([...command, at("whole.cost")])).code).toBe(0);
    const cut = await cutShort([...command, at("cut.cost")], "seed 1 · step 12");
    expect(cut.code).toBe(130);
    expect(cut.stderr).toMatch(
      /interrupted at step 12 of seed 1: what has been learnt is in .*cut\.cost\.training; go on with --resume/,
    );
    expect(existsSync(at("cut.cost"))).toBe(false);
    const unfinished = await here(["eval-cost", at("cut.cost.training"), at("measured.json")]);
    expect(unfinished.stderr).toContain("is not trained to the end");
    const other = await here([...command, at("cut.cost"), "--resume", "--loss", "mse"]);
    expect(other.stderr).toContain('was being trained with loss "listmle", not "mse"');
    expect((await here([...command, at("cut.cost"), "--resume"])).code).toBe(0);
    expect(Buffer.compare(readFileSync(at("cut.cost")), readFileSync(at("whole.cost")))).toBe(0);
    const again = await here([...command, at("cut.cost"), "--resume"]);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/cannot go on with .*cut\.cost\.training: there is no such file/);
  });
});
