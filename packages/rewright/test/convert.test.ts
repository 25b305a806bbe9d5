// Rule lists of other tools become rule files that compile, are laid out, and hold; nothing is lost on the way.
import { readFileSync } from "node:fs";
import { compileRules, formatRules } from "@rewright/dsl";
import { onnx } from "@rewright/tensor";
import { describe, expect, test } from "vitest";
import { type Account, describeAccount } from "../src/convert/account.ts";
import { type Converted, type ConvertOptions, convertRules } from "../src/convert/convert.ts";
import { type MalformedError, showPlace } from "../src/convert/foreign.ts";
import { guessFormat } from "../src/convert/guess.ts";
import { atDesk, here } from "./cli.ts";
import { collection, message, number, operator } from "./wire-format.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Converts, and sees to what every conversion must be. */
function convert(input: string | Uint8Array, options: Partial<ConvertOptions> = {}): Converted {
  const bytes = typeof input === "string" ? bytesOf(input) : input;
  const found = convertRules({ input: "some/list.txt", bytes, samples: 12, ...options });
  const { text, account } = found;
  expect(Object.values(account.counts).reduce((sum, n) => sum + n, 0)).toBe(account.rules);
  expect(account.entries.length).toBe(account.rules);
  expect(formatRules({ file: "", text }).text).toBe(text);
  const { rules, warnings } = compileRules([{ file: "", text }], { dialects: [onnx] });
  const repeated = warnings.filter(({ code }) => /^R090[234]$/.test(code));
  expect(repeated).toEqual([]);
  const names = new Set(rules.map(({ name }) => name.replace("⁻¹", "")));
  const kept = account.entries.flatMap(({ fate }) => (fate.kind === "converted" ? [fate.as] : []));
  expect([...names].sort()).toEqual([...kept].sort());
  for (const { name, fate } of account.entries) {
    if (fate.kind !== "converted") expect(text).toContain(`//   ${name} (`);
    if (fate.kind === "joined") expect(names).toContain(fate.with);
  }
  return found;
}

/** What became of each rule, in short. */
function fates({ entries }: Account): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map(({ name, fate }) => {
      if (fate.kind === "merged" || fate.kind === "joined")
        return [name, `${fate.kind} with ${fate.with}`];
      if (fate.kind === "inexpressible") return [name, fate.reason];
      return [name, fate.kind === "converted" ? fate.verdict : fate.kind];
    }),
  );
}

/** The rules of a file, without what stands around them. */
function rulesIn(text: string): string {
  return text.slice(text.indexOf("rules ")).replace(/ {2,}/g, " ");
}

