import { expect, test } from "vitest";
import { ToySession } from "../../search/test/toy-session.ts";
import { type MctsOptions, mcts } from "../src/index.ts";
import { detour, distractions } from "./words.ts";

const rules = [...distractions, ...detour];
const long = "abdabdab";

async function search(options: MctsOptions, word = long, own = rules): Promise<ToySession> {
  const session = new ToySession(word, own, { words: 80, seed: 5 });
  await mcts({ simulations: 40, depth: 3, patience: 20, ...options }).search(session);
  return session;
}

/** What a search that was ended after a few moves leaves behind. */
async function cutShort(): Promise<string> {
  let last = "";
  await search({ moves: 3, onCheckpoint: (text) => (last = text) });
  return last;
}

test("a search goes on where it was", async () => {
  const resume = await cutShort();
  const made = (text: string): unknown[] => JSON.parse(text).made;
  expect(made(resume)).toHaveLength(3);
  const texts: string[] = [];
  const session = await search({ resume, moves: 6, onCheckpoint: (text) => texts.push(text) });
  expect(made(texts[0] as string).slice(0, 3)).toEqual(made(resume));
  expect(made(texts[0] as string)).toHaveLength(4);
  expect(session.cost()).toBeLessThanOrEqual(JSON.parse(resume).best.cost);
  // What was counted before counts.
  const visits = (text: string): number => JSON.parse(text).states[0].visits;
  expect(visits(resume)).toBeGreaterThan(0);
});

test("a checkpoint that is cut off, foreign or of another search is refused", async () => {
  const text = await cutShort();
  await expect(search({ resume: text.slice(0, text.length >> 1) })).rejects.toThrow("cut off");
  await expect(search({ resume: "{}" })).rejects.toThrow("is none of mcts");
  await expect(search({ resume: "null" })).rejects.toThrow("is none of mcts");
  const newer = JSON.stringify({ ...JSON.parse(text), version: 9 });
  await expect(search({ resume: newer })).rejects.toThrow("is of version 9");
  await expect(search({ resume: text }, "abdab")).rejects.toThrow("of another search");
  await expect(search({ resume: text }, long, detour)).rejects.toThrow("of another search");
  for (const damage of [{ states: [{}] }, { states: [] }, { made: [null] }, { idle: "1" }]) {
    const damaged = JSON.stringify({ ...JSON.parse(text), ...damage });
    await expect(search({ resume: damaged })).rejects.toThrow("is damaged");
  }
});
