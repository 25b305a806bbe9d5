// What may be written where the cursor is, in whole files and in half-written ones.
import { describe, expect, test } from "vitest";
import { completionsAt, signatureAt } from "../../src/service/index.ts";
import { desk, inRules, OPS, SKETCH } from "./desk.ts";

function offered(marked: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const { analysis, offset } = desk(marked, files);
  return completionsAt(analysis, offset).map(({ label }) => label);
}

/** What is written when a completion is taken; places to fill in in braces. */
function written(marked: string, label: string): string | undefined {
  const { analysis, offset, text } = desk(marked);
  const one = completionsAt(analysis, offset).find((other) => other.label === label);
  if (!one) return undefined;
  const own = one.pieces.map((piece) => (typeof piece === "string" ? piece : `{${piece.hole}}`));
  return (
    text.slice(text.lastIndexOf("\n", one.start - 1) + 1, one.start) +
    own.join("") +
    text.slice(one.end).split("\n")[0]
  );
}

const operators = ["concat", "flip", "matmul", "pool", "relu", "sum"];
const clauses = ["assuming", "expanding", "subsume", "when", "where", "within"];

describe.each([
  ["a rule's left side", "t: ‸", operators],
  ["a word", "t: re‸", operators],
  ["a word in a call", "t: relu(ma‸", operators],
  ["behind an arrow: what is bound, too", "t: relu(abc) => ‸", ["abc", ...operators]],
  ["within a call that is open", "t: relu(abc) => relu(‸", ["abc", ...operators]],
  ["in a spread", "t: relu(abc) => concat(...‸", ["abc", ...operators]],
  ["behind an infix token", "t: relu(abc) => abc + ‸", ["abc", ...operators]],
  ["an abbreviation's meaning", "t: relu(abc) => f where f = ‸", ["abc", "f", ...operators]],
])("%s", (_, rule, wanted) => {
  test("terms", () => {
    expect([...offered(inRules(rule))].sort()).toEqual([...wanted].sort());
  });
});

describe.each([
  ["an arrow", "t: relu(a) ‸", ["<=>", "<~>", "=>", "~>"]],
  ["clauses", "t: relu(a) => a ‸", clauses],
  ["clauses on the next line", "t: relu(a) => a\n  ‸", clauses],
  ["clauses behind clauses", "t: relu(a) => a when rank(a) == 2 ‸", clauses],
  ["clauses behind a tag", "t: relu(a) => a #x ‸", clauses],
  ["attributes", "t: pool(x; ‸", ["stride", "pad", "..."]],
  ["attributes that are left", 't: pool(x; pad = "same", ‸', ["stride", "..."]],
  ["a word of an attribute", "t: pool(x; str‸", ["stride", "pad", "..."]],
  ["attributes before others", 't: pool(x; ‸, pad = "same") => x', ["stride", "pad", "..."]],
  ["options in quotes", 't: pool(x; pad = "‸', ["same", "valid"]],
  ["options in closed quotes", 't: pool(x; pad = "v‸") => x', ["same", "valid"]],
  ["nothing for a label", "‸", []],
  ["nothing in a number", "t: relu(12‸", []],
  ["nothing in a comment", "t: relu(a) // re‸", []],
  ["nothing for a new name", "t: relu(a) => b where ‸", []],
  ["nothing for a bound", "t: relu(a) ~> a within ‸", []],
])("%s", (_, rule, wanted) => {
  test("what fits", () => {
    expect(offered(inRules(rule))).toEqual(wanted);
  });
});

test("options and values for an attribute", () => {
  expect(offered(inRules("t: pool(x; stride = i, pad = ‸")).slice(0, 4)).toEqual([
    '"same"',
    '"valid"',
    "i",
    "x",
  ]);
});
test("functions and connectives in a condition", () => {
  const labels = offered(inRules("t: relu(abc) => abc when ‸"));
  expect(labels[0]).toBe("abc");
  expect(labels).toEqual(expect.arrayContaining(["rank", "dim", "constant", "and", "not"]));
  expect(labels).not.toContain("relu");
});
test("terms, too, as arguments of a function", () => {
  const labels = offered(inRules("t: relu(abc) => abc when rank(‸"));
  expect(labels).toEqual(expect.arrayContaining(["abc", "rank", "relu"]));
});
test("the names of results", () => {
  expect(offered(inRules("t: Halves(x).‸ => x", SKETCH))).toEqual(["low", "high"].sort());
});
test("types beside variables", () => {
  const { analysis, offset } = desk(inRules("t: relu(abc @ d) => relu(‸abc) @ d"));
  expect(completionsAt(analysis, offset).find(({ label }) => label === "d")?.detail).toMatch(
    /^Tensor\[\w, \w\]$/,
  );
});

