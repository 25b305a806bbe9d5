import { mkdir, readFile } from "node:fs/promises";
import { cpus, homedir } from "node:os";
import { dirname, join } from "node:path";
import { InputError } from "./errors.ts";
import { messageOf, reasonOf, writeWhole } from "./files.ts";

/** What a calibration is only good for. */
interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly platform: string;
  readonly architecture: string;
}

/** The content of a calibration's file. */
export interface StoredCalibration {
  /** What the file is, and in which form. */
  readonly rewright: "calibration";
  readonly spec: 1;
  readonly backend: string;
  readonly threads: number;
  readonly machine: Machine;
  /** When it was measured, in ISO 8601. */
  readonly date: string;
  /** What the backend's `calibrate` gave, to be handed back to its factory. */
  readonly calibration: Readonly<Record<string, unknown>>;
}

/** A calibration that was looked for: there is none, there is one, or there is one that is of no use. */
export type FoundCalibration =
  | { readonly state: "absent"; readonly file: string }
  | { readonly state: "found"; readonly file: string; readonly stored: StoredCalibration }
  | { readonly state: "unfit"; readonly file: string; readonly why: string };

/** The folder for what can be made again: `XDG_CACHE_HOME` where it is set, else what the system has for it. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME: chosen, LOCALAPPDATA: local } = process.env;
  if (chosen) return chosen;
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  if (process.platform === "win32") return local ?? join(homedir(), "AppData", "Local");
  return join(homedir(), ".cache");
}

/** Where the calibration of a backend for a number of threads lies. */
export function calibrationFile(backend: string, threads: number): string {
  return join(cacheFolder(), "rewright", "calibration", `${backend}-${threads}.json`);
}

/** This machine, as far as times depend on it. */
function thisMachine(): Machine {
  const all = cpus();
  return {
    processor: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    platform: process.platform,
    architecture: process.arch,
  };
}

/** Looks for a calibration that was made on this machine. A file that is none, or another machine's, is told of and not used. */
export async function findCalibration(backend: string, threads: number): Promise<FoundCalibration> {
  const file = calibrationFile(backend, threads);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { state: "absent", file };
    return { state: "unfit", file, why: `it cannot be read: ${reasonOf(error)}` };
  }
  try {
    return { state: "found", file, stored: checked(JSON.parse(text), backend, threads) };
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is no JSON, or was cut off" : messageOf(error);
    return { state: "unfit", file, why };
  }
}

/** @throws Error saying what does not fit */
function checked(content: unknown, backend: string, threads: number): StoredCalibration {
  const stored = (content ?? {}) as Partial<StoredCalibration>;
  const refuse = (why: string): never => {
    throw new Error(why);
  };
  if (stored.rewright !== "calibration") refuse("it is no calibration of rewright");
  if (stored.spec !== 1)
    refuse(`it is of version ${JSON.stringify(stored.spec)}, and this rewright reads 1`);
  if (stored.backend !== backend || stored.threads !== threads)
    refuse(
      `it was made for ${stored.backend} with ${JSON.stringify(stored.threads)} threads, not for ${backend} with ${threads}`,
    );
  const { machine, calibration, date } = stored;
  const here = thisMachine();
  const others = (Object.keys(here) as (keyof Machine)[]).filter(
    (key) => machine?.[key] !== here[key],
  );
  if (others.length > 0)
    refuse(
      `it was measured on another machine (${others.map((key) => `${key} ${JSON.stringify(machine?.[key])}, here ${JSON.stringify(here[key])}`).join("; ")})`,
    );
  if (typeof calibration !== "object" || calibration === null || typeof date !== "string")
    refuse("it has no `calibration` or no `date`");
  return stored as StoredCalibration;
}

/**
 * Keeps a calibration for later runs on this machine, in the place of an earlier one: written beside it, then renamed.
 *
 * @returns the file
 * @throws InputError when it cannot be written; the earlier one stays then
 */
export async function storeCalibration(
  backend: string,
  threads: number,
  calibration: Readonly<Record<string, unknown>>,
): Promise<string> {
  const file = calibrationFile(backend, threads);
  const stored: StoredCalibration = {
    ...{ rewright: "calibration", spec: 1, backend, threads },
    ...{ machine: thisMachine(), date: new Date().toISOString(), calibration },
  };
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (error) {
    throw new InputError(
      `cannot make the folder ${dirname(file)}: ${reasonOf(error)}; set XDG_CACHE_HOME to a folder that can be written`,
    );
  }
  await writeWhole(file, `${JSON.stringify(stored, null, 2)}\n`);
  return file;
}
