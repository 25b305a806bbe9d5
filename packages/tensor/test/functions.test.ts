import { readdirSync, readFileSync } from "node:fs";
import type { Attr, NdArray, Term } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { tensor } from "../src/array.ts";
import { functions } from "../src/functions.ts";

const folder = new URL("../src/functions/", import.meta.url);
const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));

function call(name: string, ...args: readonly (Term | Attr)[]): Attr | undefined {
  const f = functions[name];
  if (f === undefined) throw new Error(`there is no function ${name}`);
  return f(...args);
}

function term(shape: readonly (number | string)[], contents?: NdArray): Term {
  const known = contents === undefined ? {} : { contents };
  return { term: true, dtype: contents?.dtype ?? "f32", shape, constant: true, ...known };
}

// Every example in a doc comment: `f(…)` is `…`, a number, true, false, or not known.
const example = /`(\w+)(\([^`]*\))` is (?:`([^`]*)`|(true|false|not known|not|-?[\d.]*\d))/g;
const documented = sources.flatMap((text) => {
  const prose = text.replaceAll(/\n \* /g, " ");
  return [...prose.matchAll(example)].map(
    ([, name = "", args = "", code, word]) => [name, args, code ?? word ?? ""] as const,
  );
});

describe("the examples of the documentation", () => {
  test.each(documented)("%s%s is %s", (name, args, expected) => {
    const given = JSON.parse(`[${args.slice(1, -1).replace(/\bt\b(?!")/, "null")}]`);
    const t = term([], tensor("f32", [], [0]));
    const result = call(name, ...given.map((arg: Attr | null) => arg ?? t));
    const plain =
      typeof result === "object" && "data" in result
        ? [...(result.data as Iterable<unknown>)]
        : result;
    if (expected === "not known") expect(plain).toBeUndefined();
    else expect(plain).toEqual(expected === "not" ? false : JSON.parse(expected));
  });

  test("every function has one", () => {
    const undocumented = Object.keys(functions).filter(
      (name) => !documented.some(([documentedName]) => documentedName === name),
    );
    expect(undocumented).toEqual([]);
  });
});

describe("what is not known", () => {
  const strange: readonly (Term | Attr)[] = [
    "x",
    -7,
    2.5,
    true,
    [],
    ["a"],
    [[1]],
    12345678901234567890n,
    { dtype: "f32", shape: [], data: [1] },
    term(["N", "?!Reshape.0"]),
    { ...term([]), dtype: "unknown" },
    term([2], tensor("string", [2], ["a", "b"])),
  ];
  test.each(Object.keys(functions))("%s never throws", (name) => {
    expect(() => {
      call(name);
      for (const a of strange)
        for (const b of strange) {
          call(name, a);
          call(name, a, b);
          for (const c of strange) call(name, a, b, c);
        }
    }).not.toThrow();
  });

  test("sizes of which nothing is known are equal to no others", () => {
    const fresh = ["?!NonZero.0", 8];
    expect(call("broadcast", fresh, fresh)).toBeUndefined();
    expect(call("broadcasts_to", fresh, fresh)).toBeUndefined();
    expect(call("broadcasts_to", [0, 3], [0, 3])).toBe(false);
    expect(call("kept_axis", fresh, fresh, 0)).toBeUndefined();
    expect(call("kept_axis", fresh, fresh, 1)).toBe(1);
    expect(call("numel", fresh)).toBeUndefined();
    expect(call("quotient", "?!NonZero.0", "?!NonZero.0")).toBeUndefined();
    expect(call("carries", fresh, fresh, 0)).toBeUndefined();
  });
});

describe("terms", () => {
  const perm = term([3], tensor("i64", [3], [1, 2, 0]));
  test("stand for their contents where a list is expected", () => {
    expect(call("inverse", perm)).toEqual([2, 0, 1]);
    expect(call("permuted", ["N", 3, 8], perm)).toEqual([3, 8, "N"]);
    expect(call("inverse", term([3]))).toBeUndefined();
    expect(call("sum", { ...term([2]), dtype: "i64", value: ["N", 4] })).toBe("?(N+4)");
    expect(call("sum", { ...term([2]), dtype: "i64", value: ["?!Slice.0", 4] })).toBeUndefined();
  });

  test("stand for their shape where a shape is expected", () => {
    expect(call("numel", term([2, 3]))).toBe(6);
    expect(call("broadcast", term([2, 1]), term([5]))).toEqual([2, 5]);
    expect(call("kept_axis", term(["N", "S", 768]), term(["N", "S", 12, 64]), 1)).toBe(1);
    expect(call("kept_axis", term(["N", "S", 768]), term(["N", "S", 12, 64]), 3)).toBeUndefined();
  });

  test("stand for their number where one is expected", () => {
    const eight = term([1, 1], tensor("f32", [1, 1], [8]));
    expect(call("reciprocal", eight)).toBe(0.125);
    expect(call("near", eight, 8.00001)).toBe(true);
    expect(call("is_uniform", term([2], tensor("f32", [2], [3, 3])))).toBe(true);
    expect(call("is_uniform", term([2], tensor("f32", [2], [3, 4])))).toBe(false);
    expect(call("filled", term([2], tensor("i64", [2], [3, 3])))).toBe(3);
    expect(call("filled", term([2]))).toBeUndefined();
  });

  test("give a filled tensor its element type", () => {
    const t = term([], tensor("f16", [], [0]));
    expect(call("full", [2, 1], 0.5, t)).toEqual(tensor("f16", [2, 1], [0.5, 0.5]));
    expect(call("full", ["N"], 0.5, t)).toBeUndefined();
  });
});

describe("reshaped_operand", () => {
  const cases: [s: Attr, from: Attr, to: Attr, result: Attr | undefined][] = [
    [[768], ["N", "S", 768], ["N", "S", 12, 64], [1, 1, 12, 64]],
    [[1], [2, 6], [3, 4], [1, 1]],
    [
      [2, 6],
      [2, 6],
      [3, 4],
      [3, 4],
    ],
    [[2, 1], [2, 6], [3, 4], undefined],
    [
      [12, 64],
      ["N", 12, 64],
      ["N", 768],
      [1, 768],
    ],
    [[64], ["N", 12, 64], ["N", 768], undefined],
    [[5], [4, 5], [1, 4, 1, 5, 1], [1, 1, 1, 5, 1]],
    [
      ["S", 1],
      ["N", "S", 8],
      ["N", "S", 2, 4],
      [1, "S", 1, 1],
    ],
    [
      [4, 8],
      ["N", 4, 8],
      ["N", 8, 4],
      [1, 8, 4],
    ],
    [[3], [2, 3], [2, 4], undefined],
  ];
  test.each(cases)("of %j from %j to %j is %j", (s, from, to, result) => {
    expect(call("reshaped_operand", s, from, to)).toEqual(result);
  });
});

test("slices of symbolic axes keep their names", () => {
  expect(call("slice_length", 0, 2n ** 63n - 1n, 1, "S")).toBe("S");
  expect(call("is_whole_slice", 0, 2n ** 63n - 1n, 1, "S")).toBe(true);
  expect(call("slice_start", 3, "S")).toBeUndefined();
  expect(call("slice_length", 0, 5, 1, "S")).toBe("?(min(S,5))");
});
