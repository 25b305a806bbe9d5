import type { Backend } from "@rewright/plugin";
import { findCalibration } from "./calibration-store.ts";
import { messageOf } from "./files.ts";
import { defaults, type OptimizeOptions } from "./options.ts";
import { backendOf } from "./plugins.ts";
import type { Basis } from "./report.ts";

/** A backend, and what its costs rest on. */
export interface Target {
  readonly backend: Backend;
  readonly basis: Basis;
}

/** What decides on a run's target. */
type Wishes = Pick<OptimizeOptions, "backend" | "measure" | "calibration" | "threads">;

const shipped: Basis = { calibrated: null, unfit: null };

/**
 * The target of a run: a backend by name with this machine's calibration where there is one, unless the run is to come out alike on
 * every machine; a plugin as it is.
 */
export async function targetOf({
  backend = "cpu",
  measure = true,
  calibration = true,
  threads = defaults.threads,
}: Wishes): Promise<Target> {
  if (typeof backend !== "string") return { backend, basis: shipped };
  const plain = await backendOf(backend, measure ? { threads } : undefined);
  if (!measure || !calibration || plain.calibrate === undefined)
    return { backend: plain, basis: shipped };
  const found = await findCalibration(backend, threads);
  if (found.state === "absent") return { backend: plain, basis: shipped };
  const unfit = (why: string): Target => ({
    backend: plain,
    basis: { calibrated: null, unfit: { file: found.file, why } },
  });
  if (found.state === "unfit") return unfit(found.why);
  const { date, calibration: own } = found.stored;
  try {
    return {
      backend: await backendOf(backend, { threads, calibration: own }),
      basis: { calibrated: { file: found.file, date }, unfit: null },
    };
  } catch (error) {
    return unfit(messageOf(error));
  }
}
