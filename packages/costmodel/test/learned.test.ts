import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program, reference, type Value } from "@rewright/autodiff";
import type { Graph } from "@rewright/plugin";
import { describe, expect, onTestFinished, test } from "vitest";
import { dice, kendallTau } from "../src/index.ts";
import {
  courseOf,
  evaluate,
  fitted,
  type LearnedModel,
  type Loss,
  learnedRank,
  losses,
  memberScores,
  predict,
  programSample,
  type Recipe,
  readModelFile,
  type Samples,
  select,
  type Training,
  train,
  writeModelFile,
} from "../src/learned/index.ts";

/** A chain of 12 nodes, 4 of them with layouts 0 or 1: slow where neighbouring layouts differ, and where the first is 1. */
function layouts(count: number, seed: number): Samples {
  const random = dice(seed);
  const configs = Int8Array.from({ length: count * 4 }, () => Number(random() < 0.5));
  const times = Float64Array.from({ length: count }, (_, i) => {
    const at = (n: number): number => configs[i * 4 + n] as number;
    const copies = [0, 1, 2].filter((n) => at(n) !== at(n + 1)).length;
    return 100 + 10 * copies + 3 * at(0) + at(3) + random() / 10;
  });
  return {
    name: "a chain",
    vocabulary: "test",
    graph: {
      nodes: 12,
      opcodes: Uint8Array.from({ length: 12 }, (_, n) => n % 3),
      features: Float32Array.from({ length: 24 }, (_, i) => i * i),
      width: 2,
      edges: Int32Array.from({ length: 22 }, (_, i) => (i >> 1) + (i % 2)),
    },
    configurable: Int32Array.of(1, 4, 7, 10),
    configWidth: 1,
    configs,
    times,
  };
}

const small = { hidden: 16, layers: 3, hops: 2 } as const;
const recipe = (loss: Loss, steps: number): Recipe => ({ loss, list: 16, steps, rate: 0.01 });

describe("graph networks", () => {
  const cases = (["sage", "chebyshev"] as const).flatMap((network) =>
    losses.map((loss) => [network, loss] as const),
  );
  test.each(cases)(
    "%s learns an order by %s, and ranks what it has not seen",
    async (network, loss) => {
      const [learnt, held] = [layouts(300, 1), layouts(200, 2)];
      const course = courseOf([learnt], { ...small, network });
      const how = recipe(loss, 250);
      const model = fitted([learnt], course, how, [
        await train([learnt], course, how, { seed: 1 }),
      ]);
      const found = predict(model, held);
      expect(kendallTau(found, held.times)).toBeGreaterThan(0.8);
      expect(evaluate(found, held.times).top10).toBeLessThan(0.02);
      // Calibrated: within the spread of the times themselves.
      for (const [i, time] of found.entries())
        expect(Math.abs(time / (held.times[i] as number) - 1)).toBeLessThan(0.35);
    },
  );

  test("a configuration of a program as a whole is learnt, too", async () => {
    const of = (count: number, seed: number): Samples => {
      const random = dice(seed);
      const configs = Float32Array.from({ length: count * 2 }, () => Math.floor(8 * random()) + 1);
      const times = Float64Array.from(
        { length: count },
        (_, i) => 50 / (configs[2 * i] as number) + (configs[2 * i + 1] as number),
      );
      return { ...layouts(1, 1), configurable: new Int32Array(0), configWidth: 2, configs, times };
    };
    const [learnt, held] = [of(200, 1), of(100, 2)];
    const course = courseOf([learnt], small);
    const training = await train([learnt], course, recipe("listmle", 200), { seed: 1 });
    const model = fitted([learnt], course, recipe("listmle", 200), [training]);
    expect(kendallTau(predict(model, held), held.times)).toBeGreaterThan(0.85);
  });

  test("all scores come out, also where they do not fill the last batch", async () => {
    const learnt = layouts(40, 1);
    const course = courseOf([learnt], small);
    const training = await train([learnt], course, recipe("hinge", 2), { seed: 1 });
    const model = fitted([learnt], course, recipe("hinge", 2), [training]);
    const [all] = memberScores(model, learnt);
    for (const row of [0, 31, 32, 39])
      expect(memberScores(model, select(learnt, [row]))[0]?.[0]).toBeCloseTo(
        all?.[row] as number,
        5,
      );
  });

  test("refuses what it has not learnt to read, and nothing", async () => {
    const alone = train(
      [layouts(9, 1)],
      courseOf([layouts(9, 1)], small),
      { ...recipe("mse", 1), list: 1 },
      { seed: 1 },
    );
    await expect(alone).rejects.toThrow("a list of 1 has no order");
    const single = train([layouts(1, 1)], courseOf([layouts(1, 1)], small), recipe("mse", 1), {
      seed: 1,
    });
    await expect(single).rejects.toThrow("there is one measurement only");
    expect(() => courseOf([])).toThrow("there is nothing to learn from");
    const [one, other] = [layouts(2, 1), { ...layouts(2, 1), vocabulary: "other" }];
    expect(() => courseOf([one, other])).toThrow("a chain is of test, a chain of other");
    const model = { ...empty(), encoding: { ...empty().encoding, vocabulary: "other" } };
    expect(() => predict(model, one)).toThrow("is of test, but the model has learnt other");
  });
});

