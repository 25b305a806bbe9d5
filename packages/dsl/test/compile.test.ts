import { describe, expect, test } from "vitest";
import { compileRules, type Rule, type RuleError } from "../src/index.ts";
import { sketch } from "./dialect.ts";
import { showRule } from "./notation.ts";

const options = { dialects: [sketch] };

/** The rules of a ruleset's body. */
function compile(body: string): readonly Rule[] {
  const text = `import sketch from "dialect:sketch"\nrules r #set {\n${body}\n}`;
  return compileRules([{ file: "test.rules", text }], options).rules;
}

function resolved(body: string): string {
  return compile(`rule: ${body}`).map(showRule).join("\n");
}

describe("terms", () => {
  test.each([
    ["a @ b + c => a", "(Add (MatMul a b) c) => a"],
    ["a - b - c => a", "(Sub (Sub a b) c) => a"],
    ["-a ^ b ^ -c => a", "(Neg (Pow a (Pow b (Neg c)))) => a"],
    ["a * -1 => -a", "(Mul a '-1) => (Neg a)"],
    ["x / 1.5 => x * (1 / 2)", "(Div x '1.5f) => (Mul x '(/ 1 2))"],
    ["x * (1 / 2) => x", "(Mul x '0.5f) => x"],
    [
      "Reshape(x, [-1, n]) => Reshape(x, [n + 1, ...shape(x)])",
      "(Reshape x '[-1 n]) => (Reshape x '[(+ n 1) ...shape(x)])",
    ],
    ["Slice(x, [0], [9223372036854775807]) => x", "(Slice x '[0] '[9223372036854775807]) => x"],
    ["Gemm(_, b; ...g) => b", "(Gemm _ b {...g}) => b"],
    [
      "SkipLayerNorm(x, y, s; epsilon = e) => LayerNorm(x, s; epsilon = 2 * e)",
      "(com.example.SkipLayerNorm x y s {epsilon=e}) => (LayerNorm x s {epsilon=(* 2 e)})",
    ],
    [
      "LayerNorm(x, s; axis = i) => ReduceMean(x, [i])",
      "(LayerNorm x s {axis=i}) => (ReduceMean x '[i])",
    ],
    ["LayerNorm(x, s; axis = i) => x * i", "(LayerNorm x s {axis=i}) => (Mul x 'i)"],
    ["Reshape(x, s) => Reshape(x, s + 1)", "(Reshape x s) => (Reshape x (Add s '1))"],
    ["Reshape(x, s) => Reshape(x, shape(x))", "(Reshape x s) => (Reshape x 'shape(x))"],
  ])("%s", (body, expected) => {
    expect(resolved(body)).toBe(expected);
  });
});

describe("values", () => {
  test.each([
    ["rank(x @ y) == 2", "when (== rank(<(MatMul x y)>) 2)"],
    ["rank(x + y) == rank(-x)", "when (== rank(<(Add x y)>) rank(<(Neg x)>))"],
    ["dim(Relu(x), 0) + 1 > 2", "when (> (+ dim(<(Relu x)> 0) 1) 2)"],
    [
      "x != -1 and not y == 2 or x + 1 < y",
      "when (or (and (!= x -1) (not (== y 2))) (< (+ x 1) y))",
    ],
    ["shape(x)[-1:] == shape(y)[:2]", "when (== shape(x)[-1:] shape(y)[:2])"],
    ["shape(x)[1 - 2] == 1", "when (== shape(x)[(- 1 2)] 1)"],
    ['compose(shape(x), [1, 0]) == [1, "a"]', 'when (== compose(shape(x) [1 0]) [1 "a"])'],
  ])("%s", (condition, expected) => {
    expect(resolved(`x * y => x when ${condition}`)).toBe(`(Mul x y) => x ${expected}`);
  });
});

