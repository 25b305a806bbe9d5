// Rules, e-graph and reference semantics together: whatever program is read out of a grown e-graph computes the same.
import type { NdArray } from "@rewright/plugin";
import { extractTree } from "egraph-ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bindRule, compileRules, loadGraph, readGraph, Terms } from "../src/index.ts";
import { randomProgram, run } from "./programs.ts";
import { array, numbers, tiny } from "./tiny.ts";

const text = `
import tiny from "dialect:tiny"
rules r {
  add_assoc:    (a + b) + c                      <=>  a + (b + c)
  distribute:   a * (b + c)                      <=>  a * b + a * c
  sub:          a - b                            <=>  a + Neg(b)
  neg_neg:      Neg(Neg(x))                       =>  x
  relu_relu:    Relu(Relu(x))                     =>  Relu(x)
  matmul_assoc: (a @ b) @ c                      <=>  a @ (b @ c)
  matmul_add:   a @ b + a @ c                     =>  a @ (b + c)   when shape(b) == shape(c)
  transpose2:   Transpose(Transpose(x; perm = p); perm = q)  =>  Transpose(x; perm = compose(p, q))
  identity:     Transpose(x; perm = p)            =>  x             when p == range(len(p))
  product:      Transpose(a @ b; perm = [1, 0])  <=>  Transpose(b; perm = [1, 0]) @ Transpose(a; perm = [1, 0])
  gemm:         a @ b + c                         =>  Gemm(a, b, c) when rank(c) == 2
  gemm_plain:   Gemm(a, b)                       <=>  a @ b
  gemm_turned:  Gemm(a, b, c; transB = 1)         =>  Gemm(a, Transpose(b; perm = [1, 0]), c)
  concat_relu:  Relu(Concat(...xs; axis = i))    <=>  Concat(...Relu(xs); axis = i)
  concat_add:   Concat(...(xs + ys); axis = i)    =>  Concat(...xs; axis = i) + Concat(...ys; axis = i)  when [...shape(xs)] == [...shape(ys)]
  columns:      Concat(...(a @ bs); axis = 1)    <=>  a @ Concat(...bs; axis = 1)
  unsplit:      Concat(...Split(x, s; axis = i); axis = i)  =>  x
  shared:       a @ b, a @ c                      =>  Split(a @ Concat(b, c; axis = 1), [dim(b, 1), dim(c, 1)]; axis = 1)
  twice:        x + x                            <=>  2 * x
  count:        Count(x)                          =>  x
  add_zero:     x                                 =>  x + 0         expanding
}`;
const { rules } = compileRules([{ file: "growth.rules", text }], { dialects: [tiny] });

const draws = fc.infiniteStream(fc.nat(1000));

test("a grown e-graph yields equal programs only, and shrinks back to what it was", () => {
  const applied = new Set<string>();
  fc.assert(
    fc.property(draws, (stream) => {
      const draw = (bound: number): number => (stream.next().value as number) % bound;
      const graph = randomProgram(draw, 4 + draw(10));
      const terms = new Terms([tiny]);
      const outputs = loadGraph(terms, graph);
      const { egraph } = terms;
      const before = egraph.hash();
      const mark = egraph.mark();
      const bound = rules.map((rule) => bindRule(rule, terms));
      for (let round = 0; round < 2; round++) {
        for (const each of bound) {
          const count = each.search(12);
          for (let i = 0; i < count; i++) if (each.apply(i, i)) applied.add(each.rule.name);
          egraph.rebuild();
        }
      }
      const inputs = graph.inputs.map(({ type }, i) => {
        const shape = type.shape as number[];
        const count = shape.reduce((a, b) => a * b, 1);
        return array(
          "f32",
          shape,
          Array.from({ length: count }, (_, k) => ((k * 5 + i * 3) % 7) - 3),
        );
      });
      const wanted = run(graph, inputs);
      for (let trial = 0; trial < 4; trial++) {
        const salt = draw(1000);
        const cost = (node: number): number => 1 + ((node * 7919 + salt) % 13);
        const found = run(
          readGraph(terms, graph, outputs, extractTree(egraph, outputs, cost)),
          inputs,
        );
        found.forEach((result, i) => {
          const other = wanted[i] as NdArray;
          expect(result.shape).toEqual(other.shape);
          expect(numbers(result)).toEqual(numbers(other).map((item) => expect.closeTo(item, 1)));
        });
      }
      egraph.restore(mark);
      expect(egraph.hash()).toBe(before);
    }),
    { numRuns: 200 },
  );
  const silent = rules.map(({ name }) => name).filter((name) => !applied.has(name));
  expect(silent).toEqual([]);
});
