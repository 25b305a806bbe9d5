import type { NodeView } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { calibrationOf, type Timed } from "../../src/calibration/calibrate.ts";
import { coefficientsOf, namedCoefficients } from "../../src/calibration/calibration.ts";
import { convolutional, transformer, vocabulary } from "../../src/calibration/families.ts";
import {
  featureCount,
  featuresOf,
  predict,
  rooflineCoefficients,
} from "../../src/calibration/features.ts";
import { graphOf } from "../../src/calibration/measurement.ts";
import { pairFamilies } from "../../src/calibration/pairs.ts";
import { unseen } from "../../src/calibration/unseen.ts";
import { cpu } from "../../src/index.ts";
import { accountant } from "../../src/model.ts";
import { cpuPart } from "../../src/parts.ts";

const accounts = accountant(cpuPart("zen4"), 1);
const given = { part: "zen4", threads: 1 };
const record = {
  ...given,
  ...{ format: 1, runtime: "1.30.0" },
  ...namedCoefficients(rooflineCoefficients.map((own) => 2 * own)),
};

const softmax: NodeView = {
  ...{ op: "Softmax", attrs: { axis: -1 } },
  operands: [{ dtype: "f32", shape: [64, 512], constant: false }],
  results: [{ dtype: "f32", shape: [64, 512] }],
};

test("coefficients are written by name and read back", () => {
  const some = Float64Array.from({ length: featureCount }, (_, i) => 1 + i / 8);
  const read = coefficientsOf({ format: 1, ...namedCoefficients(some) });
  expect([...read]).toEqual([...some]);
});

describe("a backend with a calibration", () => {
  test("prices by it, nodes and whole programs", () => {
    const calibrated = cpu({ calibration: record });
    const plain = cpu({ part: "zen4" });
    expect(calibrated.costModel.cost(softmax)).toBeCloseTo(2 * plain.costModel.cost(softmax), 9);
    const graph = graphOf(transformer(3));
    const signal = new AbortController().signal;
    const [ours, theirs] = [calibrated, plain].map(
      ({ costModel }) => costModel.rank?.(graph, signal) as number,
    );
    expect(ours).toBeCloseTo(2 * (theirs as number), 9);
  });

  test("tells of what a cost is made", () => {
    const { cost, parts } = cpu({ calibration: record }).costModel;
    const { launch, arithmetic, memory } = parts?.(softmax) ?? {
      launch: 0,
      arithmetic: 0,
      memory: 0,
    };
    expect(cost(softmax)).toBeCloseTo(launch + Math.max(arithmetic, memory), 9);
    expect(arithmetic).toBeGreaterThan(memory);
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["nothing", {}, "is of format undefined, and this version reads 1"],
    ["no coefficients", { ...record, coefficients: undefined }, "has no `coefficients`"],
    [
      "a path left out",
      { ...record, coefficients: { ...record.coefficients, split: undefined } },
      "has no 4 numbers of at least 0 for split",
    ],
    [
      "a coefficient that is none",
      { ...record, coefficients: { ...record.coefficients, row: [1, 1, Number.NaN, 1] } },
      "has no 4 numbers of at least 0 for row",
    ],
    ["no time of a run", { ...record, run: "10" }, "has no time of a run by itself"],
  ])("%s is refused, with what to do", (_, calibration, why) => {
    const making = (): unknown => cpu({ calibration });
    expect(making).toThrow(TypeError);
    expect(making).toThrow(why);
    expect(making).toThrow("make another with `rewright calibrate`");
  });

  test("another part, or other threads, are refused", () => {
    expect(() => cpu({ part: "zen3", calibration: record })).toThrow(
      'was made for `part` "zen4", not "zen3"',
    );
    expect(() => cpu({ threads: 2, calibration: record })).toThrow(
      "was made for `threads` 1, not 2",
    );
    expect(() => cpu({ seconds: 0 })).toThrow("`seconds` is 0");
  });
});

test("what a calibration says of itself is what was measured", () => {
  // A machine on which all that is copied takes thrice as long as its roofline says, measured with 2 % of noise.
  const truth = rooflineCoefficients.map((own, i) => (i % 4 === 1 ? 3 * own : own));
  const timed = (family: string, models: readonly Uint8Array[]): Timed => {
    const features = models.map((model) => featuresOf(graphOf(model), accounts));
    const times = features.map((own) => [0.99, 1.01].map((noise) => noise * predict(own, truth)));
    return { family, features, times };
  };
  const all = Array.from({ length: 8 }, (_, seed) => [
    ...Object.entries({ convolutional, transformer, vocabulary, unseen }).map(([family, draw]) =>
      timed(family, [draw(seed)]),
    ),
    ...[2 * seed, 2 * seed + 1].map((i) => {
      const { name, before, after } = pairFamilies[
        i % pairFamilies.length
      ] as (typeof pairFamilies)[0];
      return timed(name, [before(i), after(i)]);
    }),
  ]).flat();
  const found = calibrationOf({ timed: all, runtime: "1.30.0", reference: 70 }, given);
  expect(found).toMatchObject({ ...given, format: 1, programs: 32, pairs: 16, reference: 70 });
  expect(found.noise.error).toBeCloseTo(1 - 0.99 / 1.01, 6);
  expect(found.noise.correlation).toBe(1);
  expect(found.heldOut.programs).toBe(8);
  expect(found.heldOut.roofline.error).toBeGreaterThan(0.3);
  expect(found.heldOut.error).toBeLessThan(0.1);
  expect(found.decisions.right).toBeGreaterThanOrEqual(0.9);
  expect(Object.keys(found.decisions.families)).toHaveLength(pairFamilies.length);
  const counted = Object.values(found.decisions.families).reduce((sum, own) => sum + own.clear, 0);
  expect(counted).toBe(found.decisions.clear);
  expect(cpu({ calibration: { ...found } }).costModel.cost(softmax)).toBeGreaterThan(
    2 * cpu({ part: "zen4" }).costModel.cost(softmax),
  );
});
