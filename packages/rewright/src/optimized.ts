import type { Report } from "./report.ts";

/** What `optimize` gives: the better model, or the input where nothing was gained, and what happened. */
export interface Optimized {
  /** The model's file in memory, made when it is asked for. It throws a ModelError (@rewright/onnx) where one file cannot hold the model. */
  readonly model: Uint8Array;
  readonly report: Report;
  /**
   * Writes the model whole or not at all, without holding its weights in memory, and a data file for them beside it where one file (of 2 GiB
   * at most) cannot hold them.
   *
   * @throws InputError when something cannot be written, ModelError (@rewright/onnx) when a file that it is written from has changed
   */
  save(path: string): Promise<Saved>;
}

/** What was written. */
export interface Saved {
  /** The path of the file beside the model that holds its weights, where there is one. */
  readonly data: string | undefined;
  /** The model's file is the input's, byte for byte. */
  readonly same: boolean;
}
