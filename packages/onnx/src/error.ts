/**
 * The one error of this package, and how it shows names.
 *
 * @module
 */

/** A file, or a program, that cannot be read or written as ONNX. Its message says what is wrong, where, and how to mend it. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

/** A name of a file as a message shows it: in quotes, escaped, and not at any length. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