describe("egg", () => {
  const math = String.raw`
use egg::{rewrite as law, multi_rewrite as laws, *};
define_language! {
  enum Math { "+" = Add([Id; 2]), "*" = Mul([Id; 2]), "/" = Div([Id; 2]), "d" = Diff([Id; 2]), Num(NotNan<f64>), Symbol(Symbol) }
}
// rewrite!("in a comment"; "(+ ?a 0)" => "?a")
fn rules() -> Vec<Rewrite<Math, ()>> { vec![
  law!("comm-add"; "(+ ?a ?b)" => "(+ ?b ?a)"),
  law!("assoc";    "(+ ?a (+ ?b ?c))" => "(+ (+ ?a ?b) ?c)"),
  law!("spread";   "(* ?a (+ ?b ?c))" => "(+ (* ?a ?b) (* ?a ?c))"),
  law!("gather";   "(+ (* ?x ?y) (* ?x ?z))" => "(* ?x (+ ?y ?z))"),
  law!("assoc-2";  "(+ ?x (+ ?y ?z))" => "(+ (+ ?x ?y) ?z)"),
  law!("add-zero"; "(+ ?a 0)" <=> "?a"),
  law!("wrong";    "(* ?a 2)" => "(+ ?a 2)"),
  law!("cancel";   "(/ ?a ?a)" => "1" if is_not_zero("?a")),
  law!("d-const";  "(d ?x ?c)" => "0" if is_const(var("?c"))),
  law!("odd";      "(+ ?a ?b)" => "?a" if is_odd("?b")),
  law!("code";     "(+ ?a ?b)" => { Sum { a: "?a" } }),
  law!(r#"raw"#;   "(d ?x (+ ?a ?b))" => "(+ (d ?x ?a) \
                    (d ?x ?b))"),
  laws!("twice";   "?p = (* ?a ?b), ?q = (+ ?p ?b)" => "?q = (* (+ ?a 1) ?b)"),
  laws!("both";    "?p = (* ?a ?b) = 1" => "?p = (/ ?b ?a)"),
] }`;

  test("macros are found, and what they say is checked, merged and joined", () => {
    const { text, account } = convert(math);
    expect(account).toMatchObject({ format: "egg", guessed: "`define_language!`", rules: 14 });
    expect(fates(account)).toEqual({
      "comm-add": "merged with op add is commutative",
      assoc: "ok",
      spread: "ok",
      gather: "joined with list.spread",
      "assoc-2": "merged with list.assoc",
      "add-zero": "guarded",
      wrong: "refuted",
      cancel: "ok",
      "d-const": "unchecked",
      odd: 'what its condition `is_odd("?b")` means is not known',
      code: 'its right side is Rust code: `{ Sum { a: "?a" } }`',
      raw: "unchecked",
      twice: "ok",
      both: "?p must match two patterns at once; a rule matches one pattern for each class",
    });
    expect(text).toContain("op add(a: Tensor[], b: Tensor[])");
    expect(text).toContain(":= Add(a, b)   as a + b   is commutative");
    expect(rulesIn(text)).toContain("spread: a * (b + c) <=> a * b + a * c\n");
    expect(rulesIn(text)).toContain("cancel: a / a => 1 assuming a != 0\n");
    expect(rulesIn(text)).toContain("d_const: d(x, c) => 0 when constant(c)\n");
    expect(rulesIn(text)).toContain("raw: d(x, a + b) => d(x, a) + d(x, b)\n");
    expect(rulesIn(text)).toContain("twice: a * b + b => (a + 1) * b\n");
    const wrong = account.entries.find(({ name }) => name === "wrong");
    expect(wrong).toMatchObject({
      at: { line: 14, column: 3 },
      fate: { counterexample: { seed: 0 } },
    });
    expect(text).toMatch(
      /\/\/ {3}wrong \(14:3\): refuted with a: \S+ = \S+: .* is not .* \(seed 0\)/,
    );
  });

  test("a direction that does not hold is left out, and said to be", () => {
    const { text, account } = convert(
      'rw!("log"; "(exp (ln ?a))" <=> "?a"); rw!("root"; "(sqrt (* ?a ?a))" <=> "?a"); rw!("half"; "(/ (+ ?a ?a) 2)" => "?a")',
      { samples: 30 },
    );
    expect(fates(account)).toEqual({ log: "ok", root: "refuted", half: "ok" });
    expect(account.entries[0]?.fate).toMatchObject({
      only: "left to right",
      otherwise: { kind: "undefined" },
    });
    expect(describeAccount(account)).toContain("as list.log, left to right only");
    expect(rulesIn(text)).toContain("log: exp(ln(a)) => a\n");
    expect(rulesIn(text)).toContain("half: (a + a) / 2 => a");
  });

  test("macros of a file's own, several roots, operators without a meaning", () => {
    const { text, account } = convert(`
macro_rules! rule { ($n:ident, $l:literal, $r:literal) => { fn $n() { rewrite!(stringify!($n); $l => $r) } }; }
rule! { there, back, "(f ?x ?y)", "(g ?y ?x)" }
rule! { odd }
multi_rewrite!("roots"; "?p = (f ?x ?y), ?q = (g ?x ?z)" => "?p = (h ?x), ?q = (k ?x)");
rewrite!("apart"; "(~ (# ?x when))" => "(when ?x)");`);
    expect(fates(account)).toEqual({
      there: "unchecked",
      back: "joined with list.there",
      rule_1: "what the macro `rule!` makes of this is not known",
      roots: "unchecked",
      apart: "unchecked",
    });
    expect(text).toContain("sort Term\n");
    expect(rulesIn(text)).toContain("there: f(x, y) <=> g(y, x)\n");
    expect(rulesIn(text)).toContain("roots: f(x, y), g(x, z) => h(x), k(x)\n");
    expect(rulesIn(text)).toContain("when_");
  });

  test("truth values have a meaning, and whole numbers are whole", () => {
    const logic = convert(
      'rw!("a"; "(| ?a (~ ?a))" => "true"); rw!("b"; "(-> ?a ?b)" => "(| (~ ?a) ?b)"); rw!("c"; "(& ?a ?b)" => "(| ?a ?b)")',
    );
    expect(fates(logic.account)).toEqual({ a: "ok", b: "ok", c: "refuted" });
    const whole = convert(
      'define_language! { enum E { "f" = F([Id; 1]), Num(i32) } } rw!("z"; "(f 0)" => "1")',
      { dialect: "none" },
    );
    expect(whole.text).toContain("op num(value: Int)   -> E   as literal");
    expect(whole.text).not.toContain("import");
  });

  test("plain lists", () => {
    const { text, account } = convert(`
; a comment
(fabs (fabs ?a)) ==> (fabs ?a)
named: (min ?a ?b) => (min ?b ?a)
(max ?a (max ?b ?c)) <=> (max (max ?a ?b) ?c)  # to the end of the line
(/ ?a ?a) => 1 if (is_not_zero ?a)
["(neg (neg ?x)) => ?x", "(neg (neg ?y)) => ?y"]`);
    expect(account).toMatchObject({
      format: "egg",
      guessed: "s-expressions with `=>` between them",
    });
    expect(fates(account)).toMatchObject({
      line_3: "ok",
      named: "merged with op min is commutative",
      line_5: "ok",
    });
    expect(account.counts).toEqual({
      converted: 4,
      merged: 2,
      joined: 0,
      refuted: 0,
      inexpressible: 0,
    });
    expect(rulesIn(text)).toContain("max(a, max(b, c)) <=> max(max(a, b), c)\n");
  });
});

