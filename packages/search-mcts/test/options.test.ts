import type { Move, Observation, Session } from "@rewright/plugin";
import { expect, test } from "vitest";
import { ToySession } from "../../search/test/toy-session.ts";
import {
  type Decision,
  greedyEpsilon,
  type MctsOptions,
  mcts,
  mctsGeb,
  puct,
  quick,
  tensorEqsMcts,
  ucb1,
  weighted,
} from "../src/index.ts";
import { edge, type State } from "../src/state.ts";
import { detour, distractions } from "./words.ts";

const rules = [...distractions, ...detour];
const toy = (seed = 1, words = 60): ToySession => new ToySession("ab", rules, { words, seed });

/** A toy whose moves are seen as their names' first letter. */
function seen(seed = 1): Session {
  const session: Session = toy(seed);
  session.observe = (moves: readonly Move[]): Observation => ({
    ...{ nodes: new Float32Array(1), nodeWidth: 1, edges: new Int32Array(0) },
    moves: Float32Array.from(moves, ({ rule }) => (rule.startsWith("d") ? 0 : 1)),
    ...{ moveWidth: 1, moveNodes: moves.map(() => [0]) },
  });
  return session;
}

/** Nine tenths of the probability for what is no distraction. */
const prior = ({ moves }: Observation): number[] => {
  const good = moves.reduce((a, b) => a + b, 0);
  return Array.from(moves, (m) => (m > 0 ? 0.9 / good : 0.1 / (moves.length - good)));
};

test.each<readonly [string, MctsOptions]>([
  ["batches", { batch: 8 }],
  ["roll-outs by rules that gained", { rollOut: () => weighted() }],
  ["greedy roll-outs", { rollOut: () => greedyEpsilon(0.2, 3) }],
  ["no tree kept, moves by value", { reuse: false, choice: "value" }],
  ["returns as they are", { scaled: false, selection: ucb1(3) }],
  ["few expansions", { expansion: 0.5 }],
  ["the highest return", { selection: ucb1(1, 0.5) }],
])("%s: finds the fall, and repeats itself", async (_, options) => {
  const run = async (seed: number): Promise<unknown> => {
    const session = toy(seed);
    await mcts({ simulations: 150, depth: 4, patience: 3, ...options }).search(session);
    return [session.cost(), session.iterations, [...session.words]];
  };
  const once = await run(2);
  expect((once as [number])[0]).toBe(0);
  expect(await run(2)).toEqual(once);
});

test("moves of single matches, of which few are tried at first", async () => {
  const run = async (widening: { factor: number; exponent: number }): Promise<ToySession> => {
    const session = new ToySession("ab", [...detour, ...distractions.slice(0, 1)], { words: 60 });
    await mcts({ simulations: 100, granularity: "match", widening, patience: 3 }).search(session);
    return session;
  };
  const session = await run({ factor: 2, exponent: 0.5 });
  expect(session.cost()).toBe(0);
  expect([...(await run({ factor: 2, exponent: 0.5 })).words]).toEqual([...session.words]);
  expect((await run({ factor: 1, exponent: 0 })).iterations).not.toBe(session.iterations);
});

test.each([mctsGeb, tensorEqsMcts, quick])("the presets search", async (preset) => {
  const session = toy(1, 40);
  await preset({ simulations: 64, moves: 6, passes: 1 }).search(session);
  expect(session.cost()).toBe(0);
});

test("equal states are one, where the session can tell", async () => {
  const calls = async (transpositions: boolean): Promise<number> => {
    const session: Session = toy(4);
    session.hash = () => [...(session as ToySession).words].sort().join();
    await mcts({ simulations: 200, depth: 0, transpositions, moves: 1 }).search(session);
    return (session as ToySession).priced;
  };
  expect(await calls(true)).toBeLessThanOrEqual(await calls(false));
});

test("a prior leads: fewer simulations find what all of them look for", async () => {
  const guided = seen();
  const decisions: Decision[] = [];
  const onDecision = (decision: Decision): unknown => decisions.push(decision);
  await mcts({ simulations: 24, depth: 2, prior, onDecision, patience: 2 }).search(guided);
  expect(guided.cost()).toBe(0);
  expect(decisions.length).toBeGreaterThan(0);
  for (const { observation, moves, visits, value } of decisions) {
    expect(visits.length).toBe(moves.length);
    expect(observation.moves.length).toBe(moves.length);
    expect(visits.reduce((a, b) => a + b)).toBeGreaterThan(0);
    expect(value).toBeGreaterThanOrEqual(0);
  }
});

test("a value stands for roll-outs", async () => {
  const session = seen(3);
  // States that hold the word which is two steps from the end are worth most.
  const value = (): number => ((session as ToySession).words.has("aac") ? 1 : 0);
  await mcts({ simulations: 200, depth: 0, value, patience: 3 }).search(session);
  expect(session.cost()).toBe(0);
});

test("a prior without anything to look at is an error", async () => {
  await expect(mcts({ prior }).search(toy())).rejects.toThrow("offers no `observe`");
});

test("PUCT follows the prior at first, returns later, and shies from what is under way", () => {
  const state: State = { cost: 1, tried: [], untried: [], observation: undefined, visits: 9 };
  const [likely, other] = [edge({ rule: "a", at: [] }, 0.9), edge({ rule: "b", at: [] }, 0.1)];
  const score = puct(1);
  expect(score(likely, state, 1)).toBeGreaterThan(score(other, state, 1));
  Object.assign(likely, { visits: 50, total: 0 });
  Object.assign(other, { visits: 5, total: 4 });
  expect(score(other, state, 1)).toBeGreaterThan(score(likely, state, 1));
  const before = score(other, state, 1);
  other.pending = 3;
  expect(score(other, state, 1)).toBeLessThan(before);
});

test("refuses settings that mean nothing", () => {
  expect(() => mcts({ batch: 0 })).toThrow("batch is 0");
  expect(() => mcts({ expansion: 0 })).toThrow("expansion is 0");
  expect(() => mcts({ widening: { factor: 0, exponent: 1 } })).toThrow("widening is");
  expect(() => mcts({ workers: { count: 0, module: "x" } })).toThrow("workers.count is 0");
  expect(() => mcts({ patience: 0 })).toThrow("patience is 0");
});
