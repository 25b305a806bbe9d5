import { describe, expect, test } from "vitest";
import { type CheckResult, checkRule, compileRules, type Rule } from "../src/index.ts";
import { tiny } from "./tiny.ts";

function check(rule: string, seed = 1, attempts = 5000): CheckResult {
  const text = `import tiny from "dialect:tiny"\nrules r {\n  r: ${rule}\n}\n`;
  const [compiled] = compileRules([{ file: "test.rules", text }], { dialects: [tiny] }).rules;
  return checkRule(compiled as Rule, { seed, attempts });
}

describe("sound rules", () => {
  test.each([
    "(a + b) + c => a + (b + c)",
    "(a @ b) @ c => a @ (b @ c)",
    "a @ (b + c) => a @ b + a @ c   when shape(b) == shape(c)",
    "Transpose(a @ b; perm = [1, 0]) => Transpose(b; perm = [1, 0]) @ Transpose(a; perm = [1, 0])",
    "Transpose(Transpose(x; perm = p); perm = q) => Transpose(x; perm = compose(p, q))",
    "Transpose(x; perm = p) => x   when p == range(len(p))",
    "Reshape(Reshape(x, s), t) => Reshape(x, t)   when not contains(t, 0)",
    "Concat(...Relu(xs); axis = i) => Relu(Concat(...xs; axis = i))",
    "Concat(...(a @ bs); axis = 1) => a @ Concat(...bs; axis = 1)",
    "Concat(...Split(x, s; axis = i); axis = i) => x",
    "Concat(a, b; axis = 1) @ Concat(c, d; axis = 0) => a @ c + b @ d   when dim(a, 1) == dim(c, 0)",
    "a @ b, a @ c => Split(a @ Concat(b, c; axis = 1), [dim(b, 1), dim(c, 1)]; axis = 1)",
    "(a @ b) + c => Gemm(a, b, c)   when rank(c) <= 2",
    "Gemm(a, Transpose(b; perm = [1, 0]); transB = 0, ...p) => Gemm(a, b; transB = 1, ...p)",
    "x / x => x * 0 + 1",
    "Pow(x, 3) => x * x * x",
    "x * (1 / y) => x / y",
    "ReduceMean(x, [-1]; keepdims = 1) => x   when dim(x, -1) == 1",
    "(a @ b) * c => Gemm(a, b; alpha = c)   when constant(c)",
    "Pow(x, 1.41421) ~> Pow(x, 1.41421356)   within 0.01",
  ])("%s", (rule) => {
    const result = check(rule);
    expect(result.message).not.toContain("does not hold");
    expect(["ok", "guarded"]).toContain(result.verdict);
    expect(result.samples).toBeGreaterThanOrEqual(50);
  });

  test.each([
    ["x + 0 => x", "the constant may have a higher rank"],
    ["a * (b + c) => a * b + a * c", "nothing to exclude", "ok"],
    ["Relu(x) => Relu(x @ x) * 0 + Relu(x)", "only square matrices", "guarded"],
  ])("%s: %s", (rule, _why, verdict = "guarded") => {
    expect(check(rule).verdict).toBe(verdict);
  });
});

describe("broken rules", () => {
  test.each([
    "a @ b => b @ a",
    "a - b => b - a",
    "Transpose(a @ b; perm = [1, 0]) => Transpose(a; perm = [1, 0]) @ Transpose(b; perm = [1, 0])",
    "Transpose(Transpose(x; perm = p); perm = q) => Transpose(x; perm = compose(q, p))",
    "Relu(a + b) => Relu(a) + Relu(b)",
    "Sqrt(x * x) => x",
    "1 / x => x / 1",
    "x => x * (1 / x)   expanding",
    "Relu(x) => Relu(x) * (x / x)",
    "Relu(x) => x   when rank(x) >= 1",
    "a @ b, a @ c => s.1, s.0   where s = Split(a @ Concat(b, c; axis = 1), [dim(b, 1), dim(c, 1)]; axis = 1)",
    "Concat(a, b; axis = i) => Concat(b, a; axis = i)",
    "Gemm(a, b; transB = 0, ...p) => a @ b",
    "ReduceMean(x, [-1]; keepdims = 0) => ReduceMean(x, [0]; keepdims = 0)",
    "Pow(x, 1.41421) => Pow(x, 1.42)",
    "Pow(x, 1.41421) ~> Pow(x, 1.42)   within 1e-3",
    "(a @ b) * c => Gemm(a, b; alpha = 1)   when constant(c)",
    "Clip(x, lo) => Clip(x, lo, lo)",
  ])("%s", (rule) => {
    const result = check(rule);
    expect(result.verdict).toBe("counterexample");
    expect(result.counterexample?.variables.length).toBeGreaterThan(0);
  });

  test("lists whose shapes broadcast by chance are tried, too", () => {
    const rule =
      "Concat(...(xs + ys); axis = i) => Concat(...xs; axis = i) + Concat(...ys; axis = i)";
    const verdicts = Array.from({ length: 30 }, (_, seed) => check(rule, seed).verdict);
    expect(verdicts).toContain("counterexample");
    const sound = `${rule}   when [...shape(xs)] == [...shape(ys)]`;
    expect(["ok", "guarded"]).toContain(check(sound).verdict);
  });

  test("the counterexample says what each variable was", () => {
    const { counterexample, message } = check("a - b => b - a");
    expect(counterexample?.variables).toHaveLength(2);
    expect(counterexample?.variables[0]).toMatch(/^a: (f32|f64|i64)\[.*\] = /);
    expect(message).toContain("`r.r` does not hold: a: ");
  });

  test("what is defined on the left only is said to be", () => {
    expect(check("Relu(x) => Relu(x) * (x / x)").counterexample?.kind).toBe("undefined");
  });
});

describe("rules that say nothing", () => {
  test("no sample meets the conditions", () => {
    const result = check("Relu(x) => Neg(x)   when rank(x) > 9", 1, 300);
    expect(result.verdict).toBe("vacuous");
    expect(result.message).toContain("the one at 3:31");
  });

  test("the right side never fits", () => {
    const result = check("x @ y => Reshape(x, [0, 0, 0])", 1, 500);
    expect(result.verdict).toBe("vacuous");
    expect(result.message).toContain("ill-shaped");
  });

  test("only lists of one element fit", () => {
    const result = check("Relu(Concat(...xs; axis = 0)) => Concat(...Relu(xs); axis = 1)", 1, 500);
    expect(result.verdict).toBe("vacuous");
    expect(result.message).toContain("lists have one element");
  });

  test("an operator has no reference semantics", () => {
    const result = check("Softmax(Relu(x)) => Relu(x)");
    expect(result.verdict).toBe("unchecked");
    expect(result.message).toContain("Softmax");
  });
});

test("a check is determined by its seed", () => {
  const rule = "(a @ b) @ c => a @ (b @ c)";
  expect(check(rule, 5)).toEqual(check(rule, 5));
  expect(check(rule, 5)).not.toEqual(check(rule, 6));
});
