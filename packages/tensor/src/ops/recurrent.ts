/**
 * Recurrent layers: their shapes. They have no reference semantics.
 *
 * @module
 */

import type { Attrs, Dim, OpDef, TensorType } from "@rewright/plugin";
import {
  commonDType,
  formatType,
  intAttr,
  operandAt,
  requireRank,
  ShapeError,
  stringAttr,
  unifyDims,
} from "../typing.ts";
import { type AttrDefs, checked, type Ops } from "./operator.ts";

const DIRECTIONS = ["forward", "reverse", "bidirectional"] as const;

const ATTRS: AttrDefs = {
  activation_alpha: { type: "floats" },
  activation_beta: { type: "floats" },
  activations: { type: "strings" },
  clip: { type: "float" },
  direction: { type: DIRECTIONS, default: "forward" },
  hidden_size: { type: "int" },
  layout: { type: "int", default: 0 },
};

/** A dimension of an operand that must be a certain number. */
function requireDim(type: TensorType, axis: number, size: Dim, what: string): void {
  unifyDims(type.shape[axis] as Dim, size, `dimension ${axis} of ${what} ${formatType(type)}`);
}

/** The results of a layer with `gates` gates: the sequence of hidden states, then as many last states as it has. */
function recurrentTypes(
  operands: readonly (TensorType | undefined)[],
  attrs: Attrs,
  gates: number,
  states: number,
): readonly TensorType[] {
  const x = operandAt(operands, 0);
  const weights = operandAt(operands, 1);
  const recurrence = operandAt(operands, 2);
  const bias = operands[3];
  const dtype = commonDType([x, weights, recurrence, bias]);
  for (const [type, what] of [
    [x, "X"],
    [weights, "W"],
    [recurrence, "R"],
  ] as const)
    requireRank(type, 3, what);
  const directions = stringAttr(attrs, "direction", "forward") === "bidirectional" ? 2 : 1;
  const given = attrs["hidden_size"] === undefined ? undefined : intAttr(attrs, "hidden_size");
  const own = recurrence.shape[2] as Dim;
  const hidden = given === undefined ? own : unifyDims(given, own, "hidden_size and R");
  requireDim(weights, 0, directions, "W");
  requireDim(recurrence, 0, directions, "R");
  requireDim(weights, 2, x.shape[2] as Dim, "W");
  if (typeof hidden === "number") {
    requireDim(weights, 1, gates * hidden, "W");
    requireDim(recurrence, 1, gates * hidden, "R");
    if (bias !== undefined) {
      requireRank(bias, 2, "B");
      requireDim(bias, 1, 2 * gates * hidden, "B");
    }
  }
  const layout = intAttr(attrs, "layout", 0);
  if (layout !== 0 && layout !== 1) throw new ShapeError(`layout must be 0 or 1, not ${layout}`);
  const [first, second] = x.shape as readonly Dim[] as [Dim, Dim];
  const sequence =
    layout === 0 ? [first, directions, second, hidden] : [first, second, directions, hidden];
  const last = layout === 0 ? [directions, second, hidden] : [first, directions, hidden];
  return [
    { dtype, shape: sequence },
    ...Array.from({ length: states }, () => ({ dtype, shape: last })),
  ];
}

const OPERANDS: OpDef["operands"] = [
  { name: "X" },
  { name: "W" },
  { name: "R" },
  { name: "B", optional: true },
  { name: "sequence_lens", optional: true },
  { name: "initial_h", optional: true },
];

/** RNN, GRU, LSTM. */
export const recurrentOps: Ops = checked({
  RNN: {
    operands: OPERANDS,
    attrs: { ...ATTRS, activations: { type: "strings", default: ["Tanh", "Tanh"] } },
    infer: (operands, attrs) => recurrentTypes(operands, attrs, 1, 1),
  },

  GRU: {
    operands: OPERANDS,
    resultNames: ["Y", "Y_h"],
    attrs: { ...ATTRS, linear_before_reset: { type: "int", default: 0 } },
    infer: (operands, attrs) => recurrentTypes(operands, attrs, 3, 1),
  },

  LSTM: {
    operands: [...OPERANDS, { name: "initial_c", optional: true }, { name: "P", optional: true }],
    resultNames: ["Y", "Y_h", "Y_c"],
    attrs: { ...ATTRS, input_forget: { type: "int", default: 0 } },
    infer: (operands, attrs) => recurrentTypes(operands, attrs, 4, 2),
  },
});
