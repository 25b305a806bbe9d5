import { readModel, writeModel } from "@rewright/onnx";
import { blamed } from "./blame.ts";
import { CheckError } from "./errors.ts";
import type { Job } from "./job.ts";
import { Judge } from "./judge.ts";
import { choose, measure } from "./measurement.ts";
import { checkBytes, checkOptions, defaults, type OptimizeOptions } from "./options.ts";
import { reportOf } from "./outcome.ts";
import type { Report } from "./report.ts";
import { search } from "./search.ts";
import { sizesOf } from "./sizes.ts";
import { Stopwatch } from "./stopwatch.ts";
import { loadToolchain } from "./toolchain.ts";
import { verify } from "./verification.ts";

/** What `optimize` gives: the better model, or the input's bytes where nothing was gained, and what happened. */
export interface Optimized {
  readonly model: Uint8Array;
  readonly report: Report;
}

/**
 * Finds an equal and cheaper model: reads it, grows an e-graph by the rules under the strategy, extracts the cheapest programs
 * under the backend's costs, folds what depends on weights alone, and keeps a candidate only if ONNX Runtime gets the same
 * outputs from it as from the original run without optimiser, and, where the backend runs models here, only if it is
 * measurably faster.
 *
 * @param bytes an ONNX file
 * @throws InputError, ModelError (@rewright/onnx), RuleError (@rewright/dsl) on bad input, CheckError when every candidate differs
 * from the original; the signal's reason when it is aborted before the search begins. Aborted later, the run
 * ends with the best so far that could be verified
 */
export async function optimize(
  bytes: Uint8Array,
  options: OptimizeOptions = {},
): Promise<Optimized> {
  checkBytes(bytes);
  checkOptions(options);
  const { signal } = options;
  const own = new Stopwatch();
  options.onProgress?.({ phase: "reading" });
  const tools = await loadToolchain(options);
  const { dialects } = tools;
  const { directory, seed = defaults.seed } = options;
  const model = readModel(bytes, { dialects, ...(directory !== undefined && { directory }) });
  const bind = sizesOf(model.graph, options.shapes ?? {});
  signal?.throwIfAborted();
  const judge = await own.aside(() => Judge.open(bytes, model, { seed, bind, directory }));
  const job: Job = { bytes, model, bind, options, tools, judge, own };
  try {
    signal?.throwIfAborted();
    const found = await search(job);
    const verified = await verify(job, found.finalists);
    const timings = await measure(job, verified.candidates);
    const winner = choose(verified.candidates, timings);
    const written = winner && (winner.bytes ?? writeModel(model, winner.graph, { dialects }));
    const report = reportOf(job, { found, verified, timings, winner });
    if (!report.verified)
      throw new CheckError(
        `none of the ${found.finalists.length} cheaper programs agrees with the original; ${verified.dropped[0]?.why}`,
        report,
      );
    return { model: written ?? bytes, report };
  } catch (error) {
    throw blamed(error, options);
  } finally {
    await judge.close();
  }
}
