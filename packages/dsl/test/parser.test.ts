import { Lexer } from "chevrotain";
import { describe, expect, test } from "vitest";
import { Grammar } from "../src/grammar.ts";
import { parseRules } from "../src/index.ts";
import { allTokens } from "../src/tokens.ts";

function read(text: string): {
  readonly labels: readonly string[];
  readonly said: readonly string[];
} {
  const { module, diagnostics } = parseRules({ file: "f", text });
  return {
    labels: module.declarations.flatMap((decl) =>
      decl.kind === "rules" ? decl.rules.map((rule) => rule.label.name) : [],
    ),
    said: diagnostics.map(({ code, span }) => `${code} ${span.line}:${span.column}`),
  };
}

test("tokens and grammar are sound", () => {
  const lexer = new Lexer([...allTokens], { deferDefinitionErrorsHandling: true });
  expect(lexer.lexerDefinitionErrors).toEqual([]);
  expect(() => new Grammar(false)).not.toThrow();
});

describe("a mistake costs its own rule", () => {
  const good = "ok: f(x) => x";
  test.each([
    ["no arrow", "bad: f(x)", "R0001"],
    ["an open parenthesis", "bad: f(x => x", "R0002"],
    ["an open bracket", "bad: f([x => x", "R0002"],
    ["a closing one too many", "bad: f(x)) => x", "R0010"],
    ["nothing after the arrow", "bad: f(x) =>", "R0010"],
    ["a clause cut short", "bad: f(x) => x where y", "R0010"],
    ["a foreign character", "bad: f(x) → x", "R0003"],
    ["an open string", 'bad: f(x; a = "b) => x', "R0008"],
  ])("%s", (_, bad, code) => {
    const { labels, said } = read(`rules r {\n${good}\n${bad}\n${good}\n}\nrules s { ${good} }`);
    expect(labels).toEqual(["ok", "ok", "ok"]);
    expect(said.map((line) => line.split(" ")[0])).toEqual([code]);
  });

  test("a declaration too", () => {
    const { labels, said } = read(`op f(\nop g(a: A) -> A\nrules r { ${good} }`);
    expect(labels).toEqual(["ok"]);
    expect(said).toEqual(["R0002 1:5"]);
  });

  test("a slice over lines is no label", () => {
    expect(read("rules r {\n a: f(x) => x when shape(x)[\n b:2] == [1]\n c: f(x) => x\n}")).toEqual(
      {
        labels: ["a", "c"],
        said: [],
      },
    );
  });
});

describe("places", () => {
  test("count lines by \\n, \\r\\n and \\r, columns by UTF-16 code units", () => {
    expect(read("rules r {\r\n a: f(🙂) => x\r b: 3 y => x\n}").said).toEqual([
      "R0003 2:7",
      "R0006 3:7",
    ]);
  });

  test("do not count a byte order mark", () => {
    expect(read("\uFEFF?").said).toEqual(["R0003 1:1"]);
    expect(read("\uFEFFrules r { a: f(x) => x }")).toEqual({ labels: ["a"], said: [] });
  });

  test("at the end of the text are right after its last token", () => {
    const { diagnostics } = parseRules({ file: "f", text: "rules r {\n  a: f(x) =>   \n\n" });
    expect(diagnostics.map(({ code, span }) => ({ code, ...span }))).toEqual([
      { code: "R0002", file: "f", start: 8, end: 9, line: 1, column: 9 },
      { code: "R0010", file: "f", start: 22, end: 22, line: 2, column: 13 },
    ]);
  });

  test("cover what is in parentheses with them", () => {
    const text = "rules r { a: (x + y) * z => x }";
    const { module } = parseRules({ file: "f", text });
    const decl = module.declarations[0];
    const product = decl?.kind === "rules" ? decl.rules[0]?.left[0]?.value : undefined;
    if (product?.kind !== "binary") return expect.unreachable();
    expect(text.slice(product.span.start, product.span.end)).toBe("(x + y) * z");
    expect(text.slice(product.left.span.start, product.left.span.end)).toBe("(x + y)");
  });
});

test("documentation is what stands right above", () => {
  const { module } = parseRules({
    file: "f",
    text: "/// The file.\n\n/// A set.\n/// Of rules.\nrules r {\n  // no\n  a: f(x) => x\n  /// Yes.\n  b: f(x) => x /// not this\n  c: f(x) => /// nor this\n x d: f(x) => x\n//// nor this\n}",
  });
  const decl = module.declarations[0];
  if (decl?.kind !== "rules") return expect.unreachable();
  expect([decl.doc, ...decl.rules.map((rule) => rule.doc)]).toEqual([
    "A set.\nOf rules.",
    "",
    "Yes.",
    "",
    "",
  ]);
});

