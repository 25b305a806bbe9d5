// Inexact rules: none without a bound on the error, and no more than the bound with one.
import type { Timing } from "@rewright/backend-cpu";
import { checkRule, compileRules } from "@rewright/dsl";
import { ModelBuilder, readModel } from "@rewright/onnx";
import { onnx } from "@rewright/tensor";
import { describe, expect, test } from "vitest";
import { defaultRules, type OptimizeOptions, optimize, rules } from "../src/index.ts";
import { choose } from "../src/measurement.ts";
import type { Candidate } from "../src/verification.ts";
import { atDesk, here } from "./cli.ts";

/** `times` outputs, each x · σ(x) of another product of the input with a matrix, times `factor`. */
function swishes(times: number, factor = 1): Uint8Array {
  const b = new ModelBuilder("swishes", { opset: 17 });
  const x = b.input("x", "f32", [16, 8]);
  const scale = b.constant({ dtype: "f32", shape: [], data: Float32Array.of(factor) });
  for (let k = 0; k < times; k++) {
    const data = Float32Array.from({ length: 64 }, (_, i) => Math.sin(k + 1.7 * i) / 2);
    const product = b.node("MatMul", [x, b.constant({ dtype: "f32", shape: [8, 8], data })]);
    const swish = b.node("Mul", [product, b.node("Sigmoid", [product])]);
    b.output(`y${k}`, factor === 1 ? swish : b.node("Mul", [swish, scale]));
  }
  return b.bytes();
}

const run = (bytes: Uint8Array, options: OptimizeOptions = {}): ReturnType<typeof optimize> =>
  optimize(bytes, { measure: false, ...options });
const operators = (bytes: Uint8Array): readonly string[] =>
  readModel(bytes, { dialects: [onnx] }).graph.nodes.map(({ op }) => op);
const count = (bytes: Uint8Array, op: string): number =>
  operators(bytes).filter((name) => name === op).length;

describe("inexact rules", () => {
  test("change nothing where no error is allowed", async () => {
    const exact = defaultRules.filter(({ text }) => !text.includes("~>"));
    expect(exact).toHaveLength(defaultRules.length - 1);
    const [without, shipped] = [await run(swishes(2), { rules: exact }), await run(swishes(2))];
    expect(shipped.model).toEqual(without.model);
    expect(shipped.report.rules).toEqual(without.report.rules);
    expect(shipped.report.error).toEqual({ allowed: 0, spent: 0 });
    expect(count(shipped.model, "Sigmoid")).toBe(2);
  });

  test("apply where it is, and the report says what was spent and what was seen", async () => {
    const { model, report } = await run(swishes(1), { error: 0.15 });
    expect(count(model, "HardSwish")).toBe(1);
    expect(report.error).toEqual({ allowed: 0.15, spent: 0.143 });
    expect(report.maxAbs).toBeGreaterThan(1e-2);
    expect(report.maxAbs).toBeLessThan(0.143 + 1e-4);
    const used = report.rules.filter((rule) => rule.used);
    expect(used).toEqual([
      expect.objectContaining({ name: "approximate.swish", within: 0.143, used: true }),
    ]);
  });

  test("apply as often as the bound lasts", async () => {
    const { model, report } = await run(swishes(3), { error: 0.29 });
    expect([count(model, "HardSwish"), count(model, "Sigmoid")]).toEqual([2, 1]);
    expect(report.error.spent).toBeCloseTo(0.286);
  });

  test("need their own bound at least", async () => {
    const { model, report } = await run(swishes(1), { error: 0.05 });
    expect(count(model, "Sigmoid")).toBe(1);
    expect(report.error).toEqual({ allowed: 0.05, spent: 0 });
  });

  test("are dropped where the program makes more of the error than they state", async () => {
    const { model, report } = await run(swishes(1, 1000), { error: 0.15 });
    expect(count(model, "Sigmoid")).toBe(1);
    expect(report).toMatchObject({ gained: false, verified: true, error: { spent: 0 } });
    const [dropped] = report.dropped;
    expect(dropped?.why).toMatch(/differs by .* is allowed/);
    expect(dropped?.rules.join()).toContain("approximate.swish");
  });

  test("that state too little are dropped, and what is exact is kept", async () => {
    const liar = rules`
      import onnx from "dialect:onnx"
      rules r {
        near:  x * Sigmoid(x)  ~>  HardSwish(x)   within 1e-4
        once:  Relu(Relu(x))   =>  Relu(x)
      }
    `;
    const b = new ModelBuilder("relus", { opset: 17 });
    const x = b.input("x", "f32", [64]);
    const swish = b.node("Mul", [x, b.node("Sigmoid", [x])]);
    b.output("y", b.node("Relu", [b.node("Relu", [swish])]));
    const { model, report } = await run(b.bytes(), { rules: [liar], error: 1 });
    expect(operators(model).toSorted()).toEqual(["Mul", "Relu", "Sigmoid"]);
    expect(report).toMatchObject({ verified: true, error: { allowed: 1, spent: 0 } });
    expect(report.dropped.map(({ rules }) => rules.join())).toEqual([
      expect.stringContaining("r.near"),
    ]);
  });

  test("see the spellings that exact rules have gathered", async () => {
    const b = new ModelBuilder("gelu", { opset: 20 });
    const x = b.input("x", "f32", [64, 32]);
    const number = (value: number) =>
      b.constant({ dtype: "f32", shape: [], data: Float32Array.of(value) });
    const cube = b.node("Mul", [b.node("Pow", [x, number(3)]), number(0.044715)]);
    const inner = b.node("Mul", [b.node("Add", [x, cube]), number(0.7978845608)]);
    const one = b.node("Add", [b.node("Tanh", [inner]), number(1)]);
    b.output("y", b.node("Mul", [b.node("Mul", [x, number(0.5)]), one]));
    const near = rules`
      import onnx from "dialect:onnx"
      rules r {
        gather:  x * 0.5 * (Tanh(0.797884561 * (x + 0.044715 * Pow(x, 3))) + 1)  =>  Gelu(x; approximate = "tanh")
        near:    Gelu(x; approximate = "tanh")  ~>  x * Sigmoid(x * 1.702)   within 2.1e-2
        swish:   x * Sigmoid(x * 1.702)         ~>  Relu(x)                  within 0.17
      }
    `;
    const { model, report } = await run(b.bytes(), { rules: [near], error: 0.2 });
    expect(operators(model)).toEqual(["Relu"]);
    expect(report.error.spent).toBeCloseTo(0.191);
    expect(report.rules.filter(({ used }) => used).map(({ name }) => name)).toEqual([
      "r.gather",
      "r.near",
      "r.swish",
    ]);
  });

  test.each(["greedy", "mcts"] as const)("keep to the bound under %s", async (strategy) => {
    const { model, report } = await run(swishes(3), {
      ...{ strategy, error: 0.29, seed: 3 },
      budget: { nodes: 2000, iterations: 30, seconds: 600 },
    });
    const found = count(model, "HardSwish");
    expect(found).toBeLessThanOrEqual(2);
    expect(report.error.spent).toBeCloseTo(found * 0.143);
  });
});

