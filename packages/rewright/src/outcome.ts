import type { RunTime, Timing } from "@rewright/backend-cpu";
import type { Rule } from "@rewright/dsl";
import type { OnnxModel } from "@rewright/onnx";
import type { Finalist, RuleStatistics } from "@rewright/search";
import type { Job } from "./job.ts";
import type { Timings } from "./measurement.ts";
import { defaults } from "./options.ts";
import type { Report, RuleReport, Side } from "./report.ts";
import type { Found } from "./search.ts";
import type { Candidate, Verified } from "./verification.ts";

/** What the steps came to. */
export interface Steps {
  readonly found: Found;
  readonly verified: Verified;
  readonly timings: Timings | undefined;
  readonly winner: Candidate | undefined;
}

/** The report of a run. */
export function reportOf(job: Job, { found, verified, timings, winner }: Steps): Report {
  const { model, bind, options, tools, judge, own } = job;
  const { session, start, finalists } = found;
  const { candidates, dropped } = verified;
  const timing = winner ? timings?.[candidates.indexOf(winner)] : undefined;
  const won = timing instanceof Error ? undefined : timing;
  const original = (won ?? timings?.find(isTiming))?.original;
  const before = side(model.graph.nodes.length, start, original);
  return {
    before,
    after: winner ? side(winner.graph.nodes.length, winner.finalist.cost, won?.candidate) : before,
    speedup: timings === undefined ? null : (won?.ratio ?? 1),
    interval: won ? [won.low, won.high] : null,
    predictedSpeedup: winner && winner.finalist.cost > 0 ? start / winner.finalist.cost : 1,
    verified: candidates.length > 0 || !finalists.some(isExact) || judge.unfit !== undefined,
    maxAbs: winner?.maxAbs ?? 0,
    maxRel: winner?.maxRel ?? 0,
    error: { allowed: options.error ?? 0, spent: winner?.finalist.error ?? 0 },
    stopped: options.signal?.aborted ? "aborted" : session.stopped,
    gained: winner !== undefined,
    rules: ruleReports(tools.rules, session.statistics, winner?.finalist),
    dropped,
    backend: tools.backend.name,
    costs: tools.basis,
    strategy: tools.strategy.name,
    unit: tools.backend.costModel.unit,
    seed: options.seed ?? defaults.seed,
    threads: options.threads ?? defaults.threads,
    defaults: { open: openDefaults(model), fixed: model.fixedInputs.size },
    inlined: model.inlined,
    assumed: bind,
    search: {
      notes: session.notes,
      ...session.extent,
      iterations: session.spent.iterations,
      ms: own.ms,
      peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
    },
  };
}

/** What an inexact rule may change in one place, the rest of a program may make much of: to differ more is no lie. */
const isExact = ({ error }: Finalist): boolean => error === 0;

/** How many inputs that have a default some operator reads. */
function openDefaults({ graph, defaults: given }: OnnxModel): number {
  const read = new Set<string | undefined>();
  for (const { inputs } of graph.nodes)
    for (const source of inputs)
      if (source?.from === "input") read.add(graph.inputs[source.index]?.name);
  return [...given.keys()].filter((name) => read.has(name)).length;
}

const isTiming = (timing: Timing | Error): timing is Timing => !(timing instanceof Error);

function side(nodes: number, predicted: number, run: RunTime | undefined): Side {
  return { nodes, predicted, ms: run?.ms ?? null, spread: run?.middle ?? null };
}

function ruleReports(
  rules: readonly Rule[],
  statistics: readonly RuleStatistics[],
  winner: Finalist | undefined,
): readonly RuleReport[] {
  const fired = new Map(statistics.map((s) => [s.rule, s.fired]));
  const rests = new Set(winner?.rules);
  return rules
    .map(({ name, file, line, lossy }) => ({
      ...{ name, file, line },
      fired: fired.get(name) ?? 0,
      used: rests.has(name),
      within: lossy,
      assumes: winner?.assumed.get(name) ?? [],
    }))
    .filter((r) => r.fired > 0 || r.used);
}
