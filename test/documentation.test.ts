// What a package exports is documented where it is declared.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const sources = globSync("packages/**/src/**/*.ts", {
  cwd: root,
  exclude: ["**/node_modules", "**/dist", "**/generated"],
});

/** Exported declarations without a doc comment right above them. Overloads and re-exports are told apart by their first words. */
function undocumented(text: string): string[] {
  const lines = text.split("\n");
  const found: string[] = [];
  let before = "";
  for (const [i, line] of lines.entries()) {
    const name =
      /^export (?:declare |abstract |async )*(?:function\*?|class|interface|type|const|let) (\w+)/.exec(
        line,
      )?.[1];
    if (name === undefined) continue;
    if (line.startsWith("export function") && name === before) continue; // an overload
    before = name;
    if (!(lines[i - 1] ?? "").trimEnd().endsWith("*/")) found.push(name);
  }
  return found;
}

test.each(sources)("%s", (file) => {
  expect(undocumented(readFileSync(join(root, file), "utf8"))).toEqual([]);
});

test("an undocumented export is found", () => {
  expect(undocumented("/** Said. */\nexport const a = 1;\nexport const b = 2;\n")).toEqual(["b"]);
});

test("each public entry says what it is", () => {
  for (const manifest of globSync("packages/**/package.json", {
    cwd: root,
    exclude: ["**/node_modules", "**/dist"],
  })) {
    const entry = readFileSync(join(root, dirname(manifest), "src/index.ts"), "utf8");
    expect(entry, manifest).toMatch(/^\/\*\*[\s\S]*?@module/);
  }
});
