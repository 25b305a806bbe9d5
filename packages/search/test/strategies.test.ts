import { expect, test } from "vitest";
import { greedy, saturate } from "../src/index.ts";
import { ToySession } from "./toy-session.ts";

const swap = { name: "swap", from: "ab", to: "ba", growing: true };
const unswap = { name: "unswap", from: "ba", to: "ab", growing: true };
const cancelA = { name: "cancel-a", from: "aa", to: "" };
const cancelB = { name: "cancel-b", from: "bb", to: "" };
const inflate = { name: "inflate", from: "a", to: "ac", growing: true };

for (const strategy of [saturate(), greedy()]) {
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
