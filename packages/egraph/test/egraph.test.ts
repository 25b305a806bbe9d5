import fc from "fast-check";
import { expect, test } from "vitest";
import { EGraph, EGraphError, type Id } from "../src/index.ts";
import { growth, history, Pair } from "./script.ts";

/** The engine and the reference hold the same e-nodes in the same classes. */
function expectSame<D>(pair: Pair<D>): void {
  const { graph, reference, ids } = pair;
  expect(ids.map((id) => pair.label(id))).toEqual(reference.label);
  const nodes = graph.classes().flatMap((id) => graph.nodes(id));
  const keys = nodes.map((node) => `${pair.label(graph.class(node))} ${pair.key(node)}`);
  const wanted = reference.nodes().map((h) => `${reference.label[h]} ${reference.key(h)}`);
  expect(keys.sort()).toEqual(wanted.sort());
  expect(graph.nodeCount).toBe(wanted.length);
  expect(graph.classCount).toBe(new Set(reference.label).size);
  expect(graph.classCount).toBe(graph.classes().length);
}

/** The kernel in TypeScript, and as WebAssembly. */
const kernel = fc.boolean();

/** The indexes of the engine agree with one another. */
function expectConsistent<D>({ graph }: Pair<D>): void {
  const classes = graph.classes();
  expect(classes).toEqual(classes.toSorted((a, b) => a - b));
  const nodes = classes.flatMap((id) => graph.nodes(id)).sort((a, b) => a - b);
  for (const id of classes) {
    expect(graph.find(id)).toBe(id);
    expect(graph.nodes(id)).toEqual(graph.nodes(id).toSorted((a, b) => a - b));
    expect(graph.nodes(id)[0]).toBe(id);
    expect(graph.parents(id)).toEqual(nodes.filter((node) => graph.children(node).includes(id)));
  }
  for (const node of nodes)
    expect(graph.lookup(graph.op(node), graph.arg(node), graph.children(node))).toBe(
      graph.class(node),
    );
  const byOperator = [0, 1, 2, 3].map((op) => graph.nodesWith(op));
  expect(byOperator).toEqual([0, 1, 2, 3].map((op) => nodes.filter((n) => graph.op(n) === op)));
}

test("adding, uniting and rebuilding agree with the reference", () => {
  fc.assert(
    fc.property(growth, fc.boolean(), kernel, (script, proofs, wasm) => {
      const pair = new Pair({ proofs, wasm });
      for (const action of [...script, { do: "rebuild" } as const]) {
        pair.step(action);
        if (action.do !== "rebuild") continue;
        expectSame(pair);
        expectConsistent(pair);
      }
    }),
    { numRuns: 300 },
  );
});

test("restoring brings every word back, and the graph goes on as if nothing had been", () => {
  fc.assert(
    fc.property(history, fc.boolean(), kernel, fc.boolean(), (script, proofs, wasm, hashes) => {
      const pair = new Pair(
        { proofs, wasm },
        (before, after) => expect(after).toEqual(before),
        hashes,
      );
      pair.run(script);
      expectSame(pair);
      expectConsistent(pair);
    }),
    { numRuns: 300 },
  );
});

test.each([false, true])("restoring works across the growth of every array, wasm: %o", (wasm) => {
  const pair = new Pair({ proofs: true, wasm }, (before, after) => expect(after).toEqual(before));
  for (let i = 0; i < 40; i++) pair.step({ do: "add", op: 0, arg: i % 3, children: [i, i + 1] });
  pair.step({ do: "mark" });
  for (let i = 0; i < 700; i++) {
    pair.step({ do: "add", op: i % 4, arg: i % 3, children: [i * 7, i * 3, i] });
    if (i % 50 === 0) pair.step({ do: "union", a: i, b: i * 3 + 1 });
    if (i === 300) pair.step({ do: "mark" });
    if (i % 97 === 0) pair.step({ do: "rebuild" });
  }
  pair.step({ do: "restore" });
  pair.step({ do: "restore" });
  expectConsistent(pair.run([]));
});

