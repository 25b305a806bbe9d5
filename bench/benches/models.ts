import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type NamedArrays,
  type OptimizationLevel,
  RuntimeError,
  randomInputs,
  startRuntime,
  type Timing,
  timeModels,
} from "@rewright/backend-cpu";
import { readModel } from "@rewright/onnx";
import { optimize } from "rewright";
import { type Bench, median, type Row } from "../bench.ts";
import { available, build, type Entry, entries } from "../models/index.ts";
import { type Simplifier, simplifiers } from "../peers/simplifiers.ts";

/** What `--quick` measures: small, and one of each kind. */
const few: ReadonlySet<string> = new Set(["cct-lora", "dlrm", "nasrnn", "squeezenet", "wavenet"]);

/** The level at which a model runs fastest: "all", where no other is faster beyond noise. */
async function bestLevel(model: string, inputs: NamedArrays): Promise<OptimizationLevel> {
  const runtime = await startRuntime();
  try {
    const all = await runtime.load(model, { level: "all" });
    let best: OptimizationLevel = "all";
    let gain = 1.06; // a session loaded later runs some percent faster where runs are short
    for (const level of ["extended", "basic", "disabled"] as const) {
      const session = await runtime.load(model, { level });
      const limits = { milliseconds: 400, samples: 3 };
      const { cpu } = await runtime.race([session, all], inputs, limits);
      const ratio = median(Array.from(cpu[1], (time, i) => time / (cpu[0][i] as number)));
      if (ratio > gain) [best, gain] = [level, ratio];
      await session.close();
    }
    return best;
  } finally {
    await runtime.close();
  }
}

/** A ratio and its interval in one cell. */
const cell = (t: { ratio: number; low: number; high: number }): string =>
  `${t.ratio.toFixed(2)} (${t.low.toFixed(2)}–${t.high.toFixed(2)})`;

/** A model file, and the level that suits it best. */
interface Contender {
  readonly file: string;
  readonly level: OptimizationLevel;
}

/** One race of two files. */
async function race(
  original: Contender,
  candidate: Contender,
  inputs: NamedArrays,
  options: { readonly threads: number; readonly seconds: number },
): Promise<Timing> {
  const [timing] = await timeModels(
    { original: original.file, candidates: [candidate.file] },
    inputs,
    { ...options, level: [original.level, candidate.level] },
  );
  if (!(timing && "ratio" in timing)) throw timing ?? new Error("nothing was timed");
  return timing;
}

async function measure(
  entry: Entry,
  folder: string,
  peers: readonly Simplifier[],
  options: { readonly seed: number; readonly seconds: number },
): Promise<Row> {
  const { seed, seconds } = options;
  const bytes = build(entry);
  const shapes = "file" in entry ? entry.shapes : undefined;
  const { model, report } = await optimize(bytes, { seed, ...(shapes && { shapes }) });
  const read = readModel(bytes);
  const bind: Record<string, number> = {};
  for (const { name, type } of read.graph.inputs)
    for (const [i, d] of type.shape.entries())
      if (typeof d === "string") bind[d] = shapes?.[name]?.[i] ?? report.assumed[d] ?? 8;
  const inputs = randomInputs(read.graph, { seed, bind, omit: read.defaults });
  const place = (name: string): string => join(folder, `${name}.onnx`);
  writeFileSync(place("original"), bytes);
  const original = { file: place("original"), level: await bestLevel(place("original"), inputs) };

  const cells: Record<string, string> = {};
  for (const { name, simplify } of peers) {
    cells[name] = "failed";
    if (!simplify(original.file, place(name))) continue;
    try {
      const simplified = { file: place(name), level: original.level };
      cells[name] = cell(await race(original, simplified, inputs, { threads: 1, seconds }));
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
    }
  }
  const { nodes: before } = report.before;
  const note = [report.stopped, ...(report.dropped.length > 0 ? ["some dropped"] : [])].join(", ");
  const common = { name: entry.name, unit: "ms", before, optimiser: report.search.ms / 1000, note };
  if (!report.gained) {
    const ms = report.before.ms ?? 0;
    const same = { ours: ms, peer: ms, ratio: 1, low: 1, high: 1, twoThreads: "the input" };
    return { ...common, ...same, after: before, levels: original.level, ...cells };
  }
  writeFileSync(place("ours"), model);
  const ours = { file: place("ours"), level: await bestLevel(place("ours"), inputs) };
  const timing = await race(original, ours, inputs, { threads: 1, seconds });
  const two = await race(original, ours, inputs, { threads: 2, seconds });
  return {
    ...common,
    ...{ ours: timing.candidate.ms, peer: timing.original.ms, ratio: timing.ratio },
    ...{ low: timing.low, high: timing.high, after: report.after.nodes },
    ...{ twoThreads: cell(two), levels: `${original.level}, ${ours.level}`, ...cells },
    maxRel: report.maxRel,
  };
}

/** The main job on every model of the list. */
export const bench: Bench = {
  about:
    "Milliseconds of a run in ONNX Runtime, one thread, processor time: ours is the optimised model, the peer the original, each at the level of ONNX Runtime's own optimisations that suits it best. Two threads are timed by the wall clock. onnxsim and onnxslim: what their output gains over the original, timed in the same way, at the original's level. A ratio of exactly 1.00 means that nothing was gained and the input was kept; `optimiser` is its own time in seconds, from reading to writing.",
  mean: true,
  columns: [
    ...["before", "after", "twoThreads", "onnxsim", "onnxslim", "optimiser", "levels", "note"],
  ],
  async *run({ quick, seed, names }): AsyncGenerator<Row> {
    const known = new Set(entries.map((entry) => entry.name));
    for (const name of names)
      if (!known.has(name))
        throw new RangeError(`no model "${name}": the list has ${[...known].join(", ")}`);
    const peers = simplifiers();
    for (const entry of entries) {
      const { name } = entry;
      if (names.length > 0 ? !names.includes(name) : quick && !few.has(name)) continue;
      if (!available(entry)) {
        process.stderr.write(`skipped: the file of ${name} is not beside the repository\n`);
        continue;
      }
      const folder = mkdtempSync(join(tmpdir(), "rewright-bench-"));
      try {
        yield await measure(entry, folder, peers, { seed, seconds: quick ? 1 : 4 });
      } catch (error) {
        const note = error instanceof Error ? error.message.slice(0, 120) : String(error);
        yield { ...{ name, unit: "ms", ours: 0, peer: 0, ratio: 1, low: 1, high: 1 }, note };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  },
};
