import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { backendNames, scaffold } from "../src/index.ts";

function room(): string {
  const folder = mkdtempSync(join(tmpdir(), "scaffold-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const run = (args: readonly string[], cwd: string): Promise<Record<string, unknown>> =>
  new Promise((resolve) => {
    const bin = join(import.meta.dirname, "../src/bin.ts");
    execFile(process.execPath, [bin, ...args], { cwd }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });

test("a name, wherever one is needed", () => {
  expect(backendNames("my-npu2")).toEqual({
    plugin: "my-npu2",
    package: "rewright-backend-my-npu2",
    factory: "myNpu2",
    type: "MyNpu2",
  });
  expect(backendNames("rewright-backend-x")).toEqual(backendNames("x"));
});

test.each([
  ["", /lower-case letters/],
  ["My NPU", /"My NPU".*such as `my-npu`/],
  ["MyNpu", /such as `my-npu`/],
  ["@acme/npu", /such as `npu`/],
  ["../escape", /such as `escape`/],
  ["7nm", /a letter first.*such as `nm`/],
  ["a--b", /such as `a-b`/],
  ["x".repeat(61), /61 characters is too long/],
  ["gpu", /`gpu` is a backend that Rewright brings.*my-gpu/],
  ["new", /word of JavaScript/],
  ["!", /lower-case letters, digits and hyphens, a letter first$/],
])("%j is refused", (name, says) => {
  expect(() => backendNames(name)).toThrow(says);
});

test("every place of the template is filled, and what begins with a dot does so", () => {
  const folder = join(room(), "npu");
  const { files } = scaffold({ name: "my-npu", folder, author: "Ada" });
  expect(files).toEqual([
    ".github/workflows/ci.yml",
    ".github/workflows/publish.yml",
    ".gitignore",
    "LICENSE",
    "README.md",
    "package.json",
    "rules/fusions.rules",
    "src/costs.ts",
    "src/index.ts",
    "src/rules.ts",
    "test/conformance.test.js",
    "tsconfig.json",
  ]);
  const all = files.map((file) => readFileSync(join(folder, file), "utf8"));
  expect(all.join("").replaceAll(/\$\{\{ matrix\.node \}\}/g, "")).not.toMatch(/\{\{|\}\}/);
  expect(all.join("")).toMatch(/Copyright \(c\) \d{4} Ada/);
  expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).toMatchObject({
    name: "rewright-backend-my-npu",
    license: "MIT",
    keywords: ["rewright", "rewright-backend"],
  });
});

test("an empty folder will do, another one is left as it is", () => {
  const folder = room();
  mkdirSync(join(folder, ".git"));
  scaffold({ name: "npu", folder });
  const before = readdirSync(folder);
  expect(() => scaffold({ name: "npu", folder })).toThrow(/nothing is overwritten/);
  expect(readdirSync(folder)).toEqual(before);
  const file = join(folder, "LICENSE");
  expect(() => scaffold({ name: "npu", folder: file })).toThrow(/is a file/);
});

test("the command says what to do next, and what is wrong", async () => {
  const cwd = room();
  const made = await run(["my-npu"], cwd);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made["stdout"]).toMatch(/cd rewright-backend-my-npu\n {2}npm install\n {2}npm test/);
  expect(await run(["my-npu"], cwd)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^create-rewright-backend: .*nothing is overwritten.*\n$/),
  });
  expect(await run(["My NPU"], cwd)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/such as `my-npu`\n$/),
  });
  expect(await run([], cwd)).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Usage/) });
  expect(await run(["a", "b", "c"], cwd)).toMatchObject({ code: 2 });
  expect(await run(["--hlep"], cwd)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--hlep/),
  });
  expect(await run(["--help"], cwd)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Usage/),
  });
  writeFileSync(join(cwd, "file"), "");
  expect(await run(["npu", "file"], cwd)).toMatchObject({ code: 2 });
  expect(readFileSync(join(cwd, "file"), "utf8")).toBe("");
});
