import type { Graph } from "@rewright/plugin";
import { expect, test } from "vitest";
import { type Budget, type GrowthSession, growth, substitution } from "../../search/src/index.ts";
import { Draft, price, tiny, tinyRules } from "../../search/test/tiny.ts";
import { ToySession } from "../../search/test/toy-session.ts";
import { mcts, type RollOut } from "../src/index.ts";
import { detour, distractions } from "./words.ts";

const cancel = { name: "cancel", from: "aa", to: "" };
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

test("begins again with twice the simulations, and ends in the cheapest state of any pass", async () => {
  const search = async (passes: number): Promise<unknown> => {
    const session = new ToySession("ab", [...distractions, ...detour]);
    let simulated = 0;
    Object.assign(session, { breathe: () => void simulated++ });
    const way = detour.map(({ name }) => ({ rule: name, at: [] }));
    // The first pass is shown the way, and the others are not.
    const rollOut = (): RollOut => ({
      step: (walk) => {
        const move = way.shift();
        return move && walk.make(move) ? move : undefined;
      },
    });
    await mcts({ simulations: 3, depth: 5, patience: 2, passes, rollOut }).search(session);
    return [simulated, session.cost()];
  };
  expect(await search(1)).toEqual([3 * 3, 0]);
  expect(await search(3)).toEqual([3 * 3 + 6 * 2 + 12 * 2, 0]);
});

test("refuses settings that mean nothing", () => {
  expect(() => mcts({ simulations: 1.5 })).toThrow("simulations is 1.5");
  expect(() => mcts({ passes: 0 })).toThrow("passes is 0");
  expect(() => mcts({ depth: -1 })).toThrow("depth is -1");
  expect(() => mcts({ exploration: Number.NaN })).toThrow("exploration is NaN");
  expect(() => mcts({ discount: 0 })).toThrow("discount is 0");
});

// ── On an e-graph ────────────────────────────────────────────────────────────

/** (x0 + x1) + …, next to the same sum from the other end: equal only through associativity. */
function twoSums(n: number): Graph {
  const draft = new Draft();
  const inputs = Array.from({ length: n }, (_, i) => draft.input(`x${i}`));
  const left = inputs.reduce((a, b) => draft.node("Add", [a, b]));
  const right = inputs.reduceRight((a, b) => draft.node("Add", [b, a]));
  return draft.graph(draft.node("Mul", [left, right]));
}

const rules = tinyRules(`associate: (a + b) + c <=> a + (b + c)
  explode: x => Scale(x; by = 2) - x expanding
  relus: Relu(Relu(x)) => Relu(x)`);

async function grow(graph: Graph, budget: Budget, seed: number): Promise<GrowthSession> {
  const session = growth({ graph, rules, dialects: [tiny], costModel: price(), budget, seed });
  await session.run(mcts({ simulations: 20, depth: 3 }));
  return session;
}

test("finds that two sums are one, inside a budget of nodes", async () => {
  const session = await grow(twoSums(4), { nodes: 200 }, 1);
  expect(session.bestEver.cost).toBe(40);
  expect(session.cost()).toBe(40);
  expect(session.spent.nodes).toBeLessThanOrEqual(202);
});

test("repeats itself on an e-graph", async () => {
  const [a, b] = [
    await grow(twoSums(5), { nodes: 150 }, 5),
    await grow(twoSums(5), { nodes: 150 }, 5),
  ];
  expect(a.egraph.hash()).toBe(b.egraph.hash());
  expect(a.spent.iterations).toBe(b.spent.iterations);
});

test("ends on a program without nodes", async () => {
  const session = await grow(new Draft().graph(), {}, 1);
  expect(session.bestEver.cost).toBe(0);
});

test.each([undefined, "rule"] as const)(
  "in a single program every rule is a move, shrinking ones too (granularity %s)",
  async (granularity) => {
    const draft = new Draft();
    const sum = draft.node("Add", [draft.input("a"), draft.input("b")]);
    // The first rule shrinks, and takes from the others what they need.
    const rules = tinyRules(`relus: Relu(Relu(x)) => Relu(x)
      part: Relu(Relu(x + y)) => Neg(Sub(x, y))
      whole: Neg(Sub(x, y)) => Fused(x, y)`);
    const session = substitution({
      graph: draft.graph(draft.node("Relu", [draft.node("Relu", [sum])])),
      ...{ rules, dialects: [tiny], costModel: price({ Neg: 30, Fused: 1 }) },
    });
    await session.run(mcts({ simulations: 10, ...(granularity && { granularity }) }));
    expect(session.bestEver.cost).toBe(1);
  },
);
