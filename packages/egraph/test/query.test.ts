import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { EGraph, type Guard, Matches, type Pattern, Query } from "../src/index.ts";
import { symmetricRoots } from "../src/symmetry.ts";
import {
  ARGUMENT,
  choices,
  describeNode,
  NODE,
  pattern,
  ROOTS,
  SLOTS,
  variable,
} from "./patterns.ts";
import { type Action, growth, history, Pair } from "./script.ts";

function binds(pattern: Pattern, slot: number): boolean {
  if (pattern.kind === "variable") return pattern.slot === slot;
  return (
    pattern.classSlot === slot ||
    [...pattern.children, ...(pattern.suffix ?? [])].some((child) => binds(child, slot))
  );
}

/** Rows of the engine in the terms of the reference, sorted. */
function found(pair: Pair, query: Query): string[] {
  const out = new Matches(SLOTS);
  query.search(out);
  // The same query as code: the same matches in the same order.
  const again = new Matches(SLOTS);
  expect(query.compile()).toBe(true);
  query.search(again);
  expect(again.count).toBe(out.count);
  expect(again.rows.subarray(0, out.count * SLOTS)).toEqual(
    out.rows.subarray(0, out.count * SLOTS),
  );
  const rows: string[] = [];
  for (let r = 0; r < out.count; r++) {
    const row = Array.from(out.rows.subarray(r * SLOTS, (r + 1) * SLOTS));
    rows.push(
      row
        .map((value, slot) => {
          if (value < 0) return "-";
          if (slot === ARGUMENT) return `${value}`;
          return slot === NODE ? pair.key(value) : `${pair.label(value)}`;
        })
        .join(" "),
    );
  }
  return rows.sort();
}

function wanted(
  pair: Pair,
  roots: readonly Pattern[],
  rootSlots: readonly number[],
  guards: readonly Guard[] = [],
): string[] {
  return pair.reference
    .match(roots, rootSlots, SLOTS, guards)
    .map((row) =>
      row
        .map((value, slot) =>
          value < 0 ? "-" : slot === NODE ? pair.reference.key(value) : `${value}`,
        )
        .join(" "),
    )
    .sort();
}

test("one root: the matches are those of naive enumeration", () => {
  fc.assert(
    fc.property(history, pattern, (script: Action[], root) => {
      const pair = new Pair().run(script);
      const query = new Query(pair.graph, [root], { slots: SLOTS, rootSlots: [ROOTS] });
      expect(found(pair, query)).toEqual(wanted(pair, [root], [ROOTS]));
    }),
    { numRuns: 600 },
  );
});

test("patterns read off the graph match where naive enumeration matches them", () => {
  let matched = 0;
  fc.assert(
    fc.property(history, fc.nat(), choices, (script, seed, choice) => {
      const pair = new Pair().run(script);
      fc.pre(pair.ids.length > 0);
      const id = pair.ids[seed % pair.ids.length] as number;
      const root = describeNode(pair, id, choice, 0);
      const query = new Query(pair.graph, [root], { slots: SLOTS, rootSlots: [ROOTS] });
      const rows = found(pair, query);
      expect(rows).toEqual(wanted(pair, [root], [ROOTS]));
      if (rows.length > 0) matched++;
    }),
    { numRuns: 500 },
  );
  expect(matched).toBeGreaterThan(100);
});

test("joins read off the graph match where naive enumeration matches them", () => {
  let matched = 0;
  fc.assert(
    fc.property(
      growth.filter((script) => script.some((a) => a.do === "add")),
      fc.array(fc.nat(), { minLength: 2, maxLength: 3 }),
      choices,
      (script, seeds, choice) => {
        const pair = new Pair().run(script);
        const roots = seeds.map((seed, i) =>
          describeNode(pair, pair.ids[seed % pair.ids.length] as number, choice.slice(i), i),
        );
        const rootSlots = roots.map((_, i) => ROOTS + i);
        fc.pre(symmetricRoots(roots, rootSlots, []).length === 0);
        const query = new Query(pair.graph, roots, { slots: SLOTS, rootSlots });
        const rows = found(pair, query);
        expect(rows).toEqual(wanted(pair, roots, rootSlots));
        if (rows.length > 0) matched++;
      },
    ),
    { numRuns: 400 },
  );
  expect(matched).toBeGreaterThan(50);
});

