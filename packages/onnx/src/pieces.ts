/**
 * Messages under construction.
 *
 * @module
 */

import { writeSync } from "node:fs";
import { type Content, inMemory } from "./content.ts";
import { BYTES } from "./wire.ts";

/** The bytes of an unsigned varint. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

const utf8 = new TextEncoder();
/** Small pieces are written together, in a buffer of this many bytes. */
const BUFFER = 2 ** 20;

/** A message under construction: pieces of bytes, put together once, at the end. Those that lie in a file stay there until then. */
export class Pieces {
  readonly #pieces: (Uint8Array | Content)[] = [];
  /** How many bytes it has so far. */
  length = 0;

  /** Adds bytes as they are: whole fields. */
  raw(bytes: Uint8Array | Content): this {
    this.#pieces.push(bytes);
    this.length += bytes.length;
    return this;
  }

  /** Adds a field of bytes, text or a message. */
  field(no: number, value: Uint8Array | string | Content | Pieces): this {
    const content = typeof value === "string" ? utf8.encode(value) : value;
    this.raw(varint(no * 8 + BYTES)).raw(varint(content.length));
    return content instanceof Pieces ? this.append(content) : this.raw(content);
  }

  /** Adds a field of a number that is not negative. */
  number(no: number, value: number): this {
    return this.raw(varint(no * 8)).raw(varint(value));
  }

  /** Adds all fields of another message. */
  append(other: Pieces): this {
    for (const piece of other.#pieces) this.raw(piece);
    return this;
  }

  /** All of it in one array. */
  finish(): Uint8Array {
    const result = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces)
      for (const part of piece instanceof Uint8Array ? [piece] : piece.chunks()) {
        result.set(part, at);
        at += part.length;
      }
    return result;
  }

  /** Writes all of it to an open file, from its current position on. */
  write(file: number): void {
    const buffer = new Uint8Array(Math.min(BUFFER, this.length));
    let held = 0;
    const flush = (): void => {
      writeAll(file, buffer.subarray(0, held));
      held = 0;
    };
    for (const piece of this.#pieces) {
      if (piece.length > buffer.length - held) flush();
      if (piece.length >= buffer.length) {
        for (const part of (piece instanceof Uint8Array ? inMemory(piece) : piece).chunks())
          writeAll(file, part);
        continue;
      }
      buffer.set(piece instanceof Uint8Array ? piece : piece.read(), held);
      held += piece.length;
    }
    flush();
  }
}

/** Writes bytes to an open file, from its current position on. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; )
    at += writeSync(file, bytes, at, Math.min(bytes.length - at, 2 ** 30));
}
