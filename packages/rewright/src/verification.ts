import type { Model } from "@rewright/backend-cpu";
import type { Graph } from "@rewright/plugin";
import type { Finalist } from "@rewright/search";
import { foldConstants } from "./fold.ts";
import { isMeasured, type Job } from "./job.ts";
import type { Dropped } from "./report.ts";

/** A finalist that agrees with the original. It is kept as a graph and made ready anew when needed: several large models at once would not fit. */
export interface Candidate {
  readonly graph: Graph;
  readonly finalist: Finalist;
  readonly maxAbs: number;
  readonly maxRel: number;
}

/** What became of the finalists. */
export interface Verified {
  readonly candidates: readonly Candidate[];
  readonly dropped: readonly Dropped[];
}

/**
 * Folds, writes and checks the finalists; those that differ are dropped, with the rules they rest on. Where nothing is to be timed, the
 * first that agrees is the only candidate.
 */
export async function verify(job: Job, finalists: readonly Finalist[]): Promise<Verified> {
  const { model, tools, judge, options, own, scratch } = job;
  const { onProgress, signal } = options;
  const candidates: Candidate[] = [];
  const dropped: Dropped[] = [];
  if (finalists.length === 0) return { candidates, dropped };
  onProgress?.({ phase: "verifying", done: 0, of: finalists.length });
  await own.aside(() => judge.try());
  if (judge.unfit !== undefined) return { candidates, dropped: [{ why: judge.unfit, rules: [] }] };
  const alone = !isMeasured(job);
  const places = new Map(
    tools.rules.map(({ name, file, line }) => [name, `${name} (${file}:${line})`]),
  );
  for (const [i, finalist] of finalists.entries()) {
    if ((alone || signal?.aborted) && candidates.length > 0) break;
    onProgress?.({ phase: "verifying", done: i, of: finalists.length });
    const drop = (why: string): void => {
      dropped.push({ why, rules: finalist.rules.map((name) => places.get(name) ?? name) });
    };
    const graph = foldConstants(finalist.graph, tools.dialects, room(job));
    let candidate: Model;
    try {
      candidate = await scratch.candidate(model, graph, tools.dialects);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ModelError") throw error;
      drop(error.message);
      continue;
    }
    const verdict = await own.aside(() => judge.judge(candidate, finalist.error));
    await scratch.drop(candidate);
    if (verdict.agrees) candidates.push({ graph, finalist, ...verdict });
    else drop(verdict.why);
  }
  return { candidates, dropped };
}

/** Bytes by which folded constants may make the model larger. */
function room({ options, size }: Job): number {
  return options.maxGrowth ?? size / 10 + 2 ** 20;
}
