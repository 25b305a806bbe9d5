/**
 * As much of Protocol Buffers' wire format as a list of rules needs (protobuf.dev, "Encoding").
 *
 * @module
 */

import { MalformedError } from "./foreign.ts";

/** A field of a message: a number, or bytes and where they begin. */
export type Field =
  | { readonly number: number; readonly value: number; readonly at: number }
  | { readonly number: number; readonly bytes: Uint8Array; readonly at: number };

const KINDS: Readonly<Record<number, string>> = {
  1: "64-bit",
  3: "group",
  4: "group",
  5: "32-bit",
};

/**
 * The fields of a message, in order. Varints are taken as 32-bit integers with a sign.
 *
 * @param start the offset of the message in its file, for errors
 * @throws MalformedError
 */
export function fieldsOf(bytes: Uint8Array, start: number): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const fail = (where: number, what: string): never => {
    throw new MalformedError({ byte: start + where }, what);
  };
  const varint = (): number => {
    const first = at;
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return fail(first, "a number is cut off");
      if (shift > 63n) return fail(first, "a number of more than ten bytes");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(32, value));
    }
  };
  while (at < bytes.length) {
    const key = at;
    const tag = varint();
    const number = tag >>> 3;
    if (number === 0) fail(key, "a field without a number");
    const wire = tag & 7;
    if (wire === 0) {
      fields.push({ number, value: varint(), at: start + key });
      continue;
    }
    if (wire !== 2)
      fail(key, `a field of kind ${KINDS[wire] ?? wire}, where numbers and messages are expected`);
    const length = varint();
    if (length < 0 || length > bytes.length - at)
      fail(key, `a field of ${length >>> 0} bytes, where ${bytes.length - at} are left`);
    fields.push({ number, bytes: bytes.subarray(at, at + length), at: start + at });
    at += length;
  }
  return fields;
}
