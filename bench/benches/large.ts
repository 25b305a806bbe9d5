import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileReport } from "rewright";
import type { Bench, Row } from "../bench.ts";
import { type LargeOptions, writeLarge } from "../models/large.ts";

const bin = join(import.meta.dirname, "../../packages/rewright/src/bin.ts");

/** A run of the command line. */
interface Run extends FileReport {
  /** Bytes written. */
  readonly size: number;
  /** Peak memory of its process, in MB. */
  readonly peak: number;
}

/** Tells a process's peak memory, in KiB, when it ends. */
const watch =
  'import { writeFileSync } from "node:fs"; process.on("exit", () => writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)));';

/** Optimises a model from file to file. */
function optimised(folder: string, name: string, options: LargeOptions): Run {
  const [model, output, report, peak] = ["", ".out", ".json", ".peak"].map((end) =>
    join(folder, `${name}${end}`),
  ) as [string, string, string, string];
  writeLarge(model, options);
  const { status } = spawnSync(
    process.execPath,
    [
      ...["--import", `data:text/javascript,${encodeURIComponent(watch)}`, bin],
      ...["optimize", model, "-o", output, "--json", report, "--no-measure", "--quiet"],
    ],
    { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, PEAK: peak } },
  );
  if (status !== 0) throw new Error(`rewright optimize ended with ${status}`);
  const found = JSON.parse(readFileSync(report, "utf8")) as FileReport;
  const size = statSync(output).size + (found.data === null ? 0 : statSync(found.data).size);
  const kib = Number(readFileSync(peak, "utf8"));
  return { ...found, size, peak: (kib * 1024) / 1e6 };
}

/** A model of 3 GB, from file to file. */
export const bench: Bench = {
  about:
    "Peak memory of `rewright optimize` (the runtime's own process apart) on a model of 3 GB with its weights in a data file, beyond what it takes on the same graph with small weights (`whole` is all of it); the peer is 1.2 times the largest tensor.",
  columns: ["size", "operators", "seconds", "whole"],
  async *run({ quick }): AsyncGenerator<Row> {
    const options = { width: quick ? 4096 : 8192, layers: 12 };
    const tensor = (4 * options.width ** 2) / 1e6;
    const folder = mkdtempSync(join(tmpdir(), "rewright-large-"));
    try {
      const { bavail, bsize } = statfsSync(folder);
      const needed = 2.2 * options.layers * tensor * 1e6;
      if (bavail * bsize < needed)
        throw new Error(`${folder} has too little room: ${Math.ceil(needed / 1e9)} GB are needed`);
      const small = optimised(folder, "small", { ...options, width: 64 });
      const large = optimised(folder, "large", options);
      const ours = large.peak - small.peak;
      const peer = 1.2 * tensor;
      yield {
        ...{ name: "peak memory beyond the graph's", unit: "MB", ours, peer },
        ...{ ratio: peer / ours, low: peer / ours, high: peer / ours },
        ...{ size: large.size / 1e6, operators: `${large.before.nodes} → ${large.after.nodes}` },
        seconds: large.search.ms / 1000,
        whole: large.peak,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
