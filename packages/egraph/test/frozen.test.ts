// Searching a frozen graph, in parts: the parts one after another are what a query finds in the graph itself.
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { generate } from "../src/codegen.ts";
import {
  addTerm,
  EGraph,
  FrozenQuery,
  type Guard,
  Matches,
  type NodePattern,
  openFrozen,
  type Pattern,
  Query,
  type QueryOptions,
  rewrite,
} from "../src/index.ts";
import { rarest } from "../src/start.ts";
import { choices, describeNode, pattern, ROOTS, SLOTS } from "./patterns.ts";
import { growth, history, Pair } from "./script.ts";
import { grown } from "./searching.ts";

/** All that is in the rows. */
const rowsOf = (out: Matches): number[] => [...out.rows.subarray(0, out.count * out.width)];

/** Searches in n parts, one after another, each anew in a thread's place. */
function inParts(
  graph: EGraph<unknown>,
  roots: readonly Pattern[],
  options: QueryOptions,
  n: number,
  limit = Number.POSITIVE_INFINITY,
): number[] {
  const snapshot = structuredClone(graph.freeze());
  const before = snapshot.words.slice();
  const query = new FrozenQuery(openFrozen(snapshot), roots, options);
  const rows: number[] = [];
  for (let i = 0; i < n; i++) {
    const out = new Matches(options.slots, i % 2 === 1);
    expect(query.search(out, { part: [i, n], limit })).toBe(out.count);
    rows.push(...rowsOf(out));
  }
  // No thread may write to what all of them read.
  expect(snapshot.words).toEqual(before);
  return rows;
}

/** Checks all ways to divide a search; returns how many matches there are. */
function compare(graph: EGraph<unknown>, roots: readonly Pattern[], options: QueryOptions): number {
  const whole = new Matches(options.slots);
  new Query(graph, roots, options).search(whole);
  const wanted = rowsOf(whole);
  for (let n = 1; n <= 4; n++) expect(inParts(graph, roots, options, n)).toEqual(wanted);
  const limit = Math.ceil(whole.count / 3);
  if (limit > 0)
    expect(inParts(graph, roots, options, 3, limit).slice(0, limit * options.slots)).toEqual(
      wanted.slice(0, limit * options.slots),
    );
  return whole.count;
}

