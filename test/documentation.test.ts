// What a package makes public is documented where it is declared.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const packages = globSync("packages/**/package.json", {
  cwd: root,
  exclude: ["**/node_modules", "**/dist"],
})
  .map((manifest) => dirname(manifest))
  .sort();

/** Exported declarations without a doc comment right above them; overloads count once. */
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
    if (line.startsWith("export function") && name === before) continue;
    before = name;
    if (!(lines[i - 1] ?? "").trimEnd().endsWith("*/")) found.push(name);
  }
  return found;
}

/** The files an entry exports from, with the names that it exports; all names where it says `*`. */
function exported(entry: string): readonly { file: string; names: readonly string[] | "all" }[] {
  return [...entry.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from "\.\/([^"]+)"/gm)].map(
    ([, what = "", file = ""]) => ({
      file,
      names:
        what === "*"
          ? "all"
          : what
              .slice(1, -1)
              .split(",")
              .map(
                (name) =>
                  name
                    .replace(/^\s*(type )?/, "")
                    .split(" as ")[0]
                    ?.trim() ?? "",
              ),
    }),
  );
}

describe.each(packages)("%s", (folder) => {
  const source = (file: string): string => readFileSync(join(root, folder, "src", file), "utf8");
  const entry = source("index.ts");

  test("the entry says what it is", () => {
    expect(entry).toMatch(/^\/\*\*[\s\S]*?@module/);
  });
  test("what it exports is documented", () => {
    const missing = exported(entry).flatMap(({ file, names }) =>
      undocumented(source(file)).filter((name) => names === "all" || names.includes(name)),
    );
    expect([...missing, ...undocumented(entry)]).toEqual([]);
  });
});

test("an undocumented export is found", () => {
  expect(undocumented("/** Said. */\nexport const a = 1;\nexport const b = 2;\n")).toEqual(["b"]);
  expect(exported('export { type A, b as c } from "./d.ts";\nexport * from "./e.ts";')).toEqual([
    { file: "d.ts", names: ["A", "b"] },
    { file: "e.ts", names: "all" },
  ]);
});