test("the tree is plain data", () => {
  const { module } = parseRules({
    file: "f",
    text: 'op f(a: A; b: "c" | "d" = "c") -> ...A as -a\nrules r { a: f(-x.0[1:]) <=> [...y]\' where y = "\\"\\n" #t }',
  });
  expect(JSON.parse(JSON.stringify(module))).toEqual(module);
});

/** None of these may overflow the stack, take more than linear time, or go unread in silence. */
describe("hostile text", () => {
  const many = 100_000;
  const rule = (left: string, rest = "=> a"): string => `rules r { x: ${left} ${rest} }`;
  const numbered = (each: (i: number) => string, count = 10_000): string =>
    Array.from({ length: count }, (_, i) => each(i)).join("\n");
  test.each([
    ["parentheses", rule(`${"(".repeat(many)}a${")".repeat(many)}`), 0, ["R0007"]],
    ["calls", rule(`${"f(".repeat(many)}a${")".repeat(many)}`), 0, ["R0007"]],
    ["lists", rule(`${"[".repeat(many)}a${"]".repeat(many)}`), 0, ["R0007"]],
    ["minus signs", rule(`${"-".repeat(many)}a`), 0, ["R0007"]],
    ["negations", rule("a", `=> a when ${"not ".repeat(many)}a`), 0, ["R0007"]],
    ["primes", rule(`a${"'".repeat(many)}`), 0, ["R0007"]],
    ["powers", rule(`a${"^a".repeat(many)}`), 0, ["R0007"]],
    ["sums", rule(`a${"+a".repeat(many)}`), 0, ["R0007"]],
    ["indices", rule(`a${"[0]".repeat(many)}`), 0, ["R0007"]],
    ["fields", rule(`a${".0".repeat(many)}`), 0, ["R0007"]],
    ["words", `test "t" { prove prove${"+prove".repeat(many)} == a }`, 0, ["R0007"]],
    ["open brackets", "rules r { x: ".padEnd(many, "["), 0, ["R0002", "R0007"]],
    ["open sets", "rules r {\n".repeat(2_000), 0, Array(2_000).fill("R0002")],
    ["labels", `rules r { ${"a:".repeat(2_000)} }`, 0, Array(2_000).fill("R0001")],
    ["operands", rule(`f(${"a,".repeat(20_000)}a)`), 1, []],
    [
      "bindings",
      rule("a", `=> a where ${numbered((i) => `v${i} = v${i + 1}`).replaceAll("\n", ",")}`),
      1,
      [],
    ],
    ["a long name", rule("a".repeat(1_000_000)), 1, []],
    ["a long number", rule("1".repeat(1_000_000)), 0, ["R0010"]],
    ["a long string", rule(`f(a; b = "${"s".repeat(1_000_000)}")`), 1, []],
    [
      "open strings of millions of backslashes",
      rule(`f(a; b = "${"\\".repeat(8_000_000)}`),
      0,
      ["R0002", "R0008"],
    ],
    ["open brackets by the millions", rule("(".repeat(8_000_000)), 0, ["R0007"]],
    ["a string of backslashes", rule(`f(a; b = "${"\\\\".repeat(many)}")`), 1, []],
    ["zero bytes", "\0".repeat(many), 0, ["R0003"]],
    ["lone surrogates", "\uD800".repeat(many), 0, ["R0003"]],
    ["quotes", '"\n'.repeat(2_000), 0, Array(2_000).fill("R0008")],
    [
      "rules",
      `rules r {\n${numbered((i) => `x${i}: f(a + b; c = ${i}) <=> g(b) when h(a) == ${i}`, 3_000)}\n}`,
      3_000,
      [],
    ],
    [
      "mistakes",
      `rules r {\n${numbered((i) => `x${i}: a b => c`, 2_000)}\n}`,
      0,
      Array(2_000).fill("R0006"),
    ],
  ])("many %s", (_, text, rules, codes) => {
    const { labels, said } = read(text);
    expect(labels.length).toBe(rules);
    expect(said.map((line) => line.split(" ")[0])).toEqual(codes);
  });

  test("256 levels are not too many", () => {
    const deep = (depth: number) => read(rule(`${"(".repeat(depth)}a${")".repeat(depth)}`)).said;
    expect(deep(256)).toEqual([]);
    expect(deep(257)).toEqual(["R0007 1:14"]);
  });
});
