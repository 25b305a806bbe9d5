// Where names are declared and mentioned, and their change.
import type { Dialect } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import {
  analyse,
  definitionAt,
  highlightsAt,
  referencesAt,
  rename,
  renameable,
} from "../../src/service/index.ts";
import { sketch } from "../dialect.ts";
import { changed, desk, inRules, OPS, SKETCH } from "./desk.ts";

/** A text with what a definition points at in brackets. */
function target(marked: string, files: Readonly<Record<string, string>> = {}): string | undefined {
  const { analysis, offset, text } = desk(marked, files);
  const found = definitionAt(analysis, offset);
  if (!found) return undefined;
  if (!found.span) return found.file;
  const whole = found.file === "main.rules" ? text : (files[found.file] ?? "");
  const line = whole.slice(0, found.span.start).split("\n").length;
  return `${found.file}:${line}: ${whole.slice(found.span.start, found.span.end)}`;
}

describe("definition", () => {
  const lines = OPS.split("\n").length;
  test.each([
    ["an operator", inRules("t: re‸lu(a) => a"), "main.rules:6: relu"],
    ["a token", inRules("t: a ‸@ b => a @ b"), "main.rules:3: matmul"],
    ["a variable", inRules("t: relu(a) => sum(‸a, a)"), `main.rules:${lines + 1}: a`],
    [
      "an abbreviation",
      inRules("t: relu(a) => ‸f(a) where f(x) = relu(x)"),
      `main.rules:${lines + 1}: f`,
    ],
    [
      "a parameter",
      inRules("t: relu(a) => f(a) where f(x) = relu(‸x)"),
      `main.rules:${lines + 1}: x`,
    ],
    ["an attribute", inRules("t: concat(a, b; ax‸is = i) => a"), "main.rules:7: axis"],
    ["a size", "op f(a: Tensor[m]) -> Tensor[‸m]", "main.rules:1: m"],
    ["a rest of sizes", "op f(a: Tensor[...s], b: Tensor[...‸s]) -> Tensor", "main.rules:1: s"],
    [
      "an operand in a definition",
      `${OPS}op g(xs: Tensor) -> Tensor := relu(‸xs)`,
      `main.rules:${lines}: xs`,
    ],
    ["a ruleset", `${inRules("t: relu(a) => a + a")}check ‸r`, `main.rules:${lines}: r`],
    ["a sort", "sort Real\nop f(a: Re‸al) -> Real", "main.rules:1: Real"],
    [
      "a given",
      `${SKETCH}test "t" {\n given abc: Tensor[2]\n prove ab‸c == abc\n}`,
      "main.rules:3: abc",
    ],
    ["in a rule that is half-written", inRules("t: relu(a) => ma‸tmul(a"), "main.rules:3: matmul"],
    ["a keyword", inRules("t: relu(a) => a wh‸en rank(a) == 2"), undefined],
    ["a dialect's operator", inRules("t: Re‸lu(a) => a", SKETCH), undefined],
  ])("%s", (_, text, found) => {
    expect(target(text)).toBe(found);
  });

  const other = `${OPS}sort Real\nrules theirs { a: relu(relu(x)) => relu(x) }\n`;
  test.each([
    [
      "an imported operator",
      'import "./lib/other.rules"\nrules r { t: re‸lu(a) => a }',
      "lib/other.rules:6: relu",
    ],
    [
      "an imported token",
      'import "./lib/other.rules"\nrules r { t: a ‸+ b => a }',
      "lib/other.rules:5: sum",
    ],
    [
      "a name in an import",
      'import { mat‸mul } from "./lib/other.rules"',
      "lib/other.rules:3: matmul",
    ],
    [
      "an imported ruleset",
      'import "./lib/other.rules"\ncheck th‸eirs',
      `lib/other.rules:${OPS.split("\n").length + 1}: theirs`,
    ],
    [
      "an imported sort",
      'import "./lib/other.rules"\nop f(a: Re‸al) -> Real',
      `lib/other.rules:${OPS.split("\n").length}: Real`,
    ],
    ["a file", 'import "./lib/oth‸er.rules"', "lib/other.rules"],
    ["a file of a package", 'import "@acme/linear.rul‸es"', "@acme/linear.rules"],
    [
      "an operator of a package",
      'import "@acme/linear.rules"\nrules r { t: tw‸ice(a) => a }',
      "@acme/linear.rules:1: twice",
    ],
  ])("%s", (_, text, found) => {
    const files = {
      "lib/other.rules": other,
      "@acme/linear.rules": "op twice(a: Tensor) -> Tensor",
    };
    expect(target(text, files)).toBe(found);
  });

  test("an operator and a function of a module", () => {
    const module: Dialect = {
      ...sketch,
      name: "ops",
      ops: { half: sketch.ops["Relu"] as never },
      functions: { even: () => true },
    };
    for (const word of ["ha‸lf(a)", "half(a) when ev‸en(1)"]) {
      const { analysis, offset } = desk(
        `import ops from "./x.ops.ts"\nrules r { t: half(half(a)) => ${word} }`,
        {},
        { "x.ops.ts": module },
      );
      expect(definitionAt(analysis, offset)?.file).toBe("x.ops.ts");
    }
  });
});

