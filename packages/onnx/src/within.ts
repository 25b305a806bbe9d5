/**
 * Messages wherever they are in a model, above all tensors: among the constants, in attributes, in inner graphs and functions.
 *
 * @module
 */

import type { DescMessage } from "@bufbuild/protobuf";
import { ModelError } from "./error.ts";
import { TensorProtoSchema } from "./generated/onnx_pb.ts";
import { readTensor } from "./tensor.ts";
import { BYTES, contentOf, fieldsOf, fieldTable, Pieces, wholeOf } from "./wire.ts";

/** Every message of one kind within a message that `checkWire` has passed; those within one another too. */
export function eachMessage(
  bytes: Uint8Array,
  desc: DescMessage,
  kind: DescMessage,
  visit: (message: Uint8Array) => void,
): void {
  const table = fieldTable(desc);
  for (const field of fieldsOf(bytes)) {
    const message = field.wire === BYTES ? table.get(field.no)?.message : undefined;
    if (message === undefined) continue;
    const content = contentOf(bytes, field);
    if (message.typeName === kind.typeName) visit(content);
    if (message.typeName !== TensorProtoSchema.typeName) eachMessage(content, message, kind, visit);
  }
}

/** Fields of TensorProto that say where its data are. */
const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
/** As much external data as a model may take in: with the rest it stays below protobuf's 2 GiB. */
const MAX_INLINE = 1_500_000_000;

function inlineTensor(bytes: Uint8Array, directory: string | undefined): Uint8Array {
  const tensor = readTensor(bytes, directory, "a tensor");
  if (!tensor.isExternal) return bytes;
  const pieces = new Pieces();
  for (const field of fieldsOf(bytes))
    if (![RAW_DATA, EXTERNAL_DATA, DATA_LOCATION].includes(field.no))
      pieces.raw(wholeOf(bytes, field));
  return pieces.field(RAW_DATA, tensor.bytes()).finish();
}

/**
 * A message with the external data of all its tensors taken in.
 * @throws {ModelError} when they are more than 1.5 GB, or can no longer be read
 */
export function inlineExternal(
  bytes: Uint8Array,
  desc: DescMessage,
  directory: string | undefined,
): Uint8Array {
  let total = 0;
  eachMessage(bytes, desc, TensorProtoSchema, (tensor) => {
    total += readTensor(tensor, directory, "a tensor").external;
  });
  if (total > MAX_INLINE)
    throw new ModelError(
      `the model's external data take ${total} bytes, more than the ${MAX_INLINE} that can be written into one file.`,
    );
  const inline = (content: Uint8Array, message: DescMessage): Uint8Array => {
    if (message.typeName === TensorProtoSchema.typeName) return inlineTensor(content, directory);
    const table = fieldTable(message);
    const pieces = new Pieces();
    let changed = false;
    for (const field of fieldsOf(content)) {
      const inner = field.wire === BYTES ? table.get(field.no)?.message : undefined;
      const old = contentOf(content, field);
      const made = inner === undefined ? old : inline(old, inner);
      changed ||= made !== old;
      if (made === old) pieces.raw(wholeOf(content, field));
      else pieces.field(field.no, made);
    }
    return changed ? pieces.finish() : content;
  };
  return inline(bytes, desc);
}
