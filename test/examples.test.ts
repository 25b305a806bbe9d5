// Each example runs with one command and comes to its end.
import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
// The demo times models for a minute; `.ci/run` runs it whole, here it only has to verify.
const given: Readonly<Record<string, readonly string[]>> = { demo: ["--no-measure"] };
const mains = globSync("examples/*/main.ts", { cwd: root }).sort();

test.each(mains)("%s", { timeout: 120_000 }, async (main) => {
  const args = given[main.split("/")[1] as string] ?? [];
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], { cwd: root });
  expect(stdout).not.toBe("");
});
