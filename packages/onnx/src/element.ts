/**
 * Element types: their numbers in the file format, and their elements as bytes. Bytes are little-endian, as in `raw_data`;
 * the machine's own order is taken to be the same.
 *
 * @module
 */

import type { DType, NdArray } from "@rewright/plugin";
import { TensorProto_DataType as T } from "./generated/onnx_pb.ts";

/** The types by their number in `TensorProto.DataType`. */
const BY_NUMBER: ReadonlyMap<number, DType> = new Map<number, DType>([
  [T.DOUBLE, "f64"],
  [T.FLOAT, "f32"],
  [T.FLOAT16, "f16"],
  [T.BFLOAT16, "bf16"],
  [T.FLOAT8E4M3FN, "f8e4m3fn"],
  [T.FLOAT8E4M3FNUZ, "f8e4m3fnuz"],
  [T.FLOAT8E5M2, "f8e5m2"],
  [T.FLOAT8E5M2FNUZ, "f8e5m2fnuz"],
  [T.FLOAT8E8M0, "f8e8m0"],
  [T.FLOAT4E2M1, "f4e2m1"],
  [T.INT64, "i64"],
  [T.INT32, "i32"],
  [T.INT16, "i16"],
  [T.INT8, "i8"],
  [T.INT4, "i4"],
  [T.INT2, "i2"],
  [T.UINT64, "u64"],
  [T.UINT32, "u32"],
  [T.UINT16, "u16"],
  [T.UINT8, "u8"],
  [T.UINT4, "u4"],
  [T.UINT2, "u2"],
  [T.BOOL, "bool"],
  [T.STRING, "string"],
  [T.COMPLEX64, "c64"],
  [T.COMPLEX128, "c128"],
]);
const BY_NAME: ReadonlyMap<string, number> = new Map(
  [...BY_NUMBER].map(([number, dtype]) => [dtype, number]),
);

/** The element type with this number; `undefined` for none, and for those that came after this table. */
export function dtypeOf(number: number): DType | undefined {
  return BY_NUMBER.get(number);
}

/** The number of an element type in the file format; 0 (undefined) for `unknown`. */
export function numberOf(dtype: string): number {
  return BY_NAME.get(dtype) ?? 0;
}

/** How many bits an element takes; `undefined` for strings and `unknown`. */
export function bitsOf(dtype: DType): number | undefined {
  switch (dtype) {
    case "c128":
      return 128;
    case "f64":
    case "i64":
    case "u64":
    case "c64":
      return 64;
    case "f32":
    case "i32":
    case "u32":
      return 32;
    case "f16":
    case "bf16":
    case "i16":
    case "u16":
      return 16;
    case "f4e2m1":
    case "i4":
    case "u4":
      return 4;
    case "i2":
    case "u2":
      return 2;
    case "string":
    case "unknown":
      return undefined;
    default:
      return 8;
  }
}

/** How many bytes `count` elements take, the last one filled up. */
export function bytesOf(dtype: DType, count: number): number {
  return Math.ceil((count * (bitsOf(dtype) ?? 0)) / 8);
}

/** A floating-point format narrower than a machine number: bits of exponent and mantissa, bias, and what its top exponent means. */
interface Format {
  readonly exponent: number;
  readonly mantissa: number;
  readonly bias: number;
  /** `ieee`: infinities and NaNs; `fn`: all ones is NaN; `fnuz`: minus zero is NaN; `finite`: numbers like all others. */
  readonly special: "ieee" | "fn" | "fnuz" | "finite";
}

const FORMATS: Partial<Record<DType, Format>> = {
  f16: { exponent: 5, mantissa: 10, bias: 15, special: "ieee" },
  bf16: { exponent: 8, mantissa: 7, bias: 127, special: "ieee" },
  f8e5m2: { exponent: 5, mantissa: 2, bias: 15, special: "ieee" },
  f8e5m2fnuz: { exponent: 5, mantissa: 2, bias: 16, special: "fnuz" },
  f8e4m3fn: { exponent: 4, mantissa: 3, bias: 7, special: "fn" },
  f8e4m3fnuz: { exponent: 4, mantissa: 3, bias: 8, special: "fnuz" },
  f4e2m1: { exponent: 2, mantissa: 1, bias: 1, special: "finite" },
};

