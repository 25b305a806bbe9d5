import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { ModelBuilder } from "@rewright/onnx";
import { expect, test } from "vitest";
import { exitCodeOf, exitCodes } from "../src/errors.ts";
import { optimize as api } from "../src/index.ts";
import { atDesk, type Desk, here, improvable, minimal, type Run } from "./cli.ts";
import { external, nested } from "./wire.ts";

/** One clear message, no stack trace, and an exit code of 2: bad input or usage. */
function refused(run: Run, ...says: readonly (string | RegExp)[]): void {
  expect(run.stdout).toBe("");
  for (const said of says) expect(run.stderr).toMatch(said);
  expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(run.code).toBe(2);
}
const optimize = (
  desk: Desk,
  model: Uint8Array | string,
  ...more: readonly string[]
): Promise<Run> =>
  desk.rewright([
    "optimize",
    desk.file("model.onnx", model),
    "-o",
    desk.path("out.onnx"),
    "--no-measure",
    ...more,
  ]);

/** Bytes that no ONNX file has, and what is said of them. */
const hostile: readonly (readonly [name: string, bytes: () => Uint8Array | string])[] = [
  ["nothing at all", () => ""],
  ["a text", () => "This is no model, whatever its name says.\n"],
  [
    "a picture",
    () =>
      Uint8Array.of(
        0x89,
        0x50,
        0x4e,
        0x47,
        0x0d,
        0x0a,
        0x1a,
        0x0a,
        0,
        0,
        0,
        13,
        0x49,
        0x48,
        0x44,
        0x52,
      ),
  ],
  ["half a model", () => improvable().subarray(0, 9000)],
  // field 7 (the graph), a length of 2^62
  [
    "a length beyond all bounds",
    () => Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f),
  ],
  // groups within groups: start tags of field 100
  [
    "groups nested 100,000 deep",
    () => new Uint8Array(200_000).map((_, i) => (i % 2 === 0 ? 0xa3 : 0x06)),
  ],
  ["messages nested 10,000 deep", () => nested(10_000)],
];

test.each(hostile)("%s", async (_, bytes) => {
  const given = bytes();
  const failure = await api(typeof given === "string" ? Buffer.from(given) : given).catch(
    (error: unknown) => error,
  );
  expect(exitCodeOf(failure)).toBe(exitCodes.usage);
  expect((failure as Error).message).toMatch(/model|ONNX/i);
});

test("a file that is no model leaves no file", () =>
  atDesk(async (desk) => {
    refused(await optimize(desk, "This is no model, whatever its name says.\n"), /model|ONNX/i);
    expect(existsSync(desk.path("out.onnx"))).toBe(false);
  }));

test("a model that is not there", () =>
  atDesk(async (desk) => {
    refused(
      await desk.rewright(["optimize", "absent.onnx", "-o", "out.onnx"]),
      /absent\.onnx/,
      /no such file/,
    );
  }));

test("external data that is missing", () =>
  atDesk(async (desk) => refused(await optimize(desk, external("weights.bin")), /weights\.bin/)));

test.each(["../secret.bin", "/etc/passwd", "a/../../secret.bin"])(
  "external data outside the folder: %s",
  (location) =>
    atDesk(async (desk) => {
      mkdirSync(desk.path("models"));
      writeFileSync(desk.path("secret.bin"), new Uint8Array(16));
      const failure = api(external(location), { directory: desk.path("models") });
      await expect(failure).rejects.toThrow(/outside|absolute|folder/);
      expect(exitCodeOf(await failure.catch((error: unknown) => error))).toBe(exitCodes.usage);
    }),
);

test("a model that ONNX Runtime refuses", () =>
  atDesk(async (desk) => {
    const b = new ModelBuilder("custom", { opset: 17 });
    b.output("y", b.node("org.example.Frobnicate", [b.input("x", "f32", [2])]));
    refused(
      await optimize(desk, b.bytes()),
      /ONNX Runtime refuses the model as it is/,
      /Frobnicate/,
    );
  }));

test("an output path in a folder that does not exist", () =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", minimal());
    refused(
      await desk.rewright(["optimize", model, "-o", "nowhere/out.onnx"]),
      /cannot write nowhere\/out\.onnx/,
    );
  }));

