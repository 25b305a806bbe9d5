import { setImmediate } from "node:timers/promises";
import type { CpuCalibration } from "@rewright/backend-cpu";
import { calibrationFile, findCalibration, storeCalibration } from "../calibration-store.ts";
import { exitCodes, InputError } from "../errors.ts";
import { checkWritable, writeWhole } from "../files.ts";
import { defaults } from "../options.ts";
import { type BackendName, backendNames, backendOf } from "../plugins.ts";
import { hearInterruption } from "./interruption.ts";

/** The options of `rewright calibrate`, parsed. */
export interface CalibrateArguments {
  readonly backend?: BackendName;
  readonly threads?: number;
  readonly quick?: boolean;
  readonly seconds?: number;
  readonly json?: string;
}

/** Seconds of measuring: fitting takes a few more, and the whole is to take no more than 3 minutes, or half of one. */
const seconds = { full: 150, quick: 20 };

/** Below this share of the programs' own time, no difference between two programs can be seen. */
const noisy = 0.05;

/** `rewright calibrate`: measures, fits, keeps. @returns the exit code */
export async function calibrate(args: CalibrateArguments): Promise<number> {
  const { backend: name = "cpu", threads = defaults.threads, json } = args;
  if (json !== undefined && json !== "-") await checkWritable(json);
  const backend = await backendOf(name, {
    threads,
    seconds: args.seconds ?? (args.quick ? seconds.quick : seconds.full),
  });
  if (backend.calibrate === undefined)
    throw new InputError(
      `\`${name}\` cannot be calibrated: its costs rest on data sheets, not on this machine; ${await calibratable()}`,
    );
  const interruption = hearInterruption();
  const progress = new ProgressBar();
  try {
    const found = await backend.calibrate(interruption.signal, (done, of) =>
      progress.show(done, of),
    );
    progress.end();
    // An interruption that came while the fit was being computed is heard now.
    await setImmediate();
    interruption.signal.throwIfAborted();
    const file = await storeCalibration(name, threads, found);
    const text = `${JSON.stringify({ file, ...found }, null, 2)}\n`;
    if (json === "-") process.stdout.write(text);
    else {
      if (json !== undefined) await writeWhole(json, text);
      process.stdout.write(`${describe(found as unknown as CpuCalibration)}\nkept in ${file}\n`);
    }
    return exitCodes.done;
  } catch (error) {
    progress.end();
    const stays = await whatStays(name, threads);
    if (interruption.signal.aborted) {
      process.stderr.write(`rewright: interrupted: ${stays}\n`);
      return exitCodes.interrupted;
    }
    if (!(error instanceof Error) || error instanceof InputError) throw error;
    throw new InputError(`the calibration failed: ${error.message}; ${stays}`);
  } finally {
    interruption.end();
  }
}

/** What can be calibrated, in words. */
async function calibratable(): Promise<string> {
  const names: string[] = [];
  for (const name of backendNames) if ((await backendOf(name)).calibrate) names.push(name);
  return `what can be is ${names.join(", ")}`;
}

/** What later runs will use when this one has found nothing. */
async function whatStays(name: BackendName, threads: number): Promise<string> {
  const earlier = await findCalibration(name, threads);
  return earlier.state === "absent"
    ? "nothing was kept"
    : `${calibrationFile(name, threads)} stays as it was`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What was found, for people. */
function describe(found: CpuCalibration): string {
  const { noise, heldOut, decisions, threads } = found;
  const lines = [
    `${found.programs} programs and ${found.pairs} pairs of equal programs, ${threads === 1 ? "one thread" : `${threads} threads`}, ONNX Runtime ${found.runtime}, against the roofline of ${found.part}`,
    `  noise       ${percent(noise.error)} between two measurements of one program, rank correlation ${noise.correlation.toFixed(3)}`,
    `  held out    ${percent(heldOut.error)} off on ${heldOut.programs} programs of kinds not fitted to, rank correlation ${heldOut.correlation.toFixed(3)}  (shipped figures: ${percent(heldOut.roofline.error)}, ${heldOut.roofline.correlation.toFixed(3)})`,
    `  choices     ${percent(decisions.right)} right of ${decisions.clear} between equal programs that differ by more than 3 %  (shipped figures: ${percent(decisions.roofline.right)})`,
    `  regret      ${percent(decisions.regret)} on average  (shipped figures: ${percent(decisions.roofline.regret)})`,
  ];
  for (const [family, own] of Object.entries(decisions.families))
    lines.push(
      `    ${family.padEnd(40)} ${percent(own.right).padStart(8)} of ${String(own.clear).padStart(3)}   regret ${percent(own.regret)}`,
    );
  if (noise.error > noisy)
    lines.push(
      "  The machine was busy: two measurements of one program differ by more than most rewrites gain. Calibrate again when it is quiet.",
    );
  return lines.join("\n");
}

/** Progress on standard error: one line that changes on a terminal, a line for each tenth elsewhere. */
class ProgressBar {
  #tenth = -1;

  show(done: number, of: number): void {
    const { stderr } = process;
    if (stderr.isTTY) {
      stderr.write(`\rmeasuring · ${Math.round((100 * done) / of)} %`);
      return;
    }
    const tenth = Math.floor((10 * done) / of);
    if (tenth !== this.#tenth) stderr.write(`measuring: ${done} of ${of}\n`);
    this.#tenth = tenth;
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
  }
}
