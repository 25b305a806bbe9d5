// `rewright check` and `rewright test` on files: the samples beside the packages, files that import others, and files that are wrong.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileRules } from "@rewright/dsl";
import type { Session } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { afterAll, describe, expect, test } from "vitest";
import math from "../../../examples/rules/math.ops.ts";
import tensor from "../../../examples/rules/tensor.ops.ts";
import { scheduled } from "../src/schedule.ts";
import { here } from "./cli.ts";

const samples = join(import.meta.dirname, "../../../examples/rules");
const folder = mkdtempSync(join(tmpdir(), "rewright rules "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = {
  path: (name: string): string => join(folder, name),
  file(name: string, text: string): string {
    writeFileSync(at.path(name), text);
    return at.path(name);
  },
};

/** The first words of each line that is a verdict. */
function verdicts(stdout: string): readonly string[] {
  return stdout.split("\n").filter((line) => /^(ok|vacuous|unchecked|counterexample)\b/.test(line));
}

describe("the samples", () => {
  test("have modules that a runtime may load by themselves", () => {
    const [sum] = math.ops.add.evaluate(
      [1, 2].map((item) => ({ dtype: "f64", shape: [], data: [item] })),
    );
    expect(sum?.data).toEqual(Float64Array.of(3));
    expect(tensor.functions.joined([{ shape: [2, 3] }, { shape: [4, 3] }], 0)).toEqual([6, 3]);
    expect(tensor.functions.windows(5, 7, 3, 3, 2, "valid")).toEqual([2, 3]);
  });

  test("hold, but for what cannot be computed", async () => {
    const { code, stdout } = await here(["check", samples, "--samples", "12", "--seed", "3"]);
    expect(code).toBe(0);
    const others = verdicts(stdout).filter((line) => !line.startsWith("ok"));
    expect(others.length).toBe(15);
    for (const line of others)
      expect(line).toMatch(/^unchecked +calculus\..*no reference semantics for/);
  });

  test("prove what they say", async () => {
    const { code, stdout } = await here(["test", samples, "--nodes", "1500", "--explain"]);
    expect(stdout).toContain("by merging.shared_left");
    expect(stdout).toMatch(/\n12 passed, 0 failed\n$/);
    expect(code).toBe(0);
  });
});

describe("rewright check", () => {
  const wrong = `import onnx from "dialect:onnx"
rules mine #odd {
  root:   Sqrt(x * x)   =>  x
  right:  Relu(Relu(x)) =>  Relu(x)
}
rules other {
  never:  Relu(x)  =>  x   when rank(x) > 9
}
`;

  test("shows counterexamples, and exits with 1", async () => {
    const file = at.file("wrong.rules", wrong);
    const { code, stdout } = await here(["check", file, "--samples", "20"]);
    expect(code).toBe(1);
    expect(verdicts(stdout).map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ["counterexample", "mine.root"],
      ["ok", "mine.right"],
      ["vacuous", "other.never"],
    ]);
    expect(stdout).toMatch(
      /error\[R0501\]: `mine.root` does not hold[\s\S]*= with x: [\s\S]*seed 0/,
    );
    expect(stdout).toContain("warning[R0504]");
    expect(stdout).toContain("3 directions: 1 ok, 1 vacuous, 1 counterexample");
  });

  test("checks what is asked for, shows plans, and writes JSON", async () => {
    const file = at.file("wrong.rules", wrong);
    const one = await here(["check", file, "--rule", "mine.right", "--plan"]);
    expect(one.code).toBe(0);
    expect(one.stdout).toContain("begin   %0 = Relu(Relu(x");
    const json = await here(["check", file, "--rule", "#odd", "--samples", "5", "--json", "-"]);
    const { results } = JSON.parse(json.stdout);
    expect(results).toMatchObject([
      { rule: "mine.root", verdict: "counterexample", counterexample: { seed: 0 } },
      { rule: "mine.right", verdict: "ok", samples: 5 },
    ]);
    const none = await here(["check", file, "--rule", "mine.rihgt"]);
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining(
        "no rule, ruleset or tag is called mine.rihgt; did you mean mine.right?",
      ),
    ]);
  });
});

test("rewright check says what to assume where that would do, and nothing of the kind where it is assumed", async () => {
  at.file(
    "signs.ops.mjs",
    `const number = (f) => ({ operands: [{ name: "a" }], infer: () => [{ dtype: "f64", shape: [] }],
       evaluate: ([a]) => [{ ...a, data: Float64Array.of(f(a.data[0])) }] });
     export default { kind: "dialect", spec: 1, name: "signs", ops: { abs: number(Math.abs), root: number(Math.sqrt), inc: number((x) => x + 1), divided: number((x) => (x / x) * x) } };`,
  );
  const file = at.file(
    "signs.rules",
    `import signs from "./signs.ops.mjs"
sort Real
op abs(a: Real) -> Real
op root(a: Real) -> Real
op inc(a: Real) -> Real
op divided(a: Real) -> Real
rules r {
  plain:    abs(x)  =>  x
  partial:  abs(x)  =>  abs(root(root(abs(x))))
  undone:   abs(x)  =>  divided(abs(x))
  assumed:  inc(x)  =>  x   assuming x >= 0
}
`,
  );
  const { stdout } = await here(["check", file]);
  const hints = stdout.split("\n").filter((line) => /^ *= (if|what|a guard|its)/.test(line));
  expect(hints.map((line) => line.trim())).toEqual([
    "= if that cannot happen, say so: `assuming x >= 0`",
    "= if that cannot happen, say so: `assuming`",
    "= a guard keeps it from firing there: `assuming x > 0`",
    "= what it assumes does not exclude that: assume more, or mend a side",
  ]);
  const { stdout: json } = await here(["check", file, "--rule", "r.plain", "--json", "-"]);
  expect(JSON.parse(json).results).toMatchObject([{ rule: "r.plain", remedy: "assuming x >= 0" }]);
});

