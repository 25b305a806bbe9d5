import { expressible, type OnnxModel } from "@rewright/onnx";
import type { CostModel } from "@rewright/plugin";
import {
  type Finalist,
  growth,
  type HostedSession,
  SearchError,
  substitution,
} from "@rewright/search";
import { isMeasured, type Job } from "./job.ts";
import { defaults } from "./options.ts";
import { checkReach } from "./plugin-faults.ts";
import { openSize } from "./sizes.ts";

/** What a search needs of a job. */
export type Task = Pick<Job, "model" | "bind" | "options" | "tools">;

/** A search that has ended. */
export interface Found {
  readonly session: HostedSession;
  /** What the model as it was read costs. */
  readonly start: number;
  /** Programs that cost less, the cheapest first. */
  readonly finalists: readonly Finalist[];
  /** What went wrong on the way, after something had been found. */
  readonly fault: SearchError | undefined;
}

/** The share of the time that is kept for inexact rules, where these may apply. */
const INEXACT_SHARE = 0.25;

/** Programs that are looked at for each that is verified and timed, where costs of whole programs decide which. */
const pool = 4;

/**
 * Searches the space of programs that the rules lead to from the model, under the strategy, for the cheapest ones. A search that fails gives
 * what it had found by then.
 *
 * @throws SearchError that names the plugin, where a search fails and has found nothing
 */
export async function search(job: Task): Promise<Found> {
  const { model, bind, options, tools } = job;
  const { budget, signal, onProgress } = options;
  const { rules, dialects, strategy } = tools;
  const seconds = budget?.seconds ?? defaults.seconds;
  const costModel = sayable(tools.backend.costModel, model);
  // The policy that comes with `rl` practised on single programs.
  const { space = options.strategy === "rl" ? "substitution" : "growth" } = options;
  const open = space === "substitution" ? substitution : growth;
  const session = open({
    ...{ graph: model.graph, rules, dialects, costModel },
    seed: options.seed ?? defaults.seed,
    budget: {
      nodes: budget?.nodes ?? defaults.nodes,
      seconds,
      reserve: rules.some(({ lossy }) => lossy > 0) ? seconds * INEXACT_SHARE : 0,
      bytes: (budget?.memory ?? defaults.memory) * 2 ** 20,
      ...(budget?.iterations !== undefined && { iterations: budget.iterations }),
    },
    bind: (dim) => bind[dim] ?? openSize,
    ...(signal && { signal }),
    ...(onProgress && {
      onProgress: ({ nodes, cost }) =>
        onProgress({ phase: "searching", nodes, cost, unit: costModel.unit }),
    }),
  });
  const start = session.cost();
  let fault: SearchError | undefined;
  const note = (error: unknown): void => {
    if (!(error instanceof SearchError)) throw error;
    fault ??= error;
  };
  await session.run(strategy).catch(note);
  const most = wanted(job);
  const varied = isMeasured(job) || tools.rank !== undefined;
  const exact = session.finalists(most, { varied });
  const inexact = fault
    ? []
    : ((await approximate(session, { most, options, tools }).catch(note)) ?? []);
  if (!signal?.aborted) checkReach(tools.backend, costModel, session.bestEver);
  const finalists = [...exact, ...inexact]
    .filter(({ cost }) => cost < start)
    .sort((a, b) => a.cost - b.cost);
  if (fault && finalists.length === 0) throw fault;
  return { session, start, finalists, fault };
}

/** How many programs a search is asked for. */
function wanted({ options, tools }: Pick<Job, "options" | "tools">): number {
  const most = options.finalists ?? defaults.finalists;
  return tools.rank === undefined ? most : pool * most;
}

/**
 * Programs that rest on inexact rules. These join when the search without them has ended, with what it has left of the budget (of the time at
 * least a quarter), so that exact programs do not suffer from errors that are allowed and of no use.
 */
async function approximate(
  session: HostedSession,
  { most, options, tools }: Pick<Job, "options" | "tools"> & { readonly most: number },
): Promise<readonly Finalist[]> {
  const { error = 0, signal } = options;
  if (signal?.aborted || tools.rules.every(({ lossy }) => lossy === 0)) return [];
  // A full e-graph has no room for them; one that begins with the best program has.
  if (session.stopped === "nodes" || session.stopped === "bytes") session.regrow();
  session.tolerate(error);
  await session.run(tools.strategy);
  return session.finalists(most).filter((finalist) => finalist.error > 0);
}

/** The costs, with operators out of reach that the file cannot be made to hold. */
export function sayable(costs: CostModel, model: OnnxModel): CostModel {
  const says = expressible(model);
  return {
    unit: costs.unit,
    cost: (node) => (says(node.op) ? costs.cost(node) : Number.POSITIVE_INFINITY),
  };
}
