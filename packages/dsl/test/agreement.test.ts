// What the checker believes of a rule is what the binder does with it: on every sample that the checker compares, the rule
// is found in the e-graph and brings in the right side.
import type { Dialect, OpDef } from "@rewright/plugin";
import type { Id } from "egraph-ts";
import { expect, test } from "vitest";
import { Dice } from "../src/check/dice.ts";
import { Drawer } from "../src/check/draw.ts";
import { Proposer } from "../src/check/proposal.ts";
import { Sample, type SampleTerm } from "../src/check/sample.ts";
import { bindRule, compileRules, Terms } from "../src/index.ts";
import { tiny } from "./tiny.ts";

const text = `
import tiny from "dialect:tiny"
rules r {
  add_assoc:    (a + b) + c                      <=>  a + (b + c)
  distribute:   a * (b + c)                      <=>  a * b + a * c
  square:       Pow(x, 2)                        <=>  x * x
  root:         Pow(x, 1.41421)                   =>  Pow(x, 1.41421356)
  matmul_add:   a @ b + a @ c                     =>  a @ (b + c)   when shape(b) == shape(c)
  transpose2:   Transpose(Transpose(x; perm = p); perm = q)  =>  Transpose(x; perm = compose(p, q))
  identity:     Transpose(x; perm = p)            =>  x             when p == range(len(p))
  reshape2:     Reshape(Reshape(x, s), t)         =>  Reshape(x, t) when not contains(t, 0)
  reshape:      Reshape(x, [m, n])                =>  Reshape(x, [-1, n])  when m >= 0 and n > 0
  gemm:         a @ b + c                         =>  Gemm(a, b, c) when rank(c) == 2
  gemm_turned:  Gemm(a, Transpose(b; perm = [1, 0]), c; transB = 0, ...p)  =>  Gemm(a, b, c; transB = 1, ...p)
  gemm_scale:   (a @ b) * c                       =>  Gemm(a, b; alpha = c)  when constant(c)
  gemm_alpha:   Gemm(a, b; alpha = s)             =>  (a @ b) * s
  mean_last:    ReduceMean(x, [-1]; keepdims = 1) =>  x             when dim(x, -1) == 1
  clip:         Clip(Clip(x, lo, hi), lo, hi)     =>  Clip(x, lo, hi)
  concat_relu:  Relu(Concat(...xs; axis = i))    <=>  Concat(...Relu(xs); axis = i)
  concat_add:   Concat(...(xs + ys); axis = i)    =>  Concat(...xs; axis = i) + Concat(...ys; axis = i)
  columns:      Concat(...(a @ bs); axis = 1)    <=>  a @ Concat(...bs; axis = 1)
  nested:       Concat(Concat(a, b; axis = i), ...xs; axis = i)  =>  Concat(a, b, ...xs; axis = i)
  unsplit:      Concat(...Split(x, s; axis = i); axis = i)  =>  x
  shared:       a @ b, a @ c                      =>  Split(a @ Concat(b, c; axis = 1), [dim(b, 1), dim(c, 1)]; axis = 1)
  split_relu:   Split(Relu(x), s; ...p).1         =>  Relu(Split(x, s; ...p).1)
  count:        Count(x).0                        =>  x
  gathered:     ...(a @ bs)                       =>  Split(a @ Concat(...bs; axis = 1), [...dim(bs, 1)]; axis = 1)
  filtered:     ...(a @ bs)                       =>  Split(a @ Concat(...bs; axis = 1), [...dim(bs, 1)]; axis = 1)  when dim(bs, 1) > 1
  each:         ...Relu(xs + y)                   =>  ...Relu(y + xs)
  beside:       ...(a @ bs), Relu(a)              =>  ...(a @ bs + 0), Relu(Relu(a))
  all:          Split(Relu(x), s; ...p)           =>  Split(Relu(Relu(x)), s; ...p)
  apart:        Split(x @ Concat(...bs; axis = 1), [...dim(bs, 1)]; axis = 1)  =>  ...(x @ bs)
  whole:        Relu(Concat(a, b; axis = i))      =>  Concat(...Split(Relu(Concat(a, b; axis = i)), [dim(a, i), dim(b, i)]; axis = i); axis = i)
  rest:         Reshape(x, [n, ...rest])          =>  Reshape(x, [n * 1, ...rest])  when n > 0
  last:         Reshape(x, [...rest, n])          =>  Reshape(x, [...rest, n + 0])
  computed:     Reshape(Relu(x), shape(x))        =>  Relu(x)
  indexed:      Reshape(x, shape(x)[:])           =>  x
  number:       2 * x                             =>  x + x
  constant:     2                                 =>  1 + 1
  absent:       Clip(x, absent, hi)               =>  Clip(Clip(x, absent, hi), absent, hi)
}`;
const { rules } = compileRules([{ file: "agreement.rules", text }], { dialects: [tiny] });
/** Without reference semantics nothing folds, so that only the rule can bring both sides together. */
const mute: Dialect = {
  ...tiny,
  ops: Object.fromEntries(
    Object.entries(tiny.ops).map(([name, { evaluate: _, ...op }]) => [name, op]),
  ),
};
const names = new Map<OpDef, string>(Object.entries(tiny.ops).map(([name, op]) => [op, name]));

/** Adds what a sample computed to an e-graph. */
function add(terms: Terms, term: SampleTerm, done: Map<SampleTerm, Id>): Id {
  const { origin } = term;
  let id = done.get(term);
  if (id === undefined && !origin) id = terms.literal(term.contents);
  if (id === undefined && origin) {
    const operands = origin.operands.map((operand) => operand && add(terms, operand, done));
    const results = Array(origin.count).fill({ dtype: "unknown", shape: [] });
    const op = names.get(origin.op) as string;
    id = terms.apply({ op, attrs: origin.attrs, results }, operands)[origin.index];
  }
  done.set(term, id as Id);
  return id as Id;
}

test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_name, rule) => {
  const dice = new Dice(11);
  const sample = new Sample(rule.variables);
  const drawer = new Drawer(rule, sample, new Proposer(dice, false), dice);
  let compared = 0;
  for (let attempt = 0; attempt < 3000 && compared < 25; attempt++) {
    const lists = drawer.draw();
    if (!lists) continue;
    sample.complete();
    const left = lists.flat();
    const right = rule.right.flatMap(
      (root, i) => sample.root(root, lists[i]?.length ?? 1, lists[i]?.[0]?.dtype) ?? [],
    );
    const fits =
      left.length === right.length &&
      right.every(
        (term, i) => `${term?.dtype}${term?.shape}` === `${left[i]?.dtype}${left[i]?.shape}`,
      );
    if (!fits) continue;
    const terms = new Terms([mute]);
    const { egraph } = terms;
    const done = new Map<SampleTerm, Id>();
    const roots = left.map((term) => add(terms, term, done));
    egraph.rebuild();
    if (new Set(roots.map((id) => egraph.find(id))).size < roots.length) continue;
    const bound = bindRule(rule, terms);
    const count = bound.search(10_000);
    for (let i = 0; i < count; i++) bound.apply(i, i);
    egraph.rebuild();
    for (const [i, term] of right.entries()) {
      const wanted = add(terms, term as SampleTerm, done);
      expect(egraph.find(wanted)).toBe(egraph.find(roots[i] as Id));
    }
    compared++;
  }
  expect(compared).toBe(25);
});
