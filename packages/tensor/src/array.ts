/**
 * Tensor contents: buffers by element type, rounding to an element type, strides and indexing.
 *
 * @module
 */

import type { DType, NdArray } from "@rewright/plugin";

/** A writable buffer of numbers. Element types narrower than a machine number live in the next wider one, rounded. */
export type NumberBuffer =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** A writable buffer of any element type. */
export type Buffer = NumberBuffer | BigInt64Array | BigUint64Array | string[];

/** Integers of 64 bits, held as bigints. */
export function isBig(dtype: DType): boolean {
  return dtype === "i64" || dtype === "u64";
}

/** How many elements a shape has. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** A zeroed buffer; a complex element takes two numbers, its real part first. @throws for `unknown`. */
export function allocate(dtype: DType, length: number): Buffer {
  switch (dtype) {
    case "f64":
      return new Float64Array(length);
    case "c128":
      return new Float64Array(2 * length);
    case "c64":
      return new Float32Array(2 * length);
    case "i64":
      return new BigInt64Array(length);
    case "u64":
      return new BigUint64Array(length);
    case "i32":
      return new Int32Array(length);
    case "u32":
      return new Uint32Array(length);
    case "i16":
      return new Int16Array(length);
    case "u16":
      return new Uint16Array(length);
    case "i8":
    case "i4":
    case "i2":
      return new Int8Array(length);
    case "u8":
    case "u4":
    case "u2":
    case "bool":
      return new Uint8Array(length);
    case "string":
      return new Array<string>(length).fill("");
    case "unknown":
      throw new TypeError("a tensor of unknown element type has no buffer");
    default:
      return new Float32Array(length);
  }
}

/** A zeroed buffer of a type whose elements are numbers. @throws for 64-bit integers, strings and `unknown`. */
export function allocateNumbers(dtype: DType, length: number): NumberBuffer {
  const buffer = allocate(dtype, length);
  if (Array.isArray(buffer) || buffer instanceof BigInt64Array || buffer instanceof BigUint64Array)
    throw new TypeError(`elements of ${dtype} are not numbers`);
  return buffer;
}

/** Explicit bits of the mantissa, least exponent of a normal number, greatest finite number, and whether infinity exists. */
const NARROW: Partial<Record<DType, readonly [number, number, number, boolean]>> = {
  f16: [10, -14, 65504, true],
  bf16: [7, -126, 2 ** 127 * (2 - 2 ** -7), true],
  f8e5m2: [2, -14, 57344, true],
  f8e5m2fnuz: [2, -15, 57344, false],
  f8e4m3fn: [3, -6, 448, false],
  f8e4m3fnuz: [3, -7, 240, false],
  f4e2m1: [1, 0, 6, false],
};

/** To the nearest, ties to even, of the numbers of a narrow floating-point format. */
function roundNarrow(
  x: number,
  [bits, least, greatest, infinite]: readonly [number, number, number, boolean],
): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const magnitude = Math.abs(x);
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), least);
  const step = 2 ** ((2 ** exponent > magnitude ? Math.max(exponent - 1, least) : exponent) - bits);
  const scaled = magnitude / step;
  let whole = Math.floor(scaled);
  const rest = scaled - whole;
  if (rest > 0.5 || (rest === 0.5 && whole % 2 === 1)) whole++;
  const rounded = whole * step;
  if (rounded > greatest) return Math.sign(x) * (infinite ? Number.POSITIVE_INFINITY : greatest);
  return x < 0 ? -rounded : rounded;
}

/** Sign extension of the low `bits` of an integer. */
function wrapSigned(x: number, bits: number): number {
  return (x << (32 - bits)) >> (32 - bits);
}

/**
 * The number of `dtype` that stands for x: floats to nearest, ties to even (what the 8-bit formats without infinity
 * cannot hold saturates), integers truncated and wrapped, booleans 0 or 1. Not for 64-bit integers.
 */
