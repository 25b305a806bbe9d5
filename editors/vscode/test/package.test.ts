// The extension is bundled and packed as it would be published, with the network out of reach.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

const home = join(import.meta.dirname, "..");
const bundle = join(home, "dist/extension.cjs");
let folder = "";
let files: ReadonlyMap<string, Buffer> = new Map();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rewright-vsix-"));
  await build({ root: home, configFile: join(home, "vite.config.ts"), logLevel: "error" });
  const vsce = createRequire(import.meta.url).resolve("@vscode/vsce/vsce");
  const vsix = join(folder, "rewright.vsix");
  // Node's permissions: all files, no network.
  const permissions = ["--permission", "--allow-fs-read=*", "--allow-fs-write=*"];
  await promisify(execFile)(
    process.execPath,
    [...permissions, "--allow-addons", "--allow-worker", "--allow-child-process"].concat(
      ...[vsce, "package", "--no-dependencies", "--allow-missing-repository", "--out", vsix],
    ),
    { cwd: home, timeout: 120_000 },
  );
  files = unzip(readFileSync(vsix));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The files of a zip archive, by its central directory (APPNOTE 4.3.12). */
function unzip(zip: Buffer): ReadonlyMap<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06"));
  const found = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((o) => zip.readUInt16LE(at + o)) as number[];
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(data, data + size);
    const key = zip.toString("utf8", at + 46, at + 46 + (name as number));
    found.set(key, method === 0 ? bytes : inflateRawSync(bytes));
    at += 46 + (name as number) + (extra as number) + (comment as number);
  }
  return found;
}

test("the package holds what it needs, and nothing else", () => {
  expect([...files.keys()].sort()).toEqual([
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/dist/extension.cjs",
    "extension/language-configuration.json",
    "extension/package.json",
    "extension/readme.md",
    "extension/syntaxes/rewright.tmLanguage.json",
  ]);
});

test("each file that the manifest names is in it", () => {
  const manifest = JSON.parse(String(files.get("extension/package.json")));
  const { languages, grammars } = manifest.contributes;
  const named = [manifest.main, languages[0].configuration, grammars[0].path] as string[];
  for (const path of named) expect(files.has(join("extension", path)), path).toBe(true);
  const grammar = JSON.parse(String(files.get(join("extension", grammars[0].path))));
  expect(grammar.scopeName).toBe(grammars[0].scopeName);
  expect(languages[0].id).toBe(grammars[0].language);
});

test("the bundle needs the editor and Node, no more", () => {
  const code = readFileSync(bundle, "utf8");
  const needed = new Set([...code.matchAll(/\brequire\([`"']([^`"']+)[`"']\)/g)].map((m) => m[1]));
  expect(needed.has("vscode")).toBe(true);
  expect(
    [...needed].filter(
      (name) =>
        name !== "vscode" &&
        !Module.builtinModules.includes(name ?? "") &&
        !name?.startsWith("node:"),
    ),
  ).toEqual([]);
});

test("the brackets and words of the language configuration are the language's", () => {
  const configuration = JSON.parse(readFileSync(join(home, "language-configuration.json"), "utf8"));
  const word = new RegExp(`^(?:${configuration.wordPattern})$`);
  expect(["μ_1", "Relu", "e5", "_"].every((name) => word.test(name))).toBe(true);
  expect(["1x", "a-b", "é", "\u037E"].some((name) => word.test(name))).toBe(false);
  const { increaseIndentPattern, decreaseIndentPattern } = configuration.indentationRules;
  const opens = new RegExp(increaseIndentPattern);
  expect(["rules mine {", "op f(a: Real,", "  x: [1,"].every((line) => opens.test(line))).toBe(
    true,
  );
  expect(["rules mine {}", "  a: f(x) => x", "// {"].some((line) => opens.test(line))).toBe(false);
  expect(new RegExp(decreaseIndentPattern).test("}")).toBe(true);
});
