import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import {
  curve,
  loadPolicy,
  Policy,
  type Problem,
  type Progress,
  ppo,
  reinforce,
  rl,
  type TrainOptions,
  train,
  xrlflow,
} from "../src/index.ts";
import { optimum, WordSession } from "./words.ts";

const problems: readonly Problem[] = [
  "aka",
  "aaka",
  "akaa",
  "aaaa",
  "kaka",
  "kaak",
  "aaa",
  "akaaka",
  "aa",
].map((word) => ({
  name: word,
  open: () => new WordSession(word),
}));
/** None was trained on. */
const unseen = ["ak", "akaakaa", "kaaaak", "aaaakaaaakaka"];

const options = {
  problems,
  algorithm: ppo({ rate: 4e-3 }),
  architecture: { layers: 1, hidden: 16, head: 16 },
  episodes: 18,
  horizon: 16,
  seed: 1,
  computing: "reference",
} as const satisfies TrainOptions;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "training-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** The costs that one walk without chance leads to, and the least there are. */
async function walked(policy: Policy): Promise<(readonly [reached: number, optimum: number])[]> {
  return Promise.all(
    unseen.map(async (word) => {
      const session = new WordSession(word);
      await rl({ policy, walks: 1 }).search(session);
      return [session.cost(), optimum(word)] as const;
    }),
  );
}

/** Always the move that lowers the cost most, until none does. */
function steepest(word: string): number {
  const session = new WordSession(word);
  for (;;) {
    const here = session.mark();
    const cost = session.cost();
    let best = { cost, word: session.word };
    for (const move of session.moves()) {
      session.apply([move]);
      if (session.cost() < best.cost) best = { cost: session.cost(), word: session.word };
      session.restore(here);
    }
    if (best.cost === cost) return cost;
    session.word = best.word;
  }
}

let learned: Policy;
const seen: Progress[] = [];
beforeAll(async () => {
  learned = await train({ ...options, updates: 60, onProgress: (point) => seen.push(point) });
});

test("PPO finds the cheapest words, none of which it was trained on, where the steepest way is stuck", async () => {
  for (const word of unseen) expect(steepest(word)).toBeGreaterThan(optimum(word));
  for (const [reached, least] of await walked(learned)) expect(reached).toBe(least);
  const untrained = Policy.fresh({ version: "words/1", nodeWidth: 5, moveWidth: 10 });
  const before = await walked(untrained);
  expect(before.some(([reached, least]) => reached > least)).toBe(true);
});

test("training tells how it goes", () => {
  expect(seen).toHaveLength(60);
  expect(seen[59]).toMatchObject({ update: 60, of: 60 });
  const falls = seen.map(({ fall }) => fall);
  const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b) / part.length;
  expect(mean(falls.slice(-10))).toBeGreaterThan(1.5 * mean(falls.slice(0, 10)));
  expect(Object.keys(seen[0]?.told ?? {})).toEqual([
    "loss",
    "entropy",
    "error",
    "divergence",
    "passes",
  ]);
  expect(learned.description.training).toMatchObject({ algorithm: "ppo", seed: 1, updates: 60 });
});

test("what it expects of a state is near what follows", () => {
  const expected = (word: string): number => {
    const session = new WordSession(word);
    return learned.judge(session.observe(session.moves())).value;
  };
  expect(expected("aka")).toBeGreaterThan(expected("aaaa") + 0.2);
});

test("REINFORCE learns it, too", async () => {
  const algorithm = reinforce({ rate: 1e-2, batch: 1000, entropy: 0.1 });
  const policy = await train({ ...options, algorithm, updates: 60 });
  const all = await walked(policy);
  const distance = all.reduce((sum, [reached, least]) => sum + reached - least, 0);
  const stuck = unseen.reduce((sum, word) => sum + steepest(word) - optimum(word), 0);
  expect(distance).toBeLessThan(stuck / 4);
});

test("the preset trains by attention", async () => {
  const preset = xrlflow();
  expect(preset.algorithm.settings).toMatchObject({ discount: 0.99, lambda: 0.95, rate: 5e-4 });
  const policy = await train({ ...preset, problems, updates: 1, episodes: 2, horizon: 5 });
  expect(policy.description.architecture).toEqual({
    ...{ encoder: "gat", layers: 5, hidden: 64, head: 256 },
  });
});

