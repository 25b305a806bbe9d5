// Each diagnostic has a page, docs/errors/CODE.md, whose first example is refused with that code and whose second is not.
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  checkRule,
  compileRules,
  type Diagnostic,
  RuleError,
  runTest,
  verdictDiagnostic,
} from "@rewright/dsl";
import type { Attr, Dialect, RuleFile, RuleFunction, Term } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { describe, expect, test } from "vitest";
import { declaredDialect } from "../src/rule-files.ts";

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

const is_flat: RuleFunction = Object.assign(
  (...[term]: readonly (Term | Attr)[]): boolean =>
    typeof term === "object" && "term" in term && (term as Term).shape.length < 2,
  { hint: true },
);

/** A dialect of a plugin, with a pruning hint. */
const example: Dialect = {
  kind: "dialect",
  spec: 1,
  name: "example",
  ops: {},
  functions: {
    is_flat,
  },
};

/** All that is said of an example: reading it, checking its rules, running its tests. */
function saidOf(text: string): readonly Diagnostic[] {
  try {
    const set = compileRules(filesOf(text), { dialects: [onnx, example] });
    const dialects = [onnx, example, declaredDialect(set)];
    const checked = set.rules.map((rule) =>
      verdictDiagnostic(rule, checkRule(rule, { dialects, samples: 50, attempts: 1000 })),
    );
    const tested = set.files.flatMap(({ tests }) =>
      tests.flatMap((one) => runTest(one, { dialects, rules: set.rules })),
    );
    const found = [...checked, ...tested.map(({ diagnostic }) => diagnostic)];
    return [...set.warnings, ...found.filter((one) => one !== undefined)];
  } catch (error) {
    if (error instanceof RuleError) return error.diagnostics;
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
    expect(saidOf(wrong as string).map((said) => said.code)).toContain(code);
    expect(saidOf(mended as string)).toEqual([]);
    expect(more).toEqual([]);
  });
});