/** How often, and on which lines, something is named. */
function places(marked: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const { analysis, offset } = desk(marked, files);
  return referencesAt(analysis, offset).map(
    ({ span, isDeclaration }) =>
      `${span.file}:${span.line}:${span.column}${isDeclaration ? "!" : ""}`,
  );
}

describe("references", () => {
  test("an operator: by its name, by its token, in other files, in rules that are half-written", () => {
    const text = `import "./other.rules"
op su‸m(a: Tensor, b: Tensor) -> Tensor as a + b
rules r {
  one: sum(a, b) => a + b
  two: sum(a, => b
}`;
    expect(places(text, { "other.rules": "rules o { t: sum(a, b) => a }" })).toEqual([
      "main.rules:2:4!",
      "main.rules:4:8",
      "main.rules:4:23",
      "main.rules:5:8",
    ]);
  });
  test("a variable: in its rule alone", () => {
    const text =
      "op f(a: Tensor; n: Int) -> Tensor\nrules r {\n  one: f(‸a; n = n) => f(y; n = n) where y = f(a; n = n) when rank(a) == n\n  two: f(a; n = 1) => a\n}";
    expect(places(text)).toEqual(["main.rules:3:10!", "main.rules:3:47", "main.rules:3:67"]);
    expect(places(text.replace("‸", "").replace("n = n)", "n = ‸n)"))).toEqual([
      "main.rules:3:17!",
      "main.rules:3:32",
      "main.rules:3:54",
      "main.rules:3:73",
    ]);
  });
  test("arithmetic on values is none of an operator", () => {
    const text = `${SKETCH}rules r {\n  t: Reshape(x ‸+ x, [n + 1]) => Relu(x + 1)   when n + 1 == 2 and rank(x + x) == len([1] + 2)\n}`;
    expect(places(text).map((place) => place.split(":")[2])).toEqual(["16", "40", "74"]);
  });
  test("a tag, in all files", () => {
    expect(
      places('import "./other.rules"\nrules r #‸x { }', { "other.rules": "rules o #x { }" }),
    ).toEqual(["main.rules:2:9", "other.rules:1:9"]);
  });
  test("files that import this one, where they are known", () => {
    const { analysis, offset } = desk("op re‸lu(a: Tensor) -> Tensor");
    const user = 'import "./main.rules"\nrules r { t: relu(relu(a)) => a }';
    const dependant = analyse(
      [
        { file: "user.rules", text: user },
        { file: "main.rules", text: analysis.entry.text },
      ],
      { dialects: [] },
    );
    expect(referencesAt(analysis, offset, [dependant]).map(({ span }) => span.file)).toEqual([
      "main.rules",
      "user.rules",
      "user.rules",
    ]);
  });
  test("highlights stay in the file", () => {
    const { analysis, offset } = desk('import "./other.rules"\nrules r #x { }\nrules s #‸x { }', {
      "other.rules": "rules o #x { }",
    });
    expect(highlightsAt(analysis, offset).map(({ span }) => span.line)).toEqual([2, 3]);
  });
});

/** The text with what is marked renamed, or why it is not. */
function renamed(
  marked: string,
  name: string,
  files: Readonly<Record<string, string>> = {},
  modules: Readonly<Record<string, Dialect>> = {},
): string {
  const { analysis, offset, text } = desk(marked, files, modules);
  const result = rename(analysis, offset, name);
  return "refused" in result ? result.refused : changed(text, result.changes);
}