test("a seed gives the same weights, another one others", async () => {
  const short = { ...options, updates: 3 };
  const [first, second, other] = [
    await train(short),
    await train(short),
    await train({ ...short, seed: 2 }),
  ];
  expect(second.weights).toEqual(first.weights);
  expect(other.weights).not.toEqual(first.weights);
});

test.each([
  ["ppo", ppo()],
  ["reinforce", reinforce()],
])("%s: stopped and gone on with, it ends with the same weights", async (_, algorithm) => {
  const home = folder();
  const checkpoint = join(home, "a.checkpoint");
  const log = join(home, "log.jsonl");
  const shared = { ...options, algorithm, updates: 7, fresh: 2 };
  const whole = await train(shared);
  const stop = new AbortController();
  await train({
    ...{ ...shared, checkpoint, log, signal: stop.signal },
    onProgress: ({ update }) => update === 3 && stop.abort(),
  });
  expect(existsSync(checkpoint)).toBe(true);
  const save = join(home, "a.policy");
  const rest = await train({ ...shared, checkpoint, log, save });
  expect(rest.weights).toEqual(whole.weights);
  expect((await loadPolicy(save)).weights).toEqual(whole.weights);
  const lines = readFileSync(log, "utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).update)).toEqual([1, 2, 3, 3, 4, 5, 6, 7]);
});

test("a checkpoint of another training, or half of one, is refused", async () => {
  const checkpoint = join(folder(), "a.checkpoint");
  const short = { ...options, checkpoint, updates: 1, fresh: 1 };
  await train(short);
  await expect(train({ ...short, algorithm: ppo({ rate: 1e-3 }) })).rejects.toThrow(
    /a\.checkpoint is of another training: its settings is .*"rate":0\.004.*, not .*"rate":0\.001.* Train with that, or begin anew without the checkpoint/,
  );
  await expect(train({ ...short, problems: problems.slice(1) })).rejects.toThrow("its problems is");
  await expect(train({ ...short, architecture: { hidden: 8 } })).rejects.toThrow("its policy is");
  const bytes = readFileSync(checkpoint);
  writeFileSync(checkpoint, bytes.subarray(0, bytes.length - 6));
  await expect(train(short)).rejects.toThrow("a.checkpoint is cut off");
});

test("settings out of bounds are named", async () => {
  expect(() => ppo({ clip: -1 })).toThrow("ppo: clip is -1: from 0.001 to 1");
  expect(() => reinforce({ rate: Number.NaN })).toThrow("reinforce: rate is NaN");
  await expect(train({ ...options, episodes: 0 })).rejects.toThrow("episodes is 0");
  await expect(train({ ...options, problems: [] })).rejects.toThrow("no problems");
});

test("a session whose budget is spent is opened anew", async () => {
  let opened = 0;
  const open = (): WordSession => {
    opened++;
    return new WordSession("aka", { iterations: 30 });
  };
  await train({ ...options, problems: [{ name: "short", open }], updates: 6 });
  expect(opened).toBeGreaterThan(5);
});

test("a step to what cannot be paid for spoils nothing", async () => {
  const open = (): WordSession => {
    const session = new WordSession("aka");
    const cost = session.cost.bind(session);
    // Words with a `d` cannot be run.
    return Object.assign(session, { cost: () => (session.word.includes("d") ? Infinity : cost()) });
  };
  const policy = await train({ ...options, problems: [{ name: "aka", open }], updates: 30 });
  expect(policy.weights.every(Number.isFinite)).toBe(true);
  const session = open();
  await rl({ policy, walks: 1 }).search(session);
  expect(session.word).toBe("ckc");
});

test("a curve is drawn in text", () => {
  expect(curve([0, 1, 2, 3], 4, 2)).toBe("3.00   ▃█\n0.00 ▁▆██");
  expect(curve([1, 1])).toContain("1.00 ▁▁");
  expect(curve(Array.from({ length: 500 }, (_, i) => i)).split("\n")[0]).toHaveLength(5 + 60);
  expect(curve([])).toBe("");
});