describe("lists", () => {
  test("a name that stands in spreads only is a list, whichever side tells", () => {
    const [columns, back] = compile(
      "columns: Concat(...(a @ bs); axis = 1) <=> a @ Concat(...bs; axis = 1)",
    );
    const depths = (rule: Rule | undefined) =>
      [...(rule?.variables.values() ?? [])].map(
        ({ name, kind, depth }) => `${name} ${kind} ${depth}`,
      );
    expect(depths(columns)).toEqual(["a term 0", "bs term 1"]);
    expect(depths(back)).toEqual(["a term 0", "bs term 1"]);
    expect(showRule(columns as Rule)).toBe(
      "(Concat ...(MatMul a bs) {axis=1}) => (MatMul a (Concat ...bs {axis=1}))",
    );
  });

  test("the results of one application, spread, repeat nothing in it", () => {
    const [rule] = compile("whole: Concat(...Split(x, s; axis = i); axis = i) => x");
    expect(showRule(rule as Rule)).toBe("(Concat ...(Split x s {axis=i}) {axis=i}) => x");
    expect([...(rule?.variables.values() ?? [])].map(({ depth }) => depth)).toEqual([0, 0, 0]);
  });
});

describe("results", () => {
  test.each([
    [
      "an application stands for as many results as there are roots",
      "a @ b, a @ c => Split(a; axis = 1)",
      "(MatMul a b), (MatMul a c) => (Split a {axis=1}).0/2, (Split a {axis=1}).1/2",
    ],
    [
      "and on the left",
      "Split(x; axis = i) => Neg(x), x",
      "(Split x {axis=i}).0/2, (Split x {axis=i}).1/2 => (Neg x), x",
    ],
    [
      "a fixed number of them is known",
      "Halves(x) => x, x",
      "(Halves x).0/2, (Halves x).1/2 => x, x",
    ],
    [
      "a chosen one is matched among any number",
      "Split(x; axis = 0).1 => x",
      "(Split x {axis=0}).1/? => x",
    ],
    ["the first of one result is the application", "Relu(x) => Neg(x).0", "(Relu x) => (Neg x)"],
    [
      "equal applications have as many as any of them is asked for",
      "Relu(x), x => LayerNorm(x, x).2, Neg(LayerNorm(x, x))",
      "(Relu x), x => (LayerNorm x x).2/3, (Neg (LayerNorm x x).0/3)",
    ],
  ])("%s", (_, body, expected) => {
    expect(resolved(body)).toBe(expected);
  });
});

describe("where", () => {
  test("abbreviations and parameters are written out, on both sides and in conditions", () => {
    expect(
      resolved(`(x - m) / mean(mean(y)) => Relu(m) when rank(m) == 2
        where m = mean(x), mean(t) = ReduceMean(t, [-1])`),
    ).toBe(
      "(Div (Sub x (ReduceMean x '[-1])) (ReduceMean (ReduceMean y '[-1]) '[-1])) => " +
        "(Relu (ReduceMean x '[-1])) when (== rank(<(ReduceMean x '[-1])>) 2)",
    );
  });

  test("a parameter hides an abbreviation, and arguments are read where they are written", () => {
    expect(resolved("f(m) => f(x) where m = Neg(x), f(m) = Relu(m)")).toBe(
      "(Relu (Neg x)) => (Relu x)",
    );
  });
});

describe("rules", () => {
  test("know where they come from, what they are called, and what they are for", () => {
    const [forth, back] = compile(
      "\n  /// Both ways.\n  /// Really.\n  both: Neg(x) <~> Relu(x) within 1e-3 #own",
    );
    expect(forth).toMatchObject({
      name: "r.both",
      label: "both",
      ruleset: "r",
      tags: ["set", "own"],
      doc: "Both ways.\nReally.",
      file: "test.rules",
      line: 6,
      lossy: 1e-3,
      subsume: false,
    });
    expect(back).toMatchObject({ name: "r.both⁻¹", lossy: 1e-3 });
  });

  test.each([
    ["Neg(Neg(x)) + y <=> x + y", [false, true]],
    ["(x + y) + z <=> x + (y + z)", [true, true]],
    ["Relu(x) => Relu(Neg(Neg(x)))", [false]],
    ["x => x + 0 expanding", [true]],
    ["Neg(Neg(x)) => x subsume", [false]],
  ])("grow or shrink: %s", (body, growing) => {
    expect(compile(`rule: ${body}`).map((rule) => rule.growing)).toEqual(growing);
  });
});

