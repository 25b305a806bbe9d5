import { gpu } from "@rewright/backend-gpu";
import { readModel } from "@rewright/onnx";
import type { SearchStrategy } from "@rewright/plugin";
import { auto, beam, greedy, growth } from "@rewright/search";
import { mcts } from "@rewright/search-mcts";
import { loadPolicy, Policy, policyPrior, policyValue, rl } from "@rewright/search-rl";
import type { Bench, Row } from "../bench.ts";
import { available, build, entries } from "../models/index.ts";
import { backtracking } from "../rl/backtracking.ts";
import { open, type Target, targetOf } from "../rl/programs.ts";
import { cpuClock } from "../search/cpu-clock.ts";

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

/** Steps that a policy may take, kept or not: each asks for one cost. A step may rewrite several places; searches get one for each of them. */
const STEPS = 400;
const SEEDS = [1, 2, 3];
/** How many times as much is spent on finding out what is known best. */
const LONG = 10;

/** What a strategy comes by. */
interface Reached {
  /** The lowest cost. */
  readonly cost: number;
  /** Rewrites that it has tried, each a program with a cost. */
  readonly rewrites: number;
}

async function reach(
  model: Uint8Array,
  target: Target,
  strategy: SearchStrategy,
  limits: { readonly rewrites: number; readonly seed: number },
): Promise<Reached> {
  const session = open(model, target, limits);
  await session.run(strategy);
  const rewrites = session.statistics.reduce((sum, { fired }) => sum + fired, 0);
  return { cost: session.bestEver.cost, rewrites };
}

/** Of an e-graph of 20,000 e-nodes, in 20 seconds of processor time: for what is known best. */
async function grown(model: Uint8Array, target: Target): Promise<number> {
  const { graph } = readModel(model);
  const { rules, dialects, backend } = target;
  const session = growth({
    ...{ graph, rules, dialects, costModel: backend.costModel, clock: cpuClock() },
    budget: { nodes: 20_000, seconds: 20 },
  });
  await session.run(auto());
  return session.bestEver.cost;
}

/** All weights 0: each move, and stopping, as likely as any other. */
function chance({ description, weights }: Policy): Policy {
  return new Policy(description, new Float32Array(weights.length));
}

/** Tree search that a policy guides: few simulations, which go on by the policy as far as it walks. */
function guided(policy: Policy): SearchStrategy {
  const [prior, value] = [policyPrior(policy), policyValue(policy)];
  return mcts({ prior, value, simulations: 8, depth: 100, matches: 200, patience: Infinity });
}

const least = (costs: readonly number[]): number => Math.min(...costs);
const mean = (costs: readonly number[]): number => costs.reduce((a, b) => a + b, 0) / costs.length;

/** The shipped policy beside searches and beside policies that learned nothing, at as many rewrites tried. */
export const bench: Bench = {
  about: `The policy that comes with @rewright/search-rl on nets that it was not trained on: the cost it reaches on an A100 (roofline) in ${STEPS} steps, mean and spread of seeds ${SEEDS.join(", ")}. Peer: the better of greedy search, TASO's backtracking (best first, alpha 1.05) and beam search (width 4), each of which may try as many single rewrites as the policy's steps came to (rewrites). Of the same seeds, the mean: random, each move as likely as any other; untrained, the network before training; both, like the policy, walk once in the rules' order. Tree search in ${STEPS} steps, by itself (mcts) and guided by the policy. Best known: the least of all these and, unless in haste, of greedy search with ${LONG} times the rewrites, of a beam of 16 with as many, and of an e-graph of 20,000 e-nodes. A step's milliseconds are of processor time, the choice included; operators: of the net at first.`,
  columns: [
    ...["start", "greedy", "backtracking", "beam", "random", "untrained", "mcts", "guided"],
    ...["best known", "rewrites", "operators", "ms a step"],
  ],
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
      const first = open(model, target, { rewrites: 1, seed: 1 });
      const drawn = async (strategy: SearchStrategy): Promise<readonly Reached[]> => {
        const found: Reached[] = [];
        for (const seed of seeds)
          found.push(await reach(model, target, strategy, { rewrites: STEPS, seed }));
        return found;
      };
      const walks = (of: Policy): Promise<readonly Reached[]> =>
        drawn(rl({ policy: of, walks: STEPS }));
      const begin = process.cpuUsage();
      const ours = await walks(policy);
      const { user, system } = process.cpuUsage(begin);
      const rewrites = Math.max(STEPS, ...ours.map((each) => each.rewrites));
      const once = async (strategy: SearchStrategy, factor = 1): Promise<number> =>
        (await reach(model, target, strategy, { rewrites: factor * rewrites, seed: 1 })).cost;
      const peers = {
        greedy: await once(greedy()),
        backtracking: await once(backtracking()),
        beam: await once(beam()),
      };
      const others = {
        random: await walks(chance(policy)),
        untrained: await walks(untrained),
        mcts: await drawn(mcts({ patience: Infinity })),
        guided: await drawn(guided(policy)),
      };
      const all = [...ours, ...Object.values(others).flat()].map(({ cost }) => cost);
      const known = [...all, ...Object.values(peers)];
      if (!quick)
        known.push(
          await once(greedy(), LONG),
          await once(beam({ width: 16, depth: 64, alpha: 1.2 }), LONG),
          await grown(model, target),
        );
      const costs = ours.map(({ cost }) => cost);
      const peer = least(Object.values(peers));
      const means = Object.entries(others).map(([who, found]) => [
        who,
        mean(found.map(({ cost }) => cost)),
      ]);
      const row: Row = {
        ...{ name, ours: mean(costs), peer, unit: "µs", ratio: peer / mean(costs) },
        ...{ low: peer / Math.max(...costs), high: peer / least(costs) },
        ...{ start: first.cost(), ...peers, ...Object.fromEntries(means) },
        ...{ "best known": least(known), rewrites, operators: first.extent.nodes },
        "ms a step": (user + system) / 1e3 / STEPS / seeds.length,
      };
      yield row;
    }
  },
};
