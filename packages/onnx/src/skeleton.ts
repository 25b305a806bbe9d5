/**
 * A large model file without its tensors: all the rest is read, and in the place of the elements stands where they lie.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import type { DescMessage } from "@bufbuild/protobuf";
import { type Content, inFile } from "./content.ts";
import { ModelError } from "./error.ts";
import { ModelProtoSchema, TensorProtoSchema } from "./generated/onnx_pb.ts";
import { Pieces } from "./pieces.ts";
import { BYTES, contentOf, type Field, fieldTable } from "./wire.ts";

/** The fields of TensorProto whose bytes are the elements themselves: `raw_data`, and packed `float_data` and `double_data`. */
const ELEMENTS: ReadonlySet<number> = new Set([9, 4, 10]);
/** Elements of fewer bytes stay in memory: their contents are looked at while reading. */
const LEAST = 2 ** 16;
/** The field, of a number that protobuf allows and nothing uses, that stands for elements left in the file. */
const REFERENCE = 536_870_000;
/** A token of its own marks the references of each opened file, so that no file can contain any. */
const TOKEN = 16;
/** Bytes around the current position that are held while tags are read. */
const WINDOW = 2 ** 16;
/** Smaller files are read whole. */
const SMALL_FILE = 32 * 2 ** 20;

/** A model file that stays on the disk while its model is in use. */
export class HeldFile {
  readonly path: string;
  readonly #token: Uint8Array = randomBytes(TOKEN);
  readonly #stats: Stats;

  constructor(path: string, stats: Stats) {
    this.path = path;
    this.#stats = stats;
  }

  /** A field that stands for elements in the file. */
  reference(no: number, offset: number, length: number): Pieces {
    const content = new Uint8Array(TOKEN + 24);
    content.set(this.#token);
    const view = new DataView(content.buffer);
    for (const [i, x] of [no, offset, length].entries()) view.setFloat64(TOKEN + 8 * i, x, true);
    return new Pieces().field(REFERENCE, content);
  }

  /** What a field of a TensorProto stands for; `undefined` for any other field. */
  follow(
    bytes: Uint8Array,
    field: Field,
  ): { readonly no: number; readonly content: Content } | undefined {
    if (field.no !== REFERENCE || field.wire !== BYTES) return undefined;
    const reference = contentOf(bytes, field);
    if (reference.length !== TOKEN + 24 || !this.#token.every((byte, i) => byte === reference[i]))
      return undefined;
    const view = new DataView(reference.buffer, reference.byteOffset + TOKEN);
    const [no, offset, length] = [0, 8, 16].map((at) => view.getFloat64(at, true)) as [
      number,
      number,
      number,
    ];
    return {
      no,
      content: inFile({
        ...{ path: this.path, offset, length },
        open: () => this.#open(),
        cut: () => this.#changed(),
      }),
    };
  }

  #open(): number {
    const file = openSync(this.path, constants.O_RDONLY);
    const { ino, dev, size, mtimeMs } = fstatSync(file);
    const was = this.#stats;
    if (ino === was.ino && dev === was.dev && size === was.size && mtimeMs === was.mtimeMs)
      return file;
    closeSync(file);
    return this.#changed();
  }

  #changed(): never {
    throw new ModelError(
      `${this.path} was changed while its model was in use. Leave it alone, and start again.`,
    );
  }
}

/** The bytes of a model file, all of them or without the elements of large tensors. */
export interface Opened {
  readonly bytes: Uint8Array;
  /** Where the elements lie that are left out. */
  readonly held?: HeldFile;
}

/**
 * Opens a model file.
 * @throws {ModelError} when it has more bytes than `limit` or than protobuf allows; the system's error when it cannot be read
 */