describe("egglog", () => {
  const program = `
(datatype Math (Add Math Math) (Mul Math Math :cost 2) (Const i64) (Var String))
(constructor Twice (Math) Math)
(relation small (Math))
(function size (Math) i64 :no-merge)
(ruleset fold)
(let one (Const 1))
(rewrite (Add a b) (Add b a))
(rewrite (Mul a one) a)
(birewrite (Twice a) (Add a a))
(rewrite (Add (Const a) (Const b)) (Const (+ a b)) :when ((!= a 0) (< b 9)) :ruleset fold)
(rewrite (Mul (Var x) (Var x)) (Twice (Var x)) :subsume)
(rule ((= e (Mul a (Const 2))) (!= a e)) ((union e (Add a a))) :name "double")
(rule ((= e (Add a b))) ((small e)))
(rule ((= n (size a)) (= e (Twice a))) ((union e a)))
(rule ((Add a (Twice a))) ((let t (Twice a)) (union (Add a (Twice a)) t) (subsume (Add a (Twice a)))))
(rewrite (Mul a b) (Const (% 1 2)))
(rewrite (Mul a b) (Bar a))
(run 3)
(check (= one one))
`;

  test("rewrites, rules that are rewrites, and why the others are not", () => {
    const { text, account } = convert(program, { dialect: "none" });
    expect(account).toMatchObject({
      format: "egglog",
      guessed: "`(datatype …)`",
      others: { let: 1, run: 1, check: 1 },
    });
    expect(fates(account)).toEqual({
      line_8: "merged with op Add is commutative",
      line_9: "unchecked",
      line_10: "unchecked",
      line_11: "unchecked",
      line_12: "unchecked",
      double: "unchecked",
      line_14: "it fills the relation small; a rule says only what is equal",
      line_15: "(= ?n (size ?a)) looks up a function",
      line_16: "unchecked",
      line_17: "(% 1 2) is computed by %, which the rule language has not",
      line_18: "no operator Bar of 1 is declared",
    });
    expect(text).toContain("op Const(; value: Int)");
    expect(text).toContain("cost 2");
    expect(text).toContain("// No rules, and not converted: 1 × let, 1 × run, 1 × check.");
    const rules = rulesIn(text);
    expect(rules).toContain("line_9: a * Const(; value = 1) => a\n");
    expect(rules).toContain("line_10: Twice(a) <=> a + a\n");
    expect(rules).toMatch(/rules fold \{\n.*Const\(; value = a \+ b\) when a != 0 and b < 9\n/);
    expect(rules).toContain(
      "line_12: Var(; value = x) * Var(; value = x) => Twice(Var(; value = x)) subsume\n",
    );
    expect(rules).toContain("double: a * Const(; value = 2) => a + a");
    expect(rules).toContain("line_16: a + Twice(a) => Twice(a) subsume\n");
  });

  test("numbers stand for constants where they are always written", () => {
    const { text, account } = convert(
      "(datatype M (Num f64) (Add M M) (Sin M))\n(rewrite (Add a (Num 0.0)) a)\n(rewrite (Sin (Num 0.)) (Num 0.0))",
    );
    expect(rulesIn(text)).toContain("line_2: a + 0.0 => a\n");
    expect(fates(account)).toEqual({ line_2: "ok", line_3: "ok" });
    expect(text).not.toContain("op Num");
  });
});

describe("TENSAT", () => {
  test("merging groups, enlarging kernels, and pairs of lines", { timeout: 60_000 }, () => {
    const { text, account } = convert(
      `
(conv2d 1 1 0 0 ?input_1 ?input_2)=>(conv2d 1 1 0 0 ?input_1 (merge ?input_2 2))
(conv2d 2 2 0 0 ?input_1 ?input_2)=>(conv2d 2 2 0 0 ?input_1 (merge ?input_2 2))
(relu (conv2d 1 1 0 0 x w))=>(conv2d 1 1 0 2 x w)
(matmul 0 a (matmul 0 b c))=>(matmul 0 (matmul 0 a b) c)
(matmul (matmul a b) c)=>(matmul a (matmul b c))
(ewmul (ewadd a b) c)=>(ewadd (ewmul a c) (ewmul b c))
(conv2d 1 1 0 1 (ewadd a b) c)=>(conv2d 1 1 0 1 a c)
(conv2d 1 1 0 act x w)=>(conv2d 1 1 0 act x w)
(transpose (transpose a))=>(batchnorm a)
(concat 0 2 (ewadd a b) (ewadd c d))=>(ewadd (concat 0 2 a c) (concat 0 2 b d))
(concat 0 2 (ewadd a b) (ewadd c d))=>(ewadd (concat 0 2 b c) (concat 0 2 a d))

(conv2d 1 1 0 0 x v)=>(split_0 (split 1 (conv2d 1 1 0 0 x (concat 0 4 (enlarge v w) w))))
(conv2d 1 1 0 0 x w)=>(split_1 (split 1 (conv2d 1 1 0 0 x (concat 0 4 (enlarge v w) w))))
(relu x)=>(split_0 (split 1 (relu (concat 1 2 x y))))
(relu y)=>(split_1 (split 1 (relu (concat 1 2 x y))))
`,
      { samples: 5 },
    );
    expect(account.format).toBe("tensat");
    expect(fates(account)).toEqual({
      line_2: expect.stringMatching(/^(ok|guarded)$/),
      line_3: "merged with list.line_2",
      line_4: "merged with the language: both sides are the same",
      line_5: expect.stringMatching(/^(ok|guarded)$/),
      line_6: "joined with list.line_5",
      line_7: "ok",
      line_8: "refuted",
      line_9: "the activation is a variable, and no attribute of ONNX's operator",
      line_10: "the operator batchnorm is not known here",
      line_11: "ok",
      line_12: "merged with list.line_11",
      line_14: expect.stringMatching(/^(ok|guarded)$/),
      line_16: "the roots share no variable",
    });
    const rules = rulesIn(text);
    expect(rules).toMatch(
      /line_11: .*\s+when shape\(a\) == shape\(b\) and shape\(c\) == shape\(d\)\n/,
    );
    expect(rules).toContain("<=> a @ b @ c when rank(a) >= 2 and rank(b) >= 2 and rank(c) >= 2\n");
    expect(rules).toContain("group = g / 2");
    expect(rules).toContain("Pad(w, [0, 0, q1[0] - q[0],");
  });

  test("a pair needs its second line", () => {
    expect(() => convert("(relu x)=>(split_0 (split 1 (relu (concat 1 2 x y))))")).toThrow(
      /two lines/,
    );
  });
});

// ── TASO ─────────────────────────────────────────────────────────────────────

const conv = (x: number, w: number, act = 0) =>
  operator(3, [[x], [w]], { 6: 1, 7: 1, 8: 0, 9: act, 4: 3, 5: 3 });
const concat = (a: number, b: number, axis: number) =>
  operator(12, [[a], [b]], { 1: 2, 11: axis, 10: 4 });

describe("TASO", () => {
  const rules = collection([
    {
      left: [conv(-1, -2), conv(-1, -3)],
      right: [concat(-2, -3, 0), conv(-1, 0), operator(13, [[1]], { 11: 1, 2: 2 })],
      results: [
        [0, 0, 2, 0],
        [1, 0, 2, 1],
      ],
    },
    {
      left: [operator(16, [[-1], [-2]]), conv(0, -3)],
      right: [conv(-1, -3), conv(-2, -3), operator(16, [[0], [1]])],
      results: [[1, 0, 2, 0]],
    },
    { left: [conv(-1, -2), operator(8, [[0]])], right: [conv(-1, -2, 2)], results: [[1, 0, 0, 0]] },
    {
      left: [conv(-1, -2), conv(-3, -4), concat(0, 1, 1)],
      right: [concat(-1, -3, 1), concat(-2, -4, 0), conv(0, 1)],
      results: [[2, 0, 2, 0]],
    },
    { left: [operator(8, [[-1]])], right: [operator(77, [[-1]])], results: [[0, 0, 0, 0]] },
  ]);

  test("rules get the groups and shapes that they need", { timeout: 60_000 }, () => {
    const { text, account } = convert(rules, { samples: 10 });
    expect(account.format).toBe("taso");
    expect(fates(account)).toEqual({
      rule_0: "guarded",
      rule_1: expect.stringMatching(/^(ok|guarded)$/),
      rule_2: "merged with the language: both sides are the same",
      rule_3: expect.stringMatching(/^(ok|guarded)$/),
      rule_4: "operator 77 is not known here",
    });
    const written = rulesIn(text);
    expect(written).toContain(
      "rule_0: Conv(x, w; group = 1, ...p), Conv(x, v; group = 1, ...p)\n => Split(Conv(x, Concat(w, v; axis = 0); group = 1, ...p), [dim(w, 0), dim(v, 0)]; axis = 1)\n",
    );
    expect(written).toContain(
      "rule_1: Conv(x + y, w; ...p) => Conv(x, w; ...p) + Conv(y, w; ...p) when shape(x) == shape(y)\n",
    );
    expect(written).toMatch(
      /rule_3: .*group = g[\s\S]*group = 2 \* g, \.\.\.p\) when shape\(w\) == shape\(v\)\n/,
    );
    // On what the merged convolution is wrong where there are groups.
    const fate = account.entries[0]?.fate;
    expect(fate?.kind === "converted" && fate.otherwise?.variables.join()).toMatch(/g: [2-9]/);
  });
});