describe("rename", () => {
  test.each([
    [
      "a variable",
      "t: relu(‸a) + b => sum(a, b) when rank(a) == 2",
      "x",
      "t: relu(x) + b => sum(x, b) when rank(x) == 2",
    ],
    [
      "a remainder",
      "t: pool(x; ...‸p) => pool(relu(x); ...p)",
      "q",
      "t: pool(x; ...q) => pool(relu(x); ...q)",
    ],
    [
      "a list",
      "t: concat(...‸xs; axis = i) => relu(concat(...xs; axis = i))",
      "ys",
      "t: concat(...ys; axis = i) => relu(concat(...ys; axis = i))",
    ],
    [
      "an abbreviation",
      "t: relu(a) => m(m(a)) where ‸m(x) = x + x",
      "f",
      "t: relu(a) => f(f(a)) where f(x) = x + x",
    ],
    [
      "a parameter",
      "t: relu(a) => m(a) where m(‸x) = x + x",
      "y",
      "t: relu(a) => m(a) where m(y) = y + y",
    ],
    ["a rule", "‸t: relu(a) => a + a", "told", "told: relu(a) => a + a"],
    ["a half-written rule's variable", "t: relu(‸a) => sum(a, a", "x", "t: relu(x) => sum(x, x"],
    ["with a Greek letter", "t: relu(‸a) => a + a", "α", "t: relu(α) => α + α"],
  ])("%s", (_, rule, name, after) => {
    expect(renamed(inRules(rule), name)).toBe(inRules(after));
  });
  test("an operator: not where a token stands for it", () => {
    expect(renamed(inRules("t: su‸m(a, b) => a + b"), "plus")).toBe(
      inRules("t: plus(a, b) => a + b", OPS.replace("op sum", "op plus")),
    );
  });
  test("operands, sizes, attributes, sorts, rulesets, tags, schedules", () => {
    const text = `sort Real
op f(x: Real, y: Tensor[m]; n: Int) -> Tensor[m] := g(x, n)
rules r #fast { t: f(a, b; n = 1) => b #fast }
schedule s: saturate(r)
test "t" {
  given x: Real
  using r
}
check r
`;
    for (const [word, name] of [
      ["Real", "Number"],
      ["x", "z"],
      ["m", "k"],
      ["n", "count"],
      ["r ", "rr "],
      ["fast", "slow"],
      ["s:", "plan:"],
    ] as const) {
      const at = text.search(new RegExp(`(?<!\\w)${word}`));
      const after = renamed(`${text.slice(0, at)}‸${text.slice(at)}`, name.trim().replace(":", ""));
      const bare = word.replace(/\W/g, "");
      const scope =
        word === "x" ? /\bx\b(?=.*:=)|\bx\b(?=, n\))/g : new RegExp(`\\b${bare}\\b`, "g");
      expect(after).toBe(text.replace(scope, name.replace(/\W/g, "")));
    }
  });
  test("in all files at once", () => {
    const { analysis, offset, text } = desk("op re‸lu(a: Tensor) -> Tensor");
    const user = 'import { relu } from "./main.rules"\nrules r { t: relu(relu(a)) => a }';
    const dependant = analyse(
      [
        { file: "user.rules", text: user },
        { file: "main.rules", text },
      ],
      { dialects: [] },
    );
    const result = rename(analysis, offset, "ramp", [dependant]);
    if ("refused" in result) throw new Error(result.refused);
    const own = (file: string) => result.changes.filter(({ span }) => span.file === file);
    expect(changed(text, own("main.rules"))).toBe("op ramp(a: Tensor) -> Tensor");
    expect(changed(user, own("user.rules"))).toBe(
      'import { ramp } from "./main.rules"\nrules r { t: ramp(ramp(a)) => a }',
    );
  });
  test("to the same name changes nothing", () => {
    expect(renamed(inRules("t: relu(‸a) => a"), "a")).toBe(inRules("t: relu(a) => a"));
  });

  const module: Dialect = { ...sketch, name: "m", ops: { half: sketch.ops["Relu"] as never } };
  test.each([
    [
      "what another file declares",
      'import "./other.rules"\nrules r { t: f‸(a) => a }',
      "g",
      "`f` is declared in `other.rules`: rename it there",
    ],
    [
      "what a dialect declares",
      inRules("t: Re‸lu(a) => a", SKETCH),
      "g",
      "`Relu` is an operator of a dialect or of the language itself, which is declared in no rule file",
    ],
    [
      "a function",
      inRules("t: relu(a) => a when ra‸nk(a) == 1"),
      "g",
      "`rank` is a function of a dialect or of the language itself, which is declared in no rule file",
    ],
    [
      "a sort of the language",
      "op f(a: Ten‸sor) -> Tensor",
      "T",
      "`Tensor` is a sort of the language itself",
    ],
    ["a token", inRules("t: a ‸@ b => a"), "g", "this stands for `matmul`; rename it by its name"],
    ["a file", 'import "./oth‸er.rules"', "g", "a file is renamed where files are"],
    ["no name", inRules("t: relu(a) ‸=> a"), "g", "there is no name here"],
    ["a keyword as a name", inRules("t: relu(‸a) => a"), "when", /^`when` is not a name/],
    ["no name as a name", inRules("t: relu(‸a) => a"), "a b", /^`a b` is not a name/],
    ["a wildcard as a name", inRules("t: relu(‸a) => a"), "_", "`_` has a meaning of its own"],
    [
      "another variable's name",
      inRules("t: ‸a + b => b"),
      "b",
      /^`b` is a variable already, in `main.rules` on line \d+$/,
    ],
    [
      "an operator's name for a variable",
      inRules("t: relu(‸a) => a"),
      "flip",
      /^`flip` is an operator already/,
    ],
    [
      "a variable's name for an operator",
      inRules("t: re‸lu(a) => a"),
      "a",
      /^`a` is a(n operand| variable) already/,
    ],
    [
      "another operator's name",
      inRules("t: re‸lu(a) => a"),
      "flip",
      /^`flip` is an operator already/,
    ],
    [
      "a dialect's operator's name",
      `${SKETCH}op rel‸u(a: Tensor) -> Tensor`,
      "Relu",
      /^`Relu` is an operator already, of the dialect sketch$/,
    ],
    [
      "a function's name for an operator",
      "op f‸(a: Tensor) -> Tensor",
      "rank",
      "`rank` is a function already",
    ],
    [
      "another rule's name",
      inRules("‸t: relu(a) => a\n u: flip(a) => a"),
      "u",
      /^`u` is a rule already/,
    ],
    ["another ruleset's name", "rules ‸r { }\nrules s { }", "s", /^`s` is a ruleset already/],
    [
      "an imported ruleset's name",
      'import "./other.rules"\nrules ‸r { }',
      "theirs",
      "`theirs` is a ruleset already",
    ],
    [
      "an imported sort's name",
      'import "./other.rules"\nsort ‸R',
      "Real",
      "`Real` is a sort already",
    ],
    [
      "an operand's name for an attribute",
      "op f(a: Tensor; ‸n: Int) -> Tensor",
      "a",
      /^`a` is an operand already/,
    ],
    ["another size's name", "op f(a: Tensor[‸m, k]) -> Tensor[m]", "k", /^`k` is a size already/],
    [
      "what a module gives its meaning by this name",
      'import m from "./m.ops.ts"\nop ha‸lf(a: Tensor) -> Tensor',
      "third",
      "`m.ops.ts` gives `half` its meaning by this name: rename it there first",
    ],
  ])("not %s", (_, text, name, why) => {
    const files = { "other.rules": "sort Real\nop f(a: Tensor) -> Tensor\nrules theirs { }" };
    expect(renamed(text, name, files, { "m.ops.ts": module })).toMatch(why);
  });

  test("what may be renamed is asked before", () => {
    const { analysis, offset, text } = desk(inRules("t: relu(abc‸) => abc"));
    const found = renameable(analysis, offset);
    expect("span" in found && text.slice(found.span.start, found.span.end)).toBe("abc");
    const tagged = desk("rules r #fa‸st { }");
    expect(renameable(tagged.analysis, tagged.offset)).toMatchObject({
      name: "fast",
      span: { start: 9, end: 13 },
    });
    const fixed = desk(inRules("t: Re‸lu(a) => a", SKETCH));
    expect(renameable(fixed.analysis, fixed.offset)).toHaveProperty("refused");
  });
});
