import { DataError } from "./error.ts";

/** What an array file says of itself. */
export interface ArrayHeader {
  readonly type: string;
  readonly shape: readonly number[];
  /** Column by column instead of row by row. */
  readonly isFortran: boolean;
  /** Where the elements begin. */
  readonly begin: number;
}

const MAGIC = "\u0093NUMPY";
/** More than any header of an array without fields takes. */
const MOST_HEADER = 1 << 16;

type Reader = (view: DataView, at: number) => number;

/** Elements by their type in NumPy's notation, little-endian: bytes each, and how to read one. */
const readers: Readonly<Record<string, readonly [bytes: number, read: Reader]>> = {
  "|b1": [1, (view, at) => view.getUint8(at)],
  "|i1": [1, (view, at) => view.getInt8(at)],
  "|u1": [1, (view, at) => view.getUint8(at)],
  "<i2": [2, (view, at) => view.getInt16(at, true)],
  "<u2": [2, (view, at) => view.getUint16(at, true)],
  "<i4": [4, (view, at) => view.getInt32(at, true)],
  "<u4": [4, (view, at) => view.getUint32(at, true)],
  "<i8": [8, (view, at) => Number(view.getBigInt64(at, true))],
  "<u8": [8, (view, at) => Number(view.getBigUint64(at, true))],
  "<f4": [4, (view, at) => view.getFloat32(at, true)],
  "<f8": [8, (view, at) => view.getFloat64(at, true)],
};

/** How to read an element, and how many bytes it takes; undefined for a type that is none of numbers. */
export function readerOf(type: string): readonly [bytes: number, read: Reader] | undefined {
  return Object.hasOwn(readers, type) ? readers[type] : undefined;
}

/**
 * Reads the header of an array file (NumPy's format, versions 1 to 3) from its first bytes.
 *
 * @returns undefined where more bytes are needed
 * @throws DataError saying what is wrong; `where` names the file and the member
 */
export function readHeader(bytes: Uint8Array, where: string): ArrayHeader | undefined {
  if (bytes.length < 12) return undefined;
  if (String.fromCharCode(...bytes.subarray(0, 6)) !== MAGIC)
    throw new DataError(`${where} is no NumPy array: write it with numpy.savez`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isShort = bytes[6] === 1;
  const length = isShort ? view.getUint16(8, true) : view.getUint32(8, true);
  const begin = (isShort ? 10 : 12) + length;
  if (length > MOST_HEADER)
    throw new DataError(`${where} has a header of ${length} bytes: it is damaged; fetch it again`);
  if (bytes.length < begin) return undefined;
  const text = new TextDecoder("latin1").decode(bytes.subarray(begin - length, begin));
  const type = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (type === undefined || order === undefined || shape === undefined)
    throw new DataError(
      `${where} is described as ${text.trim()}: only plain arrays of numbers are read`,
    );
  return {
    type,
    shape: [...shape.matchAll(/\d+/g)].map(([digits]) => Number(digits)),
    isFortran: order === "True",
    begin,
  };
}