function decodeCode(code: number, { exponent, mantissa, bias, special }: Format): number {
  const sign = code >> (exponent + mantissa) === 1 ? -1 : 1;
  const e = (code >> mantissa) & ((1 << exponent) - 1);
  const m = code & ((1 << mantissa) - 1);
  const top = e === (1 << exponent) - 1;
  if (special === "ieee" && top) return m === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (special === "fn" && top && m === (1 << mantissa) - 1) return Number.NaN;
  if (special === "fnuz" && sign === -1 && e === 0 && m === 0) return Number.NaN;
  return e === 0
    ? sign * m * 2 ** (1 - bias - mantissa)
    : sign * (m + (1 << mantissa)) * 2 ** (e - bias - mantissa);
}

/** All numbers of a narrow format by their code. */
function codesOf(dtype: DType): Float32Array | undefined {
  const known = tables.get(dtype);
  if (known !== undefined) return known;
  const format = FORMATS[dtype];
  let table: Float32Array;
  if (format !== undefined)
    table = Float32Array.from({ length: 1 << (1 + format.exponent + format.mantissa) }, (_, code) =>
      decodeCode(code, format),
    );
  else if (dtype === "f8e8m0")
    table = Float32Array.from({ length: 256 }, (_, code) =>
      code === 255 ? Number.NaN : 2 ** (code - 127),
    );
  else return undefined;
  tables.set(dtype, table);
  return table;
}
const tables = new Map<DType, Float32Array>();

/** The code of the nearest number of a narrow format, ties to the even code; beyond the greatest, infinity where there is one. */
function encodeNumber(x: number, dtype: DType, codes: Float32Array): number {
  if (dtype === "f8e8m0")
    return Number.isNaN(x) ? 255 : Math.min(254, Math.max(0, Math.round(Math.log2(x)) + 127));
  const { exponent, mantissa, special } = FORMATS[dtype] as Format;
  const negative = 1 << (exponent + mantissa);
  const infinity = ((1 << exponent) - 1) << mantissa;
  if (Number.isNaN(x)) {
    if (special === "ieee") return infinity | (1 << (mantissa - 1));
    return special === "fnuz" ? negative : special === "fn" ? negative - 1 : 0;
  }
  const sign = x < 0 || Object.is(x, -0) ? negative : 0;
  const size = Math.abs(x);
  // Codes of one sign are in the order of their numbers; the last finite one depends on what the top codes mean.
  let high = special === "ieee" ? infinity - 1 : special === "fn" ? negative - 2 : negative - 1;
  const greatest = codes[high] as number;
  if (size > greatest) {
    const step = greatest - (codes[high - 1] as number);
    return sign | (special === "ieee" && size >= greatest + step / 2 ? infinity : high);
  }
  let low = 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((codes[middle] as number) <= size) low = middle;
    else high = middle;
  }
  const below = size - (codes[low] as number);
  const above = (codes[high] as number) - size;
  const code = above < below || (above === below && high % 2 === 0) ? high : low;
  return code === 0 && special === "fnuz" ? 0 : sign | code;
}

/** A copy where the bytes do not begin at a multiple of `size` in their buffer, as typed arrays demand. */
function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
}

/** Unsigned integers of `bits` bits, the first in the low bits of the first byte. */
function unpack(bytes: Uint8Array, bits: number, count: number): Uint8Array {
  const each = 8 / bits;
  const mask = (1 << bits) - 1;
  return Uint8Array.from(
    { length: count },
    (_, i) => ((bytes[Math.floor(i / each)] as number) >> ((i % each) * bits)) & mask,
  );
}

/**
 * The elements that bytes stand for: a view of them where their order and alignment allow, numbers decoded otherwise.
 * @throws {TypeError} for strings and `unknown`, which have no fixed bytes.
 */
