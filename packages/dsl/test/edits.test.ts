// What edits make of mistakes in the text, spelt out.
import { expect, test } from "vitest";
import { parseRules } from "../src/index.ts";

const rule = (text: string): string => `rules a {\n${text}\n}\n`;

test.each([
  ["R0002", rule("a: f(g(x) => x"), rule("a: f(g(x)) => x")],
  ["R0002", rule("a: f(x => x when y"), rule("a: f(x) => x when y")],
  [
    "R0002",
    rule("a: f(x) => g(h(x) when rank(x) > 0"),
    rule("a: f(x) => g(h(x)) when rank(x) > 0"),
  ],
  ["R0002", rule("a: f([1, 2) => a"), rule("a: f([1, 2]) => a")],
  ["R0002", "rules a {\na: x => x // y\n\nsort A\n", "rules a {\na: x => x\n} // y\n\nsort A\n"],
  ["R0002", 'test "t" {\nprove x == x\n', 'test "t" {\nprove x == x\n}\n'],
  ["R0004", rule("  Relu(Neg(x)) => x"), rule("  relu_neg: Relu(Neg(x)) => x")],
  ["R0004", rule("MatMul(x, y) => x"), rule("mat_mul: MatMul(x, y) => x")],
  ["R0004", rule("(a + b) + c => a"), rule("rule: (a + b) + c => a")],
  ["R0008", rule('a: f(x; y = "tanh) => x'), rule('a: f(x; y = "tanh") => x')],
  ["R0008", 'import onnx from "dialect:onnx\n', 'import onnx from "dialect:onnx"\n'],
  ["R0008", 'test "two words { prove x == x }\n', 'test "two words" { prove x == x }\n'],
  ["R0009", rule("when: f(x) => x"), rule("when_: f(x) => x")],
  ["R0009", rule("a: f(not) => x"), rule("a: f(not_) => x")],
])("%s: %s", (code, text, mended) => {
  const [said] = parseRules({ file: "a.rules", text }).diagnostics;
  expect(said?.code).toBe(code);
  let result = text;
  for (const { span, text: written } of said?.edit?.changes ?? [])
    result = result.slice(0, span.start) + written + result.slice(span.end);
  expect(result).toBe(mended);
  const again = parseRules({ file: "a.rules", text: result }).diagnostics;
  expect(again.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
});

test.each([
  ["R0002", rule("a: f( => x"), "no operand could end the bracket"],
  ["R0004", rule("x y z"), "this is no rule"],
])("%s without an edit: %s (%s)", (code, text) => {
  const [said] = parseRules({ file: "a.rules", text }).diagnostics;
  expect(said?.code).toBe(code);
  expect(said?.edit).toBeUndefined();
});
