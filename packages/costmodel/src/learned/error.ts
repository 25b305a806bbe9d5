/** A data or model file that cannot be used: the message names the file, the part, what is wrong with it, and how to mend it. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** What an error says, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
