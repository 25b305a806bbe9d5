// What is asked of a file as a whole: its contents, what folds, its colours, what stands between the lines, its layout.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatRules } from "../../src/index.ts";
import {
  analyse,
  colours,
  contents,
  type Entry,
  folds,
  inlayHints,
  layoutChanges,
} from "../../src/service/index.ts";
import { changed, desk, inRules, OPS } from "./desk.ts";

const whole = `import sketch from "dialect:sketch"
import "./other.rules"

// One.
// Two.
sort Real
/// Half of it.
op half(a: Real) -> Real

rules r #fast {
  /// Told.
  one:  half(half(a))
          => half(a)
  two:  half(a)  <=>  half(half(a))
}

schedule s: saturate(r)
test "halves" {
  given x: Real
  prove half(x) == half(x)
}
check r
`;

function outline(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(({ kind, name, detail, children }) => [
    `${kind} ${name}${detail ? ` ${detail}` : ""}`,
    ...outline(children).map((line) => `  ${line}`),
  ]);
}

test("contents", () => {
  const { analysis, text } = desk(whole);
  const entries = contents(analysis);
  expect(outline(entries)).toEqual([
    "module dialect:sketch",
    "module ./other.rules",
    "sort Real",
    "operator half -> Real",
    "ruleset r #fast",
    "  rule one =>",
    "  rule two <=>",
    "schedule s",
    "test halves",
    "check check r",
  ]);
  const all = entries.flatMap((entry) => [entry, ...entry.children]);
  for (const { span, nameSpan, name, kind } of all) {
    expect(span.start).toBeLessThanOrEqual(nameSpan.start);
    expect(nameSpan.end).toBeLessThanOrEqual(span.end);
    if (["sort", "operator", "ruleset", "rule"].includes(kind))
      expect(text.slice(nameSpan.start, nameSpan.end)).toBe(name);
  }
});

test("contents of a half-written file: all that could be read", () => {
  const { analysis } = desk(inRules("one: relu(a => a\n  two: relu(relu(a)) => relu(a)"));
  expect(outline(contents(analysis)).slice(-2)).toEqual(["ruleset r", "  rule two =>"]);
});

test("folds", () => {
  const { analysis, text } = desk(whole);
  const lines = (at: number) => text.slice(0, at).split("\n").length;
  expect(
    folds(analysis).map(({ start, end, kind }) => `${kind} ${lines(start)}-${lines(end)}`),
  ).toEqual(["imports 1-2", "comment 4-5", "region 10-15", "region 12-13", "region 18-21"]);
});

describe("colours", () => {
  /** The words, each with what it is. */
  function words(text: string): readonly string[] {
    const { analysis, text: own } = desk(text);
    return colours(analysis).map(({ start, end, role, isDeclaration, isGiven, isDocumentation }) =>
      [
        own.slice(start, end),
        role,
        isDeclaration ? "declared" : "",
        isGiven ? "given" : "",
        isDocumentation ? "documentation" : "",
      ]
        .filter((word) => word !== "")
        .join(" "),
    );
  }
  test("every word of a rule", () => {
    const rule = "t: relu(a, ...xs) => b @ a' + 1 where b = f(a) when rank(a) == 2 #x";
    expect(words(inRules(rule, OPS)).slice(-20)).toEqual([
      "t rule declared",
      "relu operator",
      "a variable declared",
      "xs variable declared",
      "=> token",
      "b abbreviation",
      "@ token",
      "a variable",
      "' token",
      "+ token",
      "1 number",
      "where keyword",
      "b abbreviation declared",
      "a variable",
      "when keyword",
      "rank function given",
      "a variable",
      "== token",
      "2 number",
      "#x tag",
    ]);
  });
  test("declarations", () => {
    expect(
      words(
        '/// Doc.\nsort Real // why\nop f(...op: Real; is: "a" | Int = 1) -> Real as literal is commutative cost 2\nimport { f } from "./x.rules"',
      ),
    ).toEqual([
      "/// Doc. comment documentation",
      "sort keyword",
      "Real sort declared",
      "// why comment",
      "op keyword",
      "f operator declared",
      "op operand declared",
      "Real sort",
      "is attribute declared",
      '"a" string',
      "Int sort given",
      "1 number",
      "Real sort",
      "as keyword",
      "literal keyword",
      "is keyword",
      "cost keyword",
      "2 number",
      "import keyword",
      "f operator",
      "from keyword",
      '"./x.rules" string',
    ]);
  });
  test("only a part", () => {
    const { analysis, text } = desk(whole);
    const [from, to] = [text.indexOf("rules r"), text.indexOf("/// Told")];
    expect(colours(analysis, from, to).map(({ start, end }) => text.slice(start, end))).toEqual([
      "rules",
      "r",
      "#fast",
    ]);
  });
  test("none overlap, in any file", () => {
    for (const folder of ["pass", "fail", "format", "read"]) {
      const place = new URL(`../../fixtures/${folder}/`, import.meta.url);
      for (const file of readdirSync(place)) {
        const text = readFileSync(new URL(file, place), "utf8");
        const found = colours(analyse([{ file, text }], { dialects: [] }));
        for (const [i, { start, end }] of found.entries()) {
          expect(start).toBeLessThan(end);
          expect(start).toBeGreaterThanOrEqual(found[i - 1]?.end ?? 0);
        }
      }
    }
  });
});

