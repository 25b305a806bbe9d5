/**
 * Bytes that need not be in memory: those of tensors, which may lie in a file until somebody asks for them.
 *
 * @module
 */

import { closeSync, readSync } from "node:fs";

/** As many bytes as are copied at a time. */
const CHUNK = 4 * 2 ** 20;

/** A run of bytes, wherever it is. */
export interface Content {
  readonly length: number;
  /** Equal for contents that are the same run of the same file; absent for what is in memory. */
  readonly place?: string;
  /** All of it. What lies in a file is read anew unless it is still in memory. */
  read(): Uint8Array;
  /** One part after another; each is overwritten by the next. */
  chunks(): Iterable<Uint8Array>;
}

/** Bytes that are in memory. */
export function inMemory(bytes: Uint8Array): Content {
  return { length: bytes.length, read: () => bytes, chunks: () => [bytes] };
}

/** A run of a file, which is opened each time and closed again. */
export interface Stretch {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  /** Opens the file, if it is still the one that it was. */
  open(): number;
  /** Says that the file ends too early. */
  cut(): never;
}

/** Bytes that lie in a file. */
export function inFile(stretch: Stretch): Content {
  const { path, offset, length } = stretch;
  let kept: WeakRef<Uint8Array> | undefined;
  const fill = (file: number, buffer: Uint8Array, from: number): void => {
    for (let at = 0; at < buffer.length; ) {
      const count = readSync(file, buffer, at, buffer.length - at, from + at);
      if (count === 0) stretch.cut();
      at += count;
    }
  };
  return {
    length,
    place: `${path}\0${offset}\0${length}`,
    read() {
      let bytes = kept?.deref();
      if (bytes === undefined) {
        bytes = new Uint8Array(length);
        const file = stretch.open();
        try {
          // The system reads at most 2 GiB at once.
          for (let at = 0; at < length; at += 2 ** 30)
            fill(file, bytes.subarray(at, at + 2 ** 30), offset + at);
        } finally {
          closeSync(file);
        }
        kept = new WeakRef(bytes);
      }
      return bytes;
    },
    *chunks() {
      const file = stretch.open();
      try {
        const buffer = new Uint8Array(Math.min(CHUNK, length));
        for (let at = 0; at < length; at += CHUNK) {
          const part = buffer.subarray(0, Math.min(CHUNK, length - at));
          fill(file, part, offset + at);
          yield part;
        }
      } finally {
        closeSync(file);
      }
    },
  };
}