// ── What is wrong ────────────────────────────────────────────────────────────

describe("malformed input", () => {
  const text = (from: ConvertOptions["from"], content: string | Uint8Array) => (): unknown =>
    convert(content, { ...(from && { from }) });
  const table: readonly [string, () => unknown, string][] = [
    ["nothing", text(undefined, ""), "1:1: nothing here tells the format"],
    ["no rules", text("egg", "fn main() { f!(); }"), "there is no rule in it"],
    ["an open macro", text("egg", 'rw!("a"; "(f ?x)" => "?x"'), "1:4: this `(` is never closed"],
    ["an open string", text("egg", 'rw!("a'), "1:5: this string is never closed"],
    [
      "an open comment",
      text("egg", 'rw!("a"; "b" => "c");\n /* /* */'),
      "2:2: this comment is never closed",
    ],
    ["an open pattern", text("egg", 'rw!("a"; "(f ?x" => "?x")'), "1:11: this `(` is never closed"],
    ["an empty pattern", text("egg", 'rw!("a"; "" => "?x")'), "1:10: an empty pattern"],
    ["two patterns", text("egg", 'rw!("a"; "?x ?y" => "?x")'), "1:14: a second pattern"],
    ["no arrow", text("egg", 'rw!("a"; "?x")'), "1:1: `rw!` takes a name"],
    ["no equation", text("egg", 'multi_rewrite!("a"; "(f ?x)" => "?x = ?y")'), "1:22: an equation"],
    [
      "half an equation",
      text("egg", 'multi_rewrite!("a"; "?x = " => "?x = ?y")'),
      "1:25: a term is expected",
    ],
    [
      "an operator that is a list",
      text("egg", "((f) ?x) => ?x"),
      "1:2: an operator is expected here",
    ],
    ["an empty list", text("egg", "() => ?x"), "1:1: nothing between these parentheses"],
    ["a list without an arrow", text("egg", "(f ?x) (g ?x)\n"), "1:8: an arrow `=>` is expected"],
    ["a list that ends", text("egg", "(f ?x) =>"), "1:10: the right side of a rule is expected"],
    [
      "deep nesting",
      text("egg", `${"(f ".repeat(5000)}?x${")".repeat(5000)} => ?x`),
      "nested more than 200 deep",
    ],
    ["too many )", text("egglog", "(rewrite a b))"), "1:14: this `)` closes nothing"],
    ["no command", text("egglog", "rewrite"), "1:1: a command in parentheses"],
    ["half a rewrite", text("egglog", "(rewrite (A a))"), "1:1: `rewrite` takes two patterns"],
    ["a rule without lists", text("egglog", "(rule a b)"), "1:7: a list in parentheses"],
    ["a union of one", text("egglog", "(rule () ((union a)))"), "1:11: `union` lacks a term"],
    ["not text", text("tensat", Uint8Array.of(0xff, 0xfe)), "byte 0: it is not UTF-8 text"],
    ["a cut number", text("taso", Uint8Array.of(0x0a)), "byte 1: a number is cut off"],
    [
      "a cut message",
      text("taso", Uint8Array.of(0x0a, 9, 1)),
      "byte 0: a field of 9 bytes, where 1 are left",
    ],
    ["another field", text("taso", message(7, [])), "byte 2: a rule is expected here"],
    [
      "a wrong kind",
      text("taso", Uint8Array.of(0x0d, 0, 0, 0, 0)),
      "byte 0: a field of kind 32-bit",
    ],
    ["a rule of nothing", text("taso", message(1, [])), "rule 0 says of no result"],
    [
      "an operand ahead",
      text(
        "taso",
        collection([{ left: [conv(3, -1)], right: [conv(-1, -1)], results: [[0, 0, 0, 0]] }]),
      ),
      "operator 3, which does not come before",
    ],
    [
      "a field that is no number",
      text("taso", message(1, [message(3, [message(1, [])])])),
      "must be a number",
    ],
    ["a field that is no message", text("taso", message(1, [number(3, 1)])), "must be a message"],
  ];

  test.each(table)("%s", (_, run, expected) => {
    let caught: unknown;
    try {
      run();
    } catch (error) {
      caught = error;
    }
    expect((caught as Error | undefined)?.name).toBe("MalformedError");
    const { at, message: words } = caught as MalformedError;
    expect(`${showPlace(at)}: ${words}`).toContain(expected);
  });

  test("the format is told by the content", () => {
    const guess = (content: string | Uint8Array): string | undefined =>
      guessFormat(typeof content === "string" ? bytesOf(content) : content)?.format;
    expect(guess('rewrite!("a"; "b" => "c")')).toBe("egg");
    expect(guess("; comment\n(sort Math)\n")).toBe("egglog");
    expect(guess("(ewadd a b)=>(ewadd b a)")).toBe("tensat");
    expect(guess("(foo ?a) => (bar ?a)")).toBe("egg");
    expect(guess(collection([]))).toBeUndefined();
    expect(guess(collection([{ left: [], right: [], results: [] }]))).toBe("taso");
    expect(guess("{}")).toBeUndefined();
  });
});

