import { expect, test } from "vitest";
import {
  addTerm,
  backoff,
  EGraph,
  EGraphError,
  type Rule,
  Runner,
  rewrite,
  type Scheduler,
  simple,
} from "../src/index.ts";
import { MATH_TERMS, mathRules } from "./math.ts";

test("every rule may always act under the simple scheduler", () => {
  const schedule = simple()(["a"]);
  expect(schedule.allowance(0, 3)).toBe(Number.POSITIVE_INFINITY);
  expect(schedule.mayStop(3)).toBe(true);
});

test("limits and bans double; other rules have limits of their own", () => {
  const rules = new Map([["b", { matchLimit: 7 }]]);
  const schedule = backoff({ matchLimit: 10, banLength: 3, rules })(["a", "b"]);
  expect([schedule.allowance(0, 0), schedule.allowance(1, 0)]).toEqual([10, 7]);
  schedule.exceeded(0, 0);
  expect([1, 2, 3].map((i) => schedule.allowance(0, i))).toEqual([undefined, undefined, 20]);
  schedule.exceeded(0, 3);
  expect([schedule.bannedUntil(0), schedule.bannedUntil(1)]).toEqual([9, 0]);
  expect([8, 9].map((i) => schedule.allowance(0, i))).toEqual([undefined, 40]);
});

test("when nothing changes, bans are shortened to the nearest end", () => {
  const schedule = backoff({ matchLimit: 1, banLength: 4 })(["a", "b", "c"]);
  schedule.exceeded(0, 0);
  schedule.exceeded(1, 2);
  expect(schedule.mayStop(3)).toBe(false);
  expect([0, 1, 2].map((rule) => schedule.bannedUntil(rule))).toEqual([3, 5, 0]);
  expect(schedule.mayStop(4)).toBe(false);
  expect(schedule.mayStop(5)).toBe(true);
});

/** E-nodes and e-classes after each iteration. */
function growth(scheduler: Scheduler, iterations: number): (readonly number[])[] {
  const graph = new EGraph();
  for (const term of MATH_TERMS) addTerm(graph, term);
  const limits = { iterations, nodes: 1e6 };
  const report = new Runner(graph, mathRules(graph), { scheduler, limits }).run();
  return report.iterations.map(({ nodes, classes }) => [nodes, classes]);
}

test("egg's math rules grow the graph under back-off as they do in egg", () => {
  expect(growth(backoff(), 30).at(-1)).toEqual([47434, 28736]);
});

test("without bans, back-off is the simple scheduler", () => {
  const matchLimit = Number.POSITIVE_INFINITY;
  expect(growth(backoff({ matchLimit }), 7)).toEqual(growth(simple(), 7));
});

test("a scheduler serves several runs", () => {
  const scheduler = backoff({ matchLimit: 20 });
  expect(growth(scheduler, 12)).toEqual(growth(scheduler, 12));
});

test("a banned rule sits out, and acts again with twice the limit", () => {
  const graph = new EGraph();
  for (let i = 0; i < 3; i++) addTerm(graph, `(f x${i})`);
  addTerm(graph, "(count zero)");
  const rules: Rule[] = [
    rewrite(graph, "fg", "(f ?x)", "(g ?x)"),
    rewrite(graph, "grow", "(count ?n)", "(count (next ?n))"),
  ];
  const scheduler = backoff({ matchLimit: 2, banLength: 3 });
  const report = new Runner(graph, rules, { scheduler, limits: { iterations: 6 } }).run();
  expect(report.iterations.map(({ rules }) => rules[0])).toMatchObject([
    { matches: 3, applied: 0, banned: 0, bannedUntil: 3 },
    { matches: 0, applied: 0, banned: 1, bannedUntil: 3 },
    { matches: 0, applied: 0, banned: 1, bannedUntil: 3 },
    { matches: 3, applied: 3, unions: 3, nodes: 3, banned: 0, bannedUntil: 0 },
    { matches: 3, applied: 3, unions: 0, nodes: 0, banned: 0, bannedUntil: 0 },
    { matches: 3, applied: 3, unions: 0, nodes: 0, banned: 0, bannedUntil: 0 },
  ]);
});

test("a run is not over while a rule is banned", () => {
  const graph = new EGraph();
  for (let i = 0; i < 5; i++) addTerm(graph, `(f x${i})`);
  const scheduler = backoff({ matchLimit: 1, banLength: 1000 });
  const report = new Runner(graph, [rewrite(graph, "fg", "(f ?x)", "(g ?x)")], { scheduler }).run();
  expect(report.stop).toBe("saturated");
  expect(report.iterations.map(({ rules }) => rules[0]?.applied)).toEqual([0, 0, 0, 5, 5]);
});

test.each([
  { matchLimit: Number.NaN },
  { matchLimit: -1 },
  { banLength: Number.POSITIVE_INFINITY },
  { banLength: 1.5 },
  { rules: new Map([["a", { banLength: -1 }]]) },
])("%o is refused", (options) => {
  expect(() => backoff(options)).toThrow(EGraphError);
});
