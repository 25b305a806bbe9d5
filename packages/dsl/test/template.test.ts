import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compileRules, type RuleError, rules } from "../src/index.ts";
import { sketch } from "./dialect.ts";

test("a template is a rule file, with strings and numbers put in", () => {
  const constant = 0.5;
  const file = rules`
    import sketch from "dialect:sketch"
    rules halves { half: x * ${constant} => ${"x"} / 2 }
  `;
  const { rules: compiled } = compileRules([file], { dialects: [sketch] });
  expect(compiled.map((rule) => rule.name)).toEqual(["halves.half"]);
  expect(file.text.trimStart().startsWith("import")).toBe(true);
});

test("its lines are those of the program", () => {
  const here = Number(/:(\d+):\d+\)?$/.exec(new Error().stack?.split("\n")[1] ?? "")?.[1]);
  const file = rules`
    rules wrong { a: b }
  `;
  expect(file.file).toMatch(/template\.test\.ts$/);
  try {
    compileRules([file], { dialects: [] });
    expect.unreachable();
  } catch (thrown) {
    expect((thrown as RuleError).diagnostics[0]?.span.line).toBe(here + 2);
  }
});

test("its columns are those of the program", () => {
  const source = readFileSync(import.meta.filename, "utf8").split("\n");
  const file = rules`rules wrong { a: here => missing }`;
  try {
    compileRules([file], { dialects: [] });
    expect.unreachable();
  } catch (thrown) {
    const spans = (thrown as RuleError).diagnostics.map(({ span }) => span);
    const words = spans.map(({ line, column, start, end }) =>
      source[line - 1]?.slice(column - 1, column - 1 + end - start),
    );
    expect(words).toContain("missing");
  }
});

test("several in one program are told apart by their lines", () => {
  const first = rules`rules a { first: b }`;
  const second = rules`rules b { second: c }`;
  expect(() => compileRules([first, second], { dialects: [] })).toThrow(/first: b[\s\S]*second: c/);
});

test("backslashes stay", () => {
  expect(rules`"\n"`.text.trim()).toBe('"\\n"');
});
