import type { Graph } from "@rewright/plugin";
import { executionOf } from "../execution.ts";
import { type Accountant, sharing } from "../model.ts";
import { pathNames } from "../paths.ts";

/** The parts of a path's time, each with a coefficient: its start, the longer and the shorter of arithmetic and traffic, and the rest. */
export const partNames = ["start", "longer", "shorter", "extra"] as const;

/** How many coefficients there are: each part of each path, and what a run takes by itself. */
export const featureCount: number = pathNames.length * partNames.length + 1;

/** What a run takes on any program, in µs: onnxruntime-node 1.30, measured. */
const runTime = 10;

/** The coefficients of a roofline: the longer of arithmetic and traffic counts, the shorter is hidden behind it. */
export const rooflineCoefficients: Float64Array = Float64Array.from(
  { length: featureCount },
  (_, i) => {
    if (i === featureCount - 1) return 1;
    return partNames[i % partNames.length] === "shorter" ? 0 : 1;
  },
);

/** What a program's time is made of: for each coefficient, the µs that a coefficient of 1 stands for. */
export function featuresOf(graph: Graph, accounts: Accountant): Float64Array {
  const { threads } = accounts;
  const features = new Float64Array(featureCount);
  const add = (at: number, nanoseconds: number): void => {
    features[at] = (features[at] as number) + nanoseconds / 1000;
  };
  executionOf(graph, accounts, (step) => {
    const share = sharing(step, threads);
    const at = step.path * partNames.length;
    add(at, share * step.start);
    add(at + 1, share * Math.max(step.arithmetic, step.traffic));
    add(at + 2, share * Math.min(step.arithmetic, step.traffic));
    add(at + 3, share * step.extra);
  });
  features[featureCount - 1] = runTime;
  return features;
}

/** The time that coefficients predict, in µs. */
export function predict(features: Float64Array, coefficients: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < features.length; i++)
    sum += (features[i] as number) * (coefficients[i] as number);
  return sum;
}
