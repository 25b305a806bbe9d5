import { type RunTime, type Timing, timeModels } from "@rewright/backend-cpu";
import { compileRules, type Rule } from "@rewright/dsl";
import { expressible, type OnnxModel, readModel, writeModel } from "@rewright/onnx";
import type { CostModel, Dialect, Dim, Graph } from "@rewright/plugin";
import { type Finalist, growth, type RuleStatistics, type SearchError } from "@rewright/search";
import { onnx } from "@rewright/tensor";
import { CheckError, InputError } from "./errors.ts";
import { foldConstants } from "./fold.ts";
import { Judge } from "./judge.ts";
import { checkBytes, checkOptions, defaults, type OptimizeOptions } from "./options.ts";
import { backendOf, strategyOf } from "./plugins.ts";
import type { Dropped, Report, RuleReport, Side } from "./report.ts";
import { declaredDialect, ruleFilesOf } from "./rule-files.ts";
import { loadImports } from "./rule-imports.ts";
import { scheduled } from "./schedule.ts";

/** What `optimize` gives: the better model, or the input's bytes where nothing was gained, and what happened. */
export interface Optimized {
  readonly model: Uint8Array;
  readonly report: Report;
}

/** A finalist that agrees with the original. It is kept as a graph and written anew when needed: several large models at once would not fit. */
interface Candidate {
  readonly graph: Graph;
  readonly finalist: Finalist;
  readonly maxAbs: number;
  readonly maxRel: number;
}

/** Counts the optimiser's own time: while others work for it, it is paused. */
class Stopwatch {
  ms = 0;
  #since = performance.now();

  pause(): void {
    this.ms += performance.now() - this.#since;
  }

  resume(): void {
    this.#since = performance.now();
  }
}

