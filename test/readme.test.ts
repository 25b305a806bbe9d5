// The examples of the READMEs and of docs/ are programs: each `ts` fence runs as it stands, with the packages it names.
// What follows `// → ` in an example is what it prints.
import { execFile } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const files = globSync(
  [
    "README.md",
    "packages/**/README.md",
    "docs/**/*.md",
    "packages/**/docs/**/*.md",
    "CONTRIBUTING.md",
  ],
  { cwd: root, exclude: ["**/node_modules", "**/dist"] },
).sort();
const run = promisify(execFile);

/** What an example says that it prints. */
function promised(code: string): readonly string[] {
  return [...code.matchAll(/\/\/ → (.*)$/gm)].map((m) => m[1] as string);
}

/** The fences of one language, with the lines they begin on. */
function fences(text: string, language: string): readonly { line: number; code: string }[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((m) => m[1] === language)
    .map((m) => ({
      line: text.slice(0, m.index).split("\n").length,
      code: m[2] as string,
    }));
}

test("each package has a README with an example", () => {
  const packages = globSync("packages/**/package.json", {
    cwd: root,
    exclude: ["**/node_modules", "**/dist"],
  });
  for (const manifest of packages) {
    const text = readFileSync(join(root, dirname(manifest), "README.md"), "utf8");
    expect(fences(text, "ts").length, manifest).toBeGreaterThan(0);
  }
});

const withExamples = files
  .map((file) => ({ file, examples: fences(readFileSync(join(root, file), "utf8"), "ts") }))
  .filter(({ examples }) => examples.length > 0);

describe.each(withExamples)("$file", ({ file, examples }) => {
  test.each(examples)("the example on line $line runs", { timeout: 120_000 }, async ({ code }) => {
    // Beside the package, so that it finds the package and its dependencies as a user's file would. The root's own examples run where all packages are known.
    const home = file.startsWith("packages/")
      ? dirname(join(root, file))
      : join(root, "packages/rewright");
    const folder = mkdtempSync(join(home, ".example-"));
    try {
      writeFileSync(join(folder, "example.ts"), code);
      const { stdout } = await run(process.execPath, ["example.ts"], {
        cwd: folder,
        timeout: 110_000,
      });
      const lines = promised(code);
      if (lines.length > 0) expect(stdout).toBe(`${lines.join("\n")}\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
