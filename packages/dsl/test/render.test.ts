import { describe, expect, test } from "vitest";
import {
  compileRules,
  type Diagnostic,
  parseRules,
  RuleError,
  renderDiagnostic,
} from "../src/index.ts";
import { sketch } from "./dialect.ts";

function rendered(text: string): string {
  try {
    compileRules([{ file: "net.rules", text }], { dialects: [sketch] });
  } catch (thrown) {
    if (thrown instanceof RuleError) return thrown.message;
  }
  return "";
}

const head = 'import sketch from "dialect:sketch"\n';

function at(
  line: number,
  column: number,
  length: number,
  rest: Partial<Diagnostic> = {},
): Diagnostic {
  const span = { file: "f", start: 0, end: length, line, column };
  return { code: "R0999", severity: "error", message: "wrong", span, hints: [], ...rest };
}

test("code, message, place, line, caret, label and hints", () => {
  expect(rendered(`${head}rules r {\n  matmul_add:  a @ (b + c)  =>  a @ b + a @ d\n}`)).toBe(
    `error[R0301]: \`d\` is not bound by the left-hand side
   ┌─ net.rules:3:45
 3 │   matmul_add:  a @ (b + c)  =>  a @ b + a @ d
   │                                             ^ nothing on the left is called \`d\`
   = the left-hand side binds a, b and c
   = did you mean \`c\`?`,
  );
});

test("related places on the same line, their labels below", () => {
  expect(rendered(`${head}rules r {\n  a: Concat(x, y; axis = 0, axis = 1) => x\n}`)).toBe(
    `error[R0404]: \`axis\` is given twice
   ┌─ net.rules:3:29
 3 │   a: Concat(x, y; axis = 0, axis = 1) => x
   │                   ----      ^^^^
   │                   the first`,
  );
});

test("related places on other lines, what lies between left out", () => {
  expect(
    rendered(`${head}rules r {\n  a: Neg(Neg(x)) => x\n\n  a: Relu(Relu(x)) => Relu(x)\n}`),
  ).toBe(
    `error[R0103]: \`r.a\` is defined twice
   ┌─ net.rules:5:3
 3 │   a: Neg(Neg(x)) => x
   │   - the first
…
 5 │   a: Relu(Relu(x)) => Relu(x)
   │   ^`,
  );
});

test("the gutter is as wide as the last line's number", () => {
  const text = `${head}${"\n".repeat(998)}rules r { a: Relu(x) = x }`;
  expect(rendered(text)).toBe(
    `error[R0001]: expected an arrow, found \`=\`
     ┌─ net.rules:1000:22
1000 │ rules r { a: Relu(x) = x }
     │                      ^
     = \`=\` names a value after \`where\`; rules use \`=>\``,
  );
});

describe("a line as shown", () => {
  const lines = (diagnostic: Diagnostic, text: string): readonly string[] =>
    renderDiagnostic(diagnostic, text).split("\n").slice(2);

  test("has tabs made one space wide", () => {
    expect(lines(at(1, 3, 1), "\ta\tb")).toEqual([" 1 │  a b", "   │   ^"]);
  });

  test("has nothing in it that a terminal obeys", () => {
    const said = renderDiagnostic(
      at(1, 2, 1, { message: "\u001b[2J", hints: ["\u202E"] }),
      "\u001bx\0\u202E",
    );
    expect(said).toBe(
      "error[R0999]: U+001B[2J\n   ┌─ f:1:2\n 1 │ \uFFFDx\uFFFD\uFFFD\n   │  ^\n   = U+202E",
    );
  });

  test("counts a pair of surrogates once", () => {
    expect(lines(at(1, 4, 1), "🙂 x")).toEqual([" 1 │ 🙂 x", "   │   ^"]);
  });

  test("is cut around its place when it is long", () => {
    const [line, marks] = lines(at(1, 501, 3), `${"a".repeat(500)}bcd${"e".repeat(500)}`);
    expect(line?.length).toBeLessThan(180);
    expect(line?.slice(marks?.indexOf("^"), (marks?.lastIndexOf("^") ?? 0) + 1)).toBe("bcd");
  });

  test("may be empty, the last, or missing", () => {
    expect(lines(at(2, 1, 0), "a\n")).toEqual([" 2 │", "   │ ^"]);
    expect(lines(at(3, 1, 1), "a")).toEqual([" 3 │", "   │ ^"]);
  });

  test("is found whatever ends the lines, with or without a byte order mark", () => {
    expect(lines(at(3, 1, 1), "\uFEFFa\r\nb\rc\n")).toEqual([" 3 │ c", "   │ ^"]);
    expect(lines(at(1, 1, 1), "\uFEFFa")).toEqual([" 1 │ a", "   │ ^"]);
  });
});

test("colours are asked for", () => {
  const { diagnostics } = parseRules({ file: "f", text: "?" });
  const [first] = diagnostics;
  if (!first) return expect.unreachable();
  expect(renderDiagnostic(first, "?")).not.toContain("\u001b");
  const colored = renderDiagnostic(first, "?", { color: true });
  expect(colored).toContain("\u001b[1;31merror[R0003]\u001b[0m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  expect(colored.replace(/\u001b\[[\d;]*m/g, "")).toBe(renderDiagnostic(first, "?"));
});

test("an error lays itself out in colour when asked", () => {
  const error = new RuleError([at(1, 1, 1)], [{ file: "f", text: "x" }]);
  expect(error.render({ color: true })).toContain("\u001b[1;31merror[R0999]\u001b[0m");
  expect(error.render({ color: false })).toBe(error.message);
});

test("an error spells out twenty diagnostics, and counts the others", () => {
  const { message } = new RuleError(
    Array.from({ length: 25 }, (_, i) => at(1, 1, 1, { message: `number ${i}` })),
    [{ file: "f", text: "x" }],
  );
  expect(message.match(/error\[R0999]/g)?.length).toBe(20);
  expect(message.endsWith("number 19\n   ┌─ f:1:1\n 1 │ x\n   │ ^\n\nand 5 more errors")).toBe(
    true,
  );
});