/** The size at which an open dimension is priced and timed when nobody says. Never 1, at which most rewrites look alike. */
const openSize = 8;

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
  const { budget, signal, directory, onProgress } = options;
  const { seed = defaults.seed, threads = defaults.threads } = options;
  const own = new Stopwatch();
  onProgress?.({ phase: "reading" });
  const [backend, strategy] = await Promise.all([
    backendOf(options.backend ?? "cpu", options.measure ?? true),
    strategyOf(options.strategy ?? "saturate"),
  ]);
  const known: readonly Dialect[] = [onnx, ...(backend.dialects ?? [])];
  const { files, modules } = await loadImports(await ruleFilesOf(options.rules, backend));
  const compiled = compileRules(files, { dialects: known, modules });
  // An inexact rule (`~>`) fires only against a budget of errors, and this run has none.
  const rules = compiled.rules.filter((rule) => rule.lossy === 0);
  const dialects: readonly Dialect[] = [...known, declaredDialect(compiled)];
  const model = readModel(bytes, { dialects, ...(directory !== undefined && { directory }) });
  const bind = sizes(model.graph, options.shapes ?? {});
  signal?.throwIfAborted();

  own.pause();
  const judge = await Judge.open(bytes, model, { seed, bind, directory });
  own.resume();
  try {
    signal?.throwIfAborted();
    const unit = backend.costModel.unit;
    const session = growth({
      graph: model.graph,
      rules,
      dialects,
      costModel: sayable(backend.costModel, model),
      seed,
      budget: {
        nodes: budget?.nodes ?? defaults.nodes,
        seconds: budget?.seconds ?? defaults.seconds,
        bytes: (budget?.memory ?? defaults.memory) * 2 ** 20,
        ...(budget?.iterations !== undefined && { iterations: budget.iterations }),
      },
      bind: (dim) => bind[dim] ?? openSize,
      ...(signal && { signal }),
      ...(onProgress && {
        onProgress: ({ nodes, cost }) => onProgress({ phase: "searching", nodes, cost, unit }),
      }),
    });
    const start = session.cost();
    await session.run(scheduled(strategy, compiled));
    let finalists = session
      .finalists(options.finalists ?? defaults.finalists)
      .filter((f) => f.cost < start);

    const room = options.maxGrowth ?? bytes.length / 10 + 2 ** 20;
    const dropped: Dropped[] = [];
    if (finalists.length > 0) {
      own.pause();
      onProgress?.({ phase: "verifying", done: 0, of: finalists.length });
      await judge.try();
      own.resume();
      if (judge.unfit !== undefined) {
        dropped.push({ why: judge.unfit, rules: [] });
        finalists = [];
      }
    }
    const candidates = await verified(finalists, {
      ...{ model, dialects, rules, judge, room, dropped, options, own },
    });
    own.pause();
    const measuring = (options.measure ?? true) && backend.run !== undefined && !signal?.aborted;
    const timings = measuring
      ? await timed(bytes, candidates.length > 0 ? candidates.map((c) => c.graph) : [model.graph], {
          ...{ model, dialects, judge, options },
        })
      : undefined;
    const winner = choose(candidates, timings);

    const operators = model.graph.nodes.length;
    const known = timings?.filter((t): t is Timing => !(t instanceof Error));
    const timing = winner ? timings?.[candidates.indexOf(winner)] : undefined;
    const won = timing instanceof Error ? undefined : timing;
    const original = (won ?? known?.[0])?.original;
    const side = (nodes: number, predicted: number, run: RunTime | undefined): Side => ({
      ...{ nodes, predicted, ms: run?.ms ?? null, spread: run?.middle ?? null },
    });
    const report: Report = {
      before: side(operators, start, original),
      after: winner
        ? side(winner.graph.nodes.length, winner.finalist.cost, won?.candidate)
        : side(operators, start, original),
      speedup: timings === undefined ? null : (won?.ratio ?? 1),
      interval: won ? [won.low, won.high] : null,
      predictedSpeedup: winner && winner.finalist.cost > 0 ? start / winner.finalist.cost : 1,
      verified: candidates.length > 0 || finalists.length === 0,
      maxAbs: winner?.maxAbs ?? 0,
      maxRel: winner?.maxRel ?? 0,
      stopped: signal?.aborted ? "aborted" : session.stopped,
      gained: winner !== undefined,
      rules: ruleReports(rules, session.statistics, winner?.finalist.rules ?? []),
      dropped,
      backend: backend.name,
      strategy: strategy.name,
      unit,
      seed,
      threads,
      assumed: bind,
      search: {
        nodes: session.egraph.nodeCount,
        classes: session.egraph.classCount,
        iterations: session.spent.iterations,
        ms: own.ms,
        peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
      },
    };
    if (candidates.length === 0 && finalists.length > 0)
      throw new CheckError(
        `none of the ${finalists.length} cheaper programs agrees with the original; ${dropped[0]?.why}`,
        report,
      );
    return { model: winner ? writeModel(model, winner.graph, { dialects }) : bytes, report };
  } catch (error) {
    throw blamed(error, options);
  } finally {
    await judge.close();
  }
}

/**
 * What the runtime makes of a model is no bug of ours. A fault of a plugin that the caller chose is theirs to mend; one of those
 * that come with the package is a bug.
 */
