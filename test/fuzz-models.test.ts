// Random models around the shipped rules, and rules that are wrong, which must be found out. More of them: pnpm fuzz:models.
import { expect, test } from "vitest";
import { compileRules } from "../packages/dsl/src/index.ts";
import { disagreement, grow } from "../tools/verify/agreement.ts";
import { reduced } from "../tools/verify/reduction.ts";
import { dialects, shipped } from "../tools/verify/rewriting.ts";
import { trial } from "../tools/verify/trial.ts";

const seed = Number(process.env["SEED"] ?? 1);

test("what the shipped rules make of random models is what the models are", async () => {
  const faults: string[] = [];
  let models = 0;
  // Each rule in its turn, as far as a few hundred models reach; the next seed goes on.
  for (let i = 0; i < 150; i++) {
    const rule = shipped[(seed * 150 + i) % shipped.length] as (typeof shipped)[number];
    const done = await trial(rule, shipped, seed * 10_000_019 + i);
    if (done) models++;
    if (done?.fault) faults.push(`model ${i} around ${rule.name}: ${done.fault.why}`);
  }
  expect(faults).toEqual([]);
  expect(models).toBeGreaterThan(120);
});

test("what single precision cannot hold is no disagreement", () => {
  const type = { dtype: "f32", shape: [1] } as const;
  const given = { ...type, data: Float32Array.of(-130) };
  const constant = { type, key: "small", load: () => given };
  const node = { op: "Exp", attrs: {}, inputs: [{ from: "constant", index: 0 }] as const };
  const program = {
    ...{ inputs: [], constants: [constant] },
    nodes: [{ ...node, operands: [{ ...type, constant: true }], results: [type] }],
    outputs: [{ name: "y", source: { from: "node", index: 0, result: 0 } as const }],
  };
  const grown = grow(program, [], { rounds: 1, nodes: 10, matches: 10 });
  expect(disagreement(grown, [])).toBeUndefined();
});

test("what cancellation leaves of a tail is no disagreement", () => {
  const type = { dtype: "f32", shape: [1] } as const;
  const program = {
    ...{ inputs: [{ name: "x", type }], constants: [] },
    nodes: [
      {
        ...{ op: "com.microsoft.Gelu", attrs: {}, results: [type] },
        operands: [{ ...type, constant: false }],
        inputs: [{ from: "input", index: 0 }] as const,
      },
    ],
    outputs: [{ name: "y", source: { from: "node", index: 0, result: 0 } as const }],
  };
  const rules = shipped.filter(
    ({ name }) => name === "microsoft.gelu" || name === "gelu.gelu_first",
  );
  const grown = grow(program, rules, { rounds: 2, nodes: 100, matches: 10 });
  expect(grown.fired.size).toBe(2);
  for (const x of [-10, -8, -2, 1])
    expect(disagreement(grown, [{ ...type, data: Float32Array.of(x) }])).toBeUndefined();
});

const wrong = `
import onnx from "dialect:onnx"
rules wrong {
  operands:  x - y                                 =>  y - x
  axis:      ReduceSum(x, [k]; keepdims = 0)       =>  ReduceSum(x, [k - 1]; keepdims = 0)  when rank(x) > 1
  lost:      Relu(x) * y                           =>  x * y
  order:     Transpose(Transpose(x; perm = p); perm = q)  =>  Transpose(x; perm = compose(q, p))
  bounds:    Slice(x, [s], [e], [k], [1])          =>  Slice(x, [s + 1], [e + 1], [k], [1])
  turned:    Transpose(x; perm = p)                =>  x
  grown:     Sigmoid(x)                            =>  1.0001 * Sigmoid(x)
}
`;
const { rules } = compileRules([{ file: "wrong.rules", text: wrong }], { dialects });

test.each(rules.map((rule) => [rule.label, rule] as const))(
  "a wrong rule, %s, is found out and its model made small",
  async (_, rule) => {
    for (let at = 0; at < 60; at++) {
      const done = await trial(rule, [rule], at);
      if (!done?.fault) continue;
      const small = await reduced(done.fault, [rule], at);
      expect(small.rules).toEqual([rule]);
      expect(small.graph.nodes.length).toBeLessThanOrEqual(2);
      return;
    }
    expect.unreachable("60 models say nothing against it");
  },
);
