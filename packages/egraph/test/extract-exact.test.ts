import fc from "fast-check";
import highs from "highs";
import { expect, test } from "vitest";
import { Ascent } from "../src/extract/ascent.ts";
import { BranchAndBound } from "../src/extract/branch.ts";

import { superfluous } from "../src/extract/elimination.ts";
import { ways } from "../src/extract/heights.ts";
import { costOfAll, problem } from "../src/extract/problem.ts";
import { Reduction } from "../src/extract/reduction.ts";
import { Relaxation } from "../src/extract/relaxation.ts";
import { Topology } from "../src/extract/topology.ts";
import {
  ExtractionError,
  extractDag,
  extractExact,
  highsSolver,
  type Id,
  type NodeCost,
} from "../src/index.ts";
import { check, costed, costs, leastDag, seeds, someGraph } from "./extracting.ts";
import { families } from "./families.ts";
import { baseline, hasGym, load } from "./gym.ts";
import { Pair } from "./script.ts";

// The package declares its types as those of a CommonJS module, which it is not when imported.
const loadHighs = highs as unknown as typeof highs.default;
const solver = highsSolver(await loadHighs());
const never = (): boolean => false;

/** Random graphs with roots that have a program, and its least cost. */
function forRandom(
  runs: number,
  see: (graph: Pair["graph"], roots: readonly Id[], cost: NodeCost, optimum: number) => void,
): void {
  fc.assert(
    fc.property(someGraph, seeds, costs, (script, picks, table) => {
      const { graph, ids } = new Pair().run(script);
      const roots = picks.map((pick) => ids[pick % ids.length] as number);
      const cost: NodeCost = (node) => table[node % table.length] as number;
      const optimum = leastDag(graph, roots, cost);
      fc.pre(optimum !== undefined && optimum < Number.POSITIVE_INFINITY);
      see(graph, roots, cost, optimum as number);
    }),
    { numRuns: runs },
  );
}

test("exact extraction is exact, with a proof", () => {
  forRandom(500, (graph, roots, cost, optimum) => {
    const best = extractExact(graph, roots, cost, { seconds: Number.POSITIVE_INFINITY });
    expect(best.cost).toBe(optimum);
    expect(check(graph, roots, cost, best).dag).toBe(optimum);
    expect(best.proven).toBe(true);
    expect(best.bound).toBe(optimum);
    expect(best.gap).toBe(0);
  });
});

