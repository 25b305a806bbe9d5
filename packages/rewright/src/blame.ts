import type { SearchError } from "@rewright/search";
import { InputError } from "./errors.ts";
import type { OptimizeOptions } from "./options.ts";

/**
 * An error of a run as its caller should see it. What the runtime makes of a model is no bug of ours. A fault of a plugin that the
 * caller chose is theirs to mend; one of those that come with the package is a bug.
 */
export function blamed(error: unknown, { backend, strategy }: OptimizeOptions): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === "RuntimeError")
    return new InputError(`ONNX Runtime fails on the model: ${error.message}`, { cause: error });
  if (error.name !== "SearchError") return error;
  const { blame } = error as SearchError;
  if (typeof strategy === "object" && blame.startsWith("strategy"))
    return new InputError(error.message, { cause: error });
  // A rule breaks off when an operator or a function of some dialect throws: those of ours do not.
  const theirs = blame === "cost model" || (typeof backend === "object" && backend.dialects);
  if (typeof backend === "object" && theirs && !blame.startsWith("strategy"))
    return new InputError(`backend \`${backend.name}\`: ${error.message}`, { cause: error });
  return error;
}
