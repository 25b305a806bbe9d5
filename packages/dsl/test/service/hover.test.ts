// What is said of the thing under the cursor.
import { describe, expect, test } from "vitest";
import { builtins } from "../../src/functions.ts";
import { FUNCTIONS } from "../../src/service/functions-told.ts";
import { hover } from "../../src/service/index.ts";
import { desk, inRules, OPS, SKETCH } from "./desk.ts";

/** What is said, a line each; code in backticks. */
function said(marked: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const { analysis, offset } = desk(marked, files);
  return (hover(analysis, offset)?.blocks ?? []).map(({ kind, text }) =>
    kind === "code" ? `\`${text}\`` : text,
  );
}

describe("an operator", () => {
  test("by its name: its declaration, its documentation, its type here, and what precedence makes of it", () => {
    expect(said(inRules("t: mat‸mul(a, b)' => b' @ a'"))).toEqual([
      "`op matmul(a: Tensor[m, k], b: Tensor[k, n])   -> Tensor[m, n]   as a @ b`",
      "The product of two matrices.",
      "Without reference semantics: rules about it are not checked.",
      "`matmul(a, b): Tensor[m, k]`",
    ]);
  });
  test("by its token", () => {
    const [declaration, , , ...more] = said(inRules("t: (a @ b)' => b' ‸@ a'"));
    expect(declaration).toContain("op matmul");
    expect(more).toEqual(["`b' @ a': Tensor[k, m]`", "Read as", "`(b') @ (a')`"]);
  });
  test("of a dialect: what its declaration would be", () => {
    expect(said(inRules('t: Ge‸lu(x; approximate = "none") => Relu(x)', SKETCH))).toEqual([
      '`op Gelu(x: Tensor; approximate: "none" | "tanh" = "none") -> Tensor`',
      "Of the dialect sketch. Without reference semantics: rules about it are not checked.",
      '`Gelu(x; approximate = "none"): Tensor`',
    ]);
    expect(said(inRules("t: LayerNorm(x, s; ...p) ‸+ y => y", SKETCH))[1]).toBe(
      "Of the dialect sketch. Written `a + b`. Commutative: matched with its operands in either order. Without reference semantics: rules about it are not checked.",
    );
  });
  test("in a rule that is half-written", () => {
    expect(said(inRules("t: rel‸u(a"))[0]).toContain("op relu");
  });
});

describe("an expression", () => {
  test.each([
    ["t: (a‸ @ b) @ c => a @ (b @ c)", "`a: Tensor[m, n]`"],
    ["t: relu(a ‸@ b) => relu(a) @ b", "`a @ b: Tensor[m, k]`"],
    ["t: concat(...re‸lu(xs); axis = i) => relu(concat(...xs; axis = i))", "`relu(xs): Tensor`"],
    ["t: concat(...relu(x‸s); axis = i) => relu(concat(...xs; axis = i))", "`xs: ...Tensor`"],
    ["t: concat(...xs; axis = ‸i) => relu(concat(...xs; axis = i))", "`i: Int`"],
  ])("%s", (rule, type) => {
    expect(said(inRules(rule))).toContain(type);
  });
  test("by precedence", () => {
    expect(said(inRules("t: a ‸+ b @ c' + d => a"))).toContain("`(a + (b @ (c'))) + d`");
    expect(said(inRules("t: relu(a ‸+ b) => a"))).not.toContain("Read as");
  });
  test("in a test, by what is given", () => {
    const text = `${SKETCH}rules r { a: Relu(Relu(x)) => Relu(x) }
test "t" {
  given x: Tensor[8, 4]
  using r
  prove Re‸lu(x) == x
}`;
    expect(said(text)).toContain("`Relu(x): f32[8, 4]`");
  });
});

describe("a rule", () => {
  const rule = "block: concat(a, b; axis = 1) @ concat(c, d; axis = 0) => a @ c + b @ d";
  test("by its label: both sides and the guard", () => {
    const lines = said(inRules(`/// Blocks.\n  bl‸${rule.slice(2)}`));
    expect(lines[0]).toBe("`concat(a, b; axis = 1) @ concat(c, d; axis = 0) => (a @ c) + (b @ d)`");
    expect(lines[1]).toBe("Blocks.");
    expect(lines[2]).toMatch(/^Also requires `.*dim\(a, 1\) == dim\(c, 0\).*`\.$/);
  });
  test("by its arrow: what the arrow means, and the guard", () => {
    const lines = said(inRules(rule.replace("=>", "‸=>")));
    expect(lines[0]).toMatch(/^The left side may be rewritten/);
    expect(lines[1]).toMatch(/^Also requires/);
  });
});

test.each([
  [
    "an attribute",
    inRules('t: pool(x; pa‸d = "same", stride = 1) => x'),
    ['`pad: "same" | "valid" = "same"`', "An attribute of `pool`."],
  ],
  [
    "a function",
    inRules("t: relu(a) => a when ra‸nk(a) == 2"),
    ["`rank(t)`", "How many dimensions a term has."],
  ],
  [
    "a keyword",
    inRules("t: relu(a) => a ‸when rank(a) == 2"),
    [expect.stringMatching(/known to be true/)],
  ],
  [
    "an abbreviation",
    inRules("t: relu(a) => f‸(a) where f(x) = x + x"),
    ["`f(x) = x + x`", "An abbreviation."],
  ],
  ["a sort", "/// Numbers.\nsort Real\nop f(a: Re‸al) -> Real", ["`sort Real`", "Numbers."]],
  [
    "a ruleset",
    `${OPS}/// Told.\nrules r #x { a: relu(a) => relu(relu(a)) }\ncheck ‸r`,
    ["`rules r #x`", "Told.", "1 rule."],
  ],
  [
    "a tag",
    `${OPS}rules r #‸x { a: relu(a) => relu(relu(a)) #x }`,
    [expect.stringMatching(/in 2 places/)],
  ],
  ["a size", "op f(a: Tensor[‸m]) -> Tensor[m]", [expect.stringMatching(/^A size/)]],
  [
    "what is left of attributes",
    inRules('t: pool(x; pad = "same", ...‸p) => relu(pool(x; pad = "same", ...p))'),
    ["All attributes of `pool` that are not mentioned: `stride`."],
  ],
  [
    "what is given",
    'test "t" {\n given ‸x: Tensor[2, n]\n prove x == x\n}',
    ["`x: Tensor[2, n]`", "Given."],
  ],
  ["nothing", `${OPS}\n‸\n`, []],
])("%s", (_, text, lines) => {
  expect(said(text)).toEqual(lines);
});

test("an import", () => {
  expect(said('import "./oth‸er.rules"\n', { "other.rules": "sort A" })).toEqual([
    "The rule file `other.rules`.",
  ]);
  expect(said('import sketch from "dialect:ske‸tch"\n')).toEqual([
    expect.stringMatching(/^The dialect `sketch`: \d+ operators, 2 functions\.$/),
  ]);
});

test("every function of the language is told", () => {
  expect([...FUNCTIONS.keys()].sort()).toEqual(Object.keys(builtins).sort());
});
