// Same input, same ids, same results, wherever the engine runs.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser, Page, serve } from "../../../tools/browser.ts";
import { type Account, workload } from "./workload.ts";

interface Result {
  readonly canCompile: boolean;
  readonly accounts: readonly Account[];
}

const file = JSON.stringify(join(import.meta.dirname, "workload.ts"));
const expected = workload();
const browser = findBrowser();
/** Whether code can be made at run time, as compiled queries are. */
const canCompile = `(() => {
  try {
    return new Function("return true")();
  } catch {
    return false;
  }
})()`;

test("the workload compiles queries, and does what it should", () => {
  expect(expected.length).toBeGreaterThan(50);
  expect(expected.at(-2)).toMatch(/= x$/);
});

test("the same a second time, when everything is warm", () => {
  expect(workload()).toEqual(expected);
});

test.each([false, true])("with WebAssembly: %s", (wasm) => {
  expect(workload({ wasm })).toEqual(expected);
});

test("in a process of Node that may not make code", async () => {
  const code = `import { workload } from ${file};
console.log(JSON.stringify({ canCompile: ${canCompile}, accounts: [workload()] }));`;
  const flags = ["--disallow-code-generation-from-strings", "--input-type=module", "-e", code];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  expect(JSON.parse(stdout)).toEqual({ canCompile: false, accounts: [expected] });
});

test("in a worker thread of Node", async () => {
  const code = `import(${file}).then(({ workload }) =>
  require("node:worker_threads").parentPort.postMessage({ canCompile: ${canCompile}, accounts: [workload()] }));`;
  const worker = new Worker(code, { eval: true });
  const result = await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  await worker.terminate();
  expect(result).toEqual({ canCompile: true, accounts: [expected] });
});

describe("in Chromium", () => {
  const run = `{ canCompile: ${canCompile}, accounts: [workload(), workload({ wasm: true })] }`;
  const html = (script: string): string =>
    `<!doctype html><meta charset="utf-8"><title>-</title><script type="module" src="${script}"></script>`;
  const strict = { "content-security-policy": "default-src 'self'" };
  const routes = {
    "/page": { type: "text/html", body: html("/page.js") },
    "/strict": { type: "text/html", body: html("/page.js"), headers: strict },
    "/workers": { type: "text/html", body: html("/workers.js") },
    "/page.js": {
      type: "text/javascript",
      body: `import { workload } from "/test/workload.ts"; globalThis.result = ${run};`,
    },
    "/workers.js": {
      type: "text/javascript",
      body: `globalThis.result = new Promise((resolve, reject) => {
  const worker = new Worker("/worker.js", { type: "module" });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
});`,
    },
    "/worker.js": {
      type: "text/javascript",
      body: `import { workload } from "/test/workload.ts"; postMessage(${run});`,
    },
  };

  let server: Awaited<ReturnType<typeof serve>>;
  let page: Page;
  beforeAll(async () => {
    if (!browser) return;
    server = await serve(join(import.meta.dirname, ".."), routes);
    page = await Page.open(browser, `${server.url}/page`);
  });
  afterAll(async () => {
    await page?.close();
    await server?.close();
  });

  test.skipIf(!browser).each([
    ["a page", "/page", true],
    ["a page that forbids making code", "/strict", false],
    ["a worker", "/workers", true],
  ])("%s", async (_, path, compiles) => {
    await page.goto(server.url + path);
    expect(await page.evaluate<Result>("globalThis.result")).toEqual({
      canCompile: compiles,
      accounts: [expected, expected],
    });
  });

  test.skipIf(!browser)("the README's first example, as in a console", async () => {
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    const example = /^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? "";
    expect(example.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
    await page.goto(`${server.url}/page`);
    const code = example.replace('import("egraph-ts")', 'import("/src/index.ts")');
    const said = "const said = []; const console = { log: (line) => said.push(line) };";
    expect(await page.evaluate(`(async () => { ${said} ${code}; return said; })()`)).toEqual(["a"]);
  });
});
