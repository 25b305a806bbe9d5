import { readFileSync } from "node:fs";
import type { Attr, DType, NdArray } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { numbersOf, tensor } from "../src/array.ts";
import { onnx } from "../src/index.ts";

type Written = readonly [dtype: DType, shape: number[], elements: number[]];

/** An application, and what the reference implementation of onnx 1.23.2 (`onnx.reference`) yields for it. */
interface Case {
  readonly op: string;
  readonly attrs: Readonly<Record<string, Attr | { readonly tensor: Written }>>;
  readonly operands: readonly (Written | null)[];
  readonly results: readonly Written[];
}

const cases: Case[] = readFileSync(new URL("reference.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

function read([dtype, shape, elements]: Written): NdArray {
  return tensor(dtype, shape, elements);
}

function readAttr(attr: Case["attrs"][string]): Attr {
  return typeof attr === "object" && "tensor" in attr ? read(attr.tensor) : attr;
}

const names = [...new Set(cases.map(({ op }) => op))];

describe.each(names)("%s", (name) => {
  const own = cases.filter(({ op }) => op === name);
  test.each(own)("with $attrs", ({ attrs, operands, results }) => {
    const given = operands.map((operand) => (operand === null ? undefined : read(operand)));
    const attributes = Object.entries(attrs).map(([key, attr]) => [key, readAttr(attr)]);
    const yielded = onnx.ops[name]?.evaluate?.(
      given,
      Object.fromEntries(attributes),
      results.length,
    );
    expect(yielded?.length).toBe(results.length);
    for (const [i, [dtype, shape, elements]] of results.entries()) {
      const array = yielded?.[i] as NdArray;
      expect([array.dtype, array.shape]).toEqual([dtype, shape]);
      const got = Array.from(numbersOf(array));
      for (const [k, x] of elements.entries()) expect(got[k]).toBeCloseTo(x, 5);
    }
  });
});