describe("rewright convert", () => {
  const rules = 'rw!("zero"; "(+ ?a 0)" => "?a");\nrw!("odd"; "(+ ?a ?b)" => "?a" if odd("?b"));\n';

  test("writes rules to standard output or a file, and the account to standard error", async () => {
    await atDesk(async ({ file, path }) => {
      const input = file("mine.rs", rules);
      const plain = await here(["convert", input, "--samples", "5"]);
      expect(plain.code).toBe(0);
      expect(plain.stdout).toContain("rules mine {\n  zero:  a + 0  =>  a\n}\n");
      expect(plain.stderr).toContain(
        `${input}:2:1  what its condition \`odd("?b")\` means is not known`,
      );
      expect(plain.stderr).toMatch(/\n2 rules in .* \(egg\): 1 converted, 1 not expressible\n$/);

      const output = path("other.rules");
      const account = path("account.json");
      const written = await here([
        "convert",
        input,
        "--samples",
        "5",
        "-o",
        output,
        "--json",
        account,
        "--from",
        "egg",
      ]);
      expect([written.code, written.stdout]).toEqual([0, ""]);
      expect(written.stderr).not.toContain("looks like");
      expect(readFileSync(output, "utf8")).toContain("rules other {");
      expect(JSON.parse(readFileSync(account, "utf8"))).toMatchObject({
        version: 1,
        format: "egg",
        rules: 2,
        counts: { converted: 1, merged: 0, joined: 0, refuted: 0, inexpressible: 1 },
      });
      const check = await here(["check", output, "--samples", "10"]);
      expect([check.code, check.stdout]).toEqual([0, expect.stringContaining("1 direction: 1 ok")]);

      const json = await here(["convert", input, "--samples", "5", "--json", "-"]);
      expect(JSON.parse(json.stdout).entries.length).toBe(2);
    });
  });

  test("says what is wrong with its input", async () => {
    await atDesk(async ({ file, path }) => {
      const open = file("open.egg", "(rewrite (A a) a)\n(rewrite");
      expect(await here(["convert", open])).toEqual({
        code: 2,
        stdout: "",
        stderr: `rewright: ${open}:2:1: this \`(\` is never closed\n`,
      });
      expect((await here(["convert", path("none.egg")])).code).toBe(2);
      expect((await here(["convert", open, "--from", "yolk"])).code).toBe(2);
      const over = await here(["convert", open, "-o", open]);
      expect([over.code, over.stderr]).toEqual([2, expect.stringContaining("it is the input")]);
    });
  });

  test("its help has an example", async () => {
    const { stdout } = await here(["convert", "--help"]);
    expect(stdout).toContain("rewright convert math.rs -o math.rules");
  });
});

