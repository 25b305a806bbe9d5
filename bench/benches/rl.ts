import { gpu } from "@rewright/backend-gpu";
import { readModel } from "@rewright/onnx";
import type { SearchStrategy } from "@rewright/plugin";
import { beam, greedy, growth, saturate } from "@rewright/search";
import { loadPolicy, Policy, rl } from "@rewright/search-rl";
import type { Bench, Row } from "../bench.ts";
import { available, build, entries } from "../models/index.ts";
import { open, type Target, targetOf } from "../rl/programs.ts";

/** Nets of the list, none of which the policy was trained on, and sizes of them that a few hundred rewrites mean something for. */
const nets: readonly {
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
}[] = [
  { name: "nasrnn", options: { steps: 2, hidden: 256 } },
  { name: "bert-encoder", options: { layers: 2 } },
  { name: "bert-lora", options: { layers: 1 } },
  { name: "cct" },
  { name: "cct-lora" },
  { name: "tinyvit" },
  { name: "mnist" },
  { name: "squeezenet" },
  { name: "inception-v1" },
];

/** Rewrites that each strategy may try, kept or not. */
const REWRITES = 400;
const SEEDS = [1, 2, 3];

/** The lowest cost that a strategy comes by. */
async function reached(
  model: Uint8Array,
  target: Target,
  strategy: SearchStrategy,
  limits: { readonly rewrites: number; readonly seed: number },
): Promise<number> {
  const session = open(model, target, limits);
  await session.run(strategy);
  return session.bestEver.cost;
}

/** Of an e-graph grown until 5,000 e-nodes, or 20 seconds are over: for what is known best. */
async function saturated(model: Uint8Array, target: Target): Promise<number> {
  const { graph } = readModel(model);
  const { rules, dialects, backend } = target;
  const session = growth({
    ...{ graph, rules, dialects, costModel: backend.costModel },
    budget: { nodes: 5_000, seconds: 20 },
  });
  await session.run(saturate());
  return session.bestEver.cost;
}

/** All weights 0: each move, and stopping, as likely as any other. */
function chance({ description, weights }: Policy): Policy {
  return new Policy(description, new Float32Array(weights.length));
}

const least = (costs: readonly number[]): number => Math.min(...costs);
const mean = (costs: readonly number[]): number => costs.reduce((a, b) => a + b, 0) / costs.length;

/** The shipped policy beside searches and beside policies that learned nothing, at as many rewrites tried. */
export const bench: Bench = {
  about: `The policy that comes with @rewright/search-rl on nets that it was not trained on: the cost it reaches on an A100 (roofline) with ${REWRITES} rewrites tried, mean and spread of seeds ${SEEDS.join(", ")}, beside the better of greedy search and backtracking (beam) with as many. Random: each move as likely as any other. A walk in the rules' order is the second of all three. Best known: of all these and, unless in haste, of a beam of 16 with ten times the rewrites, and of an e-graph of 5,000 e-nodes. Random and untrained: of the first seed.`,
  columns: ["start", "greedy", "beam", "random", "untrained", "best known", "ms a rewrite"],
  mean: true,
  async *run({ names, quick }) {
    const seeds = quick ? SEEDS.slice(0, 1) : SEEDS;
    const target = targetOf(gpu({ part: "A100" }));
    const policy = await loadPolicy(
      new URL("../../packages/search-rl/policies/rewrite.policy", import.meta.url),
    );
    const untrained = Policy.fresh(
      { ...policy.description, version: policy.description.features },
      policy.description.architecture,
    );
    for (const { name, options } of nets) {
      const entry = entries.find((one) => one.name === name);
      if (!entry || !available(entry) || (names.length > 0 && !names.includes(name))) continue;
      const model = build(entry, options);
      const start = open(model, target, { rewrites: 1, seed: 1 }).cost();
      const once = (strategy: SearchStrategy, rewrites = REWRITES): Promise<number> =>
        reached(model, target, strategy, { rewrites, seed: 1 });
      const drawn = async (of: Policy, seeds: readonly number[]): Promise<number[]> => {
        const costs: number[] = [];
        for (const seed of seeds) {
          const strategy = rl({ policy: of, walks: REWRITES });
          costs.push(await reached(model, target, strategy, { rewrites: REWRITES, seed }));
        }
        return costs;
      };
      const begin = process.cpuUsage();
      const ours = await drawn(policy, seeds);
      const { user, system } = process.cpuUsage(begin);
      const [random, fresh] = [await drawn(chance(policy), [1]), await drawn(untrained, [1])];
      const [steep, wide] = [await once(greedy()), await once(beam())];
      const known = [...ours, ...random, ...fresh, steep, wide];
      if (!quick)
        known.push(
          await once(beam({ width: 16, depth: 64, alpha: 1.2 }), 10 * REWRITES),
          await saturated(model, target),
        );
      const peer = least([steep, wide]);
      const row: Row = {
        ...{ name, ours: mean(ours), peer, unit: "µs", ratio: peer / mean(ours) },
        ...{ low: peer / Math.max(...ours), high: peer / least(ours) },
        ...{ start, greedy: steep, beam: wide, random: least(random), untrained: least(fresh) },
        ...{
          "best known": least(known),
          "ms a rewrite": (user + system) / 1e3 / REWRITES / seeds.length,
        },
      };
      yield row;
    }
  },
};