/** A model that is not trained. */
function empty(): LearnedModel {
  return {
    ...courseOf([layouts(10, 1)], small),
    recipe: recipe("listmle", 10),
    members: [],
    calibration: { slope: 1, intercept: 0 },
  };
}

describe("training goes on where it was broken off", () => {
  test.each([
    ["reference", (outputs: readonly Value[]) => new Program(outputs, reference(32))],
    ["simd", undefined],
  ] as const)("bit by bit, with the kernels of %s", async (_, compile) => {
    const learnt = layouts(60, 1);
    const course = courseOf([learnt], small);
    const how = recipe("listmle", 12);
    const options = { seed: 5, ...(compile && { compile }) };
    const whole = await train([learnt], course, how, options);
    const stop = new AbortController();
    const half = await train([learnt], course, how, {
      ...options,
      signal: stop.signal,
      onStep: (step) => {
        if (step === 5) stop.abort();
      },
    });
    expect(half.step).toBe(5);
    const model = { ...course, recipe: how, members: [], calibration: { slope: 1, intercept: 0 } };
    const bytes = writeModelFile({ model, training: [half], notes: {} });
    const [from] = readModelFile(bytes, "half.cost").training as readonly Training[];
    const rest = await train([learnt], course, how, { ...options, ...(from && { from }) });
    const file = (training: Training): Uint8Array =>
      writeModelFile({ model, training: [training], notes: {} });
    expect(Buffer.compare(file(rest), file(whole))).toBe(0);
    expect(Buffer.compare(file(half), file(whole))).not.toBe(0);
  });
});

/** A program of products, one after another. */
function products(count: number, size: number): Graph {
  const type = { dtype: "f32", shape: [size, size] } as const;
  return {
    inputs: [{ name: "x", type }],
    constants: [],
    nodes: Array.from({ length: count }, (_, i) => ({
      op: i % 2 === 0 ? "MatMul" : "Relu",
      attrs: {},
      operands: [
        { ...type, constant: false },
        { ...type, constant: false },
      ],
      results: [type],
      inputs: [i === 0 ? { from: "input", index: 0 } : { from: "node", index: i - 1, result: 0 }],
    })),
    outputs: [{ name: "y", source: { from: "node", index: count - 1, result: 0 } }],
  };
}

describe("a model file", () => {
  async function ranking(): Promise<LearnedModel> {
    const random = dice(1);
    const programs = Array.from({ length: 40 }, (_, i) => {
      const [count, size] = [1 + Math.floor(10 * random()), 16 << Math.floor(4 * random())];
      return programSample(products(count, size), `program ${i}`, 1 + count * (1 + size / 50));
    });
    const course = courseOf(programs, small);
    return fitted(programs, course, recipe("listmle", 150), [
      await train(programs, course, recipe("listmle", 150), { seed: 1 }),
    ]);
  }

  test("comes back as it was, and ranks programs for any backend", async () => {
    const model = await ranking();
    const bytes = writeModelFile({ model, notes: { data: ["here"] } });
    const { model: again, notes, training } = readModelFile(bytes, "my.cost");
    expect(again).toEqual(model);
    expect(notes).toEqual({ data: ["here"] });
    expect(training).toBeUndefined();
    const folder = mkdtempSync(join(tmpdir(), "model-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "my.cost");
    writeFileSync(file, bytes);
    const rank = learnedRank(file);
    const { signal } = new AbortController();
    const [small, large] = [
      await rank(products(2, 16), signal),
      await rank(products(9, 128), signal),
    ];
    expect(small).toBeGreaterThan(0);
    expect(large).toBeGreaterThan(2 * small);
    expect(() => rank(products(2, 16), AbortSignal.abort())).toThrow();
    // One that learnt from configurations cannot rank programs.
    writeFileSync(file, writeModelFile({ model: empty(), notes: {} }));
    expect(() => learnedRank(file)).toThrow("has learnt from test, which ranks configurations");
    expect(() => learnedRank(join(folder, "absent"))).toThrow("cannot read the cost model");
  });

  test("is refused where it is none, cut short, changed, or of another version", () => {
    const bytes = writeModelFile({ model: empty(), notes: {} });
    const learnt = layouts(4, 1);
    const one = fitted([learnt], courseOf([learnt], small), recipe("mse", 1), []);
    expect(readModelFile(bytes, "m").model.members).toEqual(one.members);
    const text = Buffer.from(bytes).toString("latin1");
    const read = (content: string): unknown =>
      readModelFile(Buffer.from(content, "latin1"), "my.cost");
    for (const foreign of ["", "{}\n", "hello", "\n", '{"format":"other"}\n', "null\n"])
      expect(() => read(foreign)).toThrow("my.cost is no learned cost model: name a file");
    expect(() => read(text.replace('"version":1', '"version":2'))).toThrow(
      "of version 2, but version 1",
    );
    expect(() => read(`${text}x`)).toThrow("holds 1 bytes of weights, not 0");
    expect(() => read(text.replace(/"sha256":"./, '"sha256":"x'))).toThrow("has been changed");
    expect(() => read(text.replace('"hidden":16', '"hidden":-1'))).toThrow(
      "does not describe its network",
    );
    expect(() =>
      read(text.replace('"members":[]', '"members":[{"seed":1,"mean":0,"spread":1}]')),
    ).toThrow("holds fewer numbers than it says");
  });
});