test("several roots: the matches are those of naive enumeration", () => {
  fc.assert(
    fc.property(
      growth,
      fc.array(fc.oneof({ arbitrary: pattern, weight: 5 }, variable), {
        minLength: 2,
        maxLength: 3,
      }),
      (script, roots) => {
        const rootSlots = roots.map((_, i) => ROOTS + i);
        fc.pre(symmetricRoots(roots, rootSlots, []).length === 0);
        const pair = new Pair().run(script);
        const query = new Query(pair.graph, roots, { slots: SLOTS, rootSlots });
        expect(found(pair, query)).toEqual(wanted(pair, roots, rootSlots));
      },
    ),
    { numRuns: 400 },
  );
});

test("a root slot may be a slot of another root", () => {
  fc.assert(
    fc.property(growth, pattern, pattern, fc.nat({ max: 3 }), (script, first, second, slot) => {
      const pair = new Pair().run(script);
      const query = new Query(pair.graph, [first, second], {
        slots: SLOTS,
        rootSlots: [ROOTS, slot],
      });
      expect(found(pair, query)).toEqual(wanted(pair, [first, second], [ROOTS, slot]));
    }),
    { numRuns: 200 },
  );
});

test("guards see the slots they need, and only matches that pass are found", () => {
  fc.assert(
    fc.property(
      growth,
      pattern,
      fc.uniqueArray(fc.constantFrom(0, 1, 2, ROOTS), { minLength: 1, maxLength: 2 }),
      (script, root, needs) => {
        const pair = new Pair().run(script);
        const parity = (labels: number[]): boolean => labels.reduce((a, b) => a + b, 0) % 2 === 0;
        const guard = (label: (id: number) => number): Guard => ({
          needs,
          test: (row, base) => parity(needs.map((slot) => label(row[base + slot] as number))),
        });
        fc.pre(needs.every((slot) => slot === ROOTS || binds(root, slot)));
        const query = new Query(pair.graph, [root], {
          slots: SLOTS,
          rootSlots: [ROOTS],
          guards: [guard((id) => pair.label(id))],
        });
        expect(found(pair, query)).toEqual(
          wanted(pair, [root], [ROOTS], [guard((label) => label)]),
        );
      },
    ),
    { numRuns: 200 },
  );
});

/** A graph with operators + (commutative), f, g and the leaves a, b, c. */
function small(): {
  graph: EGraph;
  plus: number;
  f: number;
  g: number;
  leaf: (name: string) => number;
} {
  const graph = new EGraph();
  const plus = graph.operator("+", { commutative: true });
  const f = graph.operator("f");
  const g = graph.operator("g");
  const leaf = (name: string): number =>
    graph.add(graph.operator("leaf"), graph.intern(name, name), []);
  return { graph, plus, f, g, leaf };
}

const v = (slot: number): Pattern => ({ kind: "variable", slot });

test("two roots alike but for their own slots match once for each pair", () => {
  const { graph, f, leaf } = small();
  const [x, ...others] = ["x", "a", "b", "c"].map(leaf);
  for (const other of others) graph.add(f, 0, [x as number, other]);
  const product = (slot: number): Pattern => ({ kind: "node", op: f, children: [v(0), v(slot)] });
  const roots = [product(1), product(2)];
  const out = new Matches(5);
  const options = { slots: 5, rootSlots: [3, 4] };
  expect(new Query(graph, roots, options).search(out)).toBe(3);
  const pairs = Array.from({ length: 3 }, (_, r) => [...out.rows.subarray(5 * r + 1, 5 * r + 3)]);
  expect(pairs.sort((p, q) => (p[1] as number) - (q[1] as number))).toEqual([
    [others[0], others[1]],
    [others[0], others[2]],
    [others[1], others[2]],
  ]);
  // A guard that tells the two apart: both orders may matter.
  out.clear();
  const guard = {
    needs: [1],
    test: (row: Int32Array, base: number) => row[base + 1] === others[2],
  };
  expect(new Query(graph, roots, { ...options, guards: [guard] }).search(out)).toBe(2);
});

