import type { SearchStrategy } from "@rewright/plugin";
import { expect, test } from "vitest";
import { anneal, beam, greedy, growth, random, regrow, saturate } from "../src/index.ts";
import { Draft, price, spell, tiny, tinyRules } from "./tiny.ts";
import { ToySession } from "./toy-session.ts";

const swap = { name: "swap", from: "ab", to: "ba", growing: true };
const unswap = { name: "unswap", from: "ba", to: "ab", growing: true };
const cancelA = { name: "cancel-a", from: "aa", to: "" };
const cancelB = { name: "cancel-b", from: "bb", to: "" };
const inflate = { name: "inflate", from: "a", to: "ac", growing: true };

for (const strategy of [saturate(), greedy(), beam(), anneal(), random()]) {
  test(`${strategy.name} shrinks before it grows`, async () => {
    const session = new ToySession("aabbaab", [inflate, cancelA, cancelB], { words: 30 });
    await strategy.search(session);
    expect(session.cost()).toBe(1);
  });

  test(`${strategy.name} grows where that lets something shrink`, async () => {
    const session = new ToySession("abab", [swap, unswap, cancelA, cancelB]);
    await strategy.search(session);
    expect(session.cost()).toBe(0);
  });

  test(`${strategy.name} ends without rules`, async () => {
    const session = new ToySession("abab", []);
    await strategy.search(session);
    expect(session.cost()).toBe(4);
  });

  test(`${strategy.name} ends when the state is full`, async () => {
    const session = new ToySession("a", [inflate], { words: 50 });
    await strategy.search(session);
    expect(session.words.size).toBeLessThanOrEqual(50);
  });

  test(`${strategy.name} ends when the iterations are spent`, async () => {
    const session = new ToySession("abab", [swap, unswap, cancelA], { iterations: 3 });
    await strategy.search(session);
    expect(session.iterations).toBe(3);
  });
}

test("saturate holds back a rule that matches too often, until the others have come to rest", async () => {
  const session = new ToySession("aaaaaa", [inflate, { ...swap, from: "aaaaaa", to: "b" }]);
  const applied: string[] = [];
  const apply = session.apply.bind(session);
  session.apply = (moves) => {
    const listed = [...moves];
    applied.push(listed.map((move) => move.rule).join("+"));
    return apply(listed);
  };
  await saturate({ matchLimit: 3, banLength: 2 }).search(session);
  // Six matches of inflate: banned. Then, the ban over, six are within the doubled limit.
  expect(applied.filter((rules) => rules !== "").slice(0, 3)).toEqual([
    "swap",
    "swap",
    "inflate+swap",
  ]);
});

test("greedy tries few rules a step once it knows what they gain", async () => {
  const idle = Array.from({ length: 20 }, (_, i) => ({
    ...inflate,
    name: `idle-${i}`,
    from: `${i}!`,
  }));
  const halve = { name: "halve", from: "abab", to: "ab", growing: true };
  const session = new ToySession("ab".repeat(8), [...idle, halve]);
  await greedy().search(session);
  expect(session.cost()).toBe(2);
  expect(session.priced).toBeLessThan(20);
});

test("beam goes through a state that costs more room to one that costs less", async () => {
  // Three swaps before anything cancels; greedy, which looks one move ahead, ends where it began.
  const rules = [
    { name: "1", from: "abc", to: "acb", growing: true },
    { name: "2", from: "acb", to: "cab", growing: true },
    { name: "3", from: "cab", to: "d", growing: true },
    { name: "other", from: "c", to: "cc", growing: true },
  ];
  const [looking, ahead] = [new ToySession("abc-abc", rules), new ToySession("abc-abc", rules)];
  await greedy().search(looking);
  await beam({ width: 2 }).search(ahead);
  expect([looking.cost(), ahead.cost()]).toEqual([7, 3]);
});

test("annealing takes back what takes room and gains nothing", async () => {
  const session = new ToySession("aaaa", [inflate, cancelB], { words: 10_000 });
  await anneal({ starts: 1, steps: 50, temperature: 1e-6 }).search(session);
  expect(session.words.size).toBe(1);
  await anneal({ starts: 1, steps: 5, temperature: 100 }).search(session);
  expect(session.words.size).toBeGreaterThan(1);
});

