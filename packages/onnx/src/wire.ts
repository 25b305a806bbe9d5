/**
 * Protobuf's wire format, one level at a time: the fields of a message as ranges of its bytes, so that whatever is left
 * alone can be written back byte for byte, and the check that foreign bytes are well-formed before anything is decoded.
 *
 * @module
 */

import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { ModelError } from "./error.ts";
import { isText } from "./text.ts";

/** How a field's value is laid out. */
const VARINT = 0;
/** Eight bytes. */
export const FIXED64 = 1;
/** A length, and that many bytes. */
export const BYTES = 2;
const GROUP = 3;
const GROUP_END = 4;
/** Four bytes. */
const FIXED32 = 5;

/** As deep as protobuf's own readers go. */
const MAX_DEPTH = 100;
/** More messages than any real model has; each costs memory many times its size in the file. */
const MAX_MESSAGES = 4_000_000;

/** A field within the bytes of a message: from its tag on, and its value without tag and length. */
export interface Field {
  readonly no: number;
  readonly wire: number;
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** Where something lies among bytes. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Reads varints and fields off bytes that may be anything. */
class Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  readonly depth: number;

  constructor(bytes: Uint8Array, start: number, end: number, depth = 0) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.depth = depth;
  }

  /** A varint; beyond 2^53 it is only said to be large. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      if (this.at >= this.end) throw new WireError("a number is cut short", this.at);
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new WireError("a number is longer than ten bytes", this.at);
  }

  /** The next field, passed over whole. */
  field(): Field {
    const tag = this.at;
    const key = this.varint();
    const no = Math.floor(key / 8);
    const wire = key % 8;
    if (no < 1 || no > 0x1fffffff) throw new WireError(`there is no field ${no}`, tag);
    const start = this.at;
    switch (wire) {
      case VARINT:
        this.varint();
        break;
      case FIXED64:
        this.skip(8);
        break;
      case FIXED32:
        this.skip(4);
        break;
      case BYTES: {
        const length = this.varint();
        const from = this.at;
        this.skip(length);
        return { no, wire, tag, start: from, end: this.at };
      }
      case GROUP:
        this.group(no);
        break;
      default:
        throw new WireError(`field ${no} has the unknown wire type ${wire}`, tag);
    }
    return { no, wire, tag, start, end: this.at };
  }

  private skip(length: number): void {
    if (length > this.end - this.at)
      throw new WireError(
        `${length} bytes are announced where ${this.end - this.at} are left`,
        this.at,
      );
    this.at += length;
  }

  /** Passes over an unknown group. Open groups are kept in a list, since a file may nest them as deep as it likes. */
  private group(no: number): void {
    const open = [no];
    while (open.length > 0) {
      const tag = this.at;
      const key = this.varint();
      const inner = Math.floor(key / 8);
      switch (key % 8) {
        case GROUP:
          if (open.push(inner) + this.depth > MAX_DEPTH)
            throw new WireError(`groups are nested more than ${MAX_DEPTH} deep`, tag);
          break;
        case GROUP_END:
          if (open.pop() !== inner) throw new WireError(`group ${inner} ends unopened`, tag);
          break;
        default:
          this.at = tag;
          this.field();
      }
    }
  }
}

class WireError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** The fields of a message, in order. Only for bytes that `checkWire` has passed. */
export function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const cursor = new Cursor(bytes, 0, bytes.length);
  const fields: Field[] = [];
  while (cursor.at < cursor.end) fields.push(cursor.field());
  return fields;
}

/** The value of a field as bytes, not copied. */
export function contentOf(bytes: Uint8Array, field: Field): Uint8Array {
  return bytes.subarray(field.start, field.end);
}

/** A field whole, tag included, not copied. */
export function wholeOf(bytes: Uint8Array, field: Field): Uint8Array {
  return bytes.subarray(field.tag, field.end);
}

/** The value of a varint field, as an unsigned number of 64 bits. */
export function varintOf(bytes: Uint8Array, field: Field): bigint {
  if (field.end - field.start === 1) return BigInt((bytes[field.start] as number) & 0x7f);
  let value = 0n;
  for (let at = field.end - 1; at >= field.start; at--)
    value = (value << 7n) | BigInt((bytes[at] as number) & 0x7f);
  return BigInt.asUintN(64, value);
}

/** The numbers of a repeated varint field, packed or not, as unsigned numbers of 64 bits. */
export function* varints(bytes: Uint8Array, fields: readonly Field[]): Generator<bigint> {
  for (const field of fields) {
    if (field.wire !== BYTES) {
      yield varintOf(bytes, field);
      continue;
    }
    let start = field.start;
    for (let at = field.start; at < field.end; at++) {
      if ((bytes[at] as number) >= 0x80) continue;
      yield varintOf(bytes, { ...field, start, end: at + 1 });
      start = at + 1;
    }
  }
}

// ── The check ────────────────────────────────────────────────────────────────

/** Where in the file: a field of a message that begins at `start`, made into text only when something is wrong. */
interface Place {
  readonly parent?: Place;
  readonly name: string;
  /** Of a repeated field, where the message begins and where this value's tag is. */
  readonly among?: Range & { readonly no: number };
}

function placeText(bytes: Uint8Array, { parent, name, among }: Place): string {
  const own = among === undefined ? name : `${name}[${countBefore(bytes, among)}]`;
  return parent === undefined ? own : `${placeText(bytes, parent)}.${own}`;
}

