import type { Graph, NdArray, TensorType } from "@rewright/plugin";
import { extractDag, type Id } from "egraph-ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadGraph, readGraph, Terms } from "../src/index.ts";
import { Program, randomProgram, run } from "./programs.ts";
import { array, numbers, tiny } from "./tiny.ts";

const perNode = (terms: Terms) => (node: number) => {
  const view = terms.view(node);
  return view && !view.operands.every((operand) => operand?.constant ?? true) ? 1 : 0;
};

function roundTrip(graph: Graph): { terms: Terms; ids: Id[]; back: Graph } {
  const terms = new Terms([tiny]);
  const ids = loadGraph(terms, graph);
  const extraction = extractDag(terms.egraph, ids, perNode(terms));
  return { terms, ids, back: readGraph(terms, graph, ids, extraction) };
}

const draws = fc.infiniteStream(fc.nat(1000));

function program(stream: Iterator<number>, length: number): Graph {
  return randomProgram((bound) => (stream.next().value as number) % bound, length);
}

describe("programs in the e-graph", () => {
  test("what is read back computes what was loaded", () => {
    fc.assert(
      fc.property(draws, fc.integer({ min: 1, max: 12 }), (stream, length) => {
        const graph = program(stream, length);
        const { back } = roundTrip(graph);
        const inputs = graph.inputs.map(({ type }, i) => {
          const shape = type.shape as number[];
          const count = shape.reduce((a, b) => a * b, 1);
          return array(
            "f32",
            shape,
            Array.from({ length: count }, (_, k) => ((k * 7 + i * 3) % 5) - 2),
          );
        });
        const plain = ({ dtype, shape, data }: NdArray) => ({
          dtype,
          shape,
          data: Array.from(data as number[]),
        });
        expect(run(back, inputs).map(plain)).toEqual(run(graph, inputs).map(plain));
        expect(back.inputs).toEqual(graph.inputs);
        expect(back.outputs.map(({ name }) => name)).toEqual(["last", "other"]);
      }),
      { numRuns: 60 },
    );
  });

  test("a mark brings facts back, and the state", () => {
    fc.assert(
      fc.property(draws, (stream) => {
        const terms = new Terms([tiny]);
        const ids = loadGraph(terms, program(stream, 6));
        const { egraph } = terms;
        const facts = (): unknown[] => egraph.classes().map((id) => terms.facts(id));
        const before = { hash: egraph.hash(), facts: facts() };
        const mark = egraph.mark();
        const [a, b] = ids as [Id, Id];
        for (const id of [a, b]) {
          const type = terms.facts(id).types[0] as TensorType;
          const vague = { ...type, shape: type.shape.map(() => "?n") };
          const fresh = terms.input(9 + id, "fresh", vague);
          terms.apply({ op: "Relu", attrs: {}, results: [vague] }, [fresh]);
          egraph.union(fresh, id);
        }
        egraph.rebuild();
        expect(egraph.hash()).not.toBe(before.hash);
        egraph.restore(mark);
        expect(egraph.hash()).toBe(before.hash);
        expect(facts()).toEqual(before.facts);
      }),
      { numRuns: 30 },
    );
  });

  test("constants that nothing uses are dropped, inputs are kept", () => {
    const p = new Program();
    const x = p.input("x", [2]);
    p.input("unused", [3]);
    p.constant(array("f32", [1], [5]));
    p.output("y", p.node("Relu", [x]));
    const { back } = roundTrip(p.graph);
    expect(back.constants).toEqual([]);
    expect(back.inputs.map(({ name }) => name)).toEqual(["x", "unused"]);
  });

  test("a node with several results is one node", () => {
    const p = new Program();
    const x = p.input("x", [4, 2]);
    const [a, b] = p.all("Split", [x, p.constant(array("i64", [2], [1, 3]))], { axis: 0 }, 2);
    p.output("b", b as never).output("a", a as never);
    const { back } = roundTrip(p.graph);
    expect(back.nodes).toHaveLength(1);
    expect(back.outputs.map(({ source }) => source)).toEqual([
      { from: "node", index: 0, result: 1 },
      { from: "node", index: 0, result: 0 },
    ]);
  });

  test("an optional further result that is not used is not asked for", () => {
    const p = new Program();
    const [y] = p.all("Count", [p.input("x", [4])], {}, 2);
    p.output("y", y as never);
    expect(roundTrip(p.graph).back.nodes[0]?.results).toHaveLength(1);
  });

  test("opaque applications are the same only if their keys are", () => {
    const p = new Program();
    const x = p.input("x", [4]);
    const type = { dtype: "f32", shape: [7] } as const;
    p.output("a", p.opaque("Mystery", "k1", [x], [type]));
    p.output("b", p.opaque("Mystery", "k1", [x], [type]));
    p.output("c", p.opaque("Mystery", "k2", [x], [type]));
    const { terms, ids, back } = roundTrip(p.graph);
    const [a, b, c] = ids.map((id) => terms.egraph.find(id));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    expect(terms.facts(ids[0] as Id).types).toMatchObject([type]);
    expect(back.nodes.map(({ opaque }) => opaque).sort()).toEqual(["k1", "k2"]);
  });

  test("impure applications are never merged", () => {
    const p = new Program();
    p.output("a", p.node("Random", [], { shape: [2] })).output(
      "b",
      p.node("Random", [], { shape: [2] }),
    );
    const { back, terms, ids } = roundTrip(p.graph);
    expect(back.nodes).toHaveLength(2);
    expect(terms.facts(ids[0] as Id).constant).toBe(false);
  });
});