test("branch and bound by itself finds the optimum, and that there is nothing better", () => {
  forRandom(300, (graph, roots, cost, optimum) => {
    const task = problem(graph, roots, cost);
    const topology = new Topology(task);
    let best = Number.POSITIVE_INFINITY;
    const offer = (choice: Int32Array): number => {
      const order = topology.sort(choice, task.roots) as Int32Array;
      best = Math.min(best, costOfAll(task, order, choice));
      return best;
    };
    const options = {
      ...{ effort: Number.POSITIVE_INFINITY, stop: never, offer },
      heights: new Float64Array(task.classes),
    };
    expect(new BranchAndBound(task, 1e9, options).run()).toBe(Number.POSITIVE_INFINITY);
    expect(best).toBe(optimum);
    expect(new BranchAndBound(task, optimum, { ...options, offer: () => optimum }).run()).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

test("linear programming with founded cuts by itself finds the optimum", () => {
  forRandom(60, (graph, roots, cost, optimum) => {
    const task = problem(graph, roots, cost);
    const forced = new Uint8Array(task.classes);
    for (const root of task.roots) forced[root] = 1;
    const relaxation = new Relaxation(task, forced, optimum + 1, solver);
    for (let cuts = 1; cuts > 0; ) {
      ({ cuts } = relaxation.step(false, Number.POSITIVE_INFINITY, never));
      expect(relaxation.bound).toBeLessThanOrEqual(optimum + 1e-6);
    }
    for (let cuts = 1; cuts > 0; )
      ({ cuts } = relaxation.step(true, Number.POSITIVE_INFINITY, never));
    expect(relaxation.bound).toBeCloseTo(optimum, 5);
    relaxation.close();
  });
});

test("a dual ascent bounds from below, and removes no e-node that a better program needs", () => {
  forRandom(500, (graph, roots, cost, optimum) => {
    const task = problem(graph, roots, cost);
    for (const way of ways) {
      const ascent = new Ascent(task);
      const heights = way(task);
      ascent.run(task.costs, task.roots, heights, Number.POSITIVE_INFINITY, never);
      expect(ascent.bound).toBeLessThanOrEqual(optimum);
      const gone = superfluous(task, task.roots, ascent.reduced, ascent.bound, optimum + 0.5);
      const left: NodeCost = (node) =>
        gone[task.nodeIds.indexOf(node)] === 1 ? Number.POSITIVE_INFINITY : cost(node);
      expect(leastDag(graph, roots, left)).toBe(optimum);
    }
  });
});

test("reduction keeps the optimum", () => {
  forRandom(500, (graph, roots, cost, optimum) => {
    for (const limit of [Number.POSITIVE_INFINITY, optimum + 0.5]) {
      const reduction = new Reduction(problem(graph, roots, cost));
      reduction.run(limit, never);
      expect(reduction.isExhausted).toBe(false);
      const { task, base } = reduction;
      const topology = new Topology(task);
      let best = Number.POSITIVE_INFINITY;
      const offer = (choice: Int32Array): number => {
        const order = topology.sort(choice, task.roots) as Int32Array;
        best = Math.min(best, costOfAll(task, order, choice));
        return best;
      };
      const effort = Number.POSITIVE_INFINITY;
      const heights = new Float64Array(task.classes);
      new BranchAndBound(task, 1e9, { effort, stop: never, offer, heights }).run();
      expect(base + best).toBe(optimum);
    }
  });
});

test("on generated families the own search and the solver prove the same optimum", () => {
  for (const [name, make] of Object.entries(families))
    for (let seed = 1; seed <= 4; seed++) {
      const { graph, roots, cost } = make(seed, 12);
      const options = { seconds: Number.POSITIVE_INFINITY };
      const own = extractExact(graph, roots, cost, options);
      expect(own.proven, name).toBe(true);
      expect(check(graph, roots, cost, own).dag, name).toBe(own.cost);
      const solved = extractExact(graph, roots, cost, { ...options, effort: 0, solver });
      expect(solved.proven, name).toBe(true);
      expect(solved.cost, name).toBe(own.cost);
      expect(extractDag(graph, roots, cost).cost, name).toBeGreaterThanOrEqual(own.cost);
    }
});

test("cut short, there is a program and a bound all the same", () => {
  const { graph, roots, cost } = families.parts(1, 40);
  for (const options of [{ seconds: 0 }, { stop: () => true }, { effort: 0 }]) {
    const best = extractExact(graph, roots, cost, options);
    expect(check(graph, roots, cost, best).dag).toBe(best.cost);
    expect(best.proven).toBe(false);
    expect(best.bound).toBeLessThan(best.cost);
    expect(best.gap).toBeCloseTo(1 - best.bound / best.cost, 12);
  }
  // Equal steps, equal results: no clock is read.
  const counted = { seconds: Number.POSITIVE_INFINITY, effort: 1e5 };
  const [first, second] = [1, 2].map(() => extractExact(graph, roots, cost, counted));
  expect(second?.bound).toBe(first?.bound);
  expect(second?.order.map((id) => second.choice(id))).toEqual(
    first?.order.map((id) => first.choice(id)),
  );
});

test("faulty options, costs and ids are refused by name", () => {
  const { graph, cost, node } = costed();
  const a = node("a", 1);
  const loop = node("loop", 1, a);
  graph.union(loop, a);
  graph.rebuild();
  expect(() => extractExact(graph, [a], cost, { seconds: Number.NaN })).toThrow("seconds is NaN");
  expect(() => extractExact(graph, [a], () => -1)).toThrow(ExtractionError);
  expect(() => extractExact(graph, [a], () => Number.NaN)).toThrow("is NaN");
  expect(() => extractExact(graph, [-1], cost)).toThrow("-1 is no class of this graph");
  const cyclic: NodeCost = (id) => (id === a ? Number.POSITIVE_INFINITY : 1);
  expect(() => extractExact(graph, [a], cyclic)).toThrow("no program of finite cost");
  expect(extractExact(graph, [], cost)).toMatchObject({ cost: 0, bound: 0, proven: true, gap: 0 });
});

/** The largest files are left out for the time they take to load. */
const files = hasGym
  ? Object.entries(baseline()).filter(
      ([file, { size }]) => !file.startsWith("maxsat") && (size["nodes"] as number) <= 5000,
    )
  : [];

test.skipIf(!hasGym)(
  "extraction-gym (shared data): optima proven without a solver",
  () => {
    expect(files.length).toBeGreaterThan(70);
    for (const [file, known] of files) {
      const { graph, roots, cost } = load(file);
      const best = extractExact(graph, roots, cost, { seconds: Number.POSITIVE_INFINITY });
      expect(best.proven, file).toBe(true);
      expect(check(graph, roots, cost, best).dag, file).toBe(best.cost);
      const least = known.optimum ?? known.bound ?? 0;
      expect(best.cost, file).toBeGreaterThanOrEqual(least * (1 - 1e-6));
      expect(best.cost, file).toBeLessThanOrEqual((known.optimum ?? known.best ?? 0) * (1 + 1e-9));
    }
  },
  30_000,
);
