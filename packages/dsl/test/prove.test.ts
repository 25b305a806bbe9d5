// Tests in rule files: what is proven, refuted and reduced, and what is said of what is not.
import type { Dialect } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { compileRules, runTest, type StatementResult } from "../src/index.ts";
import { tiny } from "./tiny.ts";

function run(
  body: string,
  options: { explain?: boolean; nodes?: number } = {},
): readonly StatementResult[] {
  const text = `
import tiny from "dialect:tiny"
sort Real
op plus(a: Real, b: Real)  -> Real   as a - b
op d(f: Real, x: Real)     -> Real   cost 100

rules ring {
  assoc:    (a + b) + c   <=>  a + (b + c)
  zero:     a + 0          =>  a
  twice:    Relu(Relu(x))  =>  Relu(x)
  grow:     a              =>  a + 0   expanding
}
rules shapes {
  turned:   Transpose(Transpose(x; perm = [1, 0]); perm = [1, 0])  =>  x   assuming dim(x, 0) > 1
  doubled:  x + x  =>  2 * x
}
rules reals {
  d_self:   d(x, x)   =>  plus(x, x)   when symbol(x)
  d_other:  d(c, x)   =>  c            when name(c) != name(x)
}
${body}`;
  const set = compileRules([{ file: "test.rules", text }], { dialects: [tiny] });
  const own: Dialect = { kind: "dialect", spec: 1, name: "own", ops: set.declared };
  const [file] = set.files;
  return (file?.tests ?? []).flatMap((one) =>
    runTest(one, {
      dialects: [tiny, own],
      rules: set.rules,
      costs: set.costs,
      tokens: file?.tokens ?? new Map(),
      ...options,
    }),
  );
}

const passed = (body: string): readonly boolean[] => run(body).map((result) => result.passed);

const GIVEN = "given x: Tensor[3, 4], y: Tensor[3, 4], n: Tensor[rows, 4]";

describe("statements", () => {
  test("are proven, refuted and reduced by the rules of the rulesets used", () => {
    expect(
      passed(`test "all" { ${GIVEN} using ring
        prove   (x + y) + x == y + (x + x)
        prove   Relu(z) == Relu(Relu(Relu(z)))  where z = x + y
        prove   Relu(n + 0) == Relu(Relu(n))
        refute  x + y == x * y
        refute  x + x == 2 * x
        reduce  Relu(Relu(x + 0)) => Relu(x)
      }`),
    ).toEqual([true, true, true, true, true, true]);
  });

  test("know the names of what is given, and what operators cost", () => {
    expect(
      passed(`test "d" { given a: Real, b: Real using reals
        prove   d(a, a) == a - a
        prove   d(a, b) == a
        refute  d(a - b, b) == a - b
        reduce  d(a, a) => a - a
      }`),
    ).toEqual([true, true, true, true]);
  });

  test("fail with what was found instead", () => {
    const results = run(`test "wrong" { ${GIVEN} using ring, shapes
      prove   x + y == x * y
      refute  x + x == 2 * x
      reduce  x + y => x * y
      reduce  Relu(Relu(x)) => Relu(Relu(x))
      prove   Relu(x) == x @ y
    }`);
    const said = results.map(({ diagnostic }) => [
      diagnostic?.code,
      diagnostic?.message,
      diagnostic?.hints.slice(0, 2),
    ]);
    expect(said).toEqual([
      [
        "R0601",
        expect.stringMatching(/^not proven: /),
        ["the left side came to x + y", "the right side came to x * y"],
      ],
      ["R0602", "refuted, yet proven", ["  x + x", "    by shapes.doubled (test.rules:15)"]],
      [
        "R0603",
        "reduces to something else",
        ["found x + y, which costs 3", "wanted x * y, which costs 3"],
      ],
      [
        "R0603",
        "reduces to something cheaper",
        ["found Relu(x), which costs 2", "wanted Relu(Relu(x)), which costs 3"],
      ],
      ["R0210", "this is ill-shaped", []],
    ]);
  });

  test("say what they assume, and how they are proven", () => {
    const [result] = run(
      `test "turned" { given n: Tensor[rows, 4] using shapes
        prove  Transpose(Transpose(n; perm = [1, 0]); perm = [1, 0]) + n == 2 * n
      }`,
      { explain: true },
    );
    expect(result?.passed).toBe(true);
    expect(result?.assumptions).toEqual(["shapes.turned assumes dim(x, 0) > 1"]);
    expect(result?.proof).toContain("by shapes.turned (test.rules:14)");
    expect(result?.proof).toContain("by shapes.doubled (test.rules:15)");
  });

  test("end at the limit of nodes", () => {
    const [result] = run(
      `test "long" { ${GIVEN} using ring  prove x + (y + (x + (y + (x + (y + x))))) == x * y }`,
      { nodes: 60 },
    );
    expect(result).toMatchObject({ passed: false, ending: "nodes" });
    expect(result?.nodes).toBeLessThan(80);
  });
});

test.each([
  ["given x: Tensor using ring", "a tensor that is given has sizes"],
  ["given x: Tensor[2], x: Tensor[3] using ring", "`x` is given twice"],
  ["given x: Tensor[2] using rang", "no ruleset called `rang`"],
  ["given x: Tensor[2] using ring prove Relu(z) == x", "`z` is not bound by the test"],
])("%s: %s", (body, message) => {
  expect(() => run(`test "wrong" { ${body} }`)).toThrow(message);
});
