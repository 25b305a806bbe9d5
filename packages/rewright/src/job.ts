import type { OnnxModel } from "@rewright/onnx";
import type { Judge } from "./judge.ts";
import type { OptimizeOptions } from "./options.ts";
import type { Sizes } from "./sizes.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { Toolchain } from "./toolchain.ts";

/** One model on its way through the steps of `optimize`. */
export interface Job {
  /** The file as it was given. */
  readonly bytes: Uint8Array;
  readonly model: OnnxModel;
  /** Sizes of its open dimensions, for pricing, verifying and timing. */
  readonly bind: Sizes;
  readonly options: OptimizeOptions;
  readonly tools: Toolchain;
  readonly judge: Judge;
  readonly own: Stopwatch;
}
