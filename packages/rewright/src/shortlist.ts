import type { CostModel, Graph } from "@rewright/plugin";
import type { Finalist } from "@rewright/search";
import { boundGraph } from "./bound-graph.ts";
import { InputError } from "./errors.ts";
import { messageOf } from "./files.ts";
import { isMeasured, type Job } from "./job.ts";
import { defaults } from "./options.ts";
import type { Found } from "./search.ts";

/** A program, and what it costs as a whole. */
interface Ranked {
  readonly finalist: Finalist;
  readonly cost: number;
}

/**
 * Of the programs found those that are to be verified and timed: the cheapest by sums of costs or, where the target prices whole programs
 * (`costModel.rank`), by that. Where nothing is timed, that has the last word: what it puts behind the model as it was read, is left out.
 *
 * @throws InputError naming the backend when its `rank` fails or answers what is no cost
 */
export async function shortlist(job: Job, found: Found): Promise<Found> {
  const { options, tools, model } = job;
  const { signal } = options;
  const most = options.finalists ?? defaults.finalists;
  const { rank } = tools;
  if (rank === undefined || found.finalists.length === 0) return found;
  // Interrupted, a run ends soon: with what was cheapest until then.
  const cheapest = { ...found, finalists: found.finalists.slice(0, most) };
  if (signal?.aborted) return cheapest;
  // A `rank` that does not heed the signal is left to itself.
  const over = new AbortController();
  const interruption = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { signal: over.signal });
  });
  interruption.catch(() => {});
  const price = (graph: Graph): Promise<number> =>
    Promise.race([wholeCost(job, rank, graph), interruption]);
  try {
    const start = isMeasured(job) ? Number.POSITIVE_INFINITY : await price(model.graph);
    const ranked: Ranked[] = [];
    for (const finalist of found.finalists) {
      if (signal?.aborted) return cheapest;
      ranked.push({ finalist, cost: await price(finalist.graph) });
    }
    // Of those that it holds equal, sums of costs decide: each found costs less than the start by these.
    const better = ranked.filter(({ cost }) => cost <= start).sort((a, b) => a.cost - b.cost);
    // An inexact program is held against exact ones: it must not take their places.
    const exact = better.filter(({ finalist }) => finalist.error === 0).slice(0, most);
    const inexact = better.filter(({ finalist }) => finalist.error > 0).slice(0, most);
    const chosen = new Set([...exact, ...inexact]);
    const finalists = better.filter((one) => chosen.has(one)).map(({ finalist }) => finalist);
    return { ...found, finalists };
  } catch (error) {
    if (signal?.aborted) return cheapest;
    throw error;
  } finally {
    over.abort();
  }
}

async function wholeCost(
  { bind, options, tools }: Job,
  rank: NonNullable<CostModel["rank"]>,
  graph: Graph,
): Promise<number> {
  const signal = options.signal ?? new AbortController().signal;
  const whose =
    options.rank === undefined ? `backend \`${tools.backend.name}\`: \`costModel.rank\`` : "`rank`";
  let cost: unknown;
  try {
    cost = await rank(boundGraph(graph, bind), signal);
  } catch (error) {
    throw new InputError(`${whose} fails: ${messageOf(error)}`, { cause: error });
  }
  if (typeof cost === "number" && cost >= 0) return cost;
  throw new InputError(
    `${whose} answers ${String(cost)}: a cost is a number of at least 0, or Infinity`,
  );
}
