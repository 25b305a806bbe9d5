/**
 * Distributions along one axis: Softmax, LogSoftmax, Hardmax.
 *
 * @module
 */

import type { Attrs, OpDef, TensorType } from "@rewright/plugin";
import { intAttr, isFloat, normalizeAxis, operandAt, requireDType } from "../typing.ts";
import { doublesOf, floats } from "./elementwise.ts";
import { lanesOf } from "./lanes.ts";
import { checked, type Ops } from "./operator.ts";

/** Turns one lane into its result, in place. */
type Lane = (lane: Float64Array) => void;

function softmaxLane(lane: Float64Array): void {
  const greatest = lane.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let i = 0; i < lane.length; i++) sum += lane[i] = Math.exp((lane[i] as number) - greatest);
  for (let i = 0; i < lane.length; i++) lane[i] = (lane[i] as number) / sum;
}

function logSoftmaxLane(lane: Float64Array): void {
  const greatest = lane.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (const x of lane) sum += Math.exp(x - greatest);
  const log = Math.log(sum);
  for (let i = 0; i < lane.length; i++) lane[i] = (lane[i] as number) - greatest - log;
}

function hardmaxLane(lane: Float64Array): void {
  let best = 0;
  for (let i = 1; i < lane.length; i++) if ((lane[i] as number) > (lane[best] as number)) best = i;
  lane.fill(0);
  if (lane.length > 0) lane[best] = 1;
}

function alongAxis(f: Lane): OpDef {
  const axisOf = (type: Pick<TensorType, "shape">, attrs: Attrs) =>
    normalizeAxis(intAttr(attrs, "axis"), type.shape.length);
  return {
    operands: [{ name: "input" }],
    attrs: { axis: { type: "axis", default: -1 } },
    infer(operands, attrs) {
      const x = operandAt(operands, 0);
      requireDType(x, isFloat, "floats");
      axisOf(x, attrs);
      return [{ dtype: x.dtype, shape: x.shape }];
    },
    evaluate(operands, attrs) {
      const x = operandAt(operands, 0);
      const { starts, steps } = lanesOf(x.shape, [axisOf(x, attrs)]);
      const cells = doublesOf(x);
      const lane = new Float64Array(steps.length);
      return [
        floats(x.dtype, x.shape, (out) => {
          for (const start of starts) {
            for (let i = 0; i < lane.length; i++)
              lane[i] = cells[start + (steps[i] as number)] as number;
            f(lane);
            for (let i = 0; i < lane.length; i++)
              out[start + (steps[i] as number)] = lane[i] as number;
          }
        }),
      ];
    },
  };
}

/** Softmax, LogSoftmax, Hardmax. */
export const softmaxes: Ops = checked({
  Softmax: alongAxis(softmaxLane),
  LogSoftmax: alongAxis(logSoftmaxLane),
  Hardmax: alongAxis(hardmaxLane),
});