test.each([false, true])("what is done is told by true and false, wasm: %o", (wasm) => {
  const graph = new EGraph({ wasm });
  const leaf = graph.operator("leaf");
  const [a, b] = Array.from({ length: 200 }, (_, i) =>
    graph.add(leaf, graph.intern(`${i}`, i), []),
  ) as [Id, Id];
  expect([graph.union(a, b), graph.union(a, b)]).toEqual([true, false]);
  expect([graph.subsume(b), graph.subsume(b)]).toEqual([true, false]);
});

test("the facts of an analysis reach their fixpoint", () => {
  // The height of the lowest term of a class.
  const height = {
    make: (graph: EGraph<number>, node: number) =>
      1 + Math.max(0, ...graph.children(node).map((child) => graph.data(child))),
    join: Math.min,
  };
  fc.assert(
    fc.property(history, (script) => {
      const pair = new Pair<number>({ analysis: height }, (before, after) =>
        expect(after).toEqual(before),
      ).run(script);
      const { graph } = pair;
      const lowest = new Map(graph.classes().map((id) => [id, Number.POSITIVE_INFINITY]));
      for (let changed = true; changed; ) {
        changed = false;
        for (const id of graph.classes())
          for (const node of graph.nodes(id)) {
            const h = 1 + Math.max(0, ...graph.children(node).map((c) => lowest.get(c) as number));
            if (h >= (lowest.get(id) as number)) continue;
            lowest.set(id, h);
            changed = true;
          }
      }
      expect(graph.classes().map((id) => graph.data(id))).toEqual([...lowest.values()]);
    }),
  );
});

test("facts that grow around a circle are followed to the end", () => {
  // The longest path of e-nodes below a class, up to 10.
  const longest = {
    make: (graph: EGraph<number>, node: number) =>
      Math.min(10, 1 + Math.max(0, ...graph.children(node).map((child) => graph.data(child)))),
    join: Math.max,
  };
  const graph = new EGraph<number>({ analysis: longest });
  const f = graph.operator("f");
  const a = graph.add(graph.operator("a"), 0, []);
  const fa = graph.add(f, 0, [a]);
  const top = graph.add(graph.operator("g"), 0, [graph.add(f, 0, [fa])]);
  expect(graph.data(top)).toBe(4);
  graph.union(a, fa);
  graph.rebuild();
  expect([graph.data(a), graph.data(top)]).toEqual([10, 10]);
});

test("modify may add nodes and unite: constants fold", () => {
  const graph: EGraph<number | undefined> = new EGraph<number | undefined>({
    analysis: {
      make: (g, node) => {
        if (g.op(node) === number) return g.argument(g.arg(node)) as number;
        const [a, b] = g.children(node).map((child) => g.data(child));
        return g.op(node) === plus && a !== undefined && b !== undefined ? a + b : undefined;
      },
      join: (a, b) => {
        if (a !== undefined && b !== undefined && a !== b) throw new Error(`${a} is not ${b}`);
        return a ?? b;
      },
      modify: (g, id) => {
        const value = g.data(id);
        if (value !== undefined) g.union(id, g.add(number, g.intern(`${value}`, value), []));
      },
    },
  });
  const number = graph.operator("number");
  const plus = graph.operator("+", { commutative: true });
  const constant = (n: number): number => graph.add(number, graph.intern(`${n}`, n), []);
  const x = graph.add(graph.operator("x"), 0, []);
  const sum = graph.add(plus, 0, [graph.add(plus, 0, [x, constant(1)]), constant(2)]);
  expect(graph.clean).toBe(false);
  graph.rebuild();
  expect(graph.data(sum)).toBeUndefined();
  const mark = graph.mark();
  const before = graph.hash();
  graph.union(x, constant(4));
  graph.rebuild();
  expect(graph.data(sum)).toBe(7);
  expect(graph.find(constant(7))).toBe(graph.find(sum));
  // A contradiction does not take place.
  expect(() => graph.union(sum, constant(8))).toThrow("7 is not 8");
  expect(graph.find(sum)).not.toBe(graph.find(constant(8)));
  graph.restore(mark);
  expect(graph.hash()).toBe(before);
  expect(graph.data(sum)).toBeUndefined();
});

