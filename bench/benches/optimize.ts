import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bert, bertSizes } from "@rewright/example-models";
import type { FileReport } from "rewright";
import { type Bench, median, type Row } from "../bench.ts";

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

/** What the optimiser itself takes: its time, its memory, its start. */
export const bench: Bench = {
  about:
    "The optimiser's own time, from reading to writing, verification and timing apart, beside the time in which ONNX Runtime loads and optimises the same model; the start of the command line beside that of a Node that does nothing; and peak memory (the runtime's process apart) beside three times the model's size and 500 MB.",
  columns: ["eNodes", "limit"],
  async *run({ quick, seed }): AsyncGenerator<Row> {
    const folder = mkdtempSync(join(tmpdir(), "rewright-bench-"));
    try {
      const layers = quick ? 2 : bertSizes.base.layers;
      const model = join(folder, "model.onnx");
      writeFileSync(model, bert({ ...bertSizes.base, layers, vocabulary: 30_522, seed }));
      const size = statSync(model).size / 1e6;
      const report = join(folder, "report.json");
      const times: [number, number][] = [];
      const memory: [number, number][] = [];
      let eNodes = 0;
      for (let i = 0; i < (quick ? 1 : 3); i++) {
        const args = ["optimize", model, "--rules", "default", "--rules", broad, "--json", report];
        const limits = ["--nodes", "50000", "--seconds", "120", "--no-measure", "--quiet"];
        const ours = spawnSync(process.execPath, [bin, ...args, ...limits], {
          stdio: ["ignore", "ignore", "inherit"],
        });
        if (ours.status !== 0) throw new Error(`rewright optimize ended with ${ours.status}`);
        const { search } = JSON.parse(readFileSync(report, "utf8")) as FileReport;
        eNodes = search.nodes;
        const loaded = JSON.parse(
          execFileSync(process.execPath, [loader, model], { encoding: "utf8" }),
        ) as { seconds: number };
        times.push([search.ms / 1000, loaded.seconds]);
        memory.push([search.peakMb, 3 * size + 500]);
      }
      yield compare(`BERT-base's graph, ${layers} layers`, "s", times, { eNodes, limit: 20 });
      yield compare(`peak memory on it, a model of ${Math.round(size)} MB`, "MB", memory, {
        limit: 3 * size + 500,
      });
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
