import fc from "fast-check";
import { expect, test } from "vitest";
import { Incumbent } from "../src/extract/incumbent.ts";
import { problem } from "../src/extract/problem.ts";
import { cheapestTrees } from "../src/extract/tree.ts";
import {
  ExtractionError,
  extractDag,
  extractExact,
  extractTree,
  type NodeCost,
} from "../src/index.ts";
import { check, costed, costs, leastDag, leastTrees, seeds, someGraph } from "./extracting.ts";
import { families } from "./families.ts";
import { baseline, hasGym, load } from "./gym.ts";
import { Pair } from "./script.ts";

test("tree extraction is exact", () => {
  fc.assert(
    fc.property(someGraph, seeds, costs, (script, picks, table) => {
      const { graph, ids } = new Pair().run(script);
      const roots = picks.map((pick) => ids[pick % ids.length] as number);
      const cost: NodeCost = (node) => table[node % table.length] as number;
      const least = leastTrees(graph, cost);
      const wanted = roots.reduce((sum, root) => sum + (least.get(graph.find(root)) as number), 0);
      if (wanted === Number.POSITIVE_INFINITY) {
        expect(() => extractTree(graph, roots, cost)).toThrow("no program of finite cost");
        expect(() => extractDag(graph, roots, cost)).toThrow("no program of finite cost");
        return;
      }
      const best = extractTree(graph, roots, cost);
      expect(best.cost).toBe(wanted);
      expect(check(graph, roots, cost, best).tree).toBe(wanted);
    }),
    { numRuns: 500 },
  );
});

test("DAG extraction is never below the optimum, and mostly there", () => {
  let runs = 0;
  let optimal = 0;
  fc.assert(
    fc.property(
      someGraph,
      seeds,
      costs,
      fc.constantFrom("oldest", "newest"),
      (script, picks, table, ties) => {
        const { graph, ids } = new Pair().run(script);
        const roots = picks.map((pick) => ids[pick % ids.length] as number);
        const cost: NodeCost = (node) => table[node % table.length] as number;
        const optimum = leastDag(graph, roots, cost);
        fc.pre(optimum !== undefined && optimum < Number.POSITIVE_INFINITY);
        const best = extractDag(graph, roots, cost, { ties });
        expect(best.cost).toBe(check(graph, roots, cost, best).dag);
        expect(best.cost).toBeGreaterThanOrEqual(optimum as number);
        const tree = check(graph, roots, cost, extractTree(graph, roots, cost));
        expect(best.cost).toBeLessThanOrEqual(tree.dag);
        runs++;
        if (best.cost === optimum) optimal++;
      },
    ),
    { numRuns: 500 },
  );
  expect(optimal / runs).toBeGreaterThan(0.98);
});

test("what leaves with a class is what nothing else uses", () => {
  fc.assert(
    fc.property(someGraph, seeds, costs, (script, picks, table) => {
      const { graph, ids } = new Pair().run(script);
      const roots = picks.map((pick) => ids[pick % ids.length] as number);
      const task = problem(graph, roots, (node) => table[node % table.length] as number);
      const { choice } = cheapestTrees(task, task.costs);
      fc.pre(task.roots.every((root) => (choice[root] as number) >= 0));
      const incumbent = new Incumbent(task, choice);
      const savings = incumbent.savings();
      for (const c of incumbent.order) {
        const own = task.costs[choice[c] as number] as number;
        expect(savings[c]).toBeCloseTo(own + incumbent.dropChildren(c), 9);
        incumbent.useChildren(c);
      }
    }),
    { numRuns: 500 },
  );
});

test("what is shared is paid for once", () => {
  const { graph, cost, node } = costed();
  const shared = node("shared", 10);
  const root = node("root", 1, node("left", 1, shared), node("right", 1, shared));
  const apart = node("apart", 1, node("p", 8), node("q", 8));
  graph.union(root, apart);
  graph.rebuild();
  expect(extractTree(graph, [root], cost).cost).toBe(17);
  expect(extractDag(graph, [root], cost, { rounds: 0 }).cost).toBe(13);
  expect(extractDag(graph, [root], cost).cost).toBe(13);
});

