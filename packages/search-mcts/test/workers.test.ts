import { expect, test } from "vitest";
import { Limits } from "../../search/src/budget.ts";
import { drive } from "../../search/src/drive.ts";
import { SearchError, saturate } from "../../search/src/index.ts";
import type { ToySession } from "../../search/test/toy-session.ts";
import { mcts } from "../src/index.ts";
import open from "./open-toy.ts";

const module = (name: string): URL => new URL(`./${name}.ts`, import.meta.url);

test("threads search besides; a seed and their number repeat a run", async () => {
  const run = async (seed: number): Promise<unknown> => {
    const session = open(seed) as ToySession;
    const workers = { count: 2, module: module("open-toy") };
    await mcts({ simulations: 120, depth: 4, patience: 3, workers }).search(session);
    return [session.cost(), session.iterations, [...session.words]];
  };
  const once = await run(3);
  expect((once as [number])[0]).toBe(0);
  expect(await run(3)).toEqual(once);
});

test.each([
  ["open-dying", /worker 0 of mcts ended with code 3/],
  ["open-nothing", /worker 0 of mcts: .*has no default export/],
  ["open-missing", /worker 0 of mcts: .*(not find|No such)/i],
])(
  "a thread that fails (%s) is told by name, and what was found is kept",
  async (name, message) => {
    const session = open(3) as ToySession;
    const start = session.cost();
    const workers = { count: 1, module: module(name) };
    const search = mcts({ simulations: 400, depth: 4, patience: 3, workers });
    const failure = await drive(search, session, new Limits({}, undefined, () => 0)).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(SearchError);
    expect((failure as SearchError).message).toMatch(/^strategy `mcts`: /);
    expect((failure as SearchError).message).toMatch(message);
    expect(session.cost()).toBeLessThanOrEqual(start);
    if (name === "open-dying") expect(session.cost()).toBe(0);
    // It can be driven on.
    await saturate().search(session);
  },
);

test("a thread that never comes back is left behind when time is over", async () => {
  const session = open(3) as ToySession;
  const start = session.cost();
  const notes: string[] = [];
  let ms = 0;
  const timed = Object.assign(session, {
    limits: { nodes: Infinity, ms: 1, iterations: Infinity },
    note: (text: string) => void notes.push(text),
  });
  Object.defineProperty(timed, "spent", {
    get: () => ({ nodes: 1, iterations: 0, ms: ++ms, all: ms > 1 }),
  });
  const workers = { count: 1, module: module("open-endless") };
  await mcts({ simulations: 400, depth: 4, workers }).search(timed);
  expect(notes).toEqual(["mcts: the time was over before its threads had come back"]);
  expect(session.cost()).toBeLessThanOrEqual(start);
});
