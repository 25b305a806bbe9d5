import { expect, test } from "vitest";
import { ToySession } from "../../search/test/toy-session.ts";
import { mcts } from "../src/index.ts";

const cancel = { name: "cancel", from: "aa", to: "" };
/** Two steps that make the word longer, before it can fall to nothing. */
const detour = [
  { name: "wrap", from: "ab", to: "cabc", growing: true },
  { name: "open", from: "cab", to: "aa", growing: true },
  { name: "close", from: "aac", to: "", growing: true },
];
const distractions = Array.from({ length: 6 }, (_, i) => ({
  name: `distraction-${i}`,
  from: "a",
  to: `a${i}`,
  growing: true,
}));

test("finds a fall of cost behind moves that lower nothing", async () => {
  const session = new ToySession("ab", [...distractions, ...detour], { words: 200 });
  await mcts({ simulations: 200, depth: 4 }).search(session);
  expect(session.cost()).toBe(0);
});

test("shrinks first, and after each move", async () => {
  const swap = { name: "swap", from: "ba", to: "ab", growing: true };
  const session = new ToySession("abaaab", [swap, cancel]);
  await mcts().search(session);
  expect(session.cost()).toBe(2);
});

test("makes moves of all rules when none is growing", async () => {
  const session = new ToySession("aaaab", [cancel]);
  await mcts().search(session);
  expect(session.cost()).toBe(1);
});

test("repeats itself with the same seed", async () => {
  const run = async (seed: number): Promise<readonly string[]> => {
    const session = new ToySession("abab", [...distractions, ...detour], { words: 60, seed });
    await mcts({ simulations: 20 }).search(session);
    return [...session.words, String(session.iterations)];
  };
  expect(await run(3)).toEqual(await run(3));
  expect(await run(3)).not.toEqual(await run(4));
});

test.each([0, 1, 7, 100])(
  "ends after %i iterations, in a state as cheap as the first",
  async (iterations) => {
    const session = new ToySession("abab", [...distractions, ...detour], { iterations });
    await mcts({ simulations: 20 }).search(session);
    expect(session.iterations).toBeLessThanOrEqual(iterations);
    expect(session.cost()).toBeLessThanOrEqual(4);
  },
);

test("ends without rules", async () => {
  const session = new ToySession("abab", []);
  await mcts().search(session);
  expect(session.iterations).toBe(0);
});

test("refuses settings that mean nothing", () => {
  expect(() => mcts({ simulations: 1.5 })).toThrow("simulations is 1.5");
  expect(() => mcts({ depth: -1 })).toThrow("depth is -1");
  expect(() => mcts({ exploration: Number.NaN })).toThrow("exploration is NaN");
  expect(() => mcts({ discount: 0 })).toThrow("discount is 0");
});
