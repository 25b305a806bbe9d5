import { loadConfig } from "../config.ts";
import { CheckError, exitCodes, InputError, PluginError } from "../errors.ts";
import { checkReadable, checkWritable, sameFile, writeWhole } from "../files.ts";
import { optimizeFile as optimize } from "../optimize.ts";
import type { OptimizeOptions } from "../options.ts";
import type { BackendName, SpaceName, StrategyName } from "../plugins.ts";
import type { FileReport } from "../report.ts";
import type { Growth } from "./arguments.ts";
import { hearInterruption } from "./interruption.ts";
import { describe, verdict } from "./print.ts";
import { progressLine } from "./progress.ts";

/** The options of `rewright optimize`, parsed. */
export interface OptimizeArguments {
  readonly output?: string;
  readonly force?: boolean;
  readonly rules?: readonly string[];
  readonly backend?: BackendName;
  readonly strategy?: StrategyName;
  readonly space?: SpaceName;
  readonly nodes?: number;
  readonly seconds?: number;
  readonly memory?: number;
  readonly seed?: number;
  readonly input?: Readonly<Record<string, readonly number[]>>;
  readonly threads?: number;
  readonly error?: number;
  readonly maxGrowth?: Growth;
  readonly fixedInputs?: boolean;
  readonly measure: boolean;
  readonly calibration: boolean;
  readonly rank?: string;
  readonly config?: string;
  readonly json?: string;
  readonly quiet?: boolean;
}

/** What is said on the command line wins over the configuration file. */
function merge(config: OptimizeOptions, args: OptimizeArguments, size: number): OptimizeOptions {
  const { backend, strategy, space, seed, threads, rules, input, maxGrowth } = args;
  const { error, nodes, seconds, memory } = args;
  return {
    ...config,
    ...(rules && { rules }),
    ...(backend && { backend }),
    ...(strategy && { strategy }),
    ...(space && { space }),
    ...(seed !== undefined && { seed }),
    ...(threads && { threads }),
    ...(error !== undefined && { error }),
    ...(input && { shapes: { ...config.shapes, ...input } }),
    ...(maxGrowth && {
      maxGrowth: "share" in maxGrowth ? maxGrowth.share * size : maxGrowth.bytes,
    }),
    ...(args.fixedInputs && { fixedInputs: true }),
    ...(!args.measure && { measure: false }),
    ...(!args.calibration && { calibration: false }),
    ...(args.rank !== undefined && { rank: args.rank }),
    budget: {
      ...config.budget,
      ...(nodes && { nodes }),
      ...(seconds && { seconds }),
      ...(memory && { memory }),
    },
  };
}

/** `rewright optimize`: from files to files. @returns the exit code */
export async function optimizeFile(model: string, args: OptimizeArguments): Promise<number> {
  const { output, json, quiet } = args;
  const interruption = hearInterruption();
  const progress = progressLine(process.stderr);
  try {
    const size = await checkReadable(model);
    if (output !== undefined) await checkWritable(output, model, args.force);
    if (json !== undefined) await checkWritable(json, model);
    if (json !== undefined && output !== undefined && (await sameFile(json, output)))
      throw new InputError(`-o and --json both name ${json}: give the report a file of its own`);
    const config = await loadConfig(process.cwd(), args.config);
    const { result, failure } = await optimize(model, {
      ...merge(config, args, size),
      signal: interruption.signal,
      ...(!quiet && { onProgress: progress.show }),
    }).then(
      (result) => ({ result, failure: undefined }),
      (error: unknown) => {
        if (error instanceof CheckError) return { result: undefined, failure: error };
        if (error instanceof PluginError) return { result: error.optimized, failure: error };
        throw error;
      },
    );
    const found = result?.report ?? (failure as CheckError).report;
    const write =
      output !== undefined &&
      result !== undefined &&
      (found.gained || !interruption.signal.aborted);
    const { data, same } = write ? await result.save(output) : { data: undefined, same: false };
    const report: FileReport = {
      ...{ input: model, output: write ? output : null, data: data ?? null, same },
      ...found,
    };
    if (json !== undefined) await writeWhole(json, `${JSON.stringify(report, null, 2)}\n`);
    progress.end();
    if (!quiet) {
      process.stdout.write(
        `${describe(report, process.stdout.isTTY && process.stdout.hasColors())}\n`,
      );
      if (failure === undefined) process.stdout.write(`${verdict(report)}\n`);
    }
    if (failure !== undefined) throw failure;
    return interruption.signal.aborted ? exitCodes.interrupted : exitCodes.done;
  } catch (error) {
    progress.end();
    const isTold = error instanceof CheckError || error instanceof PluginError;
    if (interruption.signal.aborted && !isTold) {
      process.stderr.write("rewright: interrupted: nothing was written\n");
      return exitCodes.interrupted;
    }
    throw error;
  } finally {
    interruption.end();
  }
}