test("a commutative operator matches in both orders, equal children in one", () => {
  const { graph, plus, f, leaf } = small();
  const [a, b] = [leaf("a"), leaf("b")];
  const fa = graph.add(f, 0, [a]);
  graph.add(plus, 0, [b, fa]);
  graph.add(plus, 0, [a, a]);
  expect(graph.lookup(plus, 0, [fa, b])).toBe(graph.lookup(plus, 0, [b, fa]));
  const out = new Matches(3);
  const any: Pattern = { kind: "node", op: plus, children: [v(0), v(1)] };
  expect(new Query(graph, [any], { slots: 3, rootSlots: [2] }).search(out)).toBe(3);
  out.clear();
  const nested: Pattern = {
    kind: "node",
    op: plus,
    children: [{ kind: "node", op: f, children: [v(0)] }, v(1)],
  };
  expect(new Query(graph, [nested], { slots: 3, rootSlots: [2] }).search(out)).toBe(1);
  expect([...out.rows.subarray(0, 2)]).toEqual([a, b]);
});

test("the limit and stop end a search; matches come in creation order", () => {
  const { graph, f, leaf } = small();
  let id = leaf("a");
  for (let i = 0; i < 20000; i++) id = graph.add(f, 0, [id]);
  const query = new Query(graph, [{ kind: "node", op: f, children: [v(0)] }], {
    slots: 2,
    rootSlots: [1],
  });
  const out = new Matches(2);
  expect(query.search(out, { limit: 3 })).toBe(3);
  expect([...out.rows.subarray(0, 6)]).toEqual([0, 1, 1, 2, 2, 3]);
  expect(query.search(out, { limit: 0 })).toBe(0);
  expect(query.search(out)).toBe(20000);
  expect(out.count).toBe(20003);
  out.clear();
  expect(query.search(out, { stop: () => true })).toBeLessThan(5000);
  // As code limits and stopping are the same.
  expect(query.compile()).toBe(true);
  out.clear();
  expect(query.search(out, { limit: 3 })).toBe(3);
  expect([...out.rows.subarray(0, 6)]).toEqual([0, 1, 1, 2, 2, 3]);
  expect(query.search(out, { limit: 0 })).toBe(0);
});

test("a join goes through shared classes instead of trying all pairs", () => {
  const { graph, f, g, leaf } = small();
  for (let i = 0; i < 3000; i++) {
    const x = leaf(`x${i}`);
    graph.add(f, 0, [graph.add(g, 0, [x])]);
    graph.add(g, 0, [x, x]);
  }
  let polls = 0;
  const stop = (): boolean => {
    polls++;
    return false;
  };
  const up: Pattern = {
    kind: "node",
    op: f,
    children: [{ kind: "node", op: g, children: [v(0)] }],
  };
  const query = new Query(graph, [{ kind: "node", op: g, children: [v(0), v(0)] }, up], {
    slots: 3,
    rootSlots: [1, 2],
  });
  expect(query.search(new Matches(3), { stop })).toBe(3000);
  expect(polls).toBeLessThan(50);
});

