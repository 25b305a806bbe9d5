import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatRules, parseRules } from "../src/index.ts";

function files(folder: string): readonly { readonly file: string; readonly text: string }[] {
  const place = new URL(`../fixtures/${folder}/`, import.meta.url);
  return readdirSync(place).map((file) => ({
    file: `${folder}/${file}`,
    text: readFileSync(new URL(file, place), "utf8"),
  }));
}

/** A file's tree, whatever its places. */
function treeOf(text: string): unknown {
  const { module, diagnostics } = parseRules({ file: "f", text });
  expect(diagnostics).toEqual([]);
  return JSON.parse(
    JSON.stringify(module, (key, value: unknown) => (/span$/i.test(key) ? undefined : value)),
  );
}

const format = (text: string): string => formatRules({ file: "f", text }).text;

describe("fixtures/format", () => {
  const all = files("format");
  const formatted = new Map(all.map(({ file, text }) => [file, text]));
  test.each(all.filter(({ file }) => !file.endsWith(".formatted.rules")))(
    "$file",
    ({ file, text }) => {
      expect(format(text)).toBe(formatted.get(file.replace(".rules", ".formatted.rules")));
    },
  );
});

describe.each(["format", "pass", "read"])("every file of fixtures/%s", (folder) => {
  test.each(files(folder))("$file means the same laid out, and stays as it is", ({ text }) => {
    const once = format(text);
    expect(treeOf(once)).toEqual(treeOf(text));
    expect(format(once)).toBe(once);
    const comments = (of: string): readonly string[] =>
      of.split(/\r?\n/).flatMap((line) => /\/\/.*$/.exec(line)?.[0].trimEnd() ?? []);
    expect(comments(once)).toEqual(comments(text));
  });
});

describe("a file with errors stays as it is", () => {
  test.each(files("fail"))("$file", ({ file, text }) => {
    const { text: laidOut, diagnostics } = formatRules({ file, text });
    if (diagnostics.some(({ severity }) => severity === "error")) expect(laidOut).toBe(text);
    else expect(treeOf(laidOut)).toEqual(treeOf(text));
  });
});

test.each([
  ["", ""],
  ["\n\n", ""],
  ["// only this", "// only this\n"],
  ["\uFEFF", "\uFEFF"],
  ["sort A", "sort A\n"],
  ["rules a{b:x=>y}", "rules a {\n  b:  x  =>  y\n}\n"],
  // A number with a point would be another token.
  ["rules a{b:f(x.0 .1)=>y}", "rules a {\n  b:  f(x.0 .1)  =>  y\n}\n"],
  ["rules a{b:-(-x)=>- -x}", "rules a {\n  b:  -(-x)  =>  --x\n}\n"],
])("%j", (text, laidOut) => {
  expect(format(text)).toBe(laidOut);
});
