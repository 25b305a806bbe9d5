/**
 * What an extraction refuses:
 * - `"cost"`: an e-node costs NaN or less than 0; `id` is the e-node;
 * - `"pending"`: the graph has unions that no `rebuild()` has followed;
 * - `"class"`: an id that is no class of this graph; `id` is that id;
 * - `"no program"`: a root has no program of finite cost; `id` is its class;
 * - `"not chosen"`: the e-node of a class outside the program is asked for; `id` is the class;
 * - `"mark"`: a mark is closed already;
 * - `"option"`: an option out of its range.
 */
export type ExtractionErrorCode =
  | "cost"
  | "pending"
  | "class"
  | "no program"
  | "not chosen"
  | "mark"
  | "option";

/** An extraction that cannot be made, or not be asked that. */
export class ExtractionError extends Error {
  override readonly name: string = "ExtractionError";
  /** What is wrong. */
  readonly code: ExtractionErrorCode;
  /** The e-node or class concerned, -1 where there is none. */
  readonly id: number;

  constructor(code: ExtractionErrorCode, message: string, id = -1) {
    super(message);
    this.code = code;
    this.id = id;
  }
}
