import type { Dim, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { integersOf, sizeOf } from "../src/array.ts";
import { onnx } from "../src/dialect.ts";
import { formatType } from "../src/typing.ts";
import { typeOf } from "../src/value.ts";
import { Random, type Sample, samplesOf } from "./samples.ts";

const SAMPLES = 40;

/** A name that stands for a size: `D3` for 3, or one derived from such. */
function nameOf(random: Random, size: number): string {
  const names = [`D${size}`, `D${size}`];
  if (size > 1) names.push(`?(D${size - 1}+1)`);
  if (size > 2 && size % 2 === 0) names.push(`?(2*D${size / 2})`);
  return random.pick(names);
}

/** The number that a dimension stands for, `undefined` where nothing is known of it. */
function valueOfDim(dim: Dim): number | undefined {
  if (typeof dim === "number") return dim;
  if (dim.includes("?!")) return undefined;
  const expression = dim
    .replace(/^\?/, "")
    .replaceAll(/\bD(\d+)\b/g, "$1")
    .replaceAll(/\b(max|min)\(/g, "Math.$1(");
  const functions = {
    div: (a: number, b: number) => Math.floor(a / b),
    quo: (a: number, b: number) => Math.trunc(a / b),
    rem: (a: number, b: number) => a % b,
    mod: (a: number, b: number) => a - b * Math.floor(a / b),
    broadcast: (...sizes: number[]) => sizes.find((size) => size !== 1) ?? 1,
  };
  return new Function(...Object.keys(functions), `return ${expression}`)(
    ...Object.values(functions),
  );
}

/** Whether a type says nothing wrong of an array. */
function holdsOf(type: TensorType, array: NdArray): boolean {
  if (type.dtype === "unknown") return true;
  const fits = (dim: Dim, size: number) => (valueOfDim(dim) ?? size) === size;
  return (
    type.dtype === array.dtype &&
    type.shape.length === array.shape.length &&
    type.shape.every((dim, axis) => fits(dim, array.shape[axis] as number)) &&
    (type.value === undefined ||
      (type.value.length === sizeOf(array.shape) &&
        integersOf(array).every((x, i) => fits(type.value?.[i] as Dim, x))))
  );
}

/** What a host may know of an operand: all; without its elements; or with names for some of its sizes and elements. */
function known(random: Random, array: NdArray): TensorType {
  const type = typeOf(array);
  const named = (size: Dim) =>
    typeof size === "number" && size > 0 && size < 100 && random.chance(0.6)
      ? nameOf(random, size)
      : size;
  const shape = type.shape.map(named);
  if (type.value === undefined || random.chance(0.2)) return { dtype: type.dtype, shape };
  const values = type.value.map((x) =>
    random.chance(0.1) ? "?!Test.0" : random.chance(0.4) ? named(x) : x,
  );
  // A list whose elements are known has a known length.
  if (type.shape.length < 2) return { dtype: type.dtype, shape: type.shape, value: values };
  return { dtype: type.dtype, shape };
}

const evaluated = Object.entries(onnx.ops).filter(([, def]) => def.evaluate !== undefined);

function evaluate(def: OpDef, sample: Sample): readonly NdArray[] {
  return def.evaluate?.(sample.operands, sample.attrs, sample.count) ?? [];
}

describe.each(evaluated)("%s", (name, def) => {
  const samples = samplesOf(name, SAMPLES);
  const results = samples.map((sample) => evaluate(def, sample));

  test("is sampled", () => {
    expect(samples.length).toBe(SAMPLES);
  });

  test("has the types that are inferred", () => {
    for (const [i, { operands, attrs, count }] of samples.entries()) {
      const types = def.infer(
        operands.map((array) => array && typeOf(array)),
        attrs,
        count,
      );
      expect(types.length).toBe(count);
      expect(results[i]?.length).toBe(count);
      for (const [k, type] of types.entries()) {
        const array = results[i]?.[k] as NdArray;
        expect(holdsOf(type, array), `${formatType(type)} for ${formatType(array)}`).toBe(true);
        expect(array.data.length).toBe(sizeOf(array.shape));
      }
    }
  });

  test("has the types that are inferred from symbolic ones", () => {
    const random = new Random(7);
    for (const [i, { operands, attrs, count }] of samples.entries()) {
      const given = operands.map((array) => array && known(random, array));
      const types = def.infer(given, attrs, count);
      for (const [k, type] of types.entries()) {
        const array = results[i]?.[k] as NdArray;
        const said = `${given.map((t) => t && `${formatType(t)} {${t.value}}`).join(", ")} → ${formatType(type)} {${type.value}}, but is ${formatType(array)}`;
        expect(holdsOf(type, array), said).toBe(true);
      }
    }
  });

  test("does not change what it is given", () => {
    const before = JSON.stringify(samples[0], (_, x) => (typeof x === "bigint" ? `${x}` : x));
    evaluate(def, samples[0] as Sample);
    const after = JSON.stringify(samples[0], (_, x) => (typeof x === "bigint" ? `${x}` : x));
    expect(after).toBe(before);
  });
});