test("as code, an inner loop of a join gives the same matches in the same order", () => {
  const { graph, f, g, plus, leaf } = small();
  const leaves = Array.from({ length: 12 }, (_, i) => leaf(`x${i}`));
  /** A class of products, with others among them, some of which have an argument. */
  const sum = (from: number, step: number): number => {
    const [first, ...more] = leaves.flatMap((a, i) => [
      graph.add(plus, 0, [a, leaves[(from + i * step) % 12] as number]),
      graph.add(plus, i % 3 === 0 ? graph.intern("1", 1) : 0, [leaves[i % 4] as number, a]),
      graph.add(f, 0, [a]),
    ]);
    for (const id of more) graph.union(first as number, id);
    return first as number;
  };
  const classes = [sum(1, 5), sum(2, 7), leaf("y")];
  for (const a of classes) for (const b of classes) graph.add(g, 0, [a, b]);
  graph.rebuild();
  for (const arg of [0, undefined]) {
    const of = (a: number, b: number): Pattern => ({
      ...{ kind: "node", op: plus, children: [v(a), v(b)] },
      ...(arg === undefined ? {} : { arg }),
    });
    const root: Pattern = { kind: "node", op: g, children: [of(0, 1), of(0, 2)] };
    const query = new Query(graph, [root], { slots: 4, rootSlots: [3] });
    const out = new Matches(4);
    const count = query.search(out);
    expect(count).toBeGreaterThan(100);
    const again = new Matches(4);
    expect(query.compile()).toBe(true);
    for (let times = 0; times < 2; times++) {
      again.clear();
      expect(query.search(again)).toBe(count);
      expect(again.rows.subarray(0, count * 4)).toEqual(out.rows.subarray(0, count * 4));
    }
    // What was gathered is of one search.
    const more = graph.add(plus, 0, [leaf("new"), leaf("z")]);
    for (const id of classes.slice(0, 2)) graph.union(id, more);
    graph.rebuild();
    again.clear();
    out.clear();
    query.search(again);
    const anew = new Query(graph, [root], { slots: 4, rootSlots: [3] });
    expect(anew.search(out)).toBe(again.count);
    expect(again.rows.subarray(0, again.count * 4)).toEqual(out.rows.subarray(0, out.count * 4));
  }
});

test("on the way up to a root each e-node of a class is taken once", () => {
  const { graph, f, g, plus, leaf } = small();
  const x = leaf("x");
  const left = graph.add(g, graph.intern("1", 1), [x]);
  graph.union(left, graph.add(g, graph.intern("2", 2), [x]));
  graph.rebuild();
  graph.add(f, 0, [left]);
  graph.add(plus, 0, [x, x]);
  const up: Pattern = {
    kind: "node",
    op: f,
    children: [{ kind: "node", op: g, children: [v(0)] }],
  };
  const query = new Query(graph, [{ kind: "node", op: plus, children: [v(0), v(0)] }, up], {
    slots: 3,
    rootSlots: [1, 2],
  });
  const out = new Matches(3);
  expect(query.search(out)).toBe(2);
});

test("where code cannot be made, queries are interpreted", () => {
  const { graph, f, leaf } = small();
  graph.add(f, 0, [leaf("a")]);
  const query = new Query(graph, [{ kind: "node", op: f, children: [v(0)] }], {
    slots: 2,
    rootSlots: [1],
  });
  class Refusal {
    constructor() {
      throw new EvalError("Refused to evaluate a string as JavaScript");
    }
  }
  vi.stubGlobal("Function", Refusal);
  expect(query.compile()).toBe(false);
  vi.unstubAllGlobals();
  expect(query.search(new Matches(2))).toBe(1);
});

test("searching needs a rebuilt graph and rows that fit", () => {
  const { graph, f, leaf } = small();
  graph.add(f, 0, [leaf("a")]);
  const query = new Query(graph, [{ kind: "node", op: f, children: [v(0)] }], {
    slots: 2,
    rootSlots: [1],
  });
  expect(() => query.search(new Matches(3))).toThrow("do not fit matches of width 3");
  graph.union(leaf("a"), leaf("b"));
  expect(() => query.search(new Matches(2))).toThrow("call rebuild()");
  expect(() => new Query(graph, [], { slots: 0, rootSlots: [] })).toThrow("a root slot for each");
  const guards = [{ needs: [1, 2], test: () => true }];
  const fx: Pattern = { kind: "node", op: f, children: [v(0)] };
  expect(() => new Query(graph, [fx], { slots: 3, rootSlots: [1], guards })).toThrow(
    "guard 0 needs",
  );
  const wide: Pattern = {
    kind: "node",
    op: graph.operator("+"),
    children: [0, 1, 2, 3, 4, 5, 6].map(v),
  };
  expect(() => new Query(graph, [wide], { slots: 8, rootSlots: [7] })).toThrow(
    "write it with a rest",
  );
});