test("what pays only together is found: one product in place of three", () => {
  const { graph, cost, node } = costed();
  const roots = [1, 2, 3].map((i) => node(`product ${i}`, 5));
  const whole = node("whole", 9);
  for (const [i, root] of roots.entries()) graph.union(root, node(`slice ${i}`, 0, whole));
  graph.rebuild();
  expect(extractDag(graph, roots, cost, { rounds: 0 }).cost).toBe(15);
  expect(extractDag(graph, roots, cost).cost).toBe(9);
});

test("what costs nothing goes round in no circle, and the smaller term wins", () => {
  const { graph, cost, node } = costed();
  const a = node("a", 0);
  const b = node("b", 0, node("c", 0, a));
  graph.union(a, node("d", 0, b));
  const leaf = node("leaf", 0);
  graph.union(b, leaf);
  graph.rebuild();
  for (const best of [extractTree(graph, [b], cost), extractDag(graph, [b], cost)]) {
    expect(best.order).toHaveLength(1);
    expect(best.choice(b)).toBe(leaf);
  }
});

test("of terms that cost the same the smaller is taken", () => {
  const { graph, cost, node } = costed();
  const x = node("x", 0);
  const larger = node("f", 0, x);
  const smaller = node("y", 0);
  const root = node("root", 0, x, larger);
  graph.union(larger, smaller);
  graph.rebuild();
  expect(extractTree(graph, [root], cost).choice(larger)).toBe(smaller);
  expect(extractDag(graph, [root], cost).choice(larger)).toBe(smaller);
});

test("larger graphs, full of circles and of e-nodes that cost nothing, give programs", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { graph, cost, node } = costed();
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) % below;
    };
    const ids = Array.from({ length: 6 }, (_, i) => node(`leaf ${i}`, random(4)));
    const pick = (): number => ids[ids.length - 1 - random(Math.min(30, ids.length))] as number;
    while (ids.length < 500) {
      const id = node(`f${ids.length}`, random(3) === 0 ? 0 : random(8), pick(), pick());
      if (random(5) < 3) graph.union(id, pick());
      ids.push(id);
    }
    graph.rebuild();
    const roots = [pick(), pick(), pick()];
    const tree = check(graph, roots, cost, extractTree(graph, roots, cost));
    for (const ties of ["oldest", "newest"] as const) {
      const best = extractDag(graph, roots, cost, { ties, effort: 0 });
      expect(check(graph, roots, cost, best).dag).toBe(best.cost);
      expect(best.cost).toBeLessThanOrEqual(tree.dag);
    }
  }
});

test("ties go to the older or the newer e-node", () => {
  const { graph, cost, node } = costed();
  const older = node("older", 1);
  const newer = node("newer", 1);
  graph.union(newer, older);
  graph.rebuild();
  expect(extractTree(graph, [newer], cost).choice(newer)).toBe(older);
  expect(extractDag(graph, [newer], cost).choice(newer)).toBe(older);
  expect(extractDag(graph, [newer], cost, { ties: "newest" }).choice(newer)).toBe(newer);
});

test("stopping early still gives a program", () => {
  const { graph, cost, node } = costed();
  let id = node("leaf", 1);
  for (let i = 0; i < 2000; i++) {
    const next = node(`f${i}`, 2, id);
    graph.union(next, node(`g${i}`, 1, id, id));
    id = next;
  }
  graph.rebuild();
  const best = extractDag(graph, [id], cost, { stop: () => true });
  expect(check(graph, [id], cost, best).dag).toBe(best.cost);
});

test("costs must be numbers ≥ 0, the graph rebuilt, the class of the program", () => {
  const { graph, cost, node } = costed();
  const a = node("a", 1);
  const b = node("b", 1);
  expect(() => extractTree(graph, [a], () => -1)).toThrow("the cost of e-node 0 (a) is -1");
  expect(() => extractTree(graph, [a], () => Number.NaN)).toThrow("costs are numbers ≥ 0");
  expect(() => extractTree(graph, [a], cost).choice(b)).toThrow("not part of the program");
  graph.union(a, b);
  expect(() => extractDag(graph, [a], cost)).toThrow("call rebuild()");
});

