import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatRules, fromJson, parseRules, printRules, toJson } from "../src/index.ts";
import { NODES, UNIONS } from "../src/json-form.ts";
import { module, withoutPlaces } from "./tree.ts";

const files = ["format", "pass", "read"].flatMap((folder) => {
  const place = new URL(`../fixtures/${folder}/`, import.meta.url);
  return readdirSync(place).map((file) => ({
    file: `${folder}/${file}`,
    text: readFileSync(new URL(file, place), "utf8"),
  }));
});

describe("printing and parsing back is the identity", () => {
  test.each(files)("$file", ({ file, text }) => {
    const { module: tree } = parseRules({ file, text });
    const printed = printRules(tree);
    expect(withoutPlaces(parseRules({ file, text: printed }).module)).toEqual(withoutPlaces(tree));
  });

  test("on any tree", () => {
    fc.assert(
      fc.property(module, (tree) => {
        const text = printRules(tree);
        const { module: read, diagnostics } = parseRules({ file: "f", text });
        expect(diagnostics.filter(({ message }) => !/out of range/.test(message))).toEqual([]);
        expect(withoutPlaces(read)).toEqual(withoutPlaces(tree));
        expect(formatRules({ file: "f", text }).text).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the JSON form", () => {
  test.each(files)("$file is read back as it was", ({ file, text }) => {
    const { module: tree } = parseRules({ file, text });
    expect(fromJson(JSON.parse(JSON.stringify(toJson(tree))))).toEqual(tree);
    const bare = fromJson(JSON.parse(JSON.stringify(toJson(tree, { places: false }))));
    expect(withoutPlaces(bare)).toEqual(withoutPlaces(tree));
  });

  test("any tree is read back as it was", () => {
    fc.assert(
      fc.property(module, (tree) => {
        expect(fromJson(JSON.parse(JSON.stringify(toJson(tree))))).toEqual(tree);
      }),
      { numRuns: 500 },
    );
  });

  test("is documented field by field", () => {
    const page = readFileSync(
      new URL("../../../docs/language/json.md", import.meta.url),
      "utf8",
    ).replace(/ +/g, " ");
    const cell = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
    for (const [name, kinds] of Object.entries(UNIONS))
      expect(page).toContain(`| ${cell(name)} | ${kinds.map(cell).join(", ")} |`);
    for (const [name, fields] of Object.entries(NODES)) {
      const all = Object.entries(fields).map(([field, type]) => cell(`${field}: ${type}`));
      expect(page).toContain(`| ${cell(name)} | ${all.join(", ")} |`);
    }
  });

  const sort = (name: unknown): unknown => ({
    rewright: "rules",
    version: 1,
    file: "f",
    declarations: [{ kind: "sort", name, doc: "" }],
  });
  test.each([
    [null, /^the value: expected an object, found null/],
    [{}, /^rewright: expected "rules", found nothing/],
    [{ rewright: "rules", version: 2 }, /^version: this reader knows 1, and this is 2/],
    [{ rewright: "rules", version: 1, file: 3 }, /^file: expected a string, found 3/],
    [
      { rewright: "rules", version: 1, file: "f", declarations: {} },
      /^declarations: expected a list/,
    ],
    [sort("Real"), /^declarations\[0\]\.name: expected an object, found "Real"/],
    [sort({ name: "when" }), /^declarations\[0\]\.name\.name: expected a name, found "when"/],
    [sort({ name: "a b" }), /name\.name: expected a name/],
    [sort({ name: "a", size: 3 }), /name\.size: there is no such field/],
    [sort({ name: "a", span: [1, 2] }), /name\.span: expected four whole numbers, found a list/],
    [
      JSON.parse(
        '{"rewright":"rules","version":1,"file":"f","declarations":[{"kind":"__proto__"}]}',
      ),
      /kind: expected one of import/,
    ],
  ])("refuses %j", (json, message) => {
    expect(() => fromJson(json)).toThrow(TypeError);
    expect(() => fromJson(json)).toThrow(message);
  });

  test("refuses what is nested without end", () => {
    let expr: unknown = { kind: "number", text: "1" };
    for (let i = 0; i < 5_000; i++) expr = { kind: "unary", operator: "-", operand: expr };
    const declarations = [{ kind: "schedule", name: { name: "s" }, steps: [expr] }];
    const json = { rewright: "rules", version: 1, file: "f", declarations };
    expect(() => fromJson(json)).toThrow(/nested too deep/);
  });
});