describe("files", () => {
  const library = {
    file: "lib/reals.rules",
    text: "sort Real\nop plus(a: Real, b: Real) -> Real as a + b is commutative\nop inverse(a: Real) -> Real as -a",
  };
  const using = (text: string) =>
    compileRules([library, { file: "main.rules", text }], options).rules.map(showRule);

  test("see what they import, and notation with it", () => {
    expect(using('import "./lib/reals.rules"\nrules a { r: a + -b => inverse(b) }')).toEqual([
      "(plus a (inverse b)) => (inverse b)",
    ]);
  });

  test("see only the names they import", () => {
    expect(
      using('import { plus } from "./lib/reals.rules"\nrules a { r: a + b => plus(b, a) }'),
    ).toEqual(["(plus a b) => (plus b a)"]);
    expect(() => using('import { plus } from "./lib/reals.rules"\nrules a { r: -b => b }')).toThrow(
      "R0203",
    );
    expect(() => using('import { minus } from "./lib/reals.rules"')).toThrow("R0101");
  });

  test("own notation wins over a dialect's", () => {
    const text = `import sketch from "dialect:sketch"
import "./lib/reals.rules"
rules a { r: a + 1 => 2 + a   when rank(b @ b) == 1 + 1 }`;
    expect(using(text.replaceAll("b @ b", "a"))).toEqual([
      "(plus a '1) => (plus '2 a) when (== rank(a) (+ 1 1))",
    ]);
  });

  test("declare operators, which the compiler hands out", () => {
    const { declared } = compileRules([library], options);
    expect(Object.keys(declared)).toEqual(["plus", "inverse"]);
    expect(declared["plus"]).toMatchObject({
      commutative: true,
      operands: [{ name: "a" }, { name: "b" }],
    });
  });

  test("must not import each other", () => {
    const a = { file: "a.rules", text: 'import "./b.rules"' };
    const b = { file: "b.rules", text: 'import "./c.rules"' };
    const c = { file: "c.rules", text: 'import "./a.rules"' };
    expect(() => compileRules([a, b, c], options)).toThrow(
      /R0106.*\n.*c\.rules:1:8\n.*\n.*\n.*a\.rules → b\.rules → c\.rules → a\.rules/,
    );
  });

  test("share one space of rule names", () => {
    const text = 'import sketch from "dialect:sketch"\nrules a { r: Neg(Neg(x)) => x }';
    const compileBoth = () =>
      compileRules(
        [
          { file: "one.rules", text },
          { file: "two.rules", text },
        ],
        options,
      );
    expect(compileBoth).toThrow(/R0103[\s\S]*two\.rules:2:11[\s\S]*one\.rules:2:11: the first/);
  });

  test("are complained about together, every error once", () => {
    const bad = (file: string) => ({
      file,
      text: `import sketch from "dialect:sketch"\nrules ${file[0]} { r: Neg(x) <=> y @ z }`,
    });
    try {
      compileRules([bad("p.rules"), bad("q.rules")], options);
      expect.unreachable();
    } catch (thrown) {
      const { diagnostics, message } = thrown as RuleError;
      expect(diagnostics.map(({ span, code }) => `${span.file} ${code} ${span.column}`)).toEqual([
        "p.rules R0301 18",
        "p.rules R0301 25",
        "p.rules R0301 29",
        "q.rules R0301 18",
        "q.rules R0301 25",
        "q.rules R0301 29",
      ]);
      expect(message.match(/error\[R0301]/g)?.length).toBe(6);
    }
  });
});

test("names of JavaScript's own objects are nothing special", () => {
  expect(() => resolved("Relu(toString) => __proto__")).toThrow(/R0301[\s\S]*`__proto__`/);
  expect(() => resolved("constructor(x) => x")).toThrow("R0101");
  expect(() => resolved("Relu(x; constructor = 1) => x")).toThrow("R0401");
  expect(() => resolved("Relu(x) => x when hasOwnProperty(x)")).toThrow("R0407");
  expect(resolved("Relu(valueOf) => valueOf")).toBe("(Relu valueOf) => valueOf");
});
