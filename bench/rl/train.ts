// Trains the policy that comes with @rewright/search-rl: node bench/rl/train.ts [--nets N] [--updates N] [--out FILE]
// Nets are drawn by chance (nets.ts), priced for a GPU and a CPU. It imitates what beam search finds there, then goes on by PPO; each
// stage is judged on drawn nets that it did not see, and the best is written. The same seed gives the same policy on one machine.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { cpu } from "@rewright/backend-cpu";
import { gpu } from "@rewright/backend-gpu";
import { beam } from "@rewright/search";
import {
  curve,
  demonstrate,
  type Example,
  imitate,
  Policy,
  type Problem,
  ppo,
  rl,
  Trainer,
  writePolicy,
} from "@rewright/search-rl";
import { drawnNet } from "./nets.ts";
import { open, targetOf } from "./programs.ts";

const shipped = join(import.meta.dirname, "../../packages/search-rl/policies/rewrite.policy");
const { values } = parseArgs({
  options: {
    nets: { type: "string", default: "100" },
    updates: { type: "string", default: "20" },
    out: { type: "string", default: shipped },
  },
});
const [nets, updates] = [Number(values.nets), Number(values.updates)];
const targets = [targetOf(gpu({ part: "A100" })), targetOf(cpu())] as const;

/** A drawn net, two of three for the GPU. */
function problem(seed: number): Problem {
  const target = seed % 3 === 2 ? targets[1] : targets[0];
  const model = drawnNet(seed);
  return {
    name: `drawn ${seed}, ${target.backend.name}`,
    open: () => open(model, target, { rewrites: 100_000, seed: 1 }),
  };
}

const problems = Array.from({ length: nets }, (_, i) => problem(i));
const others = Array.from({ length: 16 }, (_, i) => problem(1_000_000 + i));
const begin = process.cpuUsage();
const say = (text: string): void => {
  const { user, system } = process.cpuUsage(begin);
  console.log(`${((user + system) / 1e6).toFixed(0).padStart(4)} s  ${text}`);
};

/** The geometric mean of the share of the cost that is left. */
async function left(policy: Policy): Promise<number> {
  let sum = 0;
  for (const { open } of others) {
    const session = open();
    const start = session.cost();
    await rl({ policy, walks: 2 }).search(session);
    sum += Math.log(session.cost() / start);
  }
  return Math.exp(sum / others.length);
}

let best: { readonly policy: Policy; readonly left: number } | undefined;
async function judge(policy: Policy, stage: string): Promise<void> {
  const share = await left(policy);
  say(`${stage}: ${(100 * share).toFixed(2)} % of the cost is left on nets not seen`);
  if (best && share >= best.left) return;
  best = { policy: policy.copy(), left: share };
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, writePolicy(best.policy));
}

const first = (problems[0] as Problem).open();
const observation = first.observe?.(first.moves({ granularity: "match" }));
if (!observation) throw new Error("the session shows no features");
const policy = Policy.fresh(observation, {}, 1);
await judge(policy, "untrained");

const examples: Example[] = [];
for (const problem of problems)
  examples.push(...(await demonstrate(problem, beam({ width: 6, depth: 24, alpha: 1.1 }))));
say(`${examples.length} examples of what beam search does`);
for (let pass = 1; pass <= 3; pass++) {
  const losses = imitate(policy, examples, { epochs: 2, seed: pass });
  await judge(policy, `imitation, cross-entropy ${(losses.at(-1) as number).toFixed(3)}`);
}

const trainer = new Trainer({
  problems,
  policy: (best as { readonly policy: Policy } | undefined)?.policy.copy() ?? policy,
  algorithm: ppo({ rate: 2e-4, entropy: 0.01 }),
  ...{ episodes: 16, horizon: 60, seed: 1 },
});
for (let update = 1; update <= updates; update++) {
  const { fall, told } = await trainer.update();
  if (update % 5 === 0) say(`update ${update}: fall ${fall.toFixed(4)}, ${JSON.stringify(told)}`);
  if (update % 20 === 0) await judge(trainer.result(), `PPO, ${update} updates`);
}
console.log(curve(trainer.curve.map(({ fall }) => fall)));
