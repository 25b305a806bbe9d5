// Each diagnostic has a page, docs/errors/CODE.md, whose first example is refused with that code and whose second is not.
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  checkRule,
  compileRules,
  type Diagnostic,
  type Rule,
  RuleError,
  runTest,
  verdictDiagnostic,
} from "@rewright/dsl";
import type { RuleFile } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const pages = globSync("docs/errors/*.md", { cwd: root }).sort();
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** The files of an example: one, or several that begin with a line `// name.rules`. */
function filesOf(example: string): readonly RuleFile[] {
  const parts = example.split(/^\/\/ (\S+\.rules)\n/m);
  if (parts.length === 1) return [{ file: "example.rules", text: example }];
  return parts.flatMap((file, i) =>
    i % 2 === 1 ? [{ file: file as string, text: parts[i + 1] as string }] : [],
  );
}

/** What is said of an example, and its rules where there is no error. */
function compiled(example: string): {
  readonly said: readonly Diagnostic[];
  readonly rules: readonly Rule[];
} {
  try {
    const set = compileRules(filesOf(example), { dialects: [onnx] });
    const { warnings, rules, declared, costs } = set;
    const own = { kind: "dialect", spec: 1, name: "declared", ops: declared } as const;
    const options = { dialects: [onnx, own], rules, costs };
    const tested = set.files
      .flatMap(({ tests }) => tests)
      .flatMap((one) => runTest(one, options).map(({ diagnostic }) => diagnostic));
    const checked = rules.map((rule) =>
      verdictDiagnostic(rule, checkRule(rule, { samples: 60, attempts: 1000, seed: 2 })),
    );
    const found = [...tested, ...checked].filter((diagnostic) => diagnostic !== undefined);
    return { said: [...warnings, ...found], rules };
  } catch (error) {
    if (error instanceof RuleError) return { said: error.diagnostics, rules: [] };
    throw error;
  }
}

/** The codes that the sources give. */
function given(): readonly string[] {
  const sources = globSync("packages/**/src/**/*.ts", { cwd: root, exclude: ["**/node_modules"] });
  const codes = sources.flatMap((path) => read(path).match(/\b[RP]\d{4}(?=["`:])/g) ?? []);
  return [...new Set(codes)].sort();
}

test("each code has a page, and each page a code", () => {
  expect(pages.map((path) => basename(path, ".md"))).toEqual(given());
});

describe.each(pages)("%s", (path) => {
  const code = basename(path, ".md");
  const text = read(path);
  const [wrong, mended, ...more] = [...text.matchAll(/^```rules\n([\s\S]*?)^```$/gm)].map(
    (match) => match[1] as string,
  );
  test("begins with the code", () => {
    expect(text).toMatch(new RegExp(`^# ${code}: [^.]+\n\n`));
  });
  test.runIf(code.startsWith("R"))("the first example is refused, the second is not", () => {
    expect(compiled(wrong as string).said.map((said) => said.code)).toContain(code);
    const { said } = compiled(mended as string);
    // What declares operators without a meaning cannot be checked.
    const isOpen = /^op (?!.*:=)/m.test(mended as string);
    expect(said.filter((other) => !(isOpen && other.code === "R0505"))).toEqual([]);
    expect(more).toEqual([]);
  });
});