export function roundTo(dtype: DType, x: number): number {
  switch (dtype) {
    case "f64":
    case "c128":
      return x;
    case "f32":
    case "c64":
      return Math.fround(x);
    case "bool":
      return x === 0 ? 0 : 1;
    case "i32":
      return x | 0;
    case "u32":
      return x >>> 0;
    case "i16":
      return wrapSigned(x, 16);
    case "u16":
      return x & 0xffff;
    case "i8":
      return wrapSigned(x, 8);
    case "u8":
      return x & 0xff;
    case "i4":
      return wrapSigned(x, 4);
    case "u4":
      return x & 0xf;
    case "i2":
      return wrapSigned(x, 2);
    case "u2":
      return x & 0x3;
    case "f8e8m0":
      return 2 ** Math.min(127, Math.max(-127, Math.round(Math.log2(x))));
    default: {
      const format = NARROW[dtype];
      if (format === undefined) throw new TypeError(`elements of ${dtype} are not numbers`);
      // The only format of these without NaN: ONNX's node tests take 0 for it.
      if (dtype === "f4e2m1" && Number.isNaN(x)) return 0;
      return roundNarrow(x, format);
    }
  }
}

/** Storing into a buffer of this type rounds as `roundTo` does, so that no rounding by hand is due. */
function storeRounds(dtype: DType): boolean {
  return !(dtype in NARROW || /^(bool|[iu][24]|f8e8m0)$/.test(dtype));
}

/**
 * The buffer that `fill` fills, its elements rounded once to `dtype`: a type into whose buffer storing does not round
 * is computed in doubles first. @throws for 64-bit integers, strings and `unknown`.
 */
export function computed(
  dtype: DType,
  length: number,
  fill: (out: NumberBuffer) => void,
): NumberBuffer {
  const result = allocateNumbers(dtype, length);
  if (storeRounds(dtype)) {
    fill(result);
    return result;
  }
  const exact = new Float64Array(length);
  fill(exact);
  for (let i = 0; i < length; i++) result[i] = roundTo(dtype, exact[i] as number);
  return result;
}

/** A tensor of these elements, rounded to `dtype`; 64-bit integers may be given as numbers or bigints. @throws when their count does not fit the shape. */
export function tensor(
  dtype: DType,
  shape: readonly number[],
  elements: Iterable<number | bigint | boolean | string>,
): NdArray {
  const list = [...elements];
  const data = allocate(dtype, sizeOf(shape));
  if (list.length !== data.length)
    throw new RangeError(
      `${list.length} elements do not fill ${dtype}[${shape.join(", ")}], which has ${data.length}`,
    );
  for (let i = 0; i < list.length; i++) {
    if (Array.isArray(data)) data[i] = String(list[i]);
    else if (data instanceof BigInt64Array || data instanceof BigUint64Array)
      data[i] = BigInt(list[i] as number | bigint);
    else data[i] = roundTo(dtype, Number(list[i]));
  }
  return { dtype, shape, data };
}

/** The elements as numbers; 64-bit integers lose what a double cannot hold. @throws for strings. */
export function numbersOf(array: NdArray): ArrayLike<number> {
  const { data } = array;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return Float64Array.from(data, Number);
  if (array.dtype === "string") throw new TypeError("a tensor of strings has no numbers");
  return data as ArrayLike<number>;
}

/** The elements of an integer tensor (axes, pads, a shape) as numbers; those beyond the safe integers are clamped to them. */
export function integersOf(array: NdArray): readonly number[] {
  const { data } = array;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return Array.from(data, (x) =>
      Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, Number(x))),
    );
  return Array.from(data as ArrayLike<number>);
}

/** How far apart neighbours along each dimension lie, row-major. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** Strides with which `shape` is read as if broadcast to `target`: 0 along repeated dimensions. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = stridesOf(shape);
  const missing = target.length - shape.length;
  return target.map((_, axis) =>
    axis < missing || shape[axis - missing] === 1 ? 0 : (strides[axis - missing] as number),
  );
}

/** The offsets, in row-major order of `shape`, of elements laid out with these strides. */
export function offsets(
  shape: readonly number[],
  strides: readonly number[],
  start = 0,
): Int32Array {
  const size = sizeOf(shape);
  const result = new Int32Array(size);
  if (size === 0) return result;
  // Each dimension, from the last on, repeats what is there already: one addition an element.
  result[0] = start;
  let filled = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const stride = strides[axis] as number;
    const length = filled * (shape[axis] as number);
    for (let i = filled; i < length; i++) result[i] = (result[i - filled] as number) + stride;
    filled = length;
  }
  return result;
}

/** `body` at every index of a shape, in row-major order; the array it gets is one and the same, changed in between. */
export function eachIndex(
  shape: readonly number[],
  body: (index: readonly number[], position: number) => void,
): void {
  const size = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  for (let position = 0; position < size; position++) {
    body(index, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
}