describe("the bounds of the shipped ones", () => {
  const { rules: compiled } = compileRules(defaultRules, { dialects: [onnx] });
  const inexact = compiled
    .filter(({ lossy }) => lossy > 0)
    .map((rule) => [rule.name, rule] as const);
  test("are there", () => {
    expect(inexact.length).toBeGreaterThan(3);
  });
  test.each(inexact)("%s holds, and no smaller one would", (_, rule) => {
    const options = { dialects: [onnx], samples: 200, seed: 3 };
    expect(checkRule(rule, options).verdict).toBeOneOf(["ok", "guarded"]);
    const less = checkRule({ ...rule, lossy: rule.lossy * 0.95 }, options);
    expect(less).toMatchObject({ verdict: "counterexample", counterexample: { seed: 3 } });
  });
});

describe("what was timed", () => {
  const candidate = (error: number) => ({ finalist: { error } }) as Candidate;
  const timing = (ratio: number, low = ratio - 0.1) => ({ ratio, low, gain: low > 1 }) as Timing;
  const [exact, near] = [candidate(0), candidate(1e-3)];

  test.each([
    ["the faster exact one", [exact, candidate(0)], [timing(1.2), timing(1.5)], 1],
    ["an inexact one that is measurably faster", [near, exact], [timing(1.5), timing(1.3)], 0],
    ["an exact one that may be as fast", [near, exact], [timing(1.5), timing(1.45)], 1],
    ["an inexact one where no exact one gains", [near, exact], [timing(1.5), timing(1.05)], 0],
    ["none that does not gain", [near, exact], [timing(1.05), timing(1)], undefined],
    ["none that failed", [near, exact], [new Error(), timing(1.3)], 1],
  ])("%s is chosen", (_, candidates, timings, index) => {
    expect(choose(candidates, timings)).toBe(index === undefined ? undefined : candidates[index]);
  });
  test("the cheapest, where nothing was", () => {
    expect(choose([near, exact], undefined)).toBe(near);
  });
});

describe("the command line", () => {
  test("says what the result owes to them", async () => {
    await atDesk(async ({ file, rewright }) => {
      const model = file("m.onnx", swishes(1));
      const args = ["optimize", model, "--no-measure", "--error", "0.15", "-o", "out.onnx"];
      const { code, stdout } = await rewright(args);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        / error {6}at most 0\.143 by inexact rules, of 0\.15 allowed; \S+ seen/,
      );
      expect(stdout).toMatch(/approximate\.swish .*\n *within 0\.143 each time/);
      const little = await rewright(["optimize", model, "--no-measure", "--error", "1e-3"]);
      expect(little.stdout).toContain("nothing inexact was done, of 0.001 allowed");
    });
  });

  test.each(["-1", "0", "much"])("refuses --error %s", async (text) => {
    const { code, stderr } = await here(["optimize", "m.onnx", "--error", text]);
    expect(code).toBe(2);
    expect(stderr).toContain("--error");
  });

  test("a bound that does not hold is refuted, with the bound that would", async () => {
    await atDesk(async ({ file, rewright }) => {
      const path = file(
        "near.rules",
        'import onnx from "dialect:onnx"\nrules r { near: Sigmoid(x) ~> HardSigmoid(x; alpha = 0.16666667) within 1e-2 }\n',
      );
      const { code, stdout } = await rewright(["check", path]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/error\[R0503\]: `r\.near` differs by 0\.06\d/);
      expect(stdout).toMatch(/write `within 0\.0[67]\d*`, or more/);
    });
  });
});
