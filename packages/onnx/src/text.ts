/**
 * Text within the bytes of a file.
 *
 * @module
 */

/** Each file's memory as Node's own kind of bytes, which reads short texts fastest, without a view made for each. */
const buffers = new WeakMap<ArrayBufferLike, Buffer>();

function bufferOf(bytes: Uint8Array): Buffer {
  let buffer = buffers.get(bytes.buffer);
  if (buffer === undefined) {
    buffer = Buffer.from(bytes.buffer);
    buffers.set(bytes.buffer, buffer);
  }
  return buffer;
}

/** The bytes from `start` to `end`, a character each: equal for equal bytes only. */
export function latinAt(bytes: Uint8Array, start: number, end: number): string {
  return bufferOf(bytes).toString("latin1", bytes.byteOffset + start, bytes.byteOffset + end);
}

/** The UTF-8 text from `start` to `end` among bytes. What is none is replaced; a byte order mark is a character like others. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  return bufferOf(bytes).toString("utf8", bytes.byteOffset + start, bytes.byteOffset + end);
}

const strict = new TextDecoder("utf-8", { fatal: true });

/** Whether the bytes from `start` to `end` are text. */
export function isText(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && (bytes[at] as number) < 0x80) at++;
  if (at === end) return true;
  try {
    strict.decode(bytes.subarray(start, end));
    return true;
  } catch {
    return false;
  }
}
