/**
 * Initializers of a graph as fields: dense ones name themselves, sparse ones are named by their values.
 *
 * @module
 */

import { SPARSE_INITIALIZER } from "./graph-fields.ts";
import { textOf } from "./node.ts";
import { Pieces } from "./pieces.ts";
import { contentOf, type Field, fieldsOf, wholeOf } from "./wire.ts";

/** The field of TensorProto that names it; a sparse tensor is named by its values, its first field. */
const TENSOR_NAME = 8;
const SPARSE_VALUES = 1;

/** The name of an initializer, a field of a graph's bytes. */
export function initializerName(graph: Uint8Array, field: Field): string {
  let tensor = contentOf(graph, field);
  if (field.no === SPARSE_INITIALIZER) {
    const values = fieldsOf(tensor).findLast(({ no }) => no === SPARSE_VALUES);
    if (values) tensor = contentOf(tensor, values);
  }
  return textOf(tensor, fieldsOf(tensor), TENSOR_NAME);
}

/** The field of an initializer under another name. */
export function renamedInitializer(graph: Uint8Array, field: Field, name: string): Pieces {
  const rename = (tensor: Uint8Array): Pieces => {
    const pieces = new Pieces();
    for (const part of fieldsOf(tensor))
      if (part.no !== TENSOR_NAME) pieces.raw(wholeOf(tensor, part));
    return pieces.field(TENSOR_NAME, name);
  };
  const bytes = contentOf(graph, field);
  const pieces = new Pieces();
  if (field.no !== SPARSE_INITIALIZER) return pieces.field(field.no, rename(bytes));
  const sparse = new Pieces();
  for (const part of fieldsOf(bytes))
    if (part.no === SPARSE_VALUES) sparse.field(SPARSE_VALUES, rename(contentOf(bytes, part)));
    else sparse.raw(wholeOf(bytes, part));
  return pieces.field(field.no, sparse);
}