test("the documentation says what a conversion makes", () => {
  const page = readFileSync(new URL("../../../docs/language/convert.md", import.meta.url), "utf8");
  const [input, output] = [/```rust\n([\s\S]*?)```/, /```rules\n([\s\S]*?)```/].map(
    (fence) => fence.exec(page)?.[1] ?? "",
  );
  const { text } = convertRules({ input: "powers.rs", bytes: bytesOf(input ?? ""), samples: 30 });
  // Which sample refutes a rule depends on how samples are drawn.
  const plain = (rules = ""): string => rules.replace(/refuted with .*/g, "refuted");
  expect(plain(text)).toBe(plain(output));
});

test("an account for people has a line for each rule", () => {
  const { account } = convert("(f ?x ?y) => (f ?y ?x)\n(g ?x) => ?y\n(f ?a 1) <=> ?a\n");
  const lines = describeAccount(account).split("\n");
  expect(lines).toContain("merged           line_1  some/list.txt:1:1  with op f is commutative");
  expect(lines).toContain(
    "not expressible  line_2  some/list.txt:2:1  `y` is not bound by the left-hand side",
  );
  expect(lines.at(-1)).toBe(
    "3 rules in some/list.txt (egg): 1 converted, 1 merged, 1 not expressible",
  );
});
