import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cpu, localPart } from "@rewright/backend-cpu";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  calibrationFile,
  findCalibration,
  type StoredCalibration,
  storeCalibration,
} from "../src/calibration-store.ts";
import { optimize } from "../src/index.ts";
import { targetOf } from "../src/target.ts";
import { here, improvable } from "./cli.ts";

let cache = "";

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "rewright cache "));
  vi.stubEnv("XDG_CACHE_HOME", cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

/** A calibration under which everything costs `factor` times what the roofline says. */
function record(factor: number, more: Readonly<Record<string, unknown>> = {}) {
  const paths = pathNames();
  return {
    ...{ format: 1, part: localPart(), threads: 1, runtime: "1.30.0", run: 10 * factor },
    coefficients: Object.fromEntries(paths.map((path) => [path, [factor, factor, 0, factor]])),
    ...more,
  };
}

/** As the backend names them in its own refusals: by leaving one after the other out. */
function pathNames(): readonly string[] {
  const names: string[] = [];
  for (;;) {
    const coefficients = Object.fromEntries(names.map((name) => [name, [1, 1, 1, 1]]));
    try {
      cpu({ calibration: { format: 1, part: localPart(), threads: 1, run: 10, coefficients } });
      return names;
    } catch (error) {
      const name = /for (\S+): make/.exec((error as Error).message)?.[1];
      if (name === undefined || names.includes(name)) throw error;
      names.push(name);
    }
  }
}

const relu = {
  ...{ op: "Relu", attrs: {} },
  operands: [{ dtype: "f32", shape: [64, 64], constant: false }],
  results: [{ dtype: "f32", shape: [64, 64] }],
} as const;

async function edited(edit: (stored: Record<string, unknown>) => void): Promise<void> {
  const file = await storeCalibration("cpu", 1, record(3));
  const stored = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  edit(stored);
  writeFileSync(file, JSON.stringify(stored));
}

describe("what is kept", () => {
  test("is found again, by backend and threads", async () => {
    const file = await storeCalibration("cpu", 2, { any: "thing" });
    expect(file).toBe(join(cache, "rewright", "calibration", "cpu-2.json"));
    const found = await findCalibration("cpu", 2);
    expect(found).toMatchObject({
      state: "found",
      file,
      stored: { calibration: { any: "thing" } },
    });
    expect(await findCalibration("cpu", 1)).toMatchObject({ state: "absent" });
  });

  test("decides what things cost, unless it is not wanted or nothing is measured", async () => {
    await storeCalibration("cpu", 1, record(3));
    const plain = cpu({ part: localPart() }).costModel.cost(relu);
    const { backend, basis } = await targetOf({});
    expect(basis.calibrated?.file).toBe(calibrationFile("cpu", 1));
    expect(backend.costModel.cost(relu)).toBeCloseTo(3 * plain, 9);
    for (const without of [{ calibration: false }, { threads: 2 }]) {
      const other = await targetOf(without);
      expect(other.basis).toEqual({ calibrated: null, unfit: null, rank: null });
    }
    const fixed = await targetOf({ measure: false });
    expect(fixed.basis).toEqual({ calibrated: null, unfit: null, rank: null });
    expect(fixed.backend.costModel.cost(relu)).toBe(cpu().costModel.cost(relu));
  });

  test("is told of in the report", async () => {
    await storeCalibration("cpu", 1, record(3));
    const { report } = await optimize(improvable(), { measure: false });
    expect(report.costs).toEqual({ calibrated: null, unfit: null, rank: null });
    const { report: measured } = await optimize(improvable(), { budget: { iterations: 1 } });
    expect(measured.costs.calibrated?.file).toBe(calibrationFile("cpu", 1));
  });
});

describe("what is of no use is told of, and shipped figures take its place", () => {
  test.each<[name: string, make: () => Promise<void>, why: string]>([
    [
      "another machine's",
      () =>
        edited((stored) => {
          stored["machine"] = { ...(stored as unknown as StoredCalibration).machine, cores: 4711 };
        }),
      "it was measured on another machine (cores 4711, here",
    ],
    [
      "another version's",
      () => edited((stored) => Object.assign(stored, { spec: 7 })),
      "version 7",
    ],
    [
      "another backend's",
      () => edited((stored) => Object.assign(stored, { backend: "npu" })),
      "it was made for npu",
    ],
    ["no calibration", () => edited((stored) => delete stored["rewright"]), "no calibration"],
    ["without a date", () => edited((stored) => delete stored["date"]), "no `date`"],
    [
      "another form of the record",
      async () => void (await storeCalibration("cpu", 1, record(1, { format: 99 }))),
      "is of format 99, and this version reads 1",
    ],
    [
      "another processor's coefficients",
      async () => void (await storeCalibration("cpu", 1, record(1, { part: "apple-m1" }))),
      'was made for `part` "apple-m1"',
    ],
    [
      "a negative coefficient",
      async () =>
        void (await storeCalibration(
          "cpu",
          1,
          record(1, { coefficients: { matrix: [-1, 1, 1, 1] } }),
        )),
      "numbers of at least 0 for matrix",
    ],
    [
      "cut off",
      async () => {
        const file = await storeCalibration("cpu", 1, record(3));
        writeFileSync(file, readFileSync(file, "utf8").slice(0, 300));
      },
      "it is no JSON, or was cut off",
    ],
    [
      "a folder",
      async () => void mkdirSync(calibrationFile("cpu", 1), { recursive: true }),
      "it cannot be read: it is a folder",
    ],
  ])("%s", async (_, make, why) => {
    await make();
    const { backend, basis } = await targetOf({});
    expect(basis.calibrated).toBeNull();
    expect(basis.unfit?.file).toBe(calibrationFile("cpu", 1));
    expect(basis.unfit?.why).toContain(why);
    expect(backend.costModel.cost(relu)).toBe(cpu({ part: localPart() }).costModel.cost(relu));
  });

  test("people are told how to mend it", async () => {
    mkdirSync(dirname(calibrationFile("cpu", 1)), { recursive: true });
    writeFileSync(calibrationFile("cpu", 1), "{");
    const model = join(cache, "model.onnx");
    writeFileSync(model, improvable());
    const { stdout } = await here(["why", model]);
    expect(stdout).toMatch(/cpu-1\.json is not used: .*; `rewright calibrate` makes another/);
  });
});

describe("rewright calibrate", () => {
  test("a run that fails leaves what there was", async () => {
    const file = await storeCalibration("cpu", 1, record(3));
    const before = readFileSync(file, "utf8");
    const run = await here(["calibrate", "--seconds", "0.001"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/the calibration failed: .*stays as it was/);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test("an interrupted run leaves what there was", async () => {
    const file = await storeCalibration("cpu", 1, record(3));
    const before = readFileSync(file, "utf8");
    const listening = process.listenerCount("SIGINT");
    const run = here(["calibrate", "--seconds", "1000"]);
    await vi.waitFor(() => {
      expect(process.listenerCount("SIGINT")).toBeGreaterThan(listening);
    }, 60_000);
    process.emit("SIGINT");
    const { code, stderr } = await run;
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted: .*stays as it was/);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test.each<[name: string, args: readonly string[], says: RegExp]>([
    [
      "a target of data sheets",
      ["--backend", "gpu"],
      /`gpu` cannot be calibrated: .*what can be is cpu/,
    ],
    ["no time", ["--seconds", "0"], /must be above 0/i],
    ["no threads", ["--threads", "1.5"], /must be a whole number/i],
    ["a report in a folder that is none", ["--json", "/nowhere/at/all.json"], /cannot write/],
  ])("%s", async (_, args, says) => {
    const run = await here(["calibrate", ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(says);
    expect(existsSync(join(cache, "rewright"))).toBe(false);
  });

  test("a cache folder that cannot be made", async () => {
    const file = join(cache, "a file");
    writeFileSync(file, "");
    vi.stubEnv("XDG_CACHE_HOME", file);
    await expect(storeCalibration("cpu", 1, record(1))).rejects.toThrow(
      /cannot make the folder .*set XDG_CACHE_HOME/,
    );
  });
});
