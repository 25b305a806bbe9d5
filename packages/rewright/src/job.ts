import type { Model } from "@rewright/backend-cpu";
import type { OnnxModel } from "@rewright/onnx";
import type { Judge } from "./judge.ts";
import type { OptimizeOptions } from "./options.ts";
import type { Scratch } from "./scratch.ts";
import type { Sizes } from "./sizes.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { Toolchain } from "./toolchain.ts";

/** One model on its way through the steps of `optimize`. */
export interface Job {
  /** The file as it was given: its bytes, or its path. */
  readonly original: Model;
  /** Bytes of it, and of its external data. */
  readonly size: number;
  readonly model: OnnxModel;
  /** Sizes of its open dimensions, for pricing, verifying and timing. */
  readonly bind: Sizes;
  readonly options: OptimizeOptions;
  readonly tools: Toolchain;
  readonly judge: Judge;
  readonly own: Stopwatch;
  readonly scratch: Scratch;
}

/** Whether the model as it was read is no longer the one that was given: what is known of it was settled on reading. */
export function isSettled({ fixedInputs, inlined }: OnnxModel): boolean {
  return fixedInputs.size > 0 || inlined > 0;
}

/** Whether candidates that agree are to be timed. */
export function isMeasured({ options, tools }: Pick<Job, "options" | "tools">): boolean {
  return (options.measure ?? true) && tools.backend.run !== undefined;
}
