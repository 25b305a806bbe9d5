import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evidenceOf, type Timed } from "../../src/calibration/calibrate.ts";
import { convolutional, transformer, vocabulary } from "../../src/calibration/families.ts";
import {
  featureCount,
  featuresOf,
  predict,
  rooflineCoefficients,
} from "../../src/calibration/features.ts";
import { fitCoefficients } from "../../src/calibration/fit.ts";
import { graphOf } from "../../src/calibration/measurement.ts";
import { pairFamilies } from "../../src/calibration/pairs.ts";
import { meanError } from "../../src/calibration/scores.ts";
import { unseen } from "../../src/calibration/unseen.ts";
import { accountant } from "../../src/model.ts";
import { cpuPart } from "../../src/parts.ts";

const accounts = accountant(cpuPart("zen4"), 1);
const features = (model: Uint8Array): Float64Array => featuresOf(graphOf(model), accounts);

/** Programs and pairs of a few seeds each, without times. */
const programs = [convolutional, transformer, vocabulary].flatMap((draw) =>
  Array.from({ length: 14 }, (_, seed) => features(draw(seed))),
);
const pairs = pairFamilies.map(({ before, after }) => [features(before(1)), features(after(1))]);
const others = Array.from({ length: 10 }, (_, seed) => features(unseen(seed)));

/** A machine that takes what these coefficients say, give or take `noise`. */
function machine(coefficients: Float64Array, noise: (i: number) => number = () => 1): Timed[] {
  return [...programs.map((own) => [own]), ...pairs].map((own, i) => ({
    family: "any",
    features: own,
    times: own.map((one) => [predict(one, coefficients) * noise(i)]),
  }));
}

/** How far off what was fitted is on programs it has not seen. */
function error(fitted: Float64Array, truth: Float64Array): number {
  return meanError(
    others.map((own) => predict(own, fitted)),
    others.map((own) => predict(own, truth)),
  );
}

describe("synthetic machines", () => {
  test("the roofline's own machine is left as it is", () => {
    const fitted = fitCoefficients(evidenceOf(machine(rooflineCoefficients)));
    fitted.forEach((own, i) => {
      expect(Math.abs(own - (rooflineCoefficients[i] as number))).toBeLessThan(1e-6);
    });
  });

  test("a machine three times as slow is that at once, where nothing was measured, too", () => {
    const slow = rooflineCoefficients.map((own) => 3 * own);
    const fitted = fitCoefficients(evidenceOf(machine(slow)));
    fitted.forEach((own, i) => {
      expect(Math.abs(own / 3 - (rooflineCoefficients[i] as number))).toBeLessThan(0.02);
    });
    expect(error(fitted, slow)).toBeLessThan(0.01);
  });

  test("a machine on which each path has a speed of its own is recovered to a few percent", () => {
    const speeds = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), {
      minLength: featureCount,
      maxLength: featureCount,
    });
    fc.assert(
      fc.property(speeds, (speed) => {
        const truth = rooflineCoefficients.map((own, i) => own * (speed[i] as number));
        const fitted = fitCoefficients(evidenceOf(machine(truth)));
        expect(error(fitted, truth)).toBeLessThan(0.5 * error(rooflineCoefficients, truth));
        expect(error(fitted, truth)).toBeLessThan(0.08);
      }),
      { numRuns: 5 },
    );
  });

  test("a few measurements gone wrong bend nothing", () => {
    const truth = rooflineCoefficients.map((own, i) => own * (1 + (i % 3) / 3));
    const fitted = fitCoefficients(evidenceOf(machine(truth, (i) => (i % 9 === 0 ? 4 : 1))));
    expect(error(fitted, truth)).toBeLessThan(0.08);
  });

  test("no coefficient is negative, and none of what the roofline charges is free", () => {
    const times = machine(rooflineCoefficients, (i) => 0.2 + ((i * 7) % 10) / 3);
    fitCoefficients(evidenceOf(times)).forEach((own, i) => {
      if ((rooflineCoefficients[i] as number) > 0) expect(own).toBeGreaterThan(0);
      else expect(own).toBeGreaterThanOrEqual(0);
    });
  });
});

test.each([0, -1, Number.NaN, Infinity])("a time of %d µs is refused", (time) => {
  const samples = [{ features: new Float64Array(featureCount), time }];
  expect(() => fitCoefficients({ samples, pairs: [] })).toThrow(`a measured time is ${time} µs`);
});

test("nothing measured is the roofline", () => {
  const fitted = fitCoefficients({ samples: [], pairs: [] });
  fitted.forEach((own, i) => {
    expect(own).toBeCloseTo(rooflineCoefficients[i] as number, 9);
  });
});