describe("facts", () => {
  test("equal types are one object, and contents fold", () => {
    const terms = new Terms([tiny]);
    const { id } = build(terms, (p) => {
      const two = p.constant(array("f32", [], [2]));
      return p.node("Mul", [two, p.node("Add", [two, two])]);
    });
    const facts = terms.facts(id);
    expect(numbers(facts.contents)).toEqual([8]);
    expect(facts.constant).toBe(true);
    expect(facts.types[0]).toBe(terms.facts(terms.literal(array("f32", [], [1]))).types[0]);
    expect(terms.egraph.find(terms.literal(array("f32", [], [8])))).toBe(terms.egraph.find(id));
  });

  test("shapes computed by the program are constants, symbolic ones keep their names", () => {
    const terms = new Terms([tiny]);
    const { id } = build(terms, (p) => p.node("Shape", [p.input("x", [2, 3])]));
    expect(numbers(terms.facts(id).contents)).toEqual([2, 3]);
    const symbolic = build(new Terms([tiny]), (p) => p.node("Shape", [p.input("x", ["N", 3])]));
    expect(symbolic.terms.facts(symbolic.id).contents).toBeUndefined();
    expect(symbolic.terms.facts(symbolic.id).types[0]?.value).toEqual(["N", 3]);
  });

  test("a union makes types more specific, and the types that depend on them", () => {
    const terms = new Terms([tiny]);
    const x = terms.input(0, "x", { dtype: "f32", shape: ["?1", "N"] });
    const y = terms.input(1, "y", { dtype: "f32", shape: [4, "?2"] });
    const relu = terms.apply(
      { op: "Relu", attrs: {}, results: [{ dtype: "unknown", shape: [] }] },
      [x],
    );
    terms.egraph.union(x, y);
    terms.egraph.rebuild();
    expect(terms.facts(relu[0] as Id).types[0]?.shape).toEqual([4, "N"]);
  });

  test("contradictory types are an error that names the rule", () => {
    const terms = new Terms([tiny]);
    const x = terms.input(0, "x", { dtype: "f32", shape: [3] });
    const y = terms.input(1, "y", { dtype: "f32", shape: [4] });
    terms.blame = "bad.rule";
    expect(() => terms.egraph.union(x, y)).toThrow(/f32\[3\] and f32\[4\].*bad\.rule/);
  });

  test("the file's types count where inference knows less", () => {
    const terms = new Terms([tiny]);
    const x = terms.input(0, "x", { dtype: "unknown", shape: [] });
    const [y] = terms.apply({ op: "Relu", attrs: {}, results: [{ dtype: "f32", shape: [2] }] }, [
      x,
    ]);
    expect(terms.facts(y as Id).types).toMatchObject([{ dtype: "f32", shape: [2] }]);
  });

  test("axes are stored non-negative, floats as 32 bits, defaults filled in", () => {
    const terms = new Terms([tiny]);
    const x = terms.input(0, "x", { dtype: "f32", shape: [2, 3] });
    const results = [{ dtype: "unknown", shape: [] }] as const;
    const [a] = terms.apply({ op: "Softmax", attrs: {}, results }, [x]);
    const [b] = terms.apply({ op: "Softmax", attrs: { axis: 1n }, results }, [x]);
    expect(a).toBe(b);
    const node = terms.egraph.nodes(a as Id)[0] as number;
    expect(terms.view(node)?.attrs).toEqual({ axis: 1 });
    const [c] = terms.apply({ op: "Gemm", attrs: { alpha: 0.1 }, results }, [x, x]);
    const [d] = terms.apply({ op: "Gemm", attrs: { alpha: Math.fround(0.1) }, results }, [x, x]);
    expect(c).toBe(d);
  });
});

function build(
  terms: Terms,
  write: (p: Program) => ReturnType<Program["node"]>,
): { terms: Terms; id: Id } {
  const p = new Program();
  const { graph } = p.output("out", write(p));
  return { terms, id: loadGraph(terms, graph)[0] as Id };
}
