import type { DType } from "@rewright/plugin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf, decode, dtypeOf, encode, numberOf } from "../src/element.ts";

const every: readonly DType[] = [
  "f64",
  "f32",
  "f16",
  "bf16",
  "f8e4m3fn",
  "f8e4m3fnuz",
  "f8e5m2",
  "f8e5m2fnuz",
  "f8e8m0",
  "f4e2m1",
  "i64",
  "i32",
  "i16",
  "i8",
  "i4",
  "i2",
  "u64",
  "u32",
  "u16",
  "u8",
  "u4",
  "u2",
  "bool",
  "c64",
  "c128",
];

test.each(every)("%s: bytes decode and encode back", (dtype) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), fc.nat(3), (bytes, offset) => {
      const count = Math.floor(((bytes.length - offset) * 8) / (8 * (bytesOf(dtype, 8) / 8)));
      const whole = bytesOf(dtype, count);
      // At any place in a file, aligned or not; booleans are 0 and 1.
      const part = bytes
        .subarray(offset, offset + whole)
        .map((x) => (dtype === "bool" ? x & 1 : x));
      const data = decode(dtype, part, count);
      const again = encode({ dtype, shape: [count], data });
      expect(decode(dtype, again, count)).toEqual(data);
      const hasNaN = Array.from(data as ArrayLike<number | bigint>).some((x) => Number.isNaN(x));
      const padded = (count * 8) % 8 !== 0 || whole * 8 !== count * (whole / count) * 8;
      if (!hasNaN && !padded && !/4|2$/.test(dtype.slice(-2)))
        expect([...again]).toEqual([...part]);
    }),
  );
});

describe("numbers of narrow formats", () => {
  const value = (dtype: DType, ...bytes: number[]): unknown =>
    (decode(dtype, Uint8Array.from(bytes), 1) as ArrayLike<unknown>)[0];
  test.each<[DType, number[], number]>([
    ["f16", [0x00, 0x3c], 1],
    ["f16", [0x01, 0x00], 2 ** -24],
    ["f16", [0xff, 0x7b], 65504],
    ["f16", [0x00, 0xfc], Number.NEGATIVE_INFINITY],
    ["f16", [0x01, 0x7e], Number.NaN],
    ["bf16", [0x80, 0x3f], 1],
    ["f8e4m3fn", [0x7e], 448],
    ["f8e4m3fn", [0x7f], Number.NaN],
    ["f8e4m3fnuz", [0x7f], 240],
    ["f8e4m3fnuz", [0x80], Number.NaN],
    ["f8e5m2", [0x7b], 57344],
    ["f8e5m2", [0x7c], Number.POSITIVE_INFINITY],
    ["f8e5m2fnuz", [0x7f], 57344],
    ["f8e8m0", [127], 1],
    ["f8e8m0", [255], Number.NaN],
    ["f4e2m1", [0x7], 6],
    ["f4e2m1", [0x9], -0.5],
    ["i4", [0xf8], -8],
    ["u4", [0xf8], 8],
    ["i2", [0x2], -2],
    ["u2", [0x2], 2],
  ])("%s %o is %d", (dtype, bytes, expected) => expect(value(dtype, ...bytes)).toBe(expected));

  test("rounding is to the nearest, ties to even", () => {
    const round = (dtype: DType, x: number): unknown =>
      (decode(dtype, encode({ dtype, shape: [], data: [x] }), 1) as ArrayLike<unknown>)[0];
    expect(round("f16", 2049)).toBe(2048);
    expect(round("f16", 2051)).toBe(2052);
    expect(round("f16", 65519)).toBe(65504);
    expect(round("f16", 65520)).toBe(Number.POSITIVE_INFINITY);
    expect(round("bf16", 1 + 2 ** -8)).toBe(1);
    expect(round("bf16", 1 + 3 * 2 ** -8)).toBe(1 + 2 ** -6);
    expect(round("f8e4m3fn", 1000)).toBe(448);
    expect(round("f4e2m1", -2.5)).toBe(-2);
    expect(Object.is(round("f16", -0), -0)).toBe(true);
    expect(round("f16", Number.NaN)).toBeNaN();
    expect(round("f8e5m2fnuz", Number.NaN)).toBeNaN();
  });

  test("several elements share a byte, the first in its low bits", () => {
    expect(decode("i4", Uint8Array.of(0x21, 0x0f), 3)).toEqual(Int8Array.of(1, 2, -1));
    expect(encode({ dtype: "u2", shape: [5], data: [3, 2, 1, 0, 3] })).toEqual(
      Uint8Array.of(0b00011011, 3),
    );
  });
});

test("types have their numbers in the format; strings and unknown types have no bytes", () => {
  for (const dtype of every) expect(dtypeOf(numberOf(dtype))).toBe(dtype);
  expect(numberOf("unknown")).toBe(0);
  expect(dtypeOf(99)).toBeUndefined();
  expect(() => encode({ dtype: "string", shape: [1], data: ["a"] })).toThrow(TypeError);
});
