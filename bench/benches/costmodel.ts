import { existsSync } from "node:fs";
import { join } from "node:path";
import { boost, dice, draw, predictBoosted } from "@rewright/costmodel";
import {
  ceilingOf,
  configLength,
  courseOf,
  distinct,
  type Evaluation,
  evaluate,
  fitted,
  type Loss,
  loadTpuGraphs,
  meanOf,
  predict,
  type Samples,
  select,
  train,
} from "@rewright/costmodel/learned";
import type { Bench, Row } from "../bench.ts";

const file = join(import.meta.dirname, "../../../shared/data/tpugraphs/cleaned_alexnet.npz");
/** Configurations learnt from, and as many held out. */
const COUNT = 2_000;

interface Split {
  readonly seed: number;
  readonly learnt: Samples;
  readonly held: Samples;
  /** All that is not held out: what can be learnt at most. */
  others(): Samples;
}

/** The places of times in their order, from 0 to 1. */
function ranks(times: Float64Array): Float64Array {
  const places = new Float64Array(times.length);
  const order = [...times.keys()].sort((a, b) => (times[a] as number) - (times[b] as number));
  for (const [place, i] of order.entries()) places[i] = (place + 0.5) / times.length;
  return places;
}

function trees({ seed, held }: Split, learnt: Samples): Evaluation {
  const columns = configLength(learnt);
  const model = boost({ columns, data: learnt.configs }, ranks(learnt.times), { trees: 200, seed });
  return evaluate(predictBoosted(model, { columns, data: held.configs }), held.times);
}

async function network(
  split: Split,
  kind: "sage" | "chebyshev",
  loss: Loss,
  steps: number,
): Promise<Evaluation> {
  const { seed, learnt, held } = split;
  const course = courseOf([learnt], { network: kind, hops: 1 });
  const recipe = { loss, list: 32, steps, rate: 0.003 };
  const training = await train([learnt], course, recipe, { seed });
  return evaluate(predict(fitted([learnt], course, recipe, [training]), held), held.times);
}

/** What is measured, by name. */
const models: Readonly<Record<string, (split: Split, steps: number) => Promise<Evaluation>>> = {
  trees: async (split) => trees(split, split.learnt),
  "trees, all others": async (split) => trees(split, split.others()),
  "sage-listmle": (split, steps) => network(split, "sage", "listmle", steps),
  "sage-mse": (split, steps) => network(split, "sage", "mse", steps),
  "chebyshev-listmle": (split, steps) => network(split, "chebyshev", "listmle", steps),
  "sage-hinge": (split, steps) => network(split, "sage", "hinge", steps),
  "chebyshev-hinge": (split, steps) => network(split, "chebyshev", "hinge", steps),
  "chebyshev-mse": (split, steps) => network(split, "chebyshev", "mse", steps),
};

/** How well learned models rank configurations that they have not seen. */
export const bench: Bench = {
  about: `Layouts of AlexNet measured on a TPU v3 (TpuGraphs): ${COUNT} configurations to learn from, ${COUNT} others to rank, another draw for each seed; the mean over seeds of Kendall's tau, held against that of boosted trees on the same draws. Slowdowns of the best-predicted in %. A configuration's time is the mean of its measurements. "all others": what some 28,000 configurations teach, the most there is, about the same held-out ones: where the noise of their times sets in.`,
  columns: ["seeds", "orderedPairs", "top1", "top5", "top10", "cpuSeconds"],
  async *run({ quick, seed, names }) {
    if (!existsSync(file)) {
      process.stderr.write(`skipped: there is no ${file}\n`);
      return;
    }
    const raw = await loadTpuGraphs(file);
    const ceiling = ceilingOf(raw);
    process.stderr.write(
      `${ceiling?.repeated} configurations measured twice agree by tau ${ceiling?.tau.toFixed(3)}, ordered pairs ${ceiling?.orderedPairs.toFixed(3)}\n`,
    );
    const all = distinct(raw);
    const splits = Array.from({ length: quick ? 1 : 3 }, (_, i): Split => {
      const drawn = draw(dice(seed + i), 2 * COUNT, all.times.length);
      const held = new Set(drawn.subarray(COUNT));
      return {
        seed: seed + i,
        learnt: select(all, drawn.subarray(0, COUNT)),
        held: select(all, drawn.subarray(COUNT)),
        others: () =>
          select(
            all,
            [...all.times.keys()].filter((row) => !held.has(row)),
          ),
      };
    });
    const peers = splits.map((split) => trees(split, split.learnt));
    for (const [name, model] of Object.entries(models)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const begin = process.cpuUsage();
      const found: Evaluation[] = [];
      for (const [i, split] of splits.entries()) {
        found.push(
          name === "trees" ? (peers[i] as Evaluation) : await model(split, quick ? 300 : 500),
        );
        process.stderr.write(`${name}, seed ${split.seed}: tau ${found.at(-1)?.tau.toFixed(4)}\n`);
      }
      const { user, system } = process.cpuUsage(begin);
      yield row(name, found, peers, (user + system) / 1e6 / splits.length);
    }
  },
};

function row(
  name: string,
  found: readonly Evaluation[],
  peers: readonly Evaluation[],
  seconds: number,
): Row {
  const [ours, theirs] = [meanOf(found), meanOf(peers)];
  const ratios = found.map(({ tau }, i) => tau / (peers[i] as Evaluation).tau);
  return {
    name,
    ours: ours.tau,
    peer: theirs.tau,
    unit: "tau",
    ratio: ours.tau / theirs.tau,
    low: Math.min(...ratios),
    high: Math.max(...ratios),
    seeds: found.length,
    orderedPairs: ours.orderedPairs,
    top1: 100 * ours.top1,
    top5: 100 * ours.top5,
    top10: 100 * ours.top10,
    ...(name !== "trees" && { cpuSeconds: seconds }),
  };
}