test("nothing to extract costs nothing", () => {
  const { graph, cost } = costed();
  expect(extractTree(graph, [], cost).cost).toBe(0);
  expect(extractDag(graph, [], cost).order).toEqual([]);
});

/** Maxsat has negative costs; the largest files are left out for the time they take to load. */
const files = hasGym
  ? Object.entries(baseline()).filter(
      ([file, { size }]) => !file.startsWith("maxsat") && (size["nodes"] as number) <= 5000,
    )
  : [];

test.skipIf(!hasGym)(
  "extraction-gym (shared data): trees exact, DAGs at the best known",
  () => {
    expect(files.length).toBeGreaterThan(70);
    let ratios = 0;
    for (const [file, known] of files) {
      const { graph, roots, cost } = load(file);
      const tree = extractTree(graph, roots, cost);
      expect(tree.cost, file).toBeCloseTo(known["bottom-up"]?.["tree"] as number, 6);
      const best = extractDag(graph, roots, cost);
      expect(check(graph, roots, cost, best).dag, file).toBe(best.cost);
      const least = known.optimum ?? known.bound ?? 0;
      expect(best.cost, file).toBeGreaterThanOrEqual(least * (1 - 1e-9));
      const greedy = known["faster-greedy-dag"]?.["dag"] as number;
      expect(best.cost, file).toBeLessThanOrEqual(greedy * (1 + 1e-9));
      const target = known.optimum ?? known.best ?? 0;
      ratios += target === 0 ? 0 : Math.log(best.cost / target);
    }
    expect(Math.exp(ratios / files.length)).toBeLessThan(1.0001);
  },
  30_000,
);

test("a graph whose terms are larger than any number has programs all the same", () => {
  const { graph, cost, node } = costed();
  let id = node("leaf", 1);
  // Each level uses the one below twice: 2 ** 2000 leaves as a tree, 2001 e-nodes as a DAG.
  for (let i = 0; i < 2000; i++) id = node(`f${i}`, 1, id, id);
  expect(extractDag(graph, [id], cost).cost).toBe(2001);
  expect(extractTree(graph, [id, id], cost).cost).toBe(Number.MAX_VALUE);
  expect(extractTree(graph, [id], cost).order.length).toBe(2001);
});

test("effort finds what local improvement misses, and none of it costs more than the tree", () => {
  let saved = 0;
  for (const make of Object.values(families))
    for (let seed = 1; seed <= 3; seed++) {
      const { graph, roots, cost } = make(seed, 12);
      const tree = check(graph, roots, cost, extractTree(graph, roots, cost)).dag;
      const quick = extractDag(graph, roots, cost, { effort: 0 });
      const best = extractDag(graph, roots, cost);
      expect(check(graph, roots, cost, best).dag).toBe(best.cost);
      expect(quick.cost).toBeLessThanOrEqual(tree);
      expect(best.cost).toBeLessThanOrEqual(quick.cost);
      saved += quick.cost - best.cost;
      const seconds = Number.POSITIVE_INFINITY;
      expect(best.cost).toBe(extractExact(graph, roots, cost, { seconds }).cost);
    }
  expect(saved).toBeGreaterThan(0);
});

test("a large graph is extracted with bounded effort", () => {
  const { graph, roots, cost } = families.outputs(1, 1500);
  const best = extractDag(graph, roots, cost);
  const tree = check(graph, roots, cost, extractTree(graph, roots, cost)).dag;
  expect(check(graph, roots, cost, best).dag).toBe(best.cost);
  expect(best.cost).toBeLessThan(tree / 2);
});

test("effort is a number from 0 on", () => {
  const { graph, cost, node } = costed();
  const a = node("a", 1);
  for (const effort of [-1, Number.NaN])
    expect(() => extractDag(graph, [a], cost, { effort })).toThrow(ExtractionError);
});
