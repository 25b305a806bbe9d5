import { expect, test } from "vitest";
import { Policy, PolicyError, rl } from "../src/index.ts";
import { WordSession } from "./words.ts";

const policy = Policy.fresh(
  { version: "words/1", nodeWidth: 5, moveWidth: 10 },
  { layers: 1, hidden: 8, head: 8 },
);

async function run(session: WordSession, options = {}): Promise<WordSession> {
  await rl({ policy, ...options }).search(session);
  return session;
}

test("two runs with one seed are the same, and another seed's is not", async () => {
  const text = "akaakaakaaaabka";
  const cost = async (seed: number) => {
    const { lowest, priced } = await run(new WordSession(text, { seed }), { walks: 6 });
    return [lowest, priced];
  };
  expect(await cost(3)).toEqual(await cost(3));
  const others = await Promise.all([4, 5, 6, 7].map(cost));
  expect(others).not.toEqual(others.map(() => others[0]));
});

test("it leaves the session in the cheapest state that it saw", async () => {
  for (const seed of [1, 2, 3]) {
    const session = await run(new WordSession("akaakbka", { seed }), { walks: 8 });
    const { lowest } = session;
    expect(session.cost()).toBe(lowest);
    expect(lowest).toBeLessThan(new WordSession("akaakbka").cost());
  }
});

test("it ends when the budget is spent, whatever is left to do", async () => {
  for (const iterations of [0, 1, 7]) {
    const session = await run(new WordSession("akaaka", { iterations }), { walks: 1e9 });
    expect(session.iterations).toBeLessThanOrEqual(iterations);
  }
});

test("one cost is asked for a move", async () => {
  const session = await run(new WordSession("akaaka"), { walks: 5 });
  // And one before each walk, and one before them all.
  expect(session.priced).toBeLessThanOrEqual(session.iterations + 6);
});

test("it never goes back to where it has been on a walk", async () => {
  // All weights 0: each choice is as good as any other, and the first is taken, there and back, as long as it may.
  const even = new Policy(policy.description, new Float32Array(policy.weights.length));
  const rules = [
    { from: "a", to: "b" },
    { from: "b", to: "a" },
  ];
  const session = await run(new WordSession("ac", { rules }), { policy: even, walks: 1 });
  // There; and back, which is undone.
  expect(session.iterations).toBe(2);
  expect(session.word).toBe("ac");
});

test("whatever the policy has learned, it does no worse than the rules in their order", async () => {
  const even = new Policy(policy.description, new Float32Array(policy.weights.length));
  const text = "akaakaakaaaabka";
  // Of equal choices the likeliest is the first.
  const { lowest } = await run(new WordSession(text), { policy: even, walks: 1 });
  const alone: number[] = [];
  for (const seed of [1, 2, 3, 4]) {
    const other = Policy.fresh(
      { version: "words/1", nodeWidth: 5, moveWidth: 10 },
      { layers: 1, hidden: 8, head: 8 },
      seed,
    );
    alone.push((await run(new WordSession(text), { policy: other, walks: 1 })).lowest);
    const both = await run(new WordSession(text), { policy: other, walks: 2 });
    expect(both.lowest).toBeLessThanOrEqual(lowest);
  }
  expect(Math.max(...alone)).toBeGreaterThan(lowest);
});

test("where there is nothing to do it does nothing", async () => {
  const session = await run(new WordSession("ccc"));
  expect(session.word).toBe("ccc");
});

test("a session without features is told from one with", async () => {
  const session = new WordSession("aka");
  Object.assign(session, { observe: undefined });
  await expect(rl({ policy }).search(session)).rejects.toThrow(PolicyError);
  await expect(rl({ policy }).search(session)).rejects.toThrow(
    'a session of the space "substitution" shows no features (it has no observe()), and a learned strategy needs them: choose another strategy',
  );
});

test("a policy that is not there is named", async () => {
  await expect(rl({ policy: "/nowhere.policy" }).search(new WordSession("a"))).rejects.toThrow(
    "the policy /nowhere.policy cannot be read",
  );
  expect(() => rl({ walks: 0 })).toThrow("rl: walks is 0");
});