export function decode(dtype: DType, bytes: Uint8Array, count: number): NdArray["data"] {
  const of = <A>(
    array: new (buffer: ArrayBufferLike, offset: number, length: number) => A,
    size: number,
    length = count,
  ): A => {
    const from = aligned(bytes, size);
    return new array(from.buffer, from.byteOffset, length);
  };
  switch (dtype) {
    case "f64":
      return of(Float64Array, 8);
    case "c128":
      return of(Float64Array, 8, 2 * count);
    case "f32":
      return of(Float32Array, 4);
    case "c64":
      return of(Float32Array, 4, 2 * count);
    case "i64":
      return of(BigInt64Array, 8);
    case "u64":
      return of(BigUint64Array, 8);
    case "i32":
      return of(Int32Array, 4);
    case "u32":
      return of(Uint32Array, 4);
    case "i16":
      return of(Int16Array, 2);
    case "u16":
      return of(Uint16Array, 2);
    case "i8":
      return of(Int8Array, 1);
    case "u8":
      return of(Uint8Array, 1);
    case "bool":
      return Uint8Array.from(bytes.subarray(0, count), (x) => (x === 0 ? 0 : 1));
    case "u4":
      return unpack(bytes, 4, count);
    case "u2":
      return unpack(bytes, 2, count);
    case "i4":
      return Int8Array.from(unpack(bytes, 4, count), (x) => (x << 28) >> 28);
    case "i2":
      return Int8Array.from(unpack(bytes, 2, count), (x) => (x << 30) >> 30);
    case "string":
    case "unknown":
      throw new TypeError(`elements of ${dtype} have no fixed bytes`);
    default: {
      const table = codesOf(dtype) as Float32Array;
      const codes =
        dtype === "f4e2m1"
          ? unpack(bytes, 4, count)
          : bitsOf(dtype) === 16
            ? of(Uint16Array, 2)
            : bytes.subarray(0, count);
      return Float32Array.from(codes, (code) => table[code] as number);
    }
  }
}

/** The typed arrays whose memory is already what the file holds. */
const SAME: Partial<Record<DType, new (from: ArrayLike<number>) => ArrayBufferView>> = {
  f64: Float64Array,
  c128: Float64Array,
  f32: Float32Array,
  c64: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
};

function viewOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The bytes of a tensor's elements: the inverse of `decode`. @throws {TypeError} for strings and `unknown`. */
export function encode(array: NdArray): Uint8Array {
  const { dtype, data } = array;
  const bigints = (): readonly bigint[] =>
    Array.from(data as ArrayLike<number | bigint>, (x) => BigInt(x));
  if (dtype === "i64")
    return viewOf(data instanceof BigInt64Array ? data : BigInt64Array.from(bigints()));
  if (dtype === "u64")
    return viewOf(data instanceof BigUint64Array ? data : BigUint64Array.from(bigints()));
  const same = SAME[dtype];
  if (same !== undefined)
    return viewOf(data instanceof same ? data : new same(data as ArrayLike<number>));
  const numbers = data as ArrayLike<number>;
  const bits = bitsOf(dtype);
  if (bits === undefined) throw new TypeError(`elements of ${dtype} have no fixed bytes`);
  const table = codesOf(dtype);
  const codeOf = (x: number): number =>
    table !== undefined ? encodeNumber(x, dtype, table) : dtype === "bool" ? Number(x !== 0) : x;
  if (bits === 16) return viewOf(Uint16Array.from(numbers, codeOf));
  if (bits === 8) return Uint8Array.from(numbers, codeOf);
  const each = 8 / bits;
  const packed = new Uint8Array(Math.ceil(numbers.length / each));
  for (let i = 0; i < numbers.length; i++) {
    const at = Math.floor(i / each);
    const code = codeOf(numbers[i] as number) & ((1 << bits) - 1);
    packed[at] = (packed[at] as number) | (code << ((i % each) * bits));
  }
  return packed;
}