describe("inlay hints", () => {
  const hints = (rule: string) => {
    const { analysis, text } = desk(inRules(rule));
    return inlayHints(analysis).map(
      ({ offset, text: own }) => `${text.slice(0, offset).split(/\n\s*/).at(-1)} ⟨${own}⟩`,
    );
  };
  test.each([
    ["t: relu(a) => relu(a')'", ["t: relu(a) => relu(a')' ⟨requires rank(a) == 2⟩"]],
    ["t: relu(a) <=> relu(a')'", ["t: relu(a) <=> relu(a')' ⟨→ requires rank(a) == 2⟩"]],
    ["t: (a @ b)' <=> b' @ a'", []],
    [
      "t: concat(a, b; axis = 1) @ concat(c, d; axis = 0) => a @ c + b @ d",
      [
        "t: concat(a, b; axis = 1) @ concat(c, d; axis = 0) => a @ c + b @ d ⟨requires rank(a) == 2 and rank(c) == 2 and dim(a, 1) == dim(c, 0) and rank(b) == 2 and 4 more⟩",
      ],
    ],
    ["t: relu(a => a", []],
  ])("%s", (rule, shown) => {
    expect(hints(rule)).toEqual(shown);
  });
  test("only between two offsets", () => {
    const { analysis, text } = desk(inRules("t: relu(a) => relu(a')'"));
    expect(inlayHints(analysis, 0, OPS.length)).toEqual([]);
    expect(inlayHints(analysis, OPS.length, text.length)).toHaveLength(1);
  });
});

describe("layout", () => {
  const place = new URL("../../fixtures/format/", import.meta.url);
  const files = readdirSync(place).filter((file) => !file.includes(".formatted."));
  test.each(files)("the changes of %s are those of the formatter", (file) => {
    const text = readFileSync(new URL(file, place), "utf8");
    const analysis = analyse([{ file, text }], { dialects: [] });
    const wanted = formatRules({ file, text: analysis.entry.text }).text;
    const changes = layoutChanges(analysis);
    expect(changed(analysis.entry.text, changes)).toBe(wanted);
    for (const { span } of changes) expect(span.start).toBeLessThanOrEqual(span.end);
    expect(layoutChanges(analyse([{ file, text: wanted }], { dialects: [] }))).toEqual([]);
  });
  test("a part", () => {
    const text = "sort   A\nsort   B\nsort   C\n";
    const { analysis } = desk(text);
    expect(changed(text, layoutChanges(analysis, 9, 17))).toBe("sort   A\nsort B\nsort   C\n");
  });
  test("a file with errors stays as it is", () => {
    expect(layoutChanges(desk("sort   A\nrules {").analysis)).toEqual([]);
  });
});