/** How many values of a field are before another one. */
function countBefore(bytes: Uint8Array, { start, end, no }: Range & { no: number }): number {
  const cursor = new Cursor(bytes, start, bytes.length);
  let count = 0;
  while (cursor.at < end) if (cursor.field().no === no) count++;
  return count;
}

/** The text of these fields may be in any encoding: nothing here reads it. */
const ANY_TEXT: ReadonlySet<string> = new Set(["doc_string", "value", "key", "denotation"]);

const fieldTables = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>();
/** The declared fields of a message by number. */
export function fieldTable(desc: DescMessage): ReadonlyMap<number, DescField> {
  let table = fieldTables.get(desc);
  if (table === undefined) {
    table = new Map(desc.fields.map((field) => [field.number, field]));
    fieldTables.set(desc, table);
  }
  return table;
}

/** The wire type of one value of a field. */
function wireOf(field: DescField): number {
  if (field.fieldKind === "message" || (field.fieldKind === "list" && field.listKind === "message"))
    return BYTES;
  switch (field.scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return BYTES;
    case ScalarType.FLOAT:
      return FIXED32;
    case ScalarType.DOUBLE:
      return FIXED64;
    default:
      return VARINT;
  }
}

/** What the check asks of a declared field. */
interface Rule {
  readonly no: number;
  readonly name: string;
  readonly wire: number;
  readonly isList: boolean;
  readonly message: DescMessage | undefined;
  /** It must be valid UTF-8. */
  readonly isName: boolean;
}

const ruleTables = new WeakMap<DescMessage, readonly (Rule | undefined)[]>();
/** No message of the format has fields of higher numbers. */
const MOST_FIELDS = 64;

function rulesOf(desc: DescMessage): readonly (Rule | undefined)[] {
  let rules = ruleTables.get(desc);
  if (rules === undefined) {
    const table: (Rule | undefined)[] = Array(MOST_FIELDS).fill(undefined);
    for (const field of desc.fields)
      table[field.number] = {
        ...{ no: field.number, name: field.name, wire: wireOf(field), message: field.message },
        isList: field.fieldKind === "list",
        isName: field.scalar === ScalarType.STRING && !ANY_TEXT.has(field.name),
      };
    rules = table;
    ruleTables.set(desc, rules);
  }
  return rules;
}

/** Many numbers in one field. */
function checkPacked(bytes: Uint8Array, field: Field, wire: number): void {
  const length = field.end - field.start;
  const size = wire === FIXED32 ? 4 : wire === FIXED64 ? 8 : undefined;
  if (size !== undefined) {
    if (length % size !== 0)
      throw new WireError(`${length} bytes are no whole number of elements`, field.start);
    return;
  }
  let run = 0;
  for (let at = field.start; at < field.end; at++) {
    run = (bytes[at] as number) < 0x80 ? 0 : run + 1;
    if (run > 9) throw new WireError("a number is longer than ten bytes", at);
  }
  if (run > 0) throw new WireError("a number is cut short", field.end);
}

/**
 * Checks that bytes are a message of this kind, all the way down: lengths within bounds, depth limited, wire types as
 * declared, names valid UTF-8. Allocates nothing that grows with what the bytes claim.
 *
 * @param watched of messages of this kind, wherever they are, the range is returned
 * @throws {ModelError} with the place of the first fault.
 */
export function checkWire(
  bytes: Uint8Array,
  desc: DescMessage,
  root: string,
  watched: DescMessage,
): readonly Range[] {
  const ranges: Range[] = [];
  let messages = 0;
  const check = (start: number, end: number, message: DescMessage, place: Place, depth: number) => {
    if (depth > MAX_DEPTH)
      throw new WireError(`messages are nested more than ${MAX_DEPTH} deep`, start);
    if (message === watched) ranges.push({ start, end });
    if (++messages > MAX_MESSAGES)
      throw new WireError(`there are more than ${MAX_MESSAGES} messages`, start);
    const rules = rulesOf(message);
    const cursor = new Cursor(bytes, start, end, depth);
    let rule: Rule | undefined;
    let tag = start;
    const here = (): Place => {
      if (rule === undefined) return place;
      const { name, no, isList } = rule;
      return { parent: place, name, ...(isList && { among: { start, end: tag, no } }) };
    };
    try {
      while (cursor.at < end) {
        rule = undefined;
        tag = cursor.at;
        const field = cursor.field();
        rule = rules[field.no];
        if (rule === undefined) continue;
        if (field.wire !== rule.wire) {
          if (!rule.isList || field.wire !== BYTES)
            throw new WireError(
              `the field has wire type ${field.wire} instead of ${rule.wire}`,
              field.tag,
            );
          checkPacked(bytes, field, rule.wire);
        } else if (rule.message !== undefined) {
          check(field.start, field.end, rule.message, here(), depth + 1);
        } else if (rule.isName && !isText(bytes, field.start, field.end))
          throw new WireError("the name is not valid UTF-8", field.start);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new ModelError(
        `not a valid ONNX file: ${error.message}, at byte ${error.at} (${placeText(bytes, here())}). ` +
          "It is damaged, cut short, or of another format: export or download it again.",
      );
    }
  };
  check(0, bytes.length, desc, { name: root }, 1);
  return ranges;
}
