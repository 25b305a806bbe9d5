import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Model } from "@rewright/backend-cpu";
import { type OnnxModel, openModel, readModel } from "@rewright/onnx";
import { blamed } from "./blame.ts";
import { CheckError, InputError, PluginError } from "./errors.ts";
import { reasonOf } from "./files.ts";
import { isSettled, type Job } from "./job.ts";
import { Judge } from "./judge.ts";
import { choose, measure } from "./measurement.ts";
import type { Optimized } from "./optimized.ts";
import { checkBytes, checkOptions, defaults, type OptimizeOptions } from "./options.ts";
import { reportOf } from "./outcome.ts";
import type { Report } from "./report.ts";
import { bytesOf, type Savable, saveModel } from "./saving.ts";
import { Scratch } from "./scratch.ts";
import { type Found, search } from "./search.ts";
import { shortlist } from "./shortlist.ts";
import { sizesOf } from "./sizes.ts";
import { Stopwatch } from "./stopwatch.ts";
import { loadToolchain } from "./toolchain.ts";
import { verify } from "./verification.ts";

/**
 * Finds an equal and cheaper model: reads it, grows an e-graph by the rules under the strategy, extracts the cheapest programs
 * under the backend's costs, folds what depends on weights alone, and keeps a candidate only if ONNX Runtime gets the same
 * outputs from it as from the original run without optimiser, and, where the backend runs models here, only if it is
 * measurably faster.
 *
 * @param bytes an ONNX file
 * @throws InputError, ModelError (@rewright/onnx), RuleError (@rewright/dsl) on bad input, CheckError when every candidate differs
 * from the original; PluginError, with what was found by then, when a backend or a strategy of the caller's fails on the way; the signal's reason
 * when it is aborted before the search begins. Aborted later, the run
 * ends with the best so far that could be verified
 */
export async function optimize(
  bytes: Uint8Array,
  options: OptimizeOptions = {},
): Promise<Optimized> {
  checkBytes(bytes);
  return run(bytes, bytes.length, options, (read) => readModel(bytes, read));
}

/**
 * `optimize` for a file of any size, its external data being looked for beside it: of a large model the weights are read when they are needed
 * and never all at once. The file must not be changed until the result is written.
 *
 * @throws InputError when the file cannot be read, and all that `optimize` throws
 */
export async function optimizeFile(
  path: string,
  options: OptimizeOptions = {},
): Promise<Optimized> {
  const unreadable = (error: unknown): never => {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new InputError(`cannot read the model ${path}: ${reasonOf(error)}`);
  };
  const found = await stat(path).catch(unreadable);
  const directory = dirname(resolve(path));
  // What can be read only once, a pipe, is held in memory.
  if (!found.isFile())
    return optimize(await readFile(path).catch(unreadable), { ...options, directory });
  return run(resolve(path), found.size, { ...options, directory }, (read) => {
    try {
      return openModel(path, read);
    } catch (error) {
      return unreadable(error);
    }
  });
}

type Read = (options: Parameters<typeof readModel>[1]) => OnnxModel;

async function run(
  original: Model,
  bytes: number,
  options: OptimizeOptions,
  read: Read,
): Promise<Optimized> {
  checkOptions(options);
  const { signal } = options;
  const own = new Stopwatch();
  options.onProgress?.({ phase: "reading" });
  const tools = await loadToolchain(options);
  const { dialects } = tools;
  const { directory, fixedInputs = false, seed = defaults.seed } = options;
  const model = read({
    ...{ dialects, fixedInputs, inlineBranches: true },
    ...(directory !== undefined && { directory }),
  });
  const bind = sizesOf(model.graph, options.shapes ?? {});
  signal?.throwIfAborted();
  const judge = await own.aside(() => Judge.open(original, model, { seed, bind, directory }));
  const scratch = new Scratch();
  const size = bytes + model.external;
  const job: Job = { original, size, model, bind, options, tools, judge, own, scratch };
  try {
    signal?.throwIfAborted();
    const found = withSettled(job, await shortlist(job, await search(job)));
    const verified = await verify(job, found.finalists);
    const timings = await measure(job, verified.candidates);
    const winner = choose(verified.candidates, timings);
    const report = reportOf(job, { found, verified, timings, winner });
    if (!report.verified)
      throw new CheckError(
        `none of the ${found.finalists.length} cheaper programs agrees with the original; ${verified.dropped[0]?.why}`,
        report,
      );
    const graph = winner?.graph;
    const result = optimized({ original, model, graph, dialects, directory }, report);
    if (!found.fault) return result;
    const failure = blamed(found.fault, options);
    throw failure instanceof InputError && report.gained
      ? new PluginError(failure, result)
      : failure;
  } catch (error) {
    throw blamed(error, options);
  } finally {
    await scratch.close();
    await judge.close();
  }
}

/** What was settled on reading makes another model of it already: a runtime can compute with what is a constant now beforehand. */
function withSettled({ model }: Job, found: Found): Found {
  if (!isSettled(model)) return found;
  const plain = { graph: model.graph, cost: found.start, rules: [], assumed: new Map(), error: 0 };
  return { ...found, finalists: [...found.finalists, plain] };
}

function optimized(savable: Savable, report: Report): Optimized {
  let bytes: Uint8Array | undefined;
  return {
    get model() {
      bytes ??= bytesOf(savable);
      return bytes;
    },
    report,
    save: (path) => saveModel(savable, path),
  };
}
