import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type EGraph,
  type Extraction,
  ExtractionError,
  extractDag,
  extractTop,
  type Id,
  type NodeCost,
} from "../src/index.ts";
import { check, costed, costs, seeds, someGraph } from "./extracting.ts";
import { Pair } from "./script.ts";

/** The costs of all distinct programs, ascending, by trying every choice; undefined when there are too many. */
function allCosts(graph: EGraph, roots: readonly Id[], cost: NodeCost): number[] | undefined {
  const found = new Map<string, number>();
  let steps = 0;
  const chosen = new Map<Id, number>();
  const isCyclic = (id: Id, path: readonly Id[]): boolean =>
    path.includes(id) ||
    graph.children(chosen.get(id) as number).some((child) => isCyclic(child, [...path, id]));
  const search = (open: readonly Id[], total: number): void => {
    if (++steps > 3000) return;
    const [id, ...rest] = open;
    if (id === undefined) {
      if (roots.some((root) => isCyclic(graph.find(root), []))) return;
      found.set([...chosen.values()].sort((a, b) => a - b).join(), total);
      return;
    }
    if (chosen.has(id)) {
      search(rest, total);
      return;
    }
    for (const node of graph.nodes(id)) {
      if (cost(node) === Number.POSITIVE_INFINITY) continue;
      chosen.set(id, node);
      search([...rest, ...graph.children(node)], total + cost(node));
      chosen.delete(id);
    }
  };
  search(
    roots.map((root) => graph.find(root)),
    0,
  );
  return steps > 3000 ? undefined : [...found.values()].sort((a, b) => a - b);
}

const key = (best: Extraction): string =>
  best.order
    .map((id) => best.choice(id))
    .sort((a, b) => a - b)
    .join();

test("the top programs are distinct, the cheapest, in ascending order", () => {
  fc.assert(
    fc.property(
      someGraph,
      seeds,
      costs,
      fc.integer({ min: 1, max: 8 }),
      (script, picks, table, k) => {
        const { graph, ids } = new Pair().run(script);
        const roots = picks.map((pick) => ids[pick % ids.length] as number);
        const cost: NodeCost = (node) => table[node % table.length] as number;
        const all = allCosts(graph, roots, cost);
        fc.pre(all !== undefined && all.length > 0);
        const { programs, proven } = extractTop(graph, roots, cost, k);
        expect(proven).toBe(true);
        expect(programs.map((best) => best.cost)).toEqual((all as number[]).slice(0, k));
        expect(new Set(programs.map(key)).size).toBe(programs.length);
        for (const best of programs) expect(check(graph, roots, cost, best).dag).toBe(best.cost);
      },
    ),
    { numRuns: 400 },
  );
});

test("without effort the programs are those near the best, and nothing is claimed", () => {
  const { graph, cost, node } = costed();
  const leaves = Array.from({ length: 8 }, (_, i) => {
    const id = node(`leaf ${i}`, 2);
    graph.union(id, node(`other ${i}`, 3 + i));
    return id;
  });
  const root = node("root", 1, ...leaves);
  graph.rebuild();
  const { programs, proven } = extractTop(graph, [root], cost, 6, { effort: 0 });
  expect(proven).toBe(false);
  expect(programs[0]?.cost).toBe(extractDag(graph, [root], cost).cost);
  // One leaf exchanged, then another, then the both of them or a third.
  expect(programs.map((best) => best.cost)).toEqual([17, 18, 19, 20, 20, 21]);
  expect(extractTop(graph, [root], cost, 6).programs.map((best) => best.cost)).toEqual([
    17, 18, 19, 20, 20, 21,
  ]);
});

test("how many must be a whole number from 1 on", () => {
  const { graph, cost, node } = costed();
  const a = node("a", 1);
  for (const count of [0, -1, 1.5, Number.NaN])
    expect(() => extractTop(graph, [a], cost, count)).toThrow(ExtractionError);
  expect(extractTop(graph, [a], cost, 5)).toMatchObject({ programs: [{ cost: 1 }], proven: true });
});
