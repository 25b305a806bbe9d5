// What can go wrong around a run: disks, signals, clocks, and a runtime that is missing or dies. One clear message, and files whole.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ModelBuilder, readModel } from "@rewright/onnx";
import { afterEach, expect, test, vi } from "vitest";
import { exitCodeOf, exitCodes } from "../src/errors.ts";
import { writeWhole } from "../src/files.ts";
import { optimize } from "../src/index.ts";
import { atDesk, type Desk, here, improvable, minimal, type Run } from "./cli.ts";

/** The call of the file system that fails, and how. */
const fault = vi.hoisted(() => ({ at: Number.POSITIVE_INFINITY, calls: 0, code: "" }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const failing =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (++fault.calls === fault.at)
        throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
      return call(...args);
    };
  type Call = (...args: unknown[]) => Promise<unknown>;
  const guarded = (of: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(of).map(([name, value]) => [
        name,
        typeof value === "function" ? failing(value as Call) : value,
      ]),
    );
  const open = async (...args: Parameters<typeof real.open>): ReturnType<typeof real.open> => {
    const file = await failing(real.open)(...args);
    return new Proxy(file, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== "function") return value;
        const bound = value.bind(target) as Call;
        return ["writeFile", "sync", "chmod"].includes(String(key)) ? failing(bound) : bound;
      },
    });
  };
  return { ...guarded(real), open };
});

afterEach(() => {
  fault.at = Number.POSITIVE_INFINITY;
});

const leftovers = (desk: Desk): string[] =>
  readdirSync(desk.folder).filter((name) => name.endsWith(".tmp"));

/** One message without a stack trace, and the exit code of bad input or surroundings. */
function refused(run: Run, says: RegExp): void {
  expect(run.stderr).toMatch(says);
  expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(run.code).toBe(exitCodes.usage);
}

test("row 31: an output that is the input, a folder, or in a place that is read-only", () =>
  atDesk(async (desk) => {
    const bytes = improvable();
    const model = desk.file("model.onnx", bytes);
    const optimized = (output: string): Promise<Run> =>
      here(["optimize", model, "-o", output, "--no-measure", "--quiet"]);
    refused(await optimized(model), /it is the input/);
    refused(await optimized(desk.folder), /it is a folder/);
    // To the superuser nothing is read-only but what the system keeps.
    const isRoot = process.getuid?.() === 0;
    if (!isRoot) chmodSync(desk.folder, 0o555);
    refused(await optimized(isRoot ? "/proc/out.onnx" : desk.path("out.onnx")), /cannot write/);
    if (!isRoot) chmodSync(desk.folder, 0o755);
    expect(readFileSync(model).equals(bytes)).toBe(true);
  }));

test.each(["ENOSPC", "EACCES", "EMFILE", "EIO"])(
  "row 36: %s at each call in turn leaves the old file or the whole new one, and nothing else",
  (code) =>
    atDesk(async (desk) => {
      let failures = 0;
      for (let at = 1; ; at++) {
        const path = desk.file("out.onnx", "the old file");
        Object.assign(fault, { at, calls: 0, code });
        const failure = await writeWhole(path, "the new file").catch((error: unknown) => error);
        fault.at = Number.POSITIVE_INFINITY;
        const calls = fault.calls;
        if (failure !== undefined) {
          failures++;
          expect(exitCodeOf(failure)).toBe(exitCodes.usage);
          expect((failure as Error).message).toMatch(/^cannot write/);
        }
        const whole = failure === undefined ? "the new file" : "the old file";
        expect(readFileSync(path, "utf8"), `call ${at}`).toBe(whole);
        expect(leftovers(desk)).toEqual([]);
        if (calls < at) break;
      }
      expect(failures).toBeGreaterThan(3);
    }),
);

test("row 36: EIO at each call of a whole run is told in one message", () =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", minimal());
    for (let at = 1; ; at++) {
      writeFileSync(desk.path("out.onnx"), "the old file");
      Object.assign(fault, { at, calls: 0, code: "EIO" });
      const run = await here([
        "optimize",
        model,
        "-o",
        desk.path("out.onnx"),
        "--no-measure",
        "--quiet",
      ]);
      fault.at = Number.POSITIVE_INFINITY;
      if (run.code !== 0) refused(run, /^rewright: .*\n$/);
      const after = readFileSync(desk.path("out.onnx"));
      if (String(after) !== "the old file") expect(after.equals(minimal())).toBe(true);
      expect(leftovers(desk)).toEqual([]);
      if (fault.calls < at) break;
    }
  }));

test("row 37: a writer that is killed leaves the old file or the new one", () =>
  atDesk(async (desk) => {
    const path = desk.file("out.bin", Buffer.alloc(2 ** 20, "a"));
    const files = new URL("../src/files.ts", import.meta.url);
    const script = desk.file(
      "writer.mjs",
      `import { writeWhole } from ${JSON.stringify(files.href)};
       process.stdout.write("ready");
       for (let i = 0; ; i++) await writeWhole(${JSON.stringify(path)}, Buffer.alloc(2 ** 20, i % 2 ? "a" : "b"));`,
    );
    for (let kill = 0; kill < 10; kill++) {
      await new Promise<void>((resolve, reject) => {
        const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
        child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), kill * 1.7));
        child.once("error", reject).once("exit", () => resolve());
      });
      const content = readFileSync(path);
      expect(content.length).toBe(2 ** 20);
      expect(content.every((byte) => byte === content[0])).toBe(true);
    }
    // Whoever comes after is not in the way of what the dead have left.
    await writeWhole(path, "whole");
    expect(readFileSync(path, "utf8")).toBe("whole");
  }));

