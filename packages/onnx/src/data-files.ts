/**
 * Where a model's tensors may lie besides its bytes.
 *
 * @module
 */

import type { HeldFile } from "./skeleton.ts";

/** The files around a model: those that its external data may lie in, and the model's own where that is not held in memory. */
export interface DataFiles {
  /** Without it external data is refused. */
  readonly directory?: string | undefined;
  readonly held?: HeldFile | undefined;
}
