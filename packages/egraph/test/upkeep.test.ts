import fc from "fast-check";
import { expect, test } from "vitest";
import { addTerm, EGraph, extractTree, Matches, type Pattern, Query } from "../src/index.ts";
import { growth, history, Pair } from "./script.ts";

test("a cleared graph grows as a new one does", () => {
  fc.assert(
    fc.property(growth, growth, fc.boolean(), (first, second, proofs) => {
      const pair = new Pair({ proofs }).run(first);
      pair.graph.clear();
      expect([pair.graph.nodeCount, pair.graph.classCount, pair.graph.created]).toEqual([0, 0, 0]);
      expect(pair.graph.clean).toBe(true);
      pair.ids.length = 0;
      pair.unions.length = 0;
      pair.run(second);
      expect(pair.graph.hash()).toBe(new Pair({ proofs }).run(second).graph.hash());
    }),
  );
});

test("a copy is the same graph, and goes its own way", () => {
  fc.assert(
    fc.property(history, growth, fc.boolean(), (script, more, wasm) => {
      const pair = new Pair({ proofs: true, wasm });
      for (const action of script) pair.step(action);
      const { graph } = pair;
      const copy = graph.clone();
      expect(copy.hash()).toBe(graph.hash());
      expect([copy.nodeCount, copy.classCount, copy.clean]).toEqual([
        graph.nodeCount,
        graph.classCount,
        graph.clean,
      ]);
      const before = graph.hash();
      const ids = [...pair.ids];
      for (const action of more) {
        if (action.do === "add") {
          const children = ids.length === 0 ? [] : action.children.map((n) => ids[n % ids.length]);
          ids.push(copy.add(action.op, action.arg, children as number[]));
        } else if (action.do === "union" && ids.length > 0)
          copy.union(ids[action.a % ids.length] as number, ids[action.b % ids.length] as number);
      }
      copy.rebuild();
      expect(graph.hash()).toBe(before);
      graph.rebuild();
      for (const id of copy.classes())
        for (const node of copy.nodes(id))
          expect(copy.lookup(copy.op(node), copy.arg(node), copy.children(node))).toBe(id);
    }),
  );
});

test("a copy keeps facts, and proofs of what was before it", () => {
  const size = {
    make: (graph: EGraph<number>, node: number) =>
      1 + graph.children(node).reduce((sum, child) => sum + graph.data(child), 0),
    join: Math.min,
  };
  const graph = new EGraph<number>({ analysis: size, proofs: true });
  const [a, f] = [graph.operator("a"), graph.operator("f")];
  const x = graph.add(a, 0, []);
  const y = graph.add(f, 0, [graph.add(f, 0, [x])]);
  graph.union(x, y, 7);
  graph.rebuild();
  const one = graph.intern("1", 1);
  const copy = graph.clone();
  expect(copy.data(y)).toBe(1);
  expect(copy.reasons(x, y)).toEqual([7]);
  copy.union(copy.add(a, one, []), x);
  expect(graph.lookup(a, one, [])).toBe(-1);
});

const v = (slot: number): Pattern => ({ kind: "variable", slot });

/** f(a), f(a) made equal to a. */
function looped(): { graph: EGraph; a: number; f: number; leaf: number; node: number } {
  const graph = new EGraph();
  const [leaf, f] = [graph.operator("leaf"), graph.operator("f")];
  const a = graph.add(leaf, 0, []);
  const node = graph.add(f, 0, [a]);
  graph.union(a, node);
  graph.rebuild();
  return { graph, a, f, leaf, node };
}

test("what is subsumed is found by adding, but seen no more", () => {
  const { graph, a, f, node } = looped();
  const query = new Query(graph, [{ kind: "node", op: f, children: [v(0)] }], {
    slots: 2,
    rootSlots: [1],
  });
  expect(query.search(new Matches(2))).toBe(1);
  expect(graph.subsume(node)).toBe(true);
  graph.rebuild();
  expect(graph.subsume(node)).toBe(false);
  expect([graph.nodeCount, graph.classCount]).toEqual([1, 1]);
  expect(graph.nodes(a)).toEqual([a]);
  expect(graph.nodesWith(f)).toEqual([]);
  expect(graph.parents(a)).toEqual([]);
  expect(query.search(new Matches(2))).toBe(0);
  expect(query.compile()).toBe(true);
  expect(query.search(new Matches(2))).toBe(0);
  expect(graph.find(graph.add(f, 0, [a]))).toBe(a);
  expect(graph.nodeCount).toBe(1);
  expect(extractTree(graph, [a], () => 1).cost).toBe(1);
});

