/**
 * Messages wherever they are in a model, above all tensors: among the constants, in attributes, in inner graphs and functions.
 *
 * @module
 */

import type { DescMessage } from "@bufbuild/protobuf";
import { TensorProtoSchema } from "./generated/onnx_pb.ts";
import { BYTES, contentOf, fieldsOf, fieldTable } from "./wire.ts";

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