test("an output path that is a folder", () =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", minimal());
    refused(await desk.rewright(["optimize", model, "-o", desk.folder]), /it is a folder/);
  }));

test("an output that is the input, unless forced", () =>
  atDesk(async (desk) => {
    const bytes = improvable();
    const model = desk.file("model.onnx", bytes);
    refused(
      await desk.rewright(["optimize", model, "-o", "model.onnx"]),
      /it is the input/,
      /--force/,
    );
    expect(readFileSync(model).equals(bytes)).toBe(true);
    const forced = await desk.rewright(["optimize", model, "-o", model, "--force", "--no-measure"]);
    expect(forced.code).toBe(0);
    expect(readFileSync(model).equals(bytes)).toBe(false);
  }));

const usage: readonly [name: string, args: readonly string[], ...says: RegExp[]][] = [
  ["an unknown option", ["--nods", "5"], /--nods/, /--nodes/],
  ["an unknown backend", ["--backend", "npu"], /npu/, /cpu, gpu, tpu/],
  [
    "an unknown strategy",
    ["--strategy", "magic"],
    /magic/,
    /saturate, greedy, beam, anneal, regrow, mcts, rl, random/,
  ],
  ["a misspelt strategy", ["--strategy", "satrate"], /did you mean `saturate`/],
  ["more threads than there can be", ["--threads", "1000000000"], /threads.*1024/],
  ["an output without a name", ["-o", ""], /must have a name/],
  ["an output that is a device", ["-o", "/dev/null"], /not a regular file/],
  ["an output within a file", ["-o", `${import.meta.filename}/out.onnx`], /not a folder/],
  ["a name that is too long", ["-o", `${"n".repeat(300)}.onnx`], /too long/],
  ["a budget of 0", ["--nodes", "0"], /--nodes/, /above 0/],
  ["a budget that is no number", ["--seconds", "NaN"], /--seconds/, /number/],
  ["a rule file that is not there", ["--rules", "absent.rules"], /absent\.rules/, /no such file/],
  ["sizes for an input that is not there", ["--input", "z=1x2"], /`z`/, /x/],
  ["sizes that do not fit", ["--input", "x=5"], /5 does not fit/],
  ["a configuration that is not there", ["--config", "absent.ts"], /absent\.ts/],
];
test.each(usage)("%s", (_, args, ...says) =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", minimal());
    const output = desk.path("out.onnx");
    refused(
      await here(["optimize", model, "-o", output, "--no-measure", "--quiet", ...args]),
      ...says,
    );
    expect(existsSync(output)).toBe(false);
  }),
);

test("one file for model and report, by any name", () =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", minimal());
    desk.file("one", "");
    symlinkSync(desk.path("one"), desk.path("two"));
    const names = ["-o", desk.path("one"), "--json", desk.path("two")];
    refused(await here(["optimize", model, ...names]), /-o and --json both name/);
    expect(readFileSync(desk.path("one"), "utf8")).toBe("");
  }));

test("a malformed rule: line, column, the source line and a caret", () =>
  atDesk(async (desk) => {
    const rules = desk.file(
      "mine.rules",
      'import onnx from "dialect:onnx"\n\nrules mine {\n  twice: Relu(Relu(x)) = Relu(x)\n}\n',
    );
    const run = await optimize(desk, minimal(), "--rules", rules);
    refused(run, /R0001/, /mine\.rules:4:24/, /twice: Relu\(Relu\(x\)\) = Relu\(x\)/, /\^/, /=>/);
  }));

test("a rule with an unbound variable", () =>
  atDesk(async (desk) => {
    const rules = desk.file(
      "mine.rules",
      'import onnx from "dialect:onnx"\n\nrules mine {\n  lost: Relu(x) => Relu(y)\n}\n',
    );
    refused(await optimize(desk, minimal(), "--rules", rules), /R0301/, /mine\.rules:4:25/, /`y`/);
  }));

test("a configuration that throws, or exports nothing", () =>
  atDesk(async (desk) => {
    desk.file("throws.mjs", 'throw new Error("no coffee");\n');
    refused(await optimize(desk, minimal(), "--config", "throws.mjs"), /throws\.mjs/, /no coffee/);
    desk.file("empty.mjs", "export const a = 1;\n");
    refused(await optimize(desk, minimal(), "--config", "empty.mjs"), /empty\.mjs/, /defineConfig/);
  }));
