import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addTerm,
  EGraph,
  type Guard,
  Matches,
  type Pattern,
  Query,
  Runner,
  rewrite,
  simple,
} from "../src/index.ts";
import { MATH_TERMS, mathRules } from "./math.ts";
import { type Action, history, Pair } from "./script.ts";

const SLOTS = 6;
const v = (slot: number): Pattern => ({ kind: "variable", slot });
const node = (op: number, ...children: Pattern[]): Pattern => ({ kind: "node", op, children });

/** Roots, their slots, and guards that read facts. */
const queries: readonly (readonly [Pattern[], number[], number[]])[] = [
  [[node(0)], [4], []],
  [[node(0, v(0))], [4], []],
  [[node(0, v(0), v(0))], [4], []],
  [[node(1, v(0), node(0, v(1)))], [4], []],
  [[node(2, v(0), node(3, v(1), v(2)))], [4], []],
  [[node(0, node(1, node(2, v(0), v(1))))], [4], []],
  [[node(0, v(0), v(1)), node(1, v(0))], [4, 5], []],
  [[node(0, v(0)), node(0, v(1))], [4, 5], []],
  [[node(0, v(0)), node(2, v(0), v(1))], [4, 5], []],
  [[{ kind: "node", op: 1, children: [v(0)], rest: true }], [4], []],
  [[v(0)], [4], []],
  [[node(0, v(0))], [4], [0]],
  [[node(1, node(0, v(0)))], [4], [0, 4]],
];

/** The height of the lowest term of a class. */
const height = {
  make: (graph: EGraph<number>, id: number) =>
    1 + Math.max(0, ...graph.children(id).map((child) => graph.data(child))),
  join: Math.min,
};

function rows(graph: EGraph<number>, out: Matches): Set<string> {
  const found = new Set<string>();
  for (let r = 0; r < out.count; r++) {
    const row = [...out.rows.subarray(r * SLOTS, (r + 1) * SLOTS)];
    found.add(row.map((id) => (id < 0 ? id : graph.find(id))).join(" "));
  }
  return found;
}

test.each([false, true])(
  "fresh searches together find what a whole search finds, wasm: %o",
  (wasm) => {
    fc.assert(
      fc.property(history, (script: Action[]) => {
        const pair = new Pair<number>({ analysis: height, wasm });
        const { graph } = pair;
        const state = queries.map(([roots, rootSlots, needs]) => {
          const guards: Guard[] =
            needs.length === 0
              ? []
              : [
                  {
                    needs,
                    test: (row, base) =>
                      needs.every((slot) => graph.data(row[base + slot] as number) < 3),
                  },
                ];
          const query = new Query(graph, roots, { slots: SLOTS, rootSlots, guards });
          return { query, all: new Matches(SLOTS) };
        });
        const marks: number[][] = [];
        for (const action of script) {
          if (action.do === "mark") marks.push(state.map(({ all }) => all.count));
          if (action.do === "release") marks.pop();
          pair.step(action);
          if (action.do === "restore") {
            // What had been seen at the mark is what has been seen.
            const counts = marks.pop();
            for (const [i, { all }] of state.entries()) if (counts) all.count = counts[i] as number;
          }
          if (!graph.clean) continue;
          for (const { query, all } of state) {
            const whole = new Matches(SLOTS);
            query.search(whole);
            query.search(all, { fresh: true });
            const found = rows(graph, all);
            for (const row of rows(graph, whole)) expect(found).toContain(row);
            expect(query.search(new Matches(SLOTS), { fresh: true })).toBe(0);
          }
        }
      }),
      { numRuns: 60 },
    );
  },
);

test("a fresh search that is cut short has seen nothing", () => {
  const graph = new EGraph();
  const f = graph.operator("f");
  let id = graph.add(graph.operator("a"), 0, []);
  for (let i = 0; i < 100; i++) id = graph.add(f, 0, [id]);
  const query = new Query(graph, [{ kind: "node", op: f, children: [v(0)] }], {
    slots: 2,
    rootSlots: [1],
  });
  const out = new Matches(2);
  expect(query.search(out, { fresh: true, limit: 10 })).toBe(10);
  expect(query.search(out, { fresh: true })).toBe(100);
  expect(query.search(out, { fresh: true })).toBe(0);
  id = graph.add(f, 0, [id]);
  expect(query.search(out, { fresh: true })).toBe(1);
});

test("what is read elsewhere makes a match fresh when it changes", () => {
  const isLeaf = {
    make: (of: EGraph<boolean>, id: number) => of.arity(id) === 0,
    join: (a: boolean, b: boolean) => a || b,
  };
  const graph = new EGraph<boolean>({ analysis: isLeaf });
  const [f, g, a] = ["f", "g", "a"].map((name) => graph.operator(name)) as [number, number, number];
  const high = graph.add(g, 0, [graph.add(a, 0, [])]);
  graph.add(f, 0, [high]);
  // Enough else that looking at what changed is the cheaper way.
  for (let i = 1; i < 100; i++) graph.add(f, 0, [graph.add(a, graph.intern(`${i}`, i), [])]);
  const options = { slots: 2, rootSlots: [1] };
  const blind = new Query(graph, [node(f, v(0))], options);
  const seeing = new Query(graph, [node(f, v(0))], { ...options, reads: [0] });
  const find = (): number[] =>
    [blind, seeing].map((query) => query.search(new Matches(2), { fresh: true }));
  expect(find()).toEqual([100, 100]);
  graph.union(high, graph.add(a, graph.intern("100", 100), []));
  graph.rebuild();
  expect(graph.data(high)).toBe(true);
  expect(find()).toEqual([0, 1]);
});

