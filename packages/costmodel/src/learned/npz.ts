import { openAsBlob } from "node:fs";
import { BlobReader, configure, type FileEntry, ZipReader } from "@zip.js/zip.js";
import { DataError, reasonOf } from "./error.ts";
import { type ArrayHeader, readerOf, readHeader } from "./npy.ts";

configure({ useWebWorkers: false });

/** As many elements as are kept of one array: 2 GiB of 32 bits. */
const MOST_ELEMENTS = 2 ** 29;

/** An array of an archive: what it is, and its elements, row by row (along the first dimension) as they are read. */
export interface ArrayMember {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  /**
   * Calls `take` with each row in turn, in a buffer that the next overwrites. Rows that `wants` refuses are passed over unread.
   * Memory is needed for one row and one piece of the archive, however long the array is.
   */
  rows(
    take: (row: Float64Array, index: number) => void,
    wants?: (index: number) => boolean,
  ): Promise<void>;
  /** All elements, row by row. @throws DataError where they are more than 2^29 */
  elements(): Promise<Float64Array>;
}

/** The arrays of an archive of NumPy's, by name, read as they are asked for. */
export interface Archive {
  readonly file: string;
  readonly names: readonly string[];
  /** @throws DataError naming what there is instead, where there is no such array */
  array(name: string): Promise<ArrayMember>;
  close(): Promise<void>;
}

/** Opens an `.npz` file. @throws DataError when it is none, or cannot be read */
export async function openArchive(file: string): Promise<Archive> {
  let reader: ZipReader<Blob>;
  let entries: Map<string, FileEntry>;
  try {
    reader = new ZipReader(new BlobReader(await openAsBlob(file)));
    const all = (await reader.getEntries()).filter((entry) => !entry.directory);
    entries = new Map(all.map((entry) => [entry.filename.replace(/\.npy$/, ""), entry]));
  } catch (error) {
    throw new DataError(
      `${file} cannot be read as an .npz archive (${reasonOf(error)}): name a file that numpy.savez wrote; where it was copied or downloaded, it may be cut short, so fetch it again`,
    );
  }
  return {
    file,
    names: [...entries.keys()],
    close: () => reader.close(),
    async array(name) {
      const entry = entries.get(name);
      if (!entry)
        throw new DataError(
          `${file} has no array ${name}; it has ${[...entries.keys()].join(", ") || "none"}`,
        );
      return member(entry, name, `${file}: array ${name}`);
    },
  };
}

/** The pieces of an entry as they are unpacked; its checksum is compared at the end. */
async function* piecesOf(entry: FileEntry, where: string): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const done = entry
    .getData(writable, { checkSignature: true })
    .then(() => undefined)
    .catch((error: unknown) => error);
  try {
    for await (const piece of readable) yield piece;
  } catch {
    // What went wrong is told by the promise.
  }
  const error = await done;
  if (error !== undefined)
    throw new DataError(`${where} is damaged (${reasonOf(error)}): fetch the file again`);
}

/** The header of an entry, of which no more is unpacked than needed. */
async function headerOf(entry: FileEntry, where: string): Promise<ArrayHeader> {
  let bytes: Uint8Array = new Uint8Array(0);
  for await (const piece of piecesOf(entry, where)) {
    bytes = joined(bytes, piece);
    const header = readHeader(bytes, where);
    if (header) return header;
  }
  throw new DataError(`${where} ends within its header: fetch the file again`);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

async function member(entry: FileEntry, name: string, where: string): Promise<ArrayMember> {
  const { type, shape, isFortran, begin } = await headerOf(entry, where);
  const known = readerOf(type);
  if (!known)
    throw new DataError(
      `${where} is of type ${type}, which is not read: save it as float32 or int64, little-endian`,
    );
  const [bytes, read] = known;
  const [count = 1, ...rest] = shape;
  const width = rest.reduce((product, side) => product * side, 1);
  const size = begin + count * width * bytes;
  if (entry.uncompressedSize !== size)
    throw new DataError(
      `${where} holds ${entry.uncompressedSize} bytes, but an array of ${type} of shape (${shape.join(", ")}) takes ${size}: it was cut short or changed; fetch the file again`,
    );

  /** Shows elements in runs of `size` bytes, each whole, in one piece of memory. */
  async function scan(
    size: number,
    runs: number,
    what: string,
    visit: (view: DataView, at: number, index: number) => void,
  ): Promise<void> {
    let left: Uint8Array = new Uint8Array(0);
    let toSkip = begin;
    let index = 0;
    for await (const fresh of piecesOf(entry, where)) {
      const skipped = Math.min(toSkip, fresh.length);
      toSkip -= skipped;
      const piece = joined(left, fresh.subarray(skipped));
      const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
      let at = 0;
      for (; at + size <= piece.length && index < runs; at += size) visit(view, at, index++);
      left = piece.slice(at);
    }
    if (index < runs)
      throw new DataError(`${where} ends after ${index} of ${runs} ${what}: fetch the file again`);
  }
  const inOrder = (dimensions: number): void => {
    if (isFortran && shape.length > dimensions)
      throw new DataError(
        `${where} is stored column by column: save it with numpy.ascontiguousarray`,
      );
  };
  return {
    name,
    type,
    shape,
    async rows(take, wants = () => true) {
      inOrder(1);
      const row = new Float64Array(width);
      await scan(width * bytes, count, "rows", (view, at, index) => {
        if (!wants(index)) return;
        for (let c = 0; c < width; c++) row[c] = read(view, at + c * bytes);
        take(row, index);
      });
    },
    async elements() {
      inOrder(2);
      if (count * width > MOST_ELEMENTS)
        throw new DataError(`${where} has ${count * width} elements: too many to keep`);
      const all = new Float64Array(count * width);
      await scan(bytes, all.length, "elements", (view, at, i) => {
        // Column by column, element i is in row i % count.
        all[isFortran ? (i % count) * width + Math.floor(i / count) : i] = read(view, at);
      });
      return all;
    },
  };
}
