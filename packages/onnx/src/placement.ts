/**
 * Where the elements of tensors go when a model is written: into its own file, or into a data file beside it.
 *
 * @module
 */

import { ftruncateSync } from "node:fs";
import type { DescMessage } from "@bufbuild/protobuf";
import { type Content, inMemory } from "./content.ts";
import type { DataFiles } from "./data-files.ts";
import { GraphProtoSchema, TensorProtoSchema } from "./generated/onnx_pb.ts";
import { Pieces, writeAll } from "./pieces.ts";
import { readTensor, withElements } from "./tensor.ts";
import { BYTES, contentOf, fieldsOf, fieldTable, wholeOf } from "./wire.ts";

/** Fields of TensorProto that say where its data are. */
const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
/** Data begin at multiples of this many bytes, so that they can be mapped into memory (ONNX's `docs/ExternalData.md`). */
const ALIGNMENT = 4096;

/** Elements of at least this many bytes are never copied in memory, and go into a data file where there is one. */
export const LARGE: number = 2 ** 16;

/** A data file to be: contents one behind the other, the same one only once. */
export class DataDraft {
  readonly name: string;
  readonly #contents: { readonly offset: number; readonly content: Content }[] = [];
  readonly #places = new Map<string, number>();
  /** Bytes it will have. */
  length = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Takes a content in. @returns where it will begin */
  #add(content: Content): number {
    const known = content.place === undefined ? undefined : this.#places.get(content.place);
    if (known !== undefined) return known;
    const offset = Math.ceil(this.length / ALIGNMENT) * ALIGNMENT;
    this.#contents.push({ offset, content });
    if (content.place !== undefined) this.#places.set(content.place, offset);
    this.length = offset + content.length;
    return offset;
  }

  /** The fields of a TensorProto whose elements are this content. */
  entries(content: Content): Pieces {
    const pieces = new Pieces();
    const { name: location } = this;
    const offset = this.#add(content);
    for (const [key, value] of Object.entries({ location, offset, length: content.length }))
      pieces.field(EXTERNAL_DATA, new Pieces().field(1, key).field(2, String(value)));
    return pieces.number(DATA_LOCATION, 1);
  }

  /** Writes it to an open, empty file. */
  write(file: number): void {
    let at = 0;
    for (const { offset, content } of this.#contents) {
      writeAll(file, new Uint8Array(offset - at));
      for (const part of content.chunks()) writeAll(file, part);
      at = offset + content.length;
    }
    ftruncateSync(file, at);
  }
}

/** How tensors are placed. */
export interface Placement {
  readonly files: DataFiles;
  /** External data stay where they are; else they are taken along. */
  readonly keeps?: boolean;
  /** Takes the elements of initializers that are large, and all external data; else they go into the model's own file. */
  readonly draft?: DataDraft | undefined;
}

/** A tensor without the fields that say where its elements are. */
function bare(bytes: Uint8Array, { held }: DataFiles): Pieces {
  const pieces = new Pieces();
  for (const field of fieldsOf(bytes))
    if (
      ![RAW_DATA, EXTERNAL_DATA, DATA_LOCATION].includes(field.no) &&
      held?.follow(bytes, field) === undefined
    )
      pieces.raw(wholeOf(bytes, field));
  return pieces;
}

/** A tensor as it is to be written; `undefined` where it stays as it is. */
function placedTensor(
  bytes: Uint8Array,
  { files, keeps, draft }: Placement,
  isInitializer: boolean,
): Pieces | undefined {
  const { external, outside } = readTensor(bytes, files, "a tensor");
  if (outside === undefined) {
    const raw = fieldsOf(bytes).findLast(({ no }) => no === RAW_DATA);
    if (draft === undefined || !isInitializer || raw === undefined || raw.end - raw.start < LARGE)
      return files.held && withElements(bytes, files.held);
    return bare(bytes, files).append(draft.entries(inMemory(contentOf(bytes, raw))));
  }
  if (external > 0 && keeps) return undefined;
  if (draft && (external > 0 || isInitializer))
    return bare(bytes, files).append(draft.entries(outside));
  if (external > 0) return bare(bytes, files).field(RAW_DATA, outside);
  return files.held && withElements(bytes, files.held);
}

/** A message with all its tensors as they are to be written; `undefined` where it stays as it is. */
export function placed(
  bytes: Uint8Array,
  desc: DescMessage,
  placement: Placement,
): Pieces | undefined {
  const table = fieldTable(desc);
  const pieces = new Pieces();
  let changed = false;
  for (const field of fieldsOf(bytes)) {
    const message = field.wire === BYTES ? table.get(field.no)?.message : undefined;
    const content = contentOf(bytes, field);
    const made =
      message === undefined
        ? undefined
        : message.typeName === TensorProtoSchema.typeName
          ? placedTensor(content, placement, desc.typeName === GraphProtoSchema.typeName)
          : placed(content, message, placement);
    changed ||= made !== undefined;
    if (made === undefined) pieces.raw(wholeOf(bytes, field));
    else pieces.field(field.no, made);
  }
  return changed ? pieces : undefined;
}

/** A new tensor: all its fields but its elements, and these. */
export function placedNew(head: Uint8Array, content: Content, { draft }: Placement): Pieces {
  const pieces = new Pieces().raw(head);
  return draft ? pieces.append(draft.entries(content)) : pieces.field(RAW_DATA, content);
}