test("a search for an operator that no e-node has looks nowhere", () => {
  const graph = new EGraph();
  const [f, g, a] = ["f", "g", "a"].map((name) => graph.operator(name)) as [number, number, number];
  for (let i = 0; i < 100; i++) graph.add(f, 0, [graph.add(a, graph.intern(`${i}`, i), [])]);
  expect([graph.countWith(f), graph.countWith(g)]).toEqual([100, 0]);
  let asked = 0;
  const guards: Guard[] = [{ needs: [0], test: () => asked++ >= 0 }];
  const query = new Query(graph, [node(f, v(0)), node(g, v(0))], {
    slots: 3,
    rootSlots: [1, 2],
    guards,
  });
  expect(query.search(new Matches(3), { fresh: true })).toBe(0);
  expect(asked).toBe(0);
  graph.add(g, 0, [graph.add(a, graph.intern("5", 5), [])]);
  expect(query.search(new Matches(3), { fresh: true })).toBe(1);
});

test("each time after a restore, what changed then is found", () => {
  const graph = new EGraph();
  const [f, a] = ["f", "a"].map((name) => graph.operator(name)) as [number, number];
  const leaves = Array.from({ length: 100 }, (_, i) => graph.add(a, graph.intern(`${i}`, i), []));
  const pairs = leaves.slice(1).map((leaf, i) => graph.add(f, 0, [leaves[i] as number, leaf]));
  const query = new Query(graph, [node(f, v(0), v(0))], { slots: 2, rootSlots: [1] });
  expect(query.search(new Matches(2), { fresh: true })).toBe(0);
  // As many ids and changes each time, but not the same.
  for (let i = 0; i < 5; i++) {
    const mark = graph.mark();
    graph.union(leaves[i] as number, leaves[i + 1] as number);
    graph.rebuild();
    const out = new Matches(2);
    expect(query.search(out, { fresh: true })).toBe(1);
    expect([...out.rows.subarray(0, 2)]).toEqual([leaves[i], pairs[i]]);
    graph.restore(mark);
  }
});

test("a fresh search costs what changed", () => {
  const graph = new EGraph();
  const f = graph.operator("f");
  const g = graph.operator("g");
  let id = graph.add(graph.operator("a"), 0, []);
  for (let i = 0; i < 20_000; i++) id = graph.add(i % 2 ? f : g, 0, [id]);
  const pattern: Pattern = {
    kind: "node",
    op: f,
    children: [{ kind: "node", op: g, children: [v(0)] }],
  };
  const query = new Query(graph, [pattern], { slots: 2, rootSlots: [1] });
  const out = new Matches(2);
  expect(query.search(out, { fresh: true })).toBe(10_000);
  graph.add(f, 0, [graph.add(g, 0, [id])]);
  let polls = 0;
  const stop = (): boolean => ++polls < 0;
  expect(query.search(out, { fresh: true, stop })).toBe(1);
  expect(polls).toBe(0);
});

test("after clearing everything is fresh again", () => {
  const graph = new EGraph();
  const f = graph.operator("f");
  const query = new Query(graph, [{ kind: "node", op: f, children: [] }], {
    slots: 1,
    rootSlots: [0],
  });
  const out = new Matches(1);
  graph.add(f, 0, []);
  expect(query.search(out, { fresh: true })).toBe(1);
  graph.clear();
  graph.add(f, 0, []);
  expect(query.search(out, { fresh: true })).toBe(1);
});

/** Numbers of e-nodes, classes and matches after each iteration of rules on terms. */
function grown(
  incremental: boolean,
  iterations: number,
  make: (graph: EGraph) => void,
): (readonly number[])[] {
  const graph = new EGraph();
  make(graph);
  const rules = [
    ...mathRules(graph),
    rewrite(graph, "applied", "(+ ?a ?a)", "(* 2 ?a)", {
      whenApplied: (match) => match.class("?a") !== graph.find(0),
    }),
  ];
  const limits = { nodes: Number.POSITIVE_INFINITY, iterations };
  const report = new Runner(graph, rules, { scheduler: simple(), limits, incremental }).run();
  return report.iterations.map(({ nodes, classes, rules: all }) => [
    nodes,
    classes,
    all.reduce((sum, { matches }) => sum + matches, 0),
  ]);
}

test("an incremental run grows the graph as a whole one, with fewer matches", () => {
  const math = (graph: EGraph): void => {
    for (const term of MATH_TERMS) addTerm(graph, term);
  };
  const sum = (graph: EGraph): void =>
    void addTerm(graph, "(+ a (+ b (+ c (+ d (+ e (+ f (+ g h)))))))");
  for (const [make, iterations] of [
    [math, 8],
    [sum, 20],
  ] as const) {
    const whole = grown(false, iterations, make);
    const part = grown(true, iterations, make);
    expect(part.map(([nodes, classes]) => [nodes, classes])).toEqual(
      whole.map(([nodes, classes]) => [nodes, classes]),
    );
    expect(part[0]).toEqual(whole[0]);
    // While most of the graph is new, everything is searched.
    for (const [i, [, , matches]] of part.entries())
      expect(matches).toBeLessThanOrEqual(whole[i]?.[2] as number);
    const total = (of: (readonly number[])[]): number => of.reduce((n, [, , m]) => n + (m ?? 0), 0);
    if (make === sum) expect(total(part)).toBeLessThan(total(whole));
  }
});
