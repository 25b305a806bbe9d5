import type { SearchStrategy } from "@rewright/plugin";
import { expect, test } from "vitest";
import {
  demonstrate,
  type Example,
  expertIteration,
  type Guidance,
  imitate,
  Policy,
  rl,
} from "../src/index.ts";
import { optimum, WordSession } from "./words.ts";

const words = ["aka", "aaka", "akaa", "aaaa", "kaka", "kaak", "aaa", "akaaka", "aa", "ba", "kb"];
const unseen = ["ak", "akaakaa", "kaaaak", "aaaakaaaakaka"];
const open = (word: string) => ({ name: word, open: () => new WordSession(word) });
const untrained = (): Policy =>
  Policy.fresh(
    { version: "words/1", nodeWidth: 5, moveWidth: 10 },
    { layers: 1, hidden: 16, head: 16 },
    1,
    "reference",
  );

/** Tries all there is, and takes back what led nowhere: depth first, no further than `b`. */
const exhaustive: SearchStrategy = {
  ...{ kind: "strategy", spec: 1, name: "exhaustive" },
  search(session) {
    const best = { cost: session.cost(), path: [] as unknown[] };
    for (let improved = true; improved; ) {
      improved = false;
      const here = session.mark();
      for (const first of session.moves()) {
        session.apply([first]);
        const next = session.mark();
        let at = session.cost();
        let keep: typeof first | undefined;
        for (const second of session.moves()) {
          if (session.apply([second]) > 0 && session.cost() < at) {
            at = session.cost();
            keep = second;
          }
          session.restore(next);
        }
        if (at < best.cost - 2 || (at < best.cost && !/a-d/.test(first.rule))) {
          best.cost = at;
          improved = true;
          if (keep) session.apply([keep]);
          break;
        }
        session.restore(here);
      }
    }
    // What is left is no way to anything better than d.
    for (let move = session.moves()[0]; move; move = session.moves()[0]) {
      if (session.apply([move]) === 0) break;
      session.cost();
    }
  },
};

test("a demonstration is the way to the cheapest state, without what was taken back", async () => {
  const examples = await demonstrate(open("aka"), exhaustive);
  const names = new WordSession("aka");
  const chosen = examples.map(({ observation, target }) => {
    const i = Array.from(target).indexOf(1);
    const moves = observation.moveNodes.length;
    return i === moves ? "stop" : i;
  });
  expect(names.cost()).toBe(8);
  expect(examples.length).toBeGreaterThanOrEqual(4);
  expect(examples[0]?.value).toBe((8 - optimum("aka")) / 8);
  for (const { target } of examples)
    expect(Array.from(target).filter((x) => x > 0)).toHaveLength(1);
  // The last word has no moves, so there is nothing to stop from.
  expect(chosen).not.toContain("stop");
});

test("imitation of demonstrations carries over to words that were not shown", async () => {
  const examples: Example[] = [];
  for (const word of words) examples.push(...(await demonstrate(open(word), exhaustive)));
  const policy = untrained();
  const losses = imitate(policy, examples, { epochs: 60, rate: 5e-3, computing: "reference" });
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 3);
  for (const word of unseen) {
    const session = new WordSession(word);
    await rl({ policy, walks: 1 }).search(session);
    expect(session.cost(), word).toBe(optimum(word));
  }
});

test("a demonstration that leaves no budget to be repeated is refused", async () => {
  const short = { name: "short", open: () => new WordSession("aka", { iterations: 12 }) };
  await expect(demonstrate(short, exhaustive)).rejects.toThrow(
    "short does not take the same course a second time: give its session budget enough",
  );
});

test("examples that do not fit are refused", () => {
  const session = new WordSession("aka");
  const observation = session.observe(session.moves());
  expect(() => imitate(untrained(), [])).toThrow("no examples");
  expect(() => imitate(untrained(), [{ observation, target: [1] }])).toThrow(
    "an example of 4 moves says what 1 deserve",
  );
});

/**
 * A tree search in small: a move is worth the best that two moves lead to, what comes later a little less, or what the policy expects; visits are in proportion to
 * prior and worth.
 */
const search = ({ prior, value, onDecision }: Guidance): SearchStrategy => ({
  ...{ kind: "strategy", spec: 1, name: "two-ply" },
  search(session) {
    const start = session.cost();
    for (let depth = 0; depth < 12; depth++) {
      const moves = session.moves();
      if (moves.length === 0) return;
      const observation = session.observe?.(moves);
      if (!observation) return;
      const here = session.mark();
      const cost = session.cost();
      const priors = prior(observation);
      const worth = moves.map((move) => {
        if (session.apply([move]) === 0) return Number.NaN;
        const next = session.moves();
        const seen = next.length > 0 ? session.observe?.(next) : undefined;
        const rest = seen ? value(seen) : 0;
        const after = session.cost();
        const there = session.mark();
        let best = (cost - after) / start + 0.1 * rest;
        for (const second of next) {
          if (session.apply([second]) > 0)
            best = Math.max(best, (cost - after + 0.8 * (after - session.cost())) / start);
          session.restore(there);
        }
        session.restore(here);
        return best;
      });
      const visits = worth.map((w, i) =>
        Number.isNaN(w) ? 0 : Math.sqrt(priors[i] as number) * Math.exp(100 * w),
      );
      const most = visits.indexOf(Math.max(...visits));
      onDecision({ observation, moves, visits, value: Math.max(0, worth[most] as number) });
      session.apply([moves[most] as never]);
    }
  },
});

test("a policy learns from the visit counts of a search that it guides", async () => {
  const policy = untrained();
  const told: number[] = [];
  await expertIteration({
    ...{ problems: words.map(open), policy, search, rounds: 4, computing: "reference" },
    imitation: { epochs: 30, rate: 5e-3 },
    onProgress: (_, __, loss) => told.push(loss),
  });
  expect(told).toHaveLength(4);
  const distance = async (of: Policy): Promise<number> => {
    let sum = 0;
    for (const word of unseen) {
      const session = new WordSession(word);
      await rl({ policy: of, walks: 1 }).search(session);
      sum += session.lowest - optimum(word);
    }
    return sum;
  };
  expect(await distance(policy)).toBeLessThan((await distance(untrained())) / 4);
});
