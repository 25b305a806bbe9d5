import { readFileSync } from "node:fs";
import type { OpDef } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { onnx, ruleFiles } from "../src/index.ts";

/** What the schemas of onnx 1.23 say of an operator at opset 23: operands (`?` optional, `…` variadic) and attributes (type, default). */
interface Schema {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, readonly [string, unknown?]>>;
}

const schemas: Schema[] = readFileSync(new URL("standard.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/** `Swish` came with opset 24. */
const later = new Set(["Swish"]);
/** Withdrawn with opset 10. */
const withdrawn = new Set(["Affine", "Crop", "ImageScaler"]);

/** How the standard writes what the dialect writes in a type of its own. */
const written: Readonly<Record<string, string>> = { axis: "int", axes: "ints", dtype: "int" };

/** Element types are numbers in files. */
const dtypeNumbers: Readonly<Record<string, number>> = { f32: 1, i32: 6 };

test("every operator of the dialect is one of the standard", () => {
  const names = new Set(schemas.map(({ name }) => name));
  const others = Object.keys(onnx.ops).filter((name) => !names.has(name));
  expect(others.sort()).toEqual([...later, ...withdrawn].sort());
});

describe.each(schemas.map((schema) => [schema.name, schema] as const))("%s", (name, schema) => {
  const def = onnx.ops[name] as OpDef;

  test("takes the standard's operands", () => {
    const kind = (optional: boolean | undefined, variadic: boolean | undefined) =>
      variadic ? "..." : optional ? "?" : "";
    const kinds = def.operands.map(({ optional, variadic }) => kind(optional, variadic));
    const expected = schema.inputs.map((input) => /(\?|\.\.\.)?$/.exec(input)?.[0] ?? "");
    // A variadic operand may be declared optional besides.
    expect(kinds).toEqual(expected);
  });

  test("has the standard's attributes and defaults", () => {
    for (const [attr, [type, standard]] of Object.entries(schema.attributes)) {
      const own = def.attrs?.[attr];
      expect(own, attr).toBeDefined();
      const ownType = typeof own?.type === "string" ? (written[own.type] ?? own.type) : "string";
      expect(ownType, attr).toBe(type);
      if (type === "tensor") continue;
      expect(own?.required ?? false, attr).toBe(standard === "required");
      if (standard === "required") continue;
      if (own?.type === "dtype") {
        // Where the standard says 0, "none", the attribute is left out here.
        const number = own.default === undefined ? undefined : dtypeNumbers[own.default as string];
        expect(number, attr).toBe(standard === 0 ? undefined : standard);
      } else if (typeof standard === "number") expect(own?.default, attr).toBeCloseTo(standard, 6);
      else expect(own?.default, attr).toEqual(standard);
    }
    const standard = Object.keys(schema.attributes);
    expect(Object.keys(def.attrs ?? {}).filter((attr) => !standard.includes(attr))).toEqual([]);
  });
});

describe("the README", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const listedUnder = (title: string) => {
    const section = readme.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? "";
    return [...section.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  };

  test("lists the operators of the dialect", () => {
    expect(listedUnder("Operators").toSorted()).toEqual(Object.keys(onnx.ops).toSorted());
  });

  test("lists the functions of the dialect", () => {
    const names = Object.keys(onnx.functions ?? {});
    expect(listedUnder("Functions").toSorted()).toEqual(names.toSorted());
  });
});

test("the rule files are found, sorted by name", () => {
  expect(ruleFiles.length).toBeGreaterThan(0);
  const names = ruleFiles.map(({ file }) => file);
  expect(names).toEqual(names.toSorted());
  for (const { file, text } of ruleFiles) {
    expect(file).toMatch(/\/rules\/[\w-]+\.rules$/);
    expect(text).toContain("rules ");
  }
});
