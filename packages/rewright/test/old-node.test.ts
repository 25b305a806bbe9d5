// A Node that is too old is told so, before anything is loaded that it cannot read.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const bin = join(import.meta.dirname, "../src/bin.ts");

test.each(["20.20.2", "22.11.0"])("Node %s", async (version) => {
  const versions = JSON.stringify({ ...process.versions, node: version });
  const pretend = `Object.defineProperty(process, "versions", { value: ${versions} })`;
  const args = ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`, bin, "--help"];
  const run = await new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve({ code: error?.code, stdout, stderr }),
    );
  });
  expect(run).toEqual({
    code: 2,
    stdout: "",
    stderr: `rewright: Node 22.12 or newer is needed, and this is ${version}\n`,
  });
});
