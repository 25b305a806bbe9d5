import { readFile } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { dice, draw } from "@rewright/costmodel";
import {
  type Evaluation,
  evaluate,
  type LearnedModel,
  loadTpuGraphs,
  loadTuning,
  meanOf,
  predict,
  programSample,
  type Samples,
  select,
  tunedSamples,
} from "@rewright/costmodel/learned";
import { openModel } from "@rewright/onnx";
import { InputError } from "../errors.ts";
import { reasonOf } from "../files.ts";

/** What is read of files of measurements. */
export interface MeasurementOptions {
  /** Configurations of each program at most. */
  readonly configurations?: number;
  readonly seed?: number;
}

/** One line of a list of measured models. */
interface Listed {
  readonly model: string;
  readonly µs: number;
}

function isListed(entry: unknown): entry is Listed {
  const { model, µs } = (entry ?? {}) as Partial<Listed>;
  return typeof model === "string" && typeof µs === "number" && µs > 0 && µs < Infinity;
}

/** A list of measured models: `[{ "model": "a.onnx", "µs": 120 }]`, the files from the list's own folder. */
async function listed(file: string): Promise<Samples[]> {
  let list: unknown;
  try {
    list = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new InputError(`cannot read the measurements ${file}: ${reasonOf(error)}`);
  }
  if (!Array.isArray(list))
    throw new InputError(`${file} is no list of measurements: [{ "model": "a.onnx", "µs": 120 }]`);
  const samples: Samples[] = [];
  for (const [i, entry] of list.entries()) {
    if (!isListed(entry))
      throw new InputError(
        `${file}: entry ${i} is ${JSON.stringify(entry)}: name a model and its time in µs, { "model": "a.onnx", "µs": 120 }`,
      );
    const path = resolve(dirname(file), entry.model);
    const { graph } = await openModel(path);
    samples.push(programSample(graph, path, entry.µs));
  }
  return samples;
}

/**
 * Measurements to learn from, or to compare with: TpuGraphs' arrays (`.npz`) and tuning data (`.pb`), lists of measured models
 * (`.json`). All of one kind.
 *
 * @throws InputError or a DataError naming the file and what is wrong
 */
export async function loadMeasurements(
  files: readonly string[],
  options: MeasurementOptions,
): Promise<readonly Samples[]> {
  const loaders: Readonly<Record<string, (file: string) => Promise<readonly Samples[]>>> = {
    ".npz": async (file) => [await loadTpuGraphs(file, options)],
    ".pb": async (file) =>
      (await loadTuning(file)).filter(({ runs }) => runs.length > 1).map(tunedSamples),
    ".json": listed,
  };
  const all: Samples[] = [];
  for (const file of files) {
    const loader = loaders[extname(file).toLowerCase()];
    if (!loader)
      throw new InputError(
        `${file} is no file of measurements: .npz and .pb of TpuGraphs, and .json lists of measured models are read`,
      );
    all.push(...(await loader(file)));
  }
  const [first] = all;
  const other = all.find(({ vocabulary }) => vocabulary !== first?.vocabulary);
  if (first && other)
    throw new InputError(
      `${first.name} holds ${first.vocabulary}, ${other.name} ${other.vocabulary}: give files of one kind`,
    );
  return all;
}

/** Measurements in two parts, drawn by the seed. */
export interface Parts {
  readonly learnt: readonly Samples[];
  readonly held: readonly Samples[];
}

/** Holds a share back: of each program's configurations, or of programs that were measured once. */
export function partsOf(sets: readonly Samples[], share: number, seed: number): Parts {
  const [learnt, held]: [Samples[], Samples[]] = [[], []];
  /** What is learnt from first, at least two of it, then what is held back. */
  const parted = (count: number): [order: Int32Array, kept: number] => [
    draw(dice(seed), count, count),
    Math.max(Math.min(2, count), count - Math.round(share * count)),
  ];
  const single = sets.filter(({ times }) => times.length === 1);
  const [programs, learning] = parted(single.length);
  for (const [i, row] of programs.entries())
    (i < learning ? learnt : held).push(single[row] as Samples);
  for (const set of sets) {
    const count = set.times.length;
    if (count === 1) continue;
    const [order, kept] = parted(count);
    learnt.push(select(set, order.subarray(0, kept)));
    if (kept < count) held.push(select(set, order.subarray(kept)));
  }
  return { learnt, held };
}

/** How well a model orders measurements: the mean over programs, or over one list of programs that were measured once. */
export function evaluationOf(
  model: LearnedModel,
  sets: readonly Samples[],
): Evaluation | undefined {
  const single = sets.filter(({ configWidth }) => configWidth === 0);
  const all = sets
    .filter(({ times }) => times.length > 1)
    .map((set) => evaluate(predict(model, set), set.times));
  if (single.length > 1)
    all.push(
      evaluate(
        single.map((set) => predict(model, set)[0] as number),
        single.map(({ times }) => times[0] as number),
      ),
    );
  return all.length === 0 ? undefined : meanOf(all);
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.01 ? 3 : 1)} %`;

/** An evaluation in words. */
export function words({ tau, orderedPairs, top1, top5, top10 }: Evaluation): string {
  return `tau ${tau.toFixed(3)}, ordered pairs ${percent(orderedPairs)}, slowdown of the best 1, 5, 10: ${[top1, top5, top10].map(percent).join(", ")}`;
}
