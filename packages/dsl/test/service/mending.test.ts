// What is complained of, and the edits that mend it.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileRules, RuleError } from "../../src/index.ts";
import { actionsAt, analyse, diagnosticsOf, mendAll } from "../../src/service/index.ts";
import { sketch } from "../dialect.ts";
import { changed, desk, inRules } from "./desk.ts";

const importable = { dialects: [sketch] };

/** Files that must say something: what is said of them is what the compiler says. */
describe("diagnostics", () => {
  const place = new URL("../../fixtures/fail/", import.meta.url);
  test.each(readdirSync(place))("%s", (file) => {
    const source = { file, text: readFileSync(new URL(file, place), "utf8") };
    const found = diagnosticsOf(analyse([source], importable));
    try {
      expect(found).toEqual(compileRules([source], importable).warnings);
    } catch (thrown) {
      if (!(thrown instanceof RuleError)) throw thrown;
      expect(found).toEqual(thrown.diagnostics);
    }
  });

  test("what is wrong in an imported file is said at the import", () => {
    const { analysis } = desk('import "./b.rules"\nimport "./d.rules"\n', {
      "b.rules": 'import "./c.rules"\n',
      "c.rules": "sort A\nsort A\nrules r { t: x }\n",
      "d.rules": "sort B",
    });
    expect(diagnosticsOf(analysis)).toEqual([
      expect.objectContaining({
        code: "R0103",
        severity: "error",
        message: "`./b.rules` does not compile: `A` is defined twice",
        span: expect.objectContaining({ file: "main.rules", start: 7, end: 18 }),
        related: [
          {
            span: expect.objectContaining({ file: "c.rules", line: 2 }),
            label: "`A` is defined twice",
          },
        ],
        hints: ["mend `c.rules`, which has 1 more error"],
      }),
    ]);
  });
  test("a circle of imports is said in each file of it", () => {
    const files = { "a.rules": 'import "./b.rules"', "b.rules": 'import "./a.rules"' };
    for (const [first, second] of [
      ["a.rules", "b.rules"],
      ["b.rules", "a.rules"],
    ] as const) {
      const sources = [
        { file: first, text: files[first] },
        { file: second, text: files[second] },
      ] as const;
      expect(diagnosticsOf(analyse([...sources], importable)).map(({ code }) => code)).toEqual([
        "R0106",
      ]);
    }
  });
  test("warnings of imported files stay there", () => {
    const { analysis } = desk('import "./b.rules"', { "b.rules": inRules("t: a + b => b + a") });
    expect(analysis.diagnostics).toHaveLength(1);
    expect(diagnosticsOf(analysis)).toEqual([]);
  });
});

describe("actions", () => {
  test("the edit of the diagnostic at the cursor", () => {
    const { analysis, offset, text } = desk(inRules("t: re‸lluu(a) => a + a\n  u: flipp(a) => a"));
    const [one, ...more] = actionsAt(analysis, offset, offset);
    expect(one?.title).toBe("write `relu`");
    expect(changed(text, one?.changes ?? [])).toContain("t: relu(a) => a + a");
    expect(more.map(({ isForAll, diagnostics }) => [isForAll, diagnostics.length])).toEqual([
      [true, 2],
    ]);
  });
  test("none where nothing is wrong, or nothing can be done", () => {
    const { analysis } = desk(inRules("t: zzzzzzzzzzzz(a) => a"));
    expect(diagnosticsOf(analysis)).toHaveLength(1);
    expect(actionsAt(analysis, 0, analysis.entry.text.length)).toEqual([]);
  });
  test("all at once: each file that can be mended has fewer complaints then", () => {
    const place = new URL("../../fixtures/fail/", import.meta.url);
    let mended = 0;
    for (const file of readdirSync(place)) {
      const text = readFileSync(new URL(file, place), "utf8");
      const before = analyse([{ file, text }], importable);
      const all = mendAll(before);
      if (!all) continue;
      mended++;
      const codes = new Set(all.diagnostics.map(({ code }) => code));
      const count = (own: string) =>
        diagnosticsOf(analyse([{ file, text: own }], importable)).filter(({ code }) =>
          codes.has(code),
        ).length;
      expect(count(changed(text, all.changes)), file).toBeLessThan(count(text));
    }
    expect(mended).toBeGreaterThan(20);
  });
});
