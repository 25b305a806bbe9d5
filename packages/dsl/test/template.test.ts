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

/** The words of this program that complaints about rules point at, and the complaints. */
function complaints(...files: ReturnType<typeof rules>[]): {
  readonly words: readonly (string | undefined)[];
  readonly error: RuleError;
} {
  const program = readFileSync(import.meta.filename, "utf8");
  const lines = program.split("\n");
  try {
    compileRules(files, { dialects: [sketch] });
  } catch (error) {
    const words = (error as RuleError).diagnostics.map(({ span }) => {
      const { line, column, start, end } = span;
      const word = lines[line - 1]?.slice(column - 1, column - 1 + end - start);
      // Offsets, which editors go by, say the same as lines and columns.
      expect(program.slice(start, end)).toBe(word);
      return word;
    });
    return { words, error: error as RuleError };
  }
  throw new Error("this compiles");
}

test("behind values, its columns are still those of the program", () => {
  const short = "x";
  const long = "Relu(Relu(Relu(Relu(x))))";
  const { words, error } = complaints(rules`
    import sketch from "dialect:sketch"
    rules wrong { a: ${long} => here   b: ${short} => ${{ a: "Neg(x)" }["a"]} * there  }
    rules more {
      c: Neg(x) => x - ${`nowhere`}
      d: Neg(x) => afterwards
    }
  `);
  expect(words).toEqual(["here", "there", `\${\`nowhere\`}`, "afterwards"]);
  expect(error.message).toMatch(/ => here .*\n.*\^{4}(\s|$)/);
  expect(error.message).toContain(`b: \${short} => \${`);
});

test("an edit mends the program, and never what was put in", () => {
  const name = "Rlu";
  const { words, error } = complaints(rules`
    import sketch from "dialect:sketch"
    rules wrong { a: ${name}(x) => x   b: Rlu(${"x"}) => Rleu(x) }
  `);
  expect(words).toEqual([`\${name}`, "Rlu", "Rleu"]);
  const program = readFileSync(import.meta.filename, "utf8");
  const edits = error.diagnostics.map(({ edit }) =>
    edit?.changes.map(({ span, text }) => `${program.slice(span.start, span.end)} → ${text}`),
  );
  expect(edits).toEqual([undefined, ["Rlu → Relu"], ["Rleu → Relu"]]);
});

test("several with values in one program keep to their places", () => {
  const [a, b] = ["x", "y"];
  const first = rules`rules a { first: ${a} => two   expanding }`;
  const second = rules`rules b { second: ${b} => four   expanding }`;
  const { words } = complaints(second, first);
  expect(words).toContain("two");
  expect(words).toContain("four");
});

test("several in one program are told apart by their lines", () => {
  const first = rules`rules a { first: b }`;
  const second = rules`rules b { second: c }`;
  expect(() => compileRules([first, second], { dialects: [] })).toThrow(/first: b[\s\S]*second: c/);
});

test("backslashes stay", () => {
  expect(rules`"\n"`.text.trim()).toBe('"\\n"');
});
