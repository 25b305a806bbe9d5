import { type Timing, timeModels } from "@rewright/backend-cpu";
import type { Graph } from "@rewright/plugin";
import { isMeasured, isSettled, type Job } from "./job.ts";
import { defaults } from "./options.ts";
import type { Candidate } from "./verification.ts";

/** By candidate, how it ran beside the original, or why it did not; of the original alone where there is no candidate. */
export type Timings = readonly (Timing | Error)[];

/** Times candidates, interleaved with the original. @returns nothing where nothing is to be timed, and when interrupted */
export async function measure(
  job: Job,
  candidates: readonly Candidate[],
): Promise<Timings | undefined> {
  if (!isMeasured(job) || job.options.signal?.aborted) return undefined;
  const graphs = candidates.length > 0 ? candidates.map((c) => c.graph) : [job.model.graph];
  return job.own.aside(() => timed(job, graphs));
}

async function timed(
  { original, model, options, tools, judge, scratch }: Job,
  graphs: readonly Graph[],
): Promise<Timings | undefined> {
  const { signal, directory, seed = defaults.seed, threads = defaults.threads } = options;
  const timings: (Timing | Error)[] = [];
  try {
    for (const [i, graph] of graphs.entries()) {
      options.onProgress?.({ phase: "timing", done: i, of: graphs.length });
      const isOriginal = graph === model.graph && !isSettled(model);
      const candidate = isOriginal
        ? original
        : await scratch.candidate(model, graph, tools.dialects);
      const [timing] = await timeModels({ original, candidates: [candidate] }, judge.inputs, {
        ...{ seed, threads },
        ...(signal && { signal }),
        ...(directory !== undefined && { cwd: directory }),
      });
      timings.push(timing as Timing | Error);
      if (!isOriginal) await scratch.drop(candidate);
    }
    return timings;
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

/**
 * The candidate that is measurably fastest; without measurements the cheapest one. One that is not exact must be measurably faster than
 * the fastest exact one, too.
 */
export function choose(
  candidates: readonly Candidate[],
  timings: Timings | undefined,
): Candidate | undefined {
  if (timings === undefined) return candidates[0];
  const faster = candidates
    .map((candidate, i) => ({ candidate, timing: timings[i] as Timing }))
    .filter(({ timing }) => !(timing instanceof Error) && timing.gain)
    .sort((a, b) => b.timing.ratio - a.timing.ratio);
  const exact = faster.find(({ candidate }) => candidate.finalist.error === 0);
  const ratio = exact?.timing.ratio ?? 0;
  return (faster.find(({ timing }) => timing.low > ratio) ?? exact)?.candidate;
}
