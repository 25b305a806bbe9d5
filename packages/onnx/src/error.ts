/**
 * The one error of this package.
 *
 * @module
 */

/** A file, or a program, that cannot be read or written as ONNX. Its message says what is wrong, where, and how to mend it. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}
