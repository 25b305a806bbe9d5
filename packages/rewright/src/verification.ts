import { writeModel } from "@rewright/onnx";
import type { Graph } from "@rewright/plugin";
import type { Finalist } from "@rewright/search";
import { foldConstants } from "./fold.ts";
import type { Job } from "./job.ts";
import type { Dropped } from "./report.ts";

/** A finalist that agrees with the original. It is kept as a graph and written anew when needed: several large models at once would not fit. */
export interface Candidate {
  readonly graph: Graph;
  /** As it was written to be verified; kept of an only one. */
  readonly bytes: Uint8Array | undefined;
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
  const { model, tools, judge, options, own } = job;
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
    let bytes: Uint8Array;
    try {
      bytes = writeModel(model, graph, { dialects: tools.dialects });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ModelError") throw error;
      drop(error.message);
      continue;
    }
    const verdict = await own.aside(() => judge.judge(bytes, finalist.error));
    if (verdict.agrees)
      candidates.push({ graph, bytes: alone ? bytes : undefined, finalist, ...verdict });
    else drop(verdict.why);
  }
  return { candidates, dropped };
}

/** Whether candidates that agree are to be timed. */
export function isMeasured({ options, tools }: Job): boolean {
  return (options.measure ?? true) && tools.backend.run !== undefined;
}

/** Bytes by which folded constants may make the model larger. */
function room({ options, bytes }: Job): number {
  return options.maxGrowth ?? bytes.length / 10 + 2 ** 20;
}
