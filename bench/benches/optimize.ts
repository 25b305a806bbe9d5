import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bert, bertSizes } from "@rewright/example-models";
import type { FileReport } from "rewright";
import { type Bench, median, type Row } from "../bench.ts";
import { available, build, entries } from "../models/index.ts";

const bin = join(import.meta.dirname, "../../packages/rewright/src/bin.ts");
const broad = join(import.meta.dirname, "../rules/broad.rules");
const loader = join(import.meta.dirname, "load-model.ts");

/** Wall seconds of a process. */
function seconds(args: readonly string[]): number {
  const began = performance.now();
  execFileSync(process.execPath, args, { stdio: "ignore" });
  return (performance.now() - began) / 1000;
}

/** Pairs of measurements, taken by turns, as a row; less is better. */
function compare(
  name: string,
  unit: string,
  pairs: readonly (readonly [ours: number, peer: number])[],
  further = {},
): Row {
  const ratios = pairs.map(([ours, peer]) => peer / ours);
  return {
    ...{ name, unit, ours: median(pairs.map((p) => p[0])), peer: median(pairs.map((p) => p[1])) },
    ...{ ratio: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) },
    ...further,
  };
}

/** What `rewright optimize` says of its own time and memory, beside the time in which ONNX Runtime loads the same file. */
interface Run {
  readonly times: readonly [ours: number, peer: number];
  readonly peakMb: number;
  readonly eNodes: number;
}

/** Optimises a file in a process of its own. */
function optimised(model: string, folder: string, options: readonly string[] = []): Run {
  const report = join(folder, "report.json");
  const args = ["optimize", model, "--json", report, "--no-measure", "--quiet", ...options];
  const ours = spawnSync(process.execPath, [bin, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (ours.status !== 0) throw new Error(`rewright optimize ended with ${ours.status}`);
  const { search } = JSON.parse(readFileSync(report, "utf8")) as FileReport;
  const loaded = JSON.parse(
    execFileSync(process.execPath, [loader, model], { encoding: "utf8" }),
  ) as { seconds: number };
  return {
    times: [search.ms / 1000, loaded.seconds],
    peakMb: search.peakMb,
    eNodes: search.nodes,
  };
}

/** Rules that fill the e-graph to its limit. */
const full = ["--rules", "default", "--rules", broad, "--nodes", "50000", "--seconds", "120"];

/** What the optimiser itself takes: its time, its memory, its start. */
export const bench: Bench = {
  about:
    "The optimiser's own time, from reading to writing, verification and timing apart, with the shipped rules unless said, beside the time in which ONNX Runtime loads and optimises the same model; the start of the command line beside that of a Node that does nothing; and peak memory (the runtime's process apart) beside three times the model's size and 500 MB. `pnpm bench optimize NAME ...` takes models of `bench/models.json`, `all` each of them.",
  columns: ["eNodes", "limit"],
  async *run({ quick, seed, names }): AsyncGenerator<Row> {
    const folder = mkdtempSync(join(tmpdir(), "rewright-bench-"));
    const model = join(folder, "model.onnx");
    const repeats = quick ? 1 : 3;
    try {
      const listed = entries.filter(({ name }) => names.includes("all") || names.includes(name));
      for (const entry of listed.filter(available)) {
        writeFileSync(model, build(entry));
        const shapes = "file" in entry ? Object.entries(entry.shapes ?? {}) : [];
        const sizes = shapes.flatMap(([name, dims]) => ["--input", `${name}=${dims.join("x")}`]);
        const runs = Array.from({ length: repeats }, () => optimised(model, folder, sizes));
        const times = runs.map((run) => run.times);
        yield compare(entry.name, "s", times, { eNodes: runs[0]?.eNodes, limit: 10 });
      }
      if (names.length > 0) return;

      const layers = quick ? 2 : bertSizes.base.layers;
      const name = `BERT-base, ${layers} layers`;
      writeFileSync(model, bert({ ...bertSizes.base, layers, vocabulary: 30_522, seed }));
      const size = statSync(model).size / 1e6;
      for (const [how, options, limit] of [
        ["", [], 5],
        [", rules that fill the e-graph", full, 20],
      ] as const) {
        const runs = Array.from({ length: repeats }, () => optimised(model, folder, options));
        const eNodes = runs[0]?.eNodes;
        const times = runs.map((run) => run.times);
        yield compare(`${name}${how}`, "s", times, { eNodes, limit });
        const memory = runs.map(({ peakMb }) => [peakMb, 3 * size + 500] as const);
        yield compare(`peak memory on it${how}, a model of ${Math.round(size)} MB`, "MB", memory, {
          limit: 3 * size + 500,
        });
      }
      const starts = Array.from(
        { length: quick ? 3 : 15 },
        () => [seconds([bin, "--help"]), seconds(["-e", "0"])] as const,
      );
      yield compare("rewright --help", "s", starts, { limit: 0.3 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