export function openFile(path: string, limit: number): Opened {
  const file = openSync(path, constants.O_RDONLY);
  try {
    const stats = fstatSync(file);
    if (stats.size > limit)
      throw new ModelError(
        `the file has ${stats.size} bytes, more than the limit of ${limit}. Keep the weights in external data, or raise the limit.`,
      );
    const scanner = new Scanner(file, stats.size);
    // What is no plain file (a pipe) tells no size.
    if (!stats.isFile() || stats.size < SMALL_FILE) return { bytes: scanner.rest(stats.isFile()) };
    const held = new HeldFile(path, stats);
    try {
      return { bytes: scanner.message(0, stats.size, ModelProtoSchema, held).finish(), held };
    } catch (error) {
      // The check of the whole says what is wrong, and where.
      if (error instanceof Irregular) return { bytes: scanner.read(0, stats.size) };
      throw error;
    }
  } finally {
    closeSync(file);
  }
}

/** The file is not as a model should be. */
class Irregular extends Error {}

/** Walks through the messages of a file that hold much. */
class Scanner {
  readonly #file: number;
  readonly #size: number;
  readonly #window = new Uint8Array(WINDOW);
  #from = 0;
  #to = 0;
  #at = 0;

  constructor(file: number, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** These bytes of the file. */
  read(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - start);
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(bytes.length - at, 2 ** 30);
      const count = readSync(this.#file, bytes, at, length, start + at);
      if (count === 0) throw new ModelError("the file became shorter while it was read");
      at += count;
    }
    return bytes;
  }

  /** All of a small file, or of one whose size is not known. */
  rest(sized: boolean): Uint8Array {
    if (sized) return this.read(0, this.#size);
    const parts: Uint8Array[] = [];
    let count: number;
    do {
      const part = new Uint8Array(2 ** 20);
      count = readSync(this.#file, part, 0, part.length, null);
      parts.push(part.subarray(0, count));
    } while (count > 0);
    return Buffer.concat(parts);
  }

  /** A message with references in the place of the elements of large tensors, wherever they are in it. */
  message(start: number, end: number, desc: DescMessage, held: HeldFile): Pieces {
    const table = fieldTable(desc);
    const isTensor = desc.typeName === TensorProtoSchema.typeName;
    const pieces = new Pieces();
    let copied = start;
    const copyTo = (until: number): void => {
      if (until > copied) pieces.raw(this.read(copied, until));
    };
    this.#at = start;
    while (this.#at < end) {
      const tag = this.#at;
      const key = this.#varint(end);
      const no = Math.floor(key / 8);
      if (isTensor && no === REFERENCE) throw new Irregular();
      const length = this.#lengthOf(key % 8, end);
      const from = this.#at;
      const to = from + length;
      if (to > end) throw new Irregular();
      const inner = key % 8 === BYTES && length >= LEAST ? table.get(no)?.message : undefined;
      if (inner !== undefined) {
        copyTo(tag);
        pieces.field(no, this.message(from, to, inner, held));
        copied = to;
      } else if (isTensor && ELEMENTS.has(no) && key % 8 === BYTES && length >= LEAST) {
        copyTo(tag);
        pieces.append(held.reference(no, from, length));
        copied = to;
      }
      this.#at = to;
    }
    copyTo(end);
    return pieces;
  }

  /** How long the value of a field is; the position is then where it begins. */
  #lengthOf(wire: number, end: number): number {
    switch (wire) {
      case 0:
        this.#varint(end);
        return 0;
      case 1:
        return 8;
      case 2:
        return this.#varint(end);
      case 5:
        return 4;
      default:
        throw new Irregular();
    }
  }

  #varint(end: number): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      if (this.#at >= end) throw new Irregular();
      const byte = this.#byte(this.#at++);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new Irregular();
  }

  #byte(at: number): number {
    if (at < this.#from || at >= this.#to) {
      this.#from = at;
      this.#to = at + readSync(this.#file, this.#window, 0, WINDOW, at);
      if (this.#to === at) throw new Irregular();
    }
    return this.#window[at - this.#from] as number;
  }
}
