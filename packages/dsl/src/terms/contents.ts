/**
 * Contents of small constants: keys, elements, and the values that rules see of them.
 *
 * @module
 */

import type { Attr, DType, NdArray } from "@rewright/plugin";

/** Constants of at most this many elements are looked into: compared, folded and matched by what they contain. */
export const SMALL = 4096;

/** The number of elements of a shape; 1 for rank 0. */
export function elements(shape: readonly number[]): number {
  let product = 1;
  for (const dim of shape) product *= dim;
  return product;
}

/** The number of elements of a shape, or `undefined` while a dimension is symbolic. */
export function knownElements(shape: readonly (number | string)[]): number | undefined {
  let product = 1;
  for (const dim of shape) {
    if (typeof dim === "string") return undefined;
    product *= dim;
  }
  return product;
}

/** Element types that hold 64-bit integers, stored as bigints. */
function isWide(dtype: DType): boolean {
  return dtype === "i64" || dtype === "u64";
}

/** Element types whose elements are whole numbers; booleans are not among them. */
export function isInteger(dtype: DType): boolean {
  return /^[iu]\d+$/.test(dtype);
}

/** Element types whose elements are real numbers with rounding. */
export function isFloat(dtype: DType): boolean {
  return dtype === "bf16" || /^f\d/.test(dtype);
}

/** The elements as bytes: floats below 32 bits as 32-bit floats, integers below 8 bits as bytes. */
function bytesOf({ dtype, data }: NdArray): Uint8Array {
  const typed = typedOf(dtype, data as ArrayLike<number>);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}

function typedOf(
  dtype: DType,
  data: ArrayLike<number> | BigInt64Array | BigUint64Array,
): ArrayBufferView {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return data;
  if (isWide(dtype)) return BigInt64Array.from(Array.from(data, BigInt));
  if (dtype === "f64" || dtype === "c128") {
    return data instanceof Float64Array ? data : Float64Array.from(data);
  }
  if (isFloat(dtype) || dtype === "c64") {
    return data instanceof Float32Array ? data : Float32Array.from(data);
  }
  if (dtype === "i32" || dtype === "u32") return Int32Array.from(data);
  if (dtype === "i16" || dtype === "u16") return Int16Array.from(data);
  return Uint8Array.from(data);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * The key of a small constant: its element type, its shape, and its elements as bytes, little-endian, in hexadecimal
 * (strings as JSON). Equal keys mean equal contents.
 */
export function contentsKey(array: NdArray): string {
  const head = headOf(array);
  if (array.dtype === "string") return head + JSON.stringify(array.data);
  const digits = Array.from(bytesOf(array), (byte) => HEX[byte]);
  return head + digits.join("");
}

/** As `contentsKey`, in a form that is quick to make and to compare, and that nobody can read. */
export function contentsIdentity(array: NdArray): string {
  const head = headOf(array);
  if (array.dtype === "string") return head + JSON.stringify(array.data);
  const bytes = bytesOf(array);
  const even = bytes.length & ~1;
  const pairs = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const units = new Uint16Array(pairs.buffer, pairs.byteOffset, even / 2);
  const tail = even < bytes.length ? `+${bytes[even]}` : "";
  let text = head;
  for (let at = 0; at < units.length; at += 4096) {
    const chunk: ArrayLike<number> = units.subarray(at, at + 4096);
    text += String.fromCharCode.apply(null, chunk as number[]); // a spread would iterate, ten times as slow
  }
  return text + tail;
}

function headOf({ dtype, shape }: NdArray): string {
  return `${dtype}[${shape.join(",")}]:`;
}

/** Element `index` as a value of the rule language: whole numbers beyond the safe ones stay bigints. */
export function elementAt(array: NdArray, index: number): number | bigint | string {
  const item = array.data[index];
  if (item === undefined) throw new RangeError(`element ${index} of ${array.data.length}`);
  return typeof item === "bigint" ? narrow(item) : item;
}

function narrow(item: bigint): number | bigint {
  const number = Number(item);
  return Number.isSafeInteger(number) ? number : item;
}

/** Guards ask for the same constants' values at every candidate. */
const values = new WeakMap<NdArray, Attr>();

/** What a rule sees of a constant: a number for rank 0, a list for rank 1, nothing for higher ranks. */
export function asValue(array: NdArray): Attr | undefined {
  if (array.shape.length > 1) return undefined;
  let value = values.get(array);
  if (value === undefined) {
    value = elementsOf(array);
    values.set(array, value);
  }
  return value;
}

function elementsOf(array: NdArray): Attr {
  const truth = array.dtype === "bool";
  const item = (i: number): Attr => (truth ? array.data[i] === 1 : elementAt(array, i));
  if (array.shape.length === 0) return item(0);
  return Array.from({ length: array.data.length }, (_, i) => item(i));
}

/** A tensor of element type `dtype` from plain numbers. */
export function tensor(
  dtype: DType,
  shape: readonly number[],
  items: ArrayLike<number | bigint>,
): NdArray {
  if (isWide(dtype)) {
    const words = Array.from(items, (item) => BigInt(item));
    const data = dtype === "i64" ? BigInt64Array.from(words) : BigUint64Array.from(words);
    return { dtype, shape, data };
  }
  const numbers = Array.from(items, Number);
  if (dtype === "f64") return { dtype, shape, data: Float64Array.from(numbers) };
  if (dtype === "f32") return { dtype, shape, data: Float32Array.from(numbers) };
  if (dtype === "i32") return { dtype, shape, data: Int32Array.from(numbers) };
  if (dtype === "bool") return { dtype, shape, data: Uint8Array.from(numbers) };
  return { dtype, shape, data: numbers };
}

/** Whether a value of the rule language is a tensor. */
export function isTensor(value: unknown): value is NdArray {
  return typeof value === "object" && value !== null && "dtype" in value && "data" in value;
}