test("a class whose oldest e-node is subsumed keeps its id", () => {
  const { graph, a, node } = looped();
  graph.subsume(a);
  graph.rebuild();
  expect(graph.classes()).toEqual([a]);
  expect(graph.nodes(a)).toEqual([node]);
  expect(graph.find(node)).toBe(a);
});

test("what becomes congruent to a subsumed e-node is subsumed", () => {
  const graph = new EGraph();
  const [leaf, f] = [graph.operator("leaf"), graph.operator("f")];
  for (const subsumeOlder of [true, false]) {
    const [a, b] = [graph.add(leaf, 0, []), graph.add(leaf, graph.intern("1", 1), [])];
    const [older, younger] = [graph.add(f, 0, [a]), graph.add(f, 0, [b])];
    graph.subsume(subsumeOlder ? older : younger);
    graph.union(a, b);
    graph.rebuild();
    expect(graph.nodesWith(f)).toEqual([]);
    expect([graph.nodeCount, graph.classCount]).toEqual([2, 2]);
    graph.clear();
  }
});

test("facts that could not be made are made later, or undone", () => {
  let fails = false;
  const size = {
    make(graph: EGraph<number>, node: number): number {
      if (fails && graph.arity(node) > 0) throw new Error("not now");
      return 1 + graph.children(node).reduce((sum, child) => sum + graph.data(child), 0);
    },
    join: Math.min,
  };
  const graph = new EGraph<number>({ analysis: size });
  const x = addTerm(graph, "x");
  const mark = graph.mark();
  fails = true;
  expect(() => addTerm(graph, "(f x)")).toThrow("not now");
  expect(graph.clean).toBe(false);
  expect(() => extractTree(graph, [x], () => 1)).toThrow("unions pending");
  expect(() => graph.rebuild()).toThrow("not now");
  expect(() => addTerm(graph, "y")).toThrow("not now");
  const inner = graph.mark();
  fails = false;
  graph.rebuild();
  expect(["(f x)", "y"].map((term) => graph.data(addTerm(graph, term)))).toEqual([2, 1]);
  expect(graph.clean).toBe(true);
  graph.restore(inner);
  expect(graph.clean).toBe(false);
  graph.restore(mark);
  expect([graph.clean, graph.created, graph.data(x)]).toEqual([true, 1, 1]);
});

test("subsuming is undone", () => {
  const { graph, a, f, node } = looped();
  const before = graph.hash();
  const mark = graph.mark();
  graph.subsume(node);
  graph.subsume(a);
  graph.rebuild();
  expect(graph.nodeCount).toBe(0);
  graph.restore(mark);
  expect(graph.hash()).toBe(before);
  expect(graph.nodesWith(f)).toEqual([node]);
  expect(graph.nodeCount).toBe(2);
});

test("ids, children and marks of another graph are refused", () => {
  const { graph, f } = looped();
  const other = new EGraph();
  const size = graph.created;
  for (const id of [size, -1, 0.5, Number.NaN, 2 ** 40]) {
    expect(() => graph.add(f, 0, [id])).toThrow(/no class of this graph/);
    expect(() => graph.union(0, id)).toThrow(/no id of this graph/);
    expect(() => graph.find(id)).toThrow(/no id of this graph/);
    expect(() => graph.subsume(id)).toThrow(/no id of this graph/);
  }
  expect(() => graph.restore(other.mark())).toThrow(/another graph's/);
  expect(() => graph.add(99, 0, [])).toThrow(/no operator 99/);
  expect([graph.created, graph.clean]).toEqual([size, true]);
});

test("a graph that finds no room to grow is as it was, and goes on when there is", () => {
  const graph = new EGraph({ wasm: true });
  const [leaf, f] = [graph.operator("leaf"), graph.operator("f")];
  let top = graph.add(leaf, 0, []);
  const grow = (): void => {
    for (let i = 0; i < 5000; i++) top = graph.add(f, 0, [top]);
  };
  grow();
  const memory = graph.heap["memory"] as unknown as { grow: (pages: number) => number };
  const { grow: room } = memory;
  memory.grow = () => {
    throw new RangeError("no room");
  };
  let created = 0;
  expect(() => {
    for (;;) {
      created = graph.created;
      top = graph.add(f, 0, [top]);
    }
  }).toThrow(/no room for the \d+ bytes/);
  expect([graph.created, graph.nodeCount, graph.classCount]).toEqual([created, created, created]);
  expect(graph.lookup(f, 0, [top - 1])).toBe(top);
  memory.grow = room.bind(memory);
  grow();
  expect(graph.nodeCount).toBe(graph.created);
  for (const node of graph.nodesWith(f))
    expect(graph.lookup(f, 0, graph.children(node))).toBe(node);
});