function blamed(error: unknown, { backend, strategy }: OptimizeOptions): unknown {
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

/** The costs, with operators out of reach that the file cannot be made to hold. */
function sayable(costs: CostModel, model: OnnxModel): CostModel {
  const says = expressible(model);
  return {
    unit: costs.unit,
    cost: (node) => (says(node.op) ? costs.cost(node) : Number.POSITIVE_INFINITY),
  };
}

/** Sizes for the model's open dimensions: from those given for inputs, else the default. @throws InputError when they do not fit */
function sizes(
  graph: Graph,
  shapes: Readonly<Record<string, readonly number[]>>,
): Readonly<Record<string, number>> {
  const bind: Record<string, number> = {};
  for (const [name, given] of Object.entries(shapes)) {
    const input = graph.inputs.find((i) => i.name === name);
    if (input === undefined)
      throw new InputError(
        `the model has no input \`${name}\`; its inputs are ${graph.inputs.map((i) => i.name).join(", ")}`,
      );
    const { shape } = input.type;
    const fits =
      shape.length === given.length &&
      shape.every((d: Dim, i) =>
        typeof d === "number" ? d === given[i] : (bind[d] ?? given[i]) === given[i],
      );
    if (!fits)
      throw new InputError(
        `${given.join("x") || "a scalar"} does not fit input \`${name}\`, whose shape is [${shape.join(", ")}]`,
      );
    for (const [i, d] of shape.entries()) if (typeof d === "string") bind[d] = given[i] as number;
  }
  for (const { type } of graph.inputs)
    for (const d of type.shape) if (typeof d === "string") bind[d] ??= openSize;
  return bind;
}

/** Folds, writes and checks the finalists; those that differ are noted in `dropped` with the rules they rest on. */
async function verified(
  finalists: readonly Finalist[],
  given: {
    readonly model: OnnxModel;
    readonly dialects: readonly Dialect[];
    readonly rules: readonly Rule[];
    readonly judge: Judge;
    readonly room: number;
    readonly dropped: Dropped[];
    readonly options: OptimizeOptions;
    readonly own: Stopwatch;
  },
): Promise<readonly Candidate[]> {
  const { model, dialects, rules, judge, room, dropped, options, own } = given;
  const places = new Map(rules.map((r) => [r.name, `${r.name} (${r.file}:${r.line})`]));
  const candidates: Candidate[] = [];
  for (const [i, finalist] of finalists.entries()) {
    // Interrupted, one that agrees is enough.
    if (options.signal?.aborted && candidates.length > 0) break;
    options.onProgress?.({ phase: "verifying", done: i, of: finalists.length });
    const drop = (why: string): void => {
      dropped.push({ why, rules: finalist.rules.map((name) => places.get(name) ?? name) });
    };
    const graph = foldConstants(finalist.graph, dialects, room);
    let bytes: Uint8Array;
    try {
      bytes = writeModel(model, graph, { dialects });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ModelError") throw error;
      drop(error.message);
      continue;
    }
    own.pause();
    const verdict = await judge.judge(bytes);
    own.resume();
    if (verdict.agrees) candidates.push({ graph, finalist, ...verdict });
    else drop(verdict.why);
  }
  return candidates;
}

/** Times programs, interleaved with the original. @returns nothing when interrupted */
async function timed(
  original: Uint8Array,
  graphs: readonly Graph[],
  given: {
    readonly model: OnnxModel;
    readonly dialects: readonly Dialect[];
    readonly judge: Judge;
    readonly options: OptimizeOptions;
  },
): Promise<readonly (Timing | Error)[] | undefined> {
  const { model, dialects, judge, options } = given;
  const { signal, directory, seed = defaults.seed, threads = defaults.threads } = options;
  const timings: (Timing | Error)[] = [];
  try {
    for (const [i, graph] of graphs.entries()) {
      options.onProgress?.({ phase: "timing", done: i, of: graphs.length });
      const written = graph === model.graph ? original : writeModel(model, graph, { dialects });
      const [timing] = await timeModels({ original, candidates: [written] }, judge.inputs, {
        ...{ seed, threads },
        ...(signal && { signal }),
        ...(directory !== undefined && { cwd: directory }),
      });
      timings.push(timing as Timing | Error);
    }
    return timings;
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

/** The candidate that is measurably fastest; without measurements the cheapest one. */
function choose(
  candidates: readonly Candidate[],
  timings: readonly (Timing | Error)[] | undefined,
): Candidate | undefined {
  if (timings === undefined) return candidates[0];
  let best: Candidate | undefined;
  let ratio = 0;
  for (const [i, timing] of timings.entries())
    if (!(timing instanceof Error) && timing.gain && timing.ratio > ratio)
      [best, ratio] = [candidates[i], timing.ratio];
  return best;
}

function ruleReports(
  rules: readonly Rule[],
  statistics: readonly RuleStatistics[],
  used: readonly string[],
): readonly RuleReport[] {
  const fired = new Map(statistics.map((s) => [s.rule, s.fired]));
  const rests = new Set(used);
  return rules
    .map(({ name, file, line, conditions }) => ({
      ...{ name, file, line },
      fired: fired.get(name) ?? 0,
      used: rests.has(name),
      assumes: conditions.flatMap(({ kind, text }) => (kind === "assuming" ? [text] : [])),
    }))
    .filter((r) => r.fired > 0 || r.used);
}
