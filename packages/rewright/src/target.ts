import type { Backend, CostModel } from "@rewright/plugin";
import { findCalibration } from "./calibration-store.ts";
import { messageOf } from "./files.ts";
import { defaults, type OptimizeOptions } from "./options.ts";
import { backendOf } from "./plugins.ts";
import type { Basis } from "./report.ts";

/** A backend, and what its costs rest on. */
export interface Target {
  readonly backend: Backend;
  readonly basis: Basis;
  /** Prices whole programs, for the choice of those that are verified and timed; absent where their nodes' sum is all there is. */
  readonly rank: CostModel["rank"] | undefined;
}

/** What decides on a run's target. */
type Wishes = Pick<OptimizeOptions, "backend" | "measure" | "calibration" | "threads" | "rank">;

const shipped: Basis = { calibrated: null, unfit: null, rank: null };

/**
 * The target of a run: a backend by name with this machine's calibration where there is one, unless the run is to come out alike on
 * every machine; a plugin as it is.
 *
 * @throws DataError (@rewright/costmodel) when `rank` is the path of something else than a learned model of programs
 */
export async function targetOf(wishes: Wishes): Promise<Target> {
  const { backend, basis } = await pricedTarget(wishes);
  const { rank } = wishes;
  if (typeof rank === "string") {
    const { learnedRank } = await import("@rewright/costmodel/learned");
    return { backend, basis: { ...basis, rank }, rank: learnedRank(rank) };
  }
  const { costModel } = backend;
  return { backend, basis, rank: rank ?? costModel.rank?.bind(costModel) };
}

async function pricedTarget({
  backend = "cpu",
  measure = true,
  calibration = true,
  threads = defaults.threads,
}: Wishes): Promise<Omit<Target, "rank">> {
  if (typeof backend !== "string") return { backend, basis: shipped };
  const plain = await backendOf(backend, measure ? { threads } : undefined);
  if (!measure || !calibration || plain.calibrate === undefined)
    return { backend: plain, basis: shipped };
  const found = await findCalibration(backend, threads);
  if (found.state === "absent") return { backend: plain, basis: shipped };
  const unfit = (why: string): Omit<Target, "rank"> => ({
    backend: plain,
    basis: { ...shipped, unfit: { file: found.file, why } },
  });
  if (found.state === "unfit") return unfit(found.why);
  const { date, calibration: own } = found.stored;
  try {
    return {
      backend: await backendOf(backend, { threads, calibration: own }),
      basis: { ...shipped, calibrated: { file: found.file, date } },
    };
  } catch (error) {
    return unfit(messageOf(error));
  }
}