describe.each([
  ["declarations", "‸", ["check", "import", "op", "rules", "schedule", "sort", "test"]],
  ["a word of one", "ru‸", ["check", "import", "op", "rules", "schedule", "sort", "test"]],
  [
    "declarations behind a ruleset",
    "rules r {\n}\n‸",
    ["check", "import", "op", "rules", "schedule", "sort", "test"],
  ],
  ["sorts", "sort Real\nop f(a: ‸", ["Real", "Bool", "Float", "Int", "String", "Tensor"]],
  [
    "a result's sort",
    "sort Real\nop f(a: Real) -> ‸",
    ["Real", "Bool", "Float", "Int", "String", "Tensor"],
  ],
  ["a property", "sort Real\nop f(a: Real) -> Real is ‸", ["commutative"]],
  ["what follows a result", "sort Real\nop f(a: Real) -> Real ‸", [":=", "as", "cost", "is"]],
  ["rulesets to check", "rules one { }\nrules two { }\ncheck o‸", ["one", "two"]],
  ["rulesets to check, the first", "rules one { }\ncheck ‸", ["one"]],
  ["rulesets to use", 'rules one { }\ntest "t" {\n using ‸\n}', ["one"]],
  ["steps", "rules one { }\nschedule s: ‸", ["repeat", "saturate"]],
  ["rulesets to schedule", "rules one { }\nschedule s: saturate(‸", ["one"]],
  ["statements", 'test "t" {\n ‸\n}', ["given", "prove", "reduce", "refute", "using"]],
  [
    "sorts of what is given",
    'test "t" {\n given x: ‸\n}',
    ["Bool", "Float", "Int", "String", "Tensor"],
  ],
  ["tags", "rules r #one {}\nrules s #‸ {}", ["#one"]],
  ["imports", "import ‸", ['sketch from "dialect:sketch"']],
  ["paths", 'import "‸"', ["dialect:sketch"]],
  ["names in a file", 'import { ‸ } from "other.rules"', ["A", "r"]],
  ["from", "import sketch ‸", ["from"]],
])("%s", (_, text, wanted) => {
  test("what fits", () => {
    expect(offered(text, { "other.rules": "sort A\nrules r { }\n" })).toEqual(wanted);
  });
});

test("given names in a statement", () => {
  expect(offered(`${SKETCH}test "t" {\n given abc: Tensor[2]\n prove ‸\n}`)[0]).toBe("abc");
});

describe("what is written", () => {
  test.each([
    ["t: con‸", "concat", "  t: concat(...{xs}; axis = {axis})"],
    ["t: re‸(a) => a", "relu", "  t: relu(a) => a"],
    ["t: relu(a) => a when ra‸", "rank", "  t: relu(a) => a when rank({})"],
    ["t: pool(x; st‸) => x", "stride", "  t: pool(x; stride = ) => x"],
    ["t: pool(x; ‸) => x", "...", "  t: pool(x; ...{p}) => x"],
  ])("%s, %s", (rule, label, line) => {
    expect(written(inRules(rule), label)).toBe(line);
  });
  test("a step of a schedule", () => {
    expect(written("schedule s: ‸", "repeat")).toBe("schedule s: repeat({4}, {ruleset})");
  });
});

test("wherever the cursor is in a file, whole or cut off there, something or nothing is offered", () => {
  const text = `${SKETCH}${OPS}${inRules("t: concat(...relu(xs); axis = i) => f(xs)   where f(x) = relu(x)   when rank(i) == [1, 2][0:1] #x", "")}schedule s: repeat(2, r)\ntest "t" {\n  given x: Tensor[2]\n  using r\n  prove x == x\n}\ncheck r\n`;
  for (let at = 0; at <= text.length; at += 5)
    for (const marked of [`${text.slice(0, at)}‸${text.slice(at)}`, `${text.slice(0, at)}‸`])
      expect(Array.isArray(offered(marked))).toBe(true);
});

/** The signature at the mark, what is being written in brackets. */
function signature(rule: string): string | undefined {
  const { analysis, offset } = desk(inRules(rule));
  const found = signatureAt(analysis, offset);
  if (!found) return undefined;
  const [start, end] = found.parts[found.active ?? -1] ?? [0, 0];
  const { signature: text } = found;
  return end === 0 ? text : `${text.slice(0, start)}⟨${text.slice(start, end)}⟩${text.slice(end)}`;
}

describe("signatures", () => {
  const pool = 'pool(x: Tensor; pad: "same" | "valid" = "same", stride: Int) -> Tensor';
  test.each([
    ["t: sum(‸", "sum(⟨a: Tensor[...s]⟩, b: Tensor[...s]) -> Tensor[...s] as a + b is commutative"],
    [
      "t: sum(relu(x), ‸y) => y",
      "sum(a: Tensor[...s], ⟨b: Tensor[...s]⟩) -> Tensor[...s] as a + b is commutative",
    ],
    [
      "t: sum(x, y, ‸",
      "sum(a: Tensor[...s], b: Tensor[...s]) -> Tensor[...s] as a + b is commutative",
    ],
    ["t: concat(x, y, z‸", "concat(⟨...xs: Tensor⟩; axis: Int) -> Tensor"],
    ["t: concat(x; axis = ‸", "concat(...xs: Tensor; ⟨axis: Int⟩) -> Tensor"],
    ["t: pool(x; stride = [1, ‸", pool.replace("stride: Int", "⟨stride: Int⟩")],
    ["t: pool(x; ‸", pool],
    [
      "t: pool(x; pad = ‸",
      pool.replace('pad: "same" | "valid" = "same"', '⟨pad: "same" | "valid" = "same"⟩'),
    ],
    ["t: x => x when dim(x, ‸", "dim(t, ⟨i⟩)"],
    ["t: relu(x)‸ => x", undefined],
    ["t: none(‸", undefined],
  ])("%s", (rule, wanted) => {
    expect(signature(rule)).toBe(wanted);
  });
});
