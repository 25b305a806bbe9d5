/**
 * Normalization: BatchNormalization, LayerNormalization, RMSNormalization, InstanceNormalization, GroupNormalization,
 * LpNormalization, MeanVarianceNormalization, LRN.
 *
 * @module
 */

import type { Attrs, Dim, DType, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { broadcastStrides, offsets, sizeOf } from "../array.ts";
import {
  commonDType,
  floatAttr,
  formatType,
  intAttr,
  intsAttr,
  isFloat,
  normalizeAxes,
  normalizeAxis,
  operandAt,
  requireBroadcastable,
  requireDType,
  requireRank,
  ShapeError,
  unifyDims,
} from "../typing.ts";
import { doublesOf, floats } from "./elementwise.ts";
import { type Lanes, lanesOf } from "./lanes.ts";
import { checked, type Ops } from "./operator.ts";

const epsilon = { type: "float", default: Math.fround(1e-5) } as const;

/** Mean and (population) variance of one lane. */
function momentsOf(
  cells: Float64Array,
  start: number,
  steps: Int32Array,
): { readonly mean: number; readonly variance: number } {
  let mean = 0;
  for (const step of steps) mean += cells[start + step] as number;
  mean /= steps.length;
  let variance = 0;
  for (const step of steps) variance += ((cells[start + step] as number) - mean) ** 2;
  return { mean, variance: variance / steps.length };
}

/** Makes each lane have mean 0 and variance 1, up to `eps`. */
function standardized(
  cells: Float64Array,
  { starts, steps }: Lanes,
  eps: number,
): { cells: Float64Array; means: Float64Array; inverses: Float64Array } {
  const out = new Float64Array(cells.length);
  const means = new Float64Array(starts.length);
  const inverses = new Float64Array(starts.length);
  for (const [lane, start] of starts.entries()) {
    const { mean, variance } = momentsOf(cells, start, steps);
    const inverse = 1 / Math.sqrt(variance + eps);
    for (const step of steps)
      out[start + step] = ((cells[start + step] as number) - mean) * inverse;
    means[lane] = mean;
    inverses[lane] = inverse;
  }
  return { cells: out, means, inverses };
}

/** cells * scale + shift, where the latter are broadcast to `shape`. */
function affine(
  dtype: DType,
  shape: readonly number[],
  cells: Float64Array,
  scale: NdArray,
  shift?: NdArray,
): NdArray {
  const at = (array: NdArray) => offsets(shape, broadcastStrides(array.shape, shape));
  const [scales, scaleAt] = [doublesOf(scale), at(scale)];
  const shifts = shift === undefined ? undefined : doublesOf(shift);
  const shiftAt = shift === undefined ? undefined : at(shift);
  return floats(dtype, shape, (out) => {
    for (let i = 0; i < cells.length; i++)
      out[i] =
        (cells[i] as number) * (scales[scaleAt[i] as number] as number) +
        (shifts?.[shiftAt?.[i] as number] ?? 0);
  });
}

/** One entry for each channel, so shaped that it broadcasts over a tensor of this rank. */
function perChannel(array: NdArray, rank: number): NdArray {
  return { ...array, shape: [...array.shape, ...new Array<number>(rank - 2).fill(1)] };
}

function requireChannels(x: TensorType, entries: readonly (TensorType | undefined)[]): void {
  for (const entry of entries) {
    if (entry === undefined) continue;
    requireRank(entry, 1, "an operand with an entry for each channel");
    requireDType(entry, isFloat, "floats");
    unifyDims(entry.shape[0] as Dim, x.shape[1] ?? 1, "entries and channels");
  }
}

function requireFloats(operands: readonly (TensorType | undefined)[], least: number): TensorType {
  const x = operandAt(operands, 0);
  requireDType(x, isFloat, "floats");
  if (x.shape.length < least)
    throw new ShapeError(`rank ${least} or more expected, not ${formatType(x)}`);
  return x;
}

// ── BatchNormalization ───────────────────────────────────────────────────────

const batchNormalization: OpDef = {
  operands: [
    { name: "X" },
    { name: "scale" },
    { name: "B" },
    { name: "input_mean" },
    { name: "input_var" },
  ],
  attrs: {
    epsilon,
    momentum: { type: "float", default: Math.fround(0.9) },
    training_mode: { type: "int", default: 0 },
  },
  infer(operands, attrs, count) {
    const x = requireFloats(operands, 2);
    requireChannels(x, operands.slice(1));
    commonDType(operands.slice(1, 3));
    const running = commonDType(operands.slice(3));
    floatAttr(attrs, "epsilon");
    const y = { dtype: x.dtype, shape: x.shape };
    if (intAttr(attrs, "training_mode") === 0) {
      if (count > 1) throw new ShapeError("running mean and variance are results of training only");
      return [y];
    }
    const moments = { dtype: running, shape: [x.shape[1] as Dim] };
    return [y, moments, moments];
  },
  evaluate(operands, attrs) {
    const [x, scale, shift, mean, variance] = [0, 1, 2, 3, 4].map((i) =>
      operandAt(operands, i),
    ) as [NdArray, NdArray, NdArray, NdArray, NdArray];
    const eps = floatAttr(attrs, "epsilon");
    const rank = x.shape.length;
    const cells = doublesOf(x);
    const { starts, steps } = lanesOf(
      x.shape,
      x.shape.map((_, axis) => axis).filter((axis) => axis !== 1),
    );
    const training = intAttr(attrs, "training_mode") !== 0;
    const [means, variances] = [doublesOf(mean), doublesOf(variance)];
    const moments = Array.from(starts, (start, channel) =>
      training
        ? momentsOf(cells, start, steps)
        : { mean: means[channel] as number, variance: variances[channel] as number },
    );
    for (const [channel, start] of starts.entries()) {
      const { mean: center, variance: spread } = moments[channel] as (typeof moments)[number];
      for (const step of steps)
        cells[start + step] = ((cells[start + step] as number) - center) / Math.sqrt(spread + eps);
    }
    const y = affine(x.dtype, x.shape, cells, perChannel(scale, rank), perChannel(shift, rank));
    if (!training) return [y];
    const keep = floatAttr(attrs, "momentum");
    const running = (old: NdArray, now: readonly number[]) => {
      const before = doublesOf(old);
      return floats(old.dtype, old.shape, (out) => {
        for (const [i, x] of now.entries()) out[i] = (before[i] as number) * keep + x * (1 - keep);
      });
    };
    return [
      y,
      running(
        mean,
        moments.map((m) => m.mean),
      ),
      running(
        variance,
        moments.map((m) => m.variance),
      ),
    ];
  },
};

// ── LayerNormalization, RMSNormalization ─────────────────────────────────────

/** The axes from `axis` on. */
function trailingAxes(attrs: Attrs, rank: number): readonly number[] {
  const first = normalizeAxis(intAttr(attrs, "axis"), rank);
  return Array.from({ length: rank - first }, (_, i) => first + i);
}

const layerAttrs = {
  axis: { type: "axis", default: -1 },
  epsilon,
  stash_type: { type: "int", default: 1 },
} as const;

/** ONNX's numbers of the element types in which statistics may be kept. */
function stashType(attrs: Attrs): DType {
  const code = intAttr(attrs, "stash_type");
  if (code === 1) return "f32";
  if (code === 16) return "bf16";
  throw new ShapeError(`stash_type must be 1 (f32) or 16 (bf16), not ${code}`);
}

const layerNormalization: OpDef = {
  operands: [{ name: "X" }, { name: "Scale" }, { name: "B", optional: true }],
  resultNames: ["Y", "Mean", "InvStdDev"],
  attrs: layerAttrs,
  infer(operands, attrs) {
    const x = requireFloats(operands, 1);
    commonDType(operands);
    floatAttr(attrs, "epsilon");
    const axes = trailingAxes(attrs, x.shape.length);
    const normalized = x.shape.slice(axes[0]);
    requireBroadcastable(operandAt(operands, 1).shape, normalized, "Scale");
    if (operands[2] !== undefined) requireBroadcastable(operands[2].shape, normalized, "B");
    const shape = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
    const stash = { dtype: stashType(attrs), shape };
    return [{ dtype: x.dtype, shape: x.shape }, stash, stash];
  },
  evaluate(operands, attrs) {
    const x = operandAt(operands, 0);
    const axes = trailingAxes(attrs, x.shape.length);
    const { cells, means, inverses } = standardized(
      doublesOf(x),
      lanesOf(x.shape, axes),
      floatAttr(attrs, "epsilon"),
    );
    const shape = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
    const stash = (values: Float64Array) =>
      floats(stashType(attrs), shape, (out) => {
        for (const [i, value] of values.entries()) out[i] = value;
      });
    return [
      affine(x.dtype, x.shape, cells, operandAt(operands, 1), operands[2]),
      stash(means),
      stash(inverses),
    ];
  },
};

const rmsNormalization: OpDef = {
  operands: [{ name: "X" }, { name: "scale" }],
  attrs: layerAttrs,
  infer(operands, attrs) {
    const x = requireFloats(operands, 1);
    const scale = operandAt(operands, 1);
    requireDType(scale, isFloat, "floats");
    trailingAxes(attrs, x.shape.length);
    floatAttr(attrs, "epsilon");
    requireBroadcastable(scale.shape, x.shape, "scale");
    return [{ dtype: scale.dtype, shape: x.shape }];
  },
  evaluate(operands, attrs) {
    const [x, scale] = [operandAt(operands, 0), operandAt(operands, 1)];
    const { starts, steps } = lanesOf(x.shape, trailingAxes(attrs, x.shape.length));
    const cells = doublesOf(x);
    for (const start of starts) {
      let squares = 0;
      for (const step of steps) squares += (cells[start + step] as number) ** 2;
      const inverse = 1 / Math.sqrt(squares / steps.length + floatAttr(attrs, "epsilon"));
      for (const step of steps) cells[start + step] = (cells[start + step] as number) * inverse;
    }
    return [affine(scale.dtype, x.shape, cells, scale)];
  },
};

// ── InstanceNormalization, GroupNormalization ────────────────────────────────

/** Standardizes runs of whole channels of each sample, then scales and shifts each channel. */
function grouped(
  operands: readonly (NdArray | undefined)[],
  attrs: Attrs,
  groups: number,
): NdArray {
  const x = operandAt(operands, 0);
  const [batch = 0, channels = 0] = x.shape;
  const folded = [batch, groups, (channels / groups) * sizeOf(x.shape.slice(2))];
  const { cells } = standardized(doublesOf(x), lanesOf(folded, [2]), floatAttr(attrs, "epsilon"));
  const rank = x.shape.length;
  return affine(
    x.dtype,
    x.shape,
    cells,
    perChannel(operandAt(operands, 1), rank),
    perChannel(operandAt(operands, 2), rank),
  );
}

const instanceNormalization: OpDef = {
  operands: [{ name: "input" }, { name: "scale" }, { name: "B" }],
  attrs: { epsilon },
  infer(operands, attrs) {
    const x = requireFloats(operands, 3);
    commonDType(operands);
    requireChannels(x, operands.slice(1));
    floatAttr(attrs, "epsilon");
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: (operands, attrs) => [
    grouped(operands, attrs, operandAt(operands, 0).shape[1] as number),
  ],
};

const groupNormalization: OpDef = {
  operands: [{ name: "X" }, { name: "scale" }, { name: "bias" }],
  attrs: {
    epsilon,
    num_groups: { type: "int", required: true },
    stash_type: { type: "int", default: 1 },
  },
  infer(operands, attrs) {
    const x = requireFloats(operands, 2);
    commonDType(operands);
    requireChannels(x, operands.slice(1));
    floatAttr(attrs, "epsilon");
    const groups = intAttr(attrs, "num_groups");
    const channels = x.shape[1] as Dim;
    if (groups < 1 || (typeof channels === "number" && channels % groups !== 0))
      throw new ShapeError(`${channels} channels cannot be cut into ${groups} groups`);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: (operands, attrs) => [grouped(operands, attrs, intAttr(attrs, "num_groups"))],
};

// ── Norms along axes ─────────────────────────────────────────────────────────

const lpNormalization: OpDef = {
  operands: [{ name: "input" }],
  attrs: { axis: { type: "axis", default: -1 }, p: { type: "int", default: 2 } },
  infer(operands, attrs) {
    const x = requireFloats(operands, 1);
    normalizeAxis(intAttr(attrs, "axis"), x.shape.length);
    const p = intAttr(attrs, "p");
    if (p !== 1 && p !== 2) throw new ShapeError(`p must be 1 or 2, not ${p}`);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate(operands, attrs) {
    const x = operandAt(operands, 0);
    const p = intAttr(attrs, "p");
    const { starts, steps } = lanesOf(x.shape, [
      normalizeAxis(intAttr(attrs, "axis"), x.shape.length),
    ]);
    const cells = doublesOf(x);
    return [
      floats(x.dtype, x.shape, (out) => {
        for (const start of starts) {
          let sum = 0;
          for (const step of steps) sum += Math.abs(cells[start + step] as number) ** p;
          const norm = p === 1 ? sum : Math.sqrt(sum);
          for (const step of steps)
            out[start + step] = norm === 0 ? 0 : (cells[start + step] as number) / norm;
        }
      }),
    ];
  },
};

const meanVarianceNormalization: OpDef = {
  operands: [{ name: "X" }],
  attrs: { axes: { type: "axes", default: [0, 2, 3] } },
  infer(operands, attrs) {
    const x = requireFloats(operands, 1);
    normalizeAxes(intsAttr(attrs, "axes") ?? [], x.shape.length);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate(operands, attrs) {
    const x = operandAt(operands, 0);
    const axes = normalizeAxes(intsAttr(attrs, "axes") ?? [], x.shape.length);
    const { starts, steps } = lanesOf(x.shape, axes);
    const cells = doublesOf(x);
    return [
      floats(x.dtype, x.shape, (out) => {
        for (const start of starts) {
          const { mean, variance } = momentsOf(cells, start, steps);
          for (const step of steps)
            out[start + step] =
              ((cells[start + step] as number) - mean) / (Math.sqrt(variance) + 1e-9);
        }
      }),
    ];
  },
};

/** Local response normalization (Krizhevsky et al. 2012, 3.3). */
const lrn: OpDef = {
  operands: [{ name: "X" }],
  attrs: {
    alpha: { type: "float", default: Math.fround(1e-4) },
    beta: { type: "float", default: 0.75 },
    bias: { type: "float", default: 1 },
    size: { type: "int", required: true },
  },
  infer(operands, attrs) {
    const x = requireFloats(operands, 3);
    for (const name of ["alpha", "beta", "bias"]) floatAttr(attrs, name);
    const size = intAttr(attrs, "size");
    if (size < 1) throw new ShapeError(`size must be 1 or more, not ${size}`);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate(operands, attrs) {
    const x = operandAt(operands, 0);
    const [alpha, beta, bias] = ["alpha", "beta", "bias"].map((name) => floatAttr(attrs, name)) as [
      number,
      number,
      number,
    ];
    const size = intAttr(attrs, "size");
    const { starts, steps } = lanesOf(x.shape, [1]);
    const cells = doublesOf(x);
    return [
      floats(x.dtype, x.shape, (out) => {
        for (const start of starts)
          for (const [channel, step] of steps.entries()) {
            const near = steps.subarray(
              Math.max(0, channel - Math.floor((size - 1) / 2)),
              channel + Math.ceil((size - 1) / 2) + 1,
            );
            let squares = 0;
            for (const other of near) squares += (cells[start + other] as number) ** 2;
            out[start + step] =
              (cells[start + step] as number) / (bias + (alpha / size) * squares) ** beta;
          }
      }),
    ];
  },
};

/** The normalizations. */
export const normalizations: Ops = checked({
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  LRN: lrn,
});
