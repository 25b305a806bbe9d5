// Rule files of the repository are laid out as `rewright format` lays them out.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatRules } from "../packages/dsl/src/index.ts";

const root = join(import.meta.dirname, "..");
const files = globSync("{packages,examples,bench}/**/*.rules", {
  cwd: root,
  exclude: ["**/node_modules", "**/fixtures"],
}).sort();

test.each(files)("%s", (file) => {
  const text = readFileSync(join(root, file), "utf8");
  expect(formatRules({ file, text }).text).toBe(text);
});