test("random draws from the session alone, so a run can be repeated", async () => {
  const run = async (seed: number): Promise<number[]> => {
    const session = new ToySession("aabab", [swap, unswap, inflate, cancelA], { seed });
    const sizes: number[] = [];
    const { cost } = session;
    session.cost = () => {
      sizes.push(session.words.size);
      return cost.call(session);
    };
    await random({ length: 4, walks: 3 }).search(session);
    return sizes;
  };
  expect(await run(1)).toEqual(await run(1));
  expect(await run(1)).not.toEqual(await run(2));
});

/** A product of sums of the same n inputs, from the left and from the right, under the rules of sums. */
function sums(n: number, nodes: number): ReturnType<typeof growth> {
  const draft = new Draft();
  const inputs = Array.from({ length: n }, (_, i) => draft.input(`x${i}`));
  const left = inputs.reduce((a, b) => draft.node("Add", [a, b]));
  const right = inputs.reduceRight((a, b) => draft.node("Add", [b, a]));
  return growth({
    graph: draft.graph(draft.node("Mul", [left, right])),
    rules: tinyRules("associate: (a + b) + c <=> a + (b + c)"),
    dialects: [tiny],
    costModel: price(),
    budget: { nodes, iterations: 2_000 },
  });
}

test("regrowing goes on where one growth is full", async () => {
  const [once, again, enough] = [sums(8, 60), sums(8, 60), sums(8, 2_000)];
  await once.run(saturate());
  await again.run(regrow(saturate()));
  await enough.run(saturate());
  expect(once.stopped).toBe("nodes");
  expect(again.bestEver.cost).toBeLessThan(once.bestEver.cost);
  expect(again.bestEver.cost).toBe(enough.bestEver.cost);
});

test("regrowing never ends above the strategy that has the first word", async () => {
  const idle: SearchStrategy = { kind: "strategy", spec: 1, name: "idle", search: async () => {} };
  const [alone, after] = [sums(6, 500), sums(6, 500)];
  await alone.run(saturate());
  expect(alone.bestEver.cost).toBeLessThan(sums(6, 500).bestEver.cost);
  let end = Infinity;
  const inner = regrow(idle, { first: saturate(), patience: 2 });
  await after.run({
    ...idle,
    async search(session) {
      await inner.search(session);
      end = session.cost();
    },
  });
  expect(after.bestEver.cost).toBe(alone.bestEver.cost);
  expect(end).toBe(alone.bestEver.cost);
});

test("with variety, regrowing goes on from programs that cost about as much, the same ones each time", async () => {
  const run = async (variety: number): Promise<string[]> => {
    const session = sums(8, 60);
    const begun: string[] = [];
    const anew = session.regrow.bind(session);
    session.regrow = (from) => {
      if (from) begun.push(spell(from));
      anew(from);
    };
    await session.run(regrow(saturate(), { patience: 6, variety }));
    expect(session.bestEver.cost).toBeLessThan(sums(8, 60).bestEver.cost);
    return begun;
  };
  expect(await run(0)).toEqual([]);
  const begun = await run(1);
  expect(new Set(begun).size).toBeGreaterThan(1);
  expect(await run(1)).toEqual(begun);
});

test("a variant is a program of the present state, and says what it costs", async () => {
  const session = sums(5, 500);
  await session.run(saturate());
  const variants = Array.from({ length: 8 }, () => session.variant(1));
  expect(new Set(variants.map(({ graph }) => spell(graph))).size).toBeGreaterThan(1);
  expect(session.variant(0).cost).toBe(session.cost());
  for (const { cost, graph } of variants) {
    expect(cost).toBeGreaterThanOrEqual(session.bestEver.cost);
    session.regrow(graph);
    expect(session.cost()).toBe(cost);
  }
});

test("a composed strategy is named after its parts", () => {
  expect(() => regrow(greedy(), { variety: 2 })).toThrow("variety is a probability, not 2");
  expect(regrow(greedy()).name).toBe("regrow(greedy)");
  expect(() => regrow(greedy(), { patience: 0 })).toThrow("patience is a whole number");
  expect(() => beam({ width: 0 })).toThrow("one state wide");
  expect(() => anneal({ cooling: 2 })).toThrow("cooling between 0 and 1");
});
