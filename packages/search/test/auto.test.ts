import { expect, test } from "vitest";
import { allot } from "../src/allotment.ts";
import {
  auto,
  type Budget,
  type GrowthSession,
  greedy,
  growth,
  saturate,
  substitution,
  type TermGrowth,
  termGrowth,
} from "../src/index.ts";
import { algebra } from "./algebra.ts";
import { Draft, price, tiny, tinyRules } from "./tiny.ts";

const associate = "associate: (a + b) + c <=> a + (b + c)";

/** A product of sums of the same n inputs, from the left and from the right: best as one sum, used twice. */
function sums(n: number, budget: Budget, make: typeof growth | typeof substitution = growth) {
  const draft = new Draft();
  const inputs = Array.from({ length: n }, (_, i) => draft.input(`x${i}`));
  const left = inputs.reduce((a, b) => draft.node("Add", [a, b]));
  const right = inputs.reduceRight((a, b) => draft.node("Add", [b, a]));
  const graph = draft.graph(draft.node("Mul", [left, right]));
  const rules = tinyRules(associate);
  return make({ graph, rules, dialects: [tiny], costModel: price(), budget });
}

test("where the rules come to rest, it saturates and is done", async () => {
  const [plain, chosen] = [sums(5, {}), sums(5, {})];
  await plain.run(saturate());
  await chosen.run(auto());
  expect(chosen.notes).toEqual([expect.stringContaining("saturated: the rules came to rest")]);
  expect(chosen.stopped).toBe("saturated");
  expect(chosen.bestEver).toEqual(plain.bestEver);
  expect(chosen.spent.iterations).toBe(plain.spent.iterations);
});

test("where the e-graph is full before, it goes on from the best program, and says so", async () => {
  const budget = { nodes: 60, iterations: 300, seconds: 600 };
  const [plain, chosen] = [sums(8, budget), sums(8, budget)];
  await plain.run(saturate());
  await chosen.run(auto());
  expect(chosen.notes[0]).toContain("the e-graph was full");
  expect(chosen.notes[1]).toMatch(/^(saturate|greedy|anneal) found \d+ % less$/);
  expect(chosen.bestEver.cost).toBeLessThan(plain.bestEver.cost);
  // Seven sums for eight terms, and their square.
  expect(chosen.bestEver.cost).toBe(80);
  expect([chosen.spent.iterations, chosen.stopped]).toEqual([300, "iterations"]);
});

test("where it is not shown that the e-graph holds no cheaper program, it goes on, and says so", async () => {
  const session = sums(5, { iterations: 200, seconds: 600 });
  const exact = () => ({ cost: session.cost(), proven: false });
  await auto().search(Object.assign(Object.create(allot(session, 1)), { exact }));
  expect(session.notes[0]).toContain("not shown");
  expect(session.spent.iterations).toBe(200);
});

test("where nobody makes a move, it ends", async () => {
  const session = sums(8, { nodes: 60, seconds: 600 });
  const idle = { ...greedy(), name: "idle", search() {} };
  await session.run(auto({ guided: [idle] }));
  expect(session.stopped).toBe("satisfied");
});

test("formulas grow in windows where they do not come to rest", async () => {
  const term = "(+ (+ (* a 1) (* b c)) (+ (* b d) (+ (* b e) 0)))";
  const budget = { nodes: 40, iterations: 400, seconds: 600 };
  const [plain, session] = [1, 2].map(() => termGrowth({ term, theory: algebra, budget })) as [
    TermGrowth,
    TermGrowth,
  ];
  await plain.run(saturate());
  await session.run(auto());
  expect(session.bestEver.cost).toBeLessThan(plain.bestEver.cost);
  expect(session.bestEver.cost).toBe(9);
  expect(session.spent.iterations).toBe(400);
});

test("where saturation takes too much of the run, it goes on as well", async () => {
  const session = sums(8, { iterations: 8, seconds: 600 });
  await session.run(auto());
  expect(session.notes[0]).toContain("did not come to its end in 40 % of the time");
  expect(session.spent.iterations).toBe(8);
});

test("single programs are rewritten step by step", async () => {
  const session = sums(4, { iterations: 500, seconds: 600 }, substitution);
  await session.run(auto());
  expect(session.notes[0]).toContain("one program");
  expect(session.bestEver.cost).toBe(40);
});

test("of few programs all are seen, and that is the end", async () => {
  const session = sums(3, { iterations: 2_000, seconds: 600 }, substitution);
  await session.run(auto());
  expect(session.notes).toEqual([expect.stringContaining("all that the moves lead to was seen")]);
  expect(session.bestEver.cost).toBe(30);
  expect(session.stopped).toBe("satisfied");
});

test("an allotment is spent before the session is, and changes nothing from then on", () => {
  const session: GrowthSession = sums(6, { iterations: 10 }) as GrowthSession;
  const part = allot(session, 0.5);
  expect(part.limits).toMatchObject({ iterations: 5 });
  for (let i = 0; i < 8; i++) part.apply(part.moves());
  expect([session.spent.iterations, part.spent.all, session.spent.all]).toEqual([5, true, false]);
  expect(() => {
    for (;;) part.apply(part.moves());
  }).toThrow("end when `session.spent.all` is true");
  const rest = allot(session, 1);
  for (let i = 0; i < 8; i++) rest.apply(rest.moves().slice(i % 2));
  expect([session.spent.iterations, session.spent.all]).toEqual([10, true]);
  expect(part.cost()).toBe(session.cost());
  expect(() => auto({ share: 0 })).toThrow("above 0");
});