test("rewright check says what is odd about rules that hold", async () => {
  const file = at.file(
    "odd.rules",
    'import onnx from "dialect:onnx"\nrules mine { drop: Relu(Clip(x, 0, 6)) => Clip(x, 0, 6)  one: Relu(Clip(y, 0, 6)) => Clip(y, 0, 6) }\n',
  );
  const { code, stdout } = await here(["check", file, "--samples", "2"]);
  expect(code).toBe(0);
  expect(stdout).toContain("warning[R0902]: the same rule as `drop`, renamed or commuted");
  const { stdout: json } = await here(["check", file, "--samples", "2", "--json", "-"]);
  expect(JSON.parse(json).warnings).toMatchObject([
    { code: "R0902", edit: { title: "delete one" } },
  ]);
});

describe("imports", () => {
  at.file("package.json", "{}");
  at.file(
    "half.ops.mjs",
    `export default { kind: "dialect", spec: 1, name: "half", functions: { half: (n) => n / 2 }, ops: {
      neg: { operands: [{ name: "a" }], infer: () => [{ dtype: "f64", shape: [] }],
             evaluate: ([a]) => [{ ...a, data: Float64Array.of(-a.data[0]) }] } } };`,
  );
  at.file(
    "base.rules",
    `import half from "./half.ops.mjs"\nsort Real\nop neg(a: Real) -> Real as -a\nrules base { twice: -(-a) => a }\n`,
  );

  test("of files and modules are followed", async () => {
    const file = at.file(
      "user.rules",
      `import "./base.rules"\nrules mine { thrice: neg(neg(neg(a))) => neg(a)  odd: neg(a) => neg(neg(a)) }\ncheck mine\n`,
    );
    const { code, stdout } = await here(["check", file]);
    expect(code).toBe(1);
    expect(verdicts(stdout).map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ["ok", "mine.thrice"],
      ["counterexample", "mine.odd"],
    ]);
  });

  test.each([
    [`import "./absent.rules"`, "no such file"],
    [`import "../../outside.rules"`, "outside of the project"],
    [`import ops from "./throws.mjs"`, "boom"],
    [`import ops from "./empty.mjs"`, "exports no dialect"],
    [`import "@nobody/rules/a.rules"`, "no installed package provides @nobody/rules/a.rules"],
  ])("%s", async (text, why) => {
    at.file("throws.mjs", `throw new Error("boom");`);
    at.file("empty.mjs", "export const a = 1;");
    const { code, stderr } = await here(["check", at.file("importing.rules", `${text}\n`)]);
    expect(code).toBe(2);
    expect(stderr).toContain("error[R0110]");
    expect(stderr).toContain(why);
  });

  test("that go in a circle are refused", async () => {
    at.file("one.rules", `import "./two.rules"\n`);
    at.file("two.rules", `import "./one.rules"\n`);
    const { code, stderr } = await here(["check", at.path("one.rules")]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("error[R0106]")]);
  });
});

test("rewright test fails with both forms", async () => {
  const file = at.file(
    "failing.rules",
    `import onnx from "dialect:onnx"
rules mine { twice: Relu(Relu(x)) => Relu(x) }
test "t" { given x: Tensor[3] using mine
  prove  Relu(Relu(x)) == Relu(x)
  reduce Relu(Relu(x)) => Abs(x)
}
`,
  );
  const { code, stdout } = await here(["test", file]);
  expect(code).toBe(1);
  expect(stdout).toContain("error[R0603]: reduces to something else");
  expect(stdout).toContain("found Relu(x), which costs 2");
  expect(stdout).toMatch(/1 passed, 1 failed\n$/);
});

test("a schedule is followed before the strategy", async () => {
  const { rules: _, ...set } = compileRules(
    [
      {
        file: "scheduled.rules",
        text: `import onnx from "dialect:onnx"
rules a { twice: Relu(Relu(x)) => Relu(x) }
rules b { neg: Neg(Neg(x)) => x }
schedule default: saturate(b), repeat(2, a, b)
`,
      },
    ],
    { dialects: [onnx] },
  );
  const asked: string[] = [];
  const session = {
    spent: { all: false },
    moves: ({ ruleset }: { ruleset: string }) => [asked.push(ruleset)],
    apply: (moves: readonly unknown[]) => (asked.length > 2 ? moves.length : 0),
    cost: () => asked.push("cost"),
  } as unknown as Session;
  const strategy = {
    kind: "strategy",
    spec: 1,
    name: "last",
    search: () => void asked.push("last"),
  } as const;
  await scheduled(strategy, { rules: [], ...set }).search(session);
  expect(asked).toEqual(["b", "a", "b", "cost", "a", "b", "cost", "last"]);
  expect(scheduled(strategy, { ...set, rules: [], files: [] })).toBe(strategy);
});
