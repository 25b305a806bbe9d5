/**
 * Attention (Vaswani et al. 2017), with grouped heads, masks, a soft cap and a cache of keys and values, as ONNX 23 has it.
 *
 * @module
 */

import type { Attrs, Dim, DType, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { broadcastStrides, offsets, sizeOf } from "../array.ts";
import { addDims, divideDims, multiplyDims } from "../dim.ts";
import { joined, reshaped, transposed } from "../layout.ts";
import { multiplyMatrices } from "../matmul.ts";
import {
  commonDType,
  floatAttr,
  formatType,
  intAttr,
  isFloat,
  isInteger,
  operandAt,
  requireBroadcastable,
  requireDType,
  requireRank,
  ShapeError,
  unifyDims,
} from "../typing.ts";
import { doublesOf, floats } from "./elementwise.ts";
import { checked, type Ops } from "./operator.ts";

// ── Shapes ───────────────────────────────────────────────────────────────────

/** A shape [batch, heads, length, size], also of an operand [batch, length, heads * size]. */
type Heads = readonly [batch: Dim, heads: Dim, length: Dim, size: Dim];

function headsOf(shape: readonly Dim[], attrs: Attrs, attr: string): Heads {
  if (shape.length === 4) return shape as readonly Dim[] as Heads;
  const [batch, length, hidden] = shape as readonly [Dim, Dim, Dim];
  const heads = intAttr(attrs, attr);
  if (heads < 1 || (typeof hidden === "number" && hidden % heads !== 0))
    throw new ShapeError(`${hidden} features cannot be cut into ${heads} heads ('${attr}')`);
  return [batch, heads, length, divideDims(hidden, heads) as Dim];
}

interface Shapes {
  readonly q: Heads;
  readonly k: Heads;
  readonly v: Heads;
  /** How many keys there are, with those of the cache. */
  readonly total: Dim;
}

function shapesOf(
  operands: readonly (Pick<TensorType, "shape"> | undefined)[],
  attrs: Attrs,
): Shapes {
  const q = headsOf(operandAt(operands, 0).shape, attrs, "q_num_heads");
  const k = headsOf(operandAt(operands, 1).shape, attrs, "kv_num_heads");
  const v = headsOf(operandAt(operands, 2).shape, attrs, "kv_num_heads");
  unifyDims(q[0], unifyDims(k[0], v[0], "batches"), "batches");
  unifyDims(k[1], v[1], "heads of K and V");
  unifyDims(k[2], v[2], "lengths of K and V");
  unifyDims(q[3], k[3], "sizes of the heads of Q and K");
  if (typeof q[1] === "number" && typeof k[1] === "number" && q[1] % k[1] !== 0)
    throw new ShapeError(`${q[1]} heads of Q cannot share ${k[1]} heads of K`);
  const past = operands[4]?.shape[2] ?? 0;
  return { q, k, v, total: addDims(past, k[2]) };
}

function requireCache(cache: TensorType, like: Heads, what: string): void {
  requireRank(cache, 4, what);
  for (const axis of [0, 1, 3])
    unifyDims(
      cache.shape[axis] as Dim,
      like[axis] as Dim,
      `dimensions ${axis} of ${what} and of what it extends`,
    );
}

function inferAttention(
  operands: readonly (TensorType | undefined)[],
  attrs: Attrs,
): readonly TensorType[] {
  const [q, k, v] = [0, 1, 2].map((i) => operandAt(operands, i)) as [
    TensorType,
    TensorType,
    TensorType,
  ];
  const [mask, pastKey, pastValue] = operands.slice(3);
  commonDType([q, k, pastKey]);
  commonDType([v, pastValue]);
  requireDType(q, isFloat, "floats");
  requireDType(v, isFloat, "floats");
  const rank = q.shape.length;
  if (rank !== 3 && rank !== 4)
    throw new ShapeError(`Q must have rank 3 or 4, not ${formatType(q)}`);
  requireRank(k, rank, "K");
  requireRank(v, rank, "V");
  if ((pastKey === undefined) !== (pastValue === undefined))
    throw new ShapeError("past_key and past_value must be given together");
  const shapes = shapesOf(operands, attrs);
  if (pastKey !== undefined && pastValue !== undefined) {
    requireCache(pastKey, shapes.k, "past_key");
    requireCache(pastValue, shapes.v, "past_value");
    unifyDims(
      pastKey.shape[2] as Dim,
      pastValue.shape[2] as Dim,
      "lengths of past_key and past_value",
    );
  }
  const [batch, heads, length] = shapes.q;
  const scores = [batch, heads, length, shapes.total];
  if (mask !== undefined) {
    requireDType(
      mask,
      (d) => d === "bool" || isFloat(d) || isInteger(d),
      "a mask of booleans or numbers",
    );
    const covered = mask.shape.at(-1);
    // A mask may leave out the last keys: they are then not attended to.
    const short =
      typeof covered === "number" && typeof shapes.total === "number" && covered < shapes.total;
    requireBroadcastable(
      mask.shape,
      short && covered !== 1 ? scores.with(3, covered) : scores,
      "attn_mask",
    );
  }
  const mode = intAttr(attrs, "qk_matmul_output_mode");
  if (mode < 0 || mode > 3)
    throw new ShapeError(`qk_matmul_output_mode must be 0 to 3, not ${mode}`);
  return [
    {
      dtype: q.dtype,
      shape:
        rank === 4
          ? [batch, heads, length, shapes.v[3]]
          : [batch, length, multiplyDims(heads, shapes.v[3])],
    },
    { dtype: k.dtype, shape: [batch, shapes.k[1], shapes.total, shapes.k[3]] },
    { dtype: v.dtype, shape: [batch, shapes.v[1], shapes.total, shapes.v[3]] },
    { dtype: q.dtype, shape: scores },
  ];
}

// ── Meaning ──────────────────────────────────────────────────────────────────

/** An operand as [batch, heads, length, size]. */
function unfolded(x: NdArray, [batch, heads, length, size]: Heads): NdArray {
  if (x.shape.length === 4) return x;
  return transposed(reshaped(x, [batch, length, heads, size] as readonly number[]), [0, 2, 1, 3]);
}

/** What is added to the scores: 0 where a query may attend to a key, -∞ where not, or the numbers of a mask. */
function biasOf(
  mask: NdArray | undefined,
  shape: readonly number[],
  past: number,
  causal: boolean,
): Float64Array {
  const bias = new Float64Array(sizeOf(shape));
  const [, , length, total] = shape as [number, number, number, number];
  const covered = mask?.shape.at(-1) ?? total;
  if (mask !== undefined) {
    const short = covered < total && covered !== 1;
    const strides = broadcastStrides(mask.shape, short ? shape.with(3, covered) : shape);
    const cells = doublesOf(mask);
    // Rows are walked one by one, since a short mask has shorter ones.
    const rows = offsets(shape.slice(0, 3), strides.slice(0, 3));
    for (const [row, start] of rows.entries())
      for (let key = 0; key < total; key++) {
        const cell = cells[start + key * (strides[3] as number)] as number;
        const open = mask.dtype === "bool" ? (cell !== 0 ? 0 : Number.NEGATIVE_INFINITY) : cell;
        bias[row * total + key] = short && key >= covered ? Number.NEGATIVE_INFINITY : open;
      }
  }
  if (causal)
    for (let at = 0; at < bias.length; at++)
      if (at % total > (Math.floor(at / total) % length) + past)
        bias[at] = Number.NEGATIVE_INFINITY;
  return bias;
}

/** Softmax of one row of scores; a row whose every bias is -∞ attends to nothing. */
function attend(scores: Float64Array, bias: Float64Array): Float64Array {
  if (bias.every((x) => x === Number.NEGATIVE_INFINITY)) return scores.fill(0);
  const greatest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = scores.map((score) => Math.exp(score - greatest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function toTensor(dtype: DType, shape: readonly number[], cells: Float64Array): NdArray {
  return floats(dtype, shape, (out) => {
    for (let i = 0; i < cells.length; i++) out[i] = cells[i] as number;
  });
}

function evaluateAttention(
  operands: readonly (NdArray | undefined)[],
  attrs: Attrs,
): readonly NdArray[] {
  const shapes = shapesOf(operands, attrs);
  const [batch, heads, length, size] = shapes.q as readonly [number, number, number, number];
  const [total, width] = [shapes.total, shapes.v[3]] as [number, number];
  const sharing = heads / (shapes.k[1] as number);
  const [mask, pastKey, pastValue] = operands.slice(3);
  const query = unfolded(operandAt(operands, 0), shapes.q);
  const extended = (x: NdArray, past: NdArray | undefined) =>
    past === undefined ? x : joined([past, x], 2);
  const key = extended(unfolded(operandAt(operands, 1), shapes.k), pastKey);
  const value = extended(unfolded(operandAt(operands, 2), shapes.v), pastValue);
  // Each operand is multiplied by the root of the scale, so that there is none below zero.
  const root = attrs["scale"] === undefined ? size ** -0.25 : Math.sqrt(floatAttr(attrs, "scale"));
  const scale = root * root;
  const cap = floatAttr(attrs, "softcap");
  const mode = intAttr(attrs, "qk_matmul_output_mode");
  const scoreShape = [batch, heads, length, total];
  const bias = biasOf(mask, scoreShape, pastKey?.shape[2] ?? 0, intAttr(attrs, "is_causal") !== 0);
  const [qs, ks, vs] = [doublesOf(query), doublesOf(key), doublesOf(value)];
  const results = new Float64Array(batch * heads * length * width);
  const shown = new Float64Array(bias.length);
  for (let head = 0; head < batch * heads; head++) {
    const n = Math.floor(head / heads);
    const shared = n * (shapes.k[1] as number) + Math.floor((head % heads) / sharing);
    const scores = multiplyMatrices(
      { cells: qs, start: head * length * size, strides: [size, 1] },
      { cells: ks, start: shared * total * size, strides: [1, size] },
      length,
      size,
      total,
    );
    const start = head * length * total;
    for (let i = 0; i < scores.length; i++) {
      const raw = (scores[i] as number) * scale;
      const capped = cap > 0 ? cap * Math.tanh(raw / cap) : raw;
      scores[i] = capped + (bias[start + i] as number);
      shown[start + i] = [raw, capped, scores[i]][mode] ?? 0;
    }
    for (let row = 0; row < length; row++) {
      const at = row * total;
      const weights = attend(
        scores.subarray(at, at + total),
        bias.subarray(start + at, start + at + total),
      );
      scores.set(weights, at);
      if (mode === 3) shown.set(weights, start + at);
    }
    const product = multiplyMatrices(
      { cells: scores, start: 0, strides: [total, 1] },
      { cells: vs, start: shared * total * width, strides: [width, 1] },
      length,
      total,
      width,
    );
    results.set(product, head * length * width);
  }
  const y = toTensor(query.dtype, [batch, heads, length, width], results);
  const folded =
    operandAt(operands, 0).shape.length === 4
      ? y
      : reshaped(transposed(y, [0, 2, 1, 3]), [batch, length, heads * width]);
  return [folded, key, value, toTensor(query.dtype, scoreShape, shown)];
}

/** Attention. */
export const attentions: Ops = checked({
  Attention: {
    operands: [
      { name: "Q" },
      { name: "K" },
      { name: "V" },
      { name: "attn_mask", optional: true },
      { name: "past_key", optional: true },
      { name: "past_value", optional: true },
    ],
    attrs: {
      is_causal: { type: "int", default: 0 },
      kv_num_heads: { type: "int" },
      q_num_heads: { type: "int" },
      qk_matmul_output_mode: { type: "int", default: 0 },
      scale: { type: "float" },
      softcap: { type: "float", default: 0 },
      softmax_precision: { type: "dtype" },
    },
    infer: inferAttention,
    evaluate: evaluateAttention,
  } satisfies OpDef,
});
