import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findServer } from "../src/server.ts";

let home = "";
const write = (path: string, text: string): string => {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
  return join(home, path);
};
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "rewright-vscode-"));
  write("with/node_modules/rewright/package.json", '{ "bin": { "rewright": "dist/bin.js" } }');
  write("with/node_modules/rewright/dist/bin.js", "");
  write("broken/node_modules/rewright/package.json", "{");
  write("half/node_modules/rewright/package.json", '{ "bin": { "rewright": "gone.js" } }');
  write("without/tool.mjs", "");
  write("without/tool", "");
});
afterAll(() => rmSync(home, { recursive: true }));

test("a folder's own rewright comes first, whatever the setting says", () => {
  const script = join(home, "with/node_modules/rewright/dist/bin.js");
  const folders = [join(home, "without"), join(home, "with")];
  expect(findServer(folders, "/usr/bin/rewright")).toEqual({
    command: "node",
    args: [script, "lsp", "--stdio"],
    shell: false,
  });
});

test("else what the setting names, from the folder on", () => {
  const folders = [join(home, "without")];
  expect(findServer(folders, "./tool.mjs")).toMatchObject({
    command: "node",
    args: [join(home, "without/tool.mjs"), "lsp", "--stdio"],
  });
  expect(findServer(folders, "./tool")).toMatchObject({
    command: join(home, "without/tool"),
    args: ["lsp", "--stdio"],
  });
  // A bare name is looked for as a command line looks for it.
  expect(findServer(folders, " rewright ")).toMatchObject({ command: "rewright" });
});

test.each(["without", "broken", "half"])("nothing to start in %s: says what to do", (folder) => {
  expect(findServer([join(home, folder)], "")).toEqual({
    missing: expect.stringContaining("npm install --save-dev rewright"),
  });
  expect(findServer([], "")).toHaveProperty("missing");
});

test("a setting that names nothing is told", () => {
  expect(findServer([join(home, "without")], "./gone.js")).toEqual({
    missing: expect.stringContaining(join(home, "without/gone.js")),
  });
});

test("what a folder has installed answers", async () => {
  const folder = join(import.meta.dirname, "../../../examples/models");
  const found = findServer([folder], "");
  if ("missing" in found) throw new Error(found.missing);
  // The scripts of this repository need its own Node.
  const server = spawn(process.execPath, found.args, {
    cwd: folder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  send({
    id: 1,
    method: "initialize",
    params: { processId: null, rootUri: null, capabilities: {} },
  });
  const answer = await new Promise<string>((resolve) => {
    let text = "";
    server.stdout.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (text.includes('"capabilities"')) resolve(text);
    });
  });
  expect(answer).toContain('"documentFormattingProvider":true');
  send({ id: 2, method: "shutdown" });
  send({ method: "exit" });
  expect(await new Promise((resolve) => server.on("close", resolve))).toBe(0);
});