/** Never saturates: the bounds of a slice that takes everything may be any. */
const endless = `import onnx from "dialect:onnx"
rules endless {
  begin: Relu(x) => Slice(Relu(x), [0], [1000], [0], [1])
  go_on: Slice(x, [0], [e], [0], [1]) => Slice(x, [0], [e + 1], [0], [1]) when e >= 1000
}
`;
const long = ["--nodes", "20000000", "--memory", "8000", "--seconds", "100000"];

test("row 38: a second Ctrl-C ends at once, with nothing written", () =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", improvable());
    const rules = desk.file("endless.rules", endless);
    let asked = 0;
    const run = await desk.rewright(
      ["optimize", model, "-o", "out.onnx", "--rules", rules, ...long],
      (text, child) => {
        if (!text.includes("searching") || asked++ > 0) return;
        child.kill("SIGINT");
        child.kill("SIGINT");
        setTimeout(() => child.kill("SIGINT"), 50);
      },
    );
    expect(run.code).toBe(exitCodes.interrupted);
    expect(run.stderr + run.stdout).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(leftovers(desk)).toEqual([]);
    if (existsSync(desk.path("out.onnx"))) readModel(readFileSync(desk.path("out.onnx")));
  }));

test("row 38: a reader that goes away is no error", () =>
  atDesk(async (desk) => {
    const rules = desk.file(
      "mine.rules",
      'import onnx from "dialect:onnx"\nrules mine { a: Relu(Relu(x)) => Relu(x) }\n',
    );
    const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url));
    const child = spawn(process.execPath, [bin, "check", rules], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let said = "";
    child.stderr.on("data", (text) => {
      said += text;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect([code, said]).toEqual([0, ""]);
  }));

test("row 39: a heap of 64 MB is enough for what is small", () =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", improvable());
    const run = await surrounded("--max-old-space-size=64", () =>
      desk.rewright(["optimize", model, "-o", "out.onnx", "--no-measure", "--quiet"]),
    );
    expect([run.code, run.stderr]).toEqual([0, ""]);
    readModel(readFileSync(desk.path("out.onnx")));
  }));

test("row 40: a clock that jumps by an hour changes nothing", async () => {
  const options = {
    measure: false,
    budget: { nodes: 2_000, iterations: 40, seconds: 60 },
  } as const;
  const before = await optimize(improvable(), options);
  let hours = 0;
  const real = Date.now;
  const clock = vi
    .spyOn(Date, "now")
    .mockImplementation(() => real() + (hours++ % 2 ? 1 : -1) * 3_600_000);
  const after = await optimize(improvable(), options);
  clock.mockRestore();
  expect(Buffer.compare(after.model, before.model)).toBe(0);
  expect(after.report.stopped).toBe(before.report.stopped);
});

/** Runs something whose processes are started with these options of Node. */
async function surrounded<T>(options: string, run: () => Promise<T>): Promise<T> {
  vi.stubEnv("NODE_OPTIONS", options);
  try {
    return await run();
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Another module in the place of onnxruntime-node. */
const instead = (desk: Desk, source: string): string => {
  desk.file("instead.mjs", source);
  desk.file(
    "hook.mjs",
    `import { registerHooks } from "node:module";
     registerHooks({ resolve: (name, context, next) => name === "onnxruntime-node"
       ? { url: new URL("instead.mjs", import.meta.url).href, shortCircuit: true } : next(name, context) });`,
  );
  return `--import=${new URL(`file://${desk.path("hook.mjs")}`).href}`;
};

test.each<[string, string, RegExp]>([
  [
    "is missing",
    'throw new Error("Cannot find package");',
    /install it beside rewright with `npm install onnxruntime-node`/,
  ],
  [
    "is another version, without what is needed",
    "export const env = { versions: { common: '0.1' } }; export const InferenceSession = {}; export class Tensor {}",
    /ONNX Runtime/,
  ],
  ["dies natively when it is loaded", "process.abort();", /ONNX Runtime.*(SIGABRT|ended)/s],
  [
    "dies natively when a model is loaded",
    "export const env = { versions: { common: '1' } }; export const InferenceSession = { create: () => process.abort() }; export class Tensor {}",
    /ONNX Runtime.*(SIGABRT|ended)/s,
  ],
])("row 41: ONNX Runtime %s", (_, source, says) =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", improvable());
    const run = await surrounded(instead(desk, source), () =>
      desk.rewright(["optimize", model, "-o", "out.onnx", "--no-measure", "--quiet"]),
    );
    refused(run, says);
    expect(existsSync(desk.path("out.onnx"))).toBe(false);
  }),
);

test("row 42: two runs with one output leave one whole model", () =>
  atDesk(async (desk) => {
    const b = new ModelBuilder("other", { opset: 17 });
    b.output("y", b.node("Relu", [b.node("Relu", [b.input("x", "f32", [4])])]));
    const one = desk.file("one.onnx", improvable());
    const two = desk.file("two.onnx", b.bytes());
    const runs = await Promise.all(
      [one, two].map((model) =>
        desk.rewright(["optimize", model, "-o", "out.onnx", "--no-measure", "--quiet"]),
      ),
    );
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    const { graph } = readModel(readFileSync(desk.path("out.onnx")));
    expect(graph.nodes.length).toBeGreaterThan(0);
    expect(leftovers(desk)).toEqual([]);
  }));