/** Makes it impossible to make code, as a content-security policy does. */
function forbidCode(): void {
  class Refusal {
    constructor() {
      throw new EvalError("Refused to evaluate a string as JavaScript");
    }
  }
  vi.stubGlobal("Function", Refusal);
  expect(generate({ code: [], registers: 0, guards: [], orders: [] }, 0, () => 0)).toBe(undefined);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each(["as code", "interpreted"])("%s", (way) => {
  const property = (holds: () => void): void => {
    if (way === "interpreted") forbidCode();
    holds();
    vi.unstubAllGlobals();
  };

  test("random patterns", () => {
    let matched = 0;
    property(() =>
      fc.assert(
        fc.property(history, fc.array(pattern, { minLength: 1, maxLength: 2 }), (script, roots) => {
          const { graph } = new Pair().run(script);
          const rootSlots = roots.map((_, i) => ROOTS + i);
          matched += compare(graph, roots, { slots: SLOTS, rootSlots });
        }),
        { numRuns: 300 },
      ),
    );
    expect(matched).toBeGreaterThan(10);
  });

  test("patterns and joins read off the graph, roots that are variables", () => {
    let matched = 0;
    property(() =>
      fc.assert(
        fc.property(
          growth.filter((script) => script.some((a) => a.do === "add")),
          fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
          choices,
          (script, seeds, choice) => {
            const pair = new Pair().run(script);
            const roots = seeds.map((seed, i): Pattern => {
              const id = pair.ids[seed % pair.ids.length] as number;
              return (choice[i] as number) % 6 === 0
                ? { kind: "variable", slot: pair.label(id) % 4 }
                : describeNode(pair, id, choice.slice(i), i);
            });
            const rootSlots = roots.map((_, i) => ROOTS + i);
            matched += compare(pair.graph, roots, { slots: SLOTS, rootSlots });
          },
        ),
        { numRuns: 150 },
      ),
    );
    expect(matched).toBeGreaterThan(100);
  });

  test("guards see rows", () => {
    const guards: Guard[] = [
      { needs: [], test: () => true },
      {
        needs: [0, ROOTS],
        test: (row, base) => (Number(row[base]) + Number(row[base + ROOTS])) % 2 === 0,
      },
    ];
    const root: Pattern = {
      kind: "node",
      op: 0,
      children: [{ kind: "variable", slot: 0 }],
      rest: true,
    };
    property(() =>
      fc.assert(
        fc.property(growth, (script) => {
          const { graph } = new Pair().run(script);
          compare(graph, [root], { slots: SLOTS, rootSlots: [ROOTS], guards });
        }),
        { numRuns: 50 },
      ),
    );
  });

  test("the rules of math on a graph of thousands, where searches begin below the root", () => {
    const { graph, rules } = grown(7);
    let [matched, below] = [0, 0];
    property(() => {
      for (const { left, slots, rootSlots } of rules) {
        matched += compare(graph, left, { slots, rootSlots });
        if (rarest(graph, left[0] as NodePattern)) below++;
      }
    });
    expect(matched).toBeGreaterThan(5000);
    expect(below).toBeGreaterThan(0);
  });

  test("the limit and stop end a search", () => {
    const graph = new EGraph();
    const { left, slots, rootSlots } = rewrite(graph, "f", "(f ?x)", "?x");
    let id = addTerm(graph, "a");
    for (let i = 0; i < 10_000; i++) id = graph.add(graph.operator("f"), 0, [id]);
    property(() => {
      const query = new FrozenQuery(openFrozen(graph.freeze()), left, { slots, rootSlots });
      const out = new Matches(slots);
      const total = query.search(out);
      out.clear();
      let asked = 0;
      const stop = (): boolean => ++asked > 0;
      expect(query.search(out, { stop })).toBeLessThan(total);
      expect(asked).toBe(1);
      expect(query.search(out, { limit: 0 })).toBe(0);
      expect(query.search(out, { limit: 7, part: [1, 2] })).toBe(7);
    });
  });
});

test("a frozen graph answers as the graph did, whatever became of that", () => {
  fc.assert(
    fc.property(history, (script) => {
      const { graph } = new Pair().run(script);
      const frozen = openFrozen(structuredClone(graph.freeze()));
      const copy = graph.clone();
      graph.union(graph.add(0, 1, []), graph.add(1, 2, []));
      graph.rebuild();
      expect([frozen.nodeCount, frozen.classCount, frozen.created]).toEqual([
        copy.nodeCount,
        copy.classCount,
        copy.created,
      ]);
      for (const id of copy.classes()) {
        expect(frozen.nodes(id)).toEqual(copy.nodes(id));
        for (const node of copy.nodes(id)) {
          expect(frozen.find(node)).toBe(id);
          expect(frozen.children(node)).toEqual(copy.children(node));
          expect(frozen.arg(node)).toBe(copy.arg(node));
          expect(frozen.operatorName(frozen.op(node))).toBe(copy.operatorName(copy.op(node)));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test("what is hidden is not found, nor looked up", () => {
  const graph = new EGraph();
  const root = addTerm(graph, "(f (g a))");
  addTerm(graph, "(f b)");
  graph.union(addTerm(graph, "a"), addTerm(graph, "c"));
  graph.subsume(addTerm(graph, "a"));
  graph.rebuild();
  const rules = [
    ["(f (g a))", 0],
    ["(f (g c))", 1],
    ["(f ?x)", 2],
    ["(f (g never))", 0],
    ["(f ?x ?y)", 0],
  ] as const;
  for (const [text, count] of rules) {
    const { left, slots, rootSlots } = rewrite(graph, text, text, "a");
    expect(compare(graph, left, { slots, rootSlots }), text).toBe(count);
  }
  expect(openFrozen(graph.freeze()).nodes(root)).toEqual([root]);
});

test("operators and shapes that came after the freezing", () => {
  const graph = new EGraph();
  addTerm(graph, "(f a)");
  const frozen = openFrozen(graph.freeze());
  const later = rewrite(graph, "later", "(f ?x (a ?y))", "?x");
  const options = { slots: later.slots, rootSlots: later.rootSlots };
  expect(new FrozenQuery(frozen, later.left, options).search(new Matches(later.slots))).toBe(0);
  const unknown = rewrite(graph, "unknown", "(h ?x)", "?x");
  expect(() => new FrozenQuery(frozen, unknown.left, unknown)).toThrow("there was no operator 2");
});

test("without shared memory each thread has a copy", () => {
  const graph = new EGraph();
  addTerm(graph, "(f a)");
  vi.stubGlobal("SharedArrayBuffer", undefined);
  const snapshot = graph.freeze();
  vi.unstubAllGlobals();
  expect(snapshot.words.buffer).toBeInstanceOf(ArrayBuffer);
  const copy = structuredClone(snapshot);
  expect(copy.words.buffer).not.toBe(snapshot.words.buffer);
  expect(openFrozen(copy).nodeCount).toBe(2);
});

test("what is wrong is said", () => {
  const graph = new EGraph();
  const { left, slots, rootSlots } = rewrite(graph, "f", "(f ?x)", "?x");
  const x = addTerm(graph, "(f a)");
  const frozen = openFrozen(graph.freeze());
  const query = new FrozenQuery(frozen, left, { slots, rootSlots });
  for (const part of [
    [2, 2],
    [-1, 2],
    [0, 0],
    [0.5, 2],
    [0, Number.POSITIVE_INFINITY],
  ] as const)
    expect(() => query.search(new Matches(slots), { part })).toThrow("there is no part");
  expect(() => query.search(new Matches(slots + 1))).toThrow("do not fit matches of width");
  expect(() => new FrozenQuery(frozen, [], { slots: 0, rootSlots: [] })).toThrow("a root slot");
  expect(() => frozen.find(2)).toThrow("2 is no id of this frozen graph, which has 2");
  graph.union(x, addTerm(graph, "b"));
  expect(() => graph.freeze()).toThrow("call rebuild() before freezing");
});

test("threads that search parts of one snapshot find it all", async () => {
  const { graph, rules } = grown(7);
  const snapshot = graph.freeze();
  const queries = rules.map(({ left, slots, rootSlots }) => ({
    left,
    slots,
    rootSlots,
  }));
  const answers = await Promise.all(
    [0, 1].map(async (i) => {
      const file = new URL("./searching.ts", import.meta.url);
      const worker = new Worker(file, { workerData: { snapshot, queries, part: [i, 2] } });
      const answer = await new Promise<Int32Array[]>((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
      });
      await worker.terminate();
      return answer;
    }),
  );
  for (const [i, { left, slots, rootSlots }] of queries.entries()) {
    const whole = new Matches(slots);
    new Query(graph, left, { slots, rootSlots }).search(whole);
    const found = answers.flatMap((answer) => [...(answer[i] as Int32Array)]);
    expect(found).toEqual(rowsOf(whole));
  }
});