test("marks are closed by restoring an outer one", () => {
  const graph = new EGraph();
  const op = graph.operator("f");
  const outer = graph.mark();
  graph.add(op, 0, []);
  const inner = graph.mark();
  graph.restore(outer);
  expect(graph.nodeCount).toBe(0);
  expect(() => graph.restore(inner)).toThrow("this mark is closed");
  expect(() => graph.restore(outer)).toThrow("this mark is closed");
});

test("what cannot be is said", () => {
  const graph = new EGraph();
  const f = graph.operator("f");
  expect(() => graph.add(f, 0, [3])).toThrow("child 0 of f is 3");
  expect(() => graph.operator("f", { commutative: true })).toThrow(
    'operator "f" is not commutative',
  );
  const code = (work: () => unknown): string | undefined => {
    try {
      work();
    } catch (error) {
      return error instanceof EGraphError ? error.code : String(error);
    }
    return undefined;
  };
  const x = graph.add(f, 0, []);
  for (const none of [-1, 9, 0.5, Number.NaN, 2 ** 32]) {
    expect(() => graph.operatorName(none)).toThrow(`no operator ${none}`);
    expect(() => graph.argument(none)).toThrow(`no argument ${none}`);
    for (const work of [
      () => graph.add(none, 0, []),
      () => graph.add(f, none, []),
      () => graph.add(f, 0, [none]),
      () => graph.lookup(f, none, []),
      () => graph.operatorName(none),
      () => graph.argument(none),
      () => graph.op(none),
      () => graph.arg(none),
      () => graph.arity(none),
      () => graph.children(none),
      () => graph.nodes(none),
      () => graph.parents(none),
      () => graph.union(x, none),
      () => graph.subsume(none),
    ])
      expect(code(work), String(work)).toBe("id");
  }
  for (const reason of [-2, 0.5, Number.NaN, 2 ** 31])
    expect(code(() => graph.union(x, graph.add(f, 0, [x]), reason))).toBe("option");
  expect([graph.created, graph.classCount]).toEqual([2, 2]);
  expect(() => graph.reasons(0, 0)).toThrow("keeps no proofs");
  expect(graph.lookup(f, 0, [x, x])).toBe(-1);
});

test("symbols are interned, the first value stays", () => {
  const graph = new EGraph();
  expect(graph.operator("f")).toBe(graph.operator("f"));
  const arg = graph.intern("k", "first");
  expect(graph.intern("k", "second")).toBe(arg);
  expect(graph.argument(arg)).toBe("first");
  expect(arg).not.toBe(0);
});

test("a copy takes as many operators and arguments as there are", () => {
  const graph = new EGraph();
  const many = 200_000;
  for (let i = 1; i <= many; i++) graph.add(graph.operator(`${i}`), graph.intern(`${i}`, i), []);
  const copy = graph.clone();
  expect([copy.argument(many), copy.operatorName(many - 1)]).toEqual([many, `${many}`]);
  expect([copy.intern("new", 0), graph.intern("other", 0)]).toEqual([many + 1, many + 1]);
  expect(copy.operator("1")).toBe(0);
});

test("bytes grow with the graph", () => {
  const graph = new EGraph();
  const f = graph.operator("f");
  const before = graph.bytes;
  let id = graph.add(f, 0, []);
  for (let i = 0; i < 5000; i++) id = graph.add(f, 0, [id]);
  expect(graph.bytes - before).toBeGreaterThan(5000 * 40);
  expect(graph.bytes).toBeLessThan(5000 * 300);
});

test.each([false, true])("hidden e-nodes fit, however many (wasm %s)", (wasm) => {
  const graph = new EGraph({ wasm });
  const [f, a] = [graph.operator("f"), graph.operator("a")];
  const hidden = Array.from({ length: 3000 }, (_, i) => {
    const node = graph.add(f, 0, [graph.add(a, graph.intern(`${i}`, i), [])]);
    graph.subsume(node);
    return node;
  });
  graph.rebuild();
  expect(graph.nodeCount).toBe(3000);
  // Most of what is in the table is hidden once these are, too.
  for (const node of graph.nodesWith(a)) graph.subsume(node);
  for (let i = 0; i < 6000; i++) graph.subsume(graph.add(a, graph.intern(`-${i}`, -i), []));
  graph.rebuild();
  expect(graph.nodeCount).toBe(0);
  expect(graph.nodes(hidden[0] as Id)).toEqual([]);
});
