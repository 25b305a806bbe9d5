import { RuntimeError } from "./child-process.ts";
import { geometricMedian, median } from "./interval.ts";
import type { OptimizationLevel } from "./protocol.ts";
import {
  type NamedArrays,
  type RuntimeOptions,
  type RuntimeSession,
  startRuntime,
} from "./runtime.ts";
import type { PairedTimes } from "./stopwatch.ts";

/** A model as bytes, or as a path. */
export type Model = Uint8Array | string;

/** How to time. */
export interface TimingOptions extends RuntimeOptions {
  /** Time spent on each candidate, in seconds, loading left out. Default 3. */
  readonly seconds?: number;
  /** Fresh processes per order of loading. More of them average out where memory happened to lie. Default 1. */
  readonly rounds?: number;
  /** Of the bootstrap. Default 1. */
  readonly seed?: number;
  /** How far ONNX Runtime may rewrite the models: both, or the original and the candidates. Default "all". */
  readonly level?:
    | OptimizationLevel
    | readonly [original: OptimizationLevel, candidates: OptimizationLevel];
  /** Where external data of models given as bytes lies. */
  readonly cwd?: string;
}

/** Milliseconds of one run. */
export interface RunTime {
  /** The median on the ratio's clock, and the middle half of all runs. */
  readonly ms: number;
  readonly middle: readonly [low: number, high: number];
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** A candidate's time beside the original's. */
export interface Timing {
  readonly original: RunTime;
  readonly candidate: RunTime;
  /** Old time over new time: above 1 the candidate is faster. The median of paired ratios. */
  readonly ratio: number;
  /** The 95 % interval of the ratio. */
  readonly low: number;
  readonly high: number;
  /** Which clock the ratio is from: processor time for one thread, wall time for several. */
  readonly clock: "cpu" | "wall";
  /** Pairs of samples. */
  readonly samples: number;
  /** Faster beyond noise: the lower end of the interval is above 1.02 (1.05 for runs below a millisecond). */
  readonly gain: boolean;
}

/**
 * Times candidates against the original, pair by pair: runs alternate, and each pair is timed in fresh processes in both
 * orders of loading, since the model loaded second runs up to a tenth faster where runs are short.
 * The result is as long as `candidates`; a candidate that fails yields its error.
 *
 * @throws RuntimeError when the original fails, or nothing can run; the signal's reason when it is aborted.
 */
export async function timeModels(
  models: { readonly original: Model; readonly candidates: readonly Model[] },
  inputs: NamedArrays,
  options: TimingOptions = {},
): Promise<readonly (Timing | RuntimeError)[]> {
  const results: (Timing | RuntimeError)[] = [];
  for (const candidate of models.candidates) {
    try {
      results.push(await timePair(models.original, candidate, inputs, options));
    } catch (error) {
      if (!(error instanceof CandidateError)) throw error;
      results.push(error.cause);
    }
  }
  return results;
}

class CandidateError extends Error {
  override readonly cause: RuntimeError;

  constructor(cause: RuntimeError) {
    super(cause.message);
    this.cause = cause;
  }
}

async function timePair(
  original: Model,
  candidate: Model,
  inputs: NamedArrays,
  options: TimingOptions,
): Promise<Timing> {
  const { seconds = 3, rounds = 1, threads = 1 } = options;
  const milliseconds = (1000 * seconds) / (2 * rounds);
  const clock = threads === 1 ? "cpu" : "wall";
  const times: PairedTimes[] = [];
  for (let turn = 0; turn < 2 * rounds; turn++) {
    times.push(await race(original, candidate, turn % 2 === 0, inputs, milliseconds, options));
  }
  const ratios = times.map((time) => {
    const [old, young] = time[clock];
    return old.map((value, i) => value / (young[i] as number));
  });
  const { value, low, high } = geometricMedian(ratios, options.seed ?? 1);
  const [originalTime, candidateTime] = ([0, 1] as const).map((side) => ({
    ms: typical(times, clock, side),
    middle: middleHalf(times.map((time) => time[clock][side])),
    wallMs: typical(times, "wall", side),
    cpuMs: typical(times, "cpu", side),
  })) as [RunTime, RunTime];
  const short = originalTime.ms < 1;
  return {
    original: originalTime,
    candidate: candidateTime,
    ratio: value,
    low,
    high,
    clock,
    samples: ratios.reduce((sum, group) => sum + group.length, 0),
    gain: low > (short ? 1.05 : 1.02),
  };
}

function middleHalf(groups: readonly Float64Array[]): readonly [number, number] {
  const all = Float64Array.from(groups.flatMap((group) => [...group])).sort();
  const at = (share: number): number => all[Math.round(share * (all.length - 1))] as number;
  return [at(0.25), at(0.75)];
}

function typical(times: readonly PairedTimes[], clock: "wall" | "cpu", side: 0 | 1): number {
  return Math.exp(
    times.reduce((sum, time) => sum + Math.log(median(time[clock][side])), 0) / times.length,
  );
}

/** One process, both models, each run once when it has been loaded: the original first, or second. */
async function race(
  original: Model,
  candidate: Model,
  originalFirst: boolean,
  inputs: NamedArrays,
  milliseconds: number,
  options: TimingOptions,
): Promise<PairedTimes> {
  const runtime = await startRuntime(options);
  const { level = "all" } = options;
  const levels = typeof level === "string" ? [level, level] : level;
  const prepare = async (model: Model, side: 0 | 1): Promise<RuntimeSession> => {
    const session = await runtime.load(model, { level: levels[side], cwd: options.cwd });
    await session.run(inputs);
    return session;
  };
  const blame = (error: unknown): never => {
    throw error instanceof RuntimeError ? new CandidateError(error) : error;
  };
  try {
    const early = originalFirst ? await prepare(original, 0) : undefined;
    const young = await prepare(candidate, 1).catch(blame);
    const old = early ?? (await prepare(original, 0));
    return await runtime.race([old, young], inputs, { milliseconds, samples: 4 }).catch(blame);
  } finally {
    await runtime.close();
  }
}
