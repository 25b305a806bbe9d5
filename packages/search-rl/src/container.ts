import { PolicyError } from "./policy-error.ts";

/** The first bytes of what this package saves. */
const MAGIC = "rewright";

/**
 * A header in JSON and numbers after it, in one piece: a line that says what it is and how long the header is, the header,
 * the numbers (little-endian, 32 bits each), and before the numbers a sum over them, so that damage is noticed.
 */
export interface Container<Header> {
  readonly header: Header;
  readonly words: Uint32Array;
}

/** As bytes. `kind` and `version` are checked by {@link unpack}. */
export function pack(
  kind: string,
  version: number,
  header: object,
  words: Uint32Array,
): Uint8Array {
  const text = new TextEncoder().encode(
    JSON.stringify({ ...header, words: words.length, sum: sumOf(words) }),
  );
  const line = new TextEncoder().encode(`${MAGIC} ${kind} ${version} ${text.length}\n`);
  const bytes = new Uint8Array(line.length + text.length + 4 * words.length);
  bytes.set(line);
  bytes.set(text, line.length);
  const view = new DataView(bytes.buffer, line.length + text.length);
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true);
  return bytes;
}

/**
 * Reads bytes that {@link pack} made.
 *
 * @param name of the file, for messages
 * @throws PolicyError for bytes that are something else, of another version, cut off or damaged
 */
export function unpack<Header>(
  kind: string,
  version: number,
  bytes: Uint8Array,
  name: string,
): Container<Header> {
  const end = bytes.subarray(0, 100).indexOf(10);
  const line = new TextDecoder().decode(bytes.subarray(0, Math.max(0, end)));
  const [magic, found, ...rest] = line.split(" ");
  const [made, length] = rest.map(Number);
  if (magic !== MAGIC || found === undefined || made === undefined || length === undefined)
    throw new PolicyError(`${name} is no ${kind}: it does not begin as one. Is it the right file?`);
  if (found !== kind)
    throw new PolicyError(`${name} is a ${found}, and a ${kind} is needed: name another file`);
  if (made !== version)
    throw new PolicyError(
      `${name} is of version ${made}, and this program reads version ${version}: use the release that wrote it, or train anew`,
    );
  const broken = (what: string): PolicyError =>
    new PolicyError(`${name} ${what}: copy it again, or train anew`);
  const at = end + 1 + length;
  if (!(at <= bytes.length)) throw broken("is cut off within its header");
  let header: Header & { readonly words: number; readonly sum: number };
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(end + 1, at)));
  } catch {
    throw broken("has a damaged header");
  }
  if (!(Number.isInteger(header?.words) && header.words >= 0)) throw broken("has a damaged header");
  const { words: count, sum } = header;
  if (bytes.length !== at + 4 * count)
    throw broken(
      bytes.length < at + 4 * count
        ? `is cut off: ${count} numbers are announced, and ${Math.floor((bytes.length - at) / 4)} are there`
        : "has bytes behind its end",
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const words = Uint32Array.from({ length: count }, (_, i) => view.getUint32(4 * i, true));
  if (sumOf(words) !== sum) throw broken("is damaged: its numbers do not agree with their sum");
  return { header, words };
}

/** FNV-1a over the words (Fowler, Noll and Vo). */
function sumOf(words: Uint32Array): number {
  let sum = 0x811c9dc5;
  for (const word of words) sum = Math.imul(sum ^ word, 0x01000193);
  return sum >>> 0;
}
