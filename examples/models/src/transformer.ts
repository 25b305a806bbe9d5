// The parts of a transformer, spelt as PyTorch's exporter spells them at opset 14: layer normalisation, GELU and attention in pieces.
import type { ModelBuilder, Value } from "@rewright/onnx";
import { index, ints, scalar, type Weights } from "./weights.ts";

/** What the parts are built with: where the nodes go and where the weights come from. */
export interface Site {
  readonly b: ModelBuilder;
  readonly w: Weights;
}

/** Shapes of attention: what a Reshape is told, computed in the graph where the sizes are open. */
export interface Sizes {
  readonly hidden: number;
  readonly heads: number;
  /** [batch, sequence, heads, hidden / heads] and [batch, sequence, hidden] of a tensor that starts [batch, sequence]. */
  split(x: Value): Value;
  merge(x: Value): Value;
}

/** Sizes known when the model is built. */
export function fixedSizes(
  b: ModelBuilder,
  of: { batch: number; sequence: number; hidden: number; heads: number },
): Sizes {
  const { batch, sequence, hidden, heads } = of;
  return {
    hidden,
    heads,
    split: () => b.constant(ints(batch, sequence, heads, hidden / heads)),
    merge: () => b.constant(ints(batch, sequence, hidden)),
  };
}

/** Sizes that the graph computes as it runs: Shape, Gather, Unsqueeze, Concat, as an export with dynamic axes does. */
export function openSizes(b: ModelBuilder, of: { hidden: number; heads: number }): Sizes {
  const { hidden, heads } = of;
  const axis = (x: Value, i: number): Value =>
    b.node("Unsqueeze", [
      b.node("Gather", [b.node("Shape", [x]), b.constant(index(i))], { axis: 0 }),
      b.constant(ints(0)),
    ]);
  const target = (x: Value, ...rest: readonly number[]): Value =>
    b.node("Concat", [axis(x, 0), axis(x, 1), ...rest.map((n) => b.constant(ints(n)))], {
      axis: 0,
    });
  return {
    hidden,
    heads,
    split: (x) => target(x, heads, hidden / heads),
    merge: (x) => target(x, hidden),
  };
}

/** x·W + b, bias first, as `torch.nn.Linear` on three dimensions is exported. */
export function linear({ b, w }: Site, x: Value, from: number, to: number): Value {
  const product = b.node("MatMul", [x, b.constant(w.normal([from, to]))]);
  return b.node("Add", [b.constant(w.normal([to], 0.1)), product]);
}

/** Layer normalisation over the last axis, in nine operators. */
export function layerNorm({ b, w }: Site, x: Value, size: number, epsilon = 1e-12): Value {
  const mean = b.node("ReduceMean", [x], { axes: [-1] });
  const centred = b.node("Sub", [x, mean]);
  const square = b.node("Pow", [centred, b.constant(scalar(2))]);
  const variance = b.node("ReduceMean", [square], { axes: [-1] });
  const deviation = b.node("Sqrt", [b.node("Add", [variance, b.constant(scalar(epsilon))])]);
  const normal = b.node("Div", [centred, deviation]);
  const scaled = b.node("Mul", [normal, b.constant(w.nearOne([size]))]);
  return b.node("Add", [scaled, b.constant(w.normal([size], 0.1))]);
}

/** GELU by the error function, as `torch.nn.GELU()` is exported. */
export function gelu({ b }: Site, x: Value): Value {
  const erf = b.node("Erf", [b.node("Div", [x, b.constant(scalar(Math.SQRT2))])]);
  const twice = b.node("Mul", [x, b.node("Add", [erf, b.constant(scalar(1))])]);
  return b.node("Mul", [twice, b.constant(scalar(0.5))]);
}

/**
 * A projection with a low-rank adapter beside it that nobody merged: x·W + b + α·(x·A)·B (Hu et al., "LoRA", section 4.1).
 */
export const adapted =
  (rank: number, scale = 2): Projection =>
  (site, x, from, to) => {
    const { b, w } = site;
    const down = b.node("MatMul", [x, b.constant(w.normal([from, rank]))]);
    const up = b.node("MatMul", [down, b.constant(w.normal([rank, to]))]);
    return b.node("Add", [
      linear(site, x, from, to),
      b.node("Mul", [up, b.constant(scalar(scale))]),
    ]);
  };

/** A projection of x by hidden × hidden weights: `linear`, or one with an adapter beside it. */
export type Projection = (site: Site, x: Value, from: number, to: number) => Value;

/** Multi-head self-attention with its output projection, the residual sum left to the caller. */
function attention(
  site: Site,
  x: Value,
  sizes: Sizes,
  mask: Value | undefined,
  project: Projection = linear,
): Value {
  const { b } = site;
  const { hidden, heads } = sizes;
  const split = (v: Value, perm: readonly number[]): Value =>
    b.node("Transpose", [b.node("Reshape", [v, sizes.split(v)])], { perm });
  const query = split(project(site, x, hidden, hidden), [0, 2, 1, 3]);
  const key = split(linear(site, x, hidden, hidden), [0, 2, 3, 1]);
  const value = split(project(site, x, hidden, hidden), [0, 2, 1, 3]);
  const scores = b.node("Div", [
    b.node("MatMul", [query, key]),
    b.constant(scalar(Math.sqrt(hidden / heads))),
  ]);
  const masked = mask ? b.node("Add", [scores, mask]) : scores;
  const context = b.node("MatMul", [b.node("Softmax", [masked], { axis: -1 }), value]);
  const rows = b.node("Transpose", [context], { perm: [0, 2, 1, 3] });
  return linear(site, b.node("Reshape", [rows, sizes.merge(rows)]), hidden, hidden);
}

/** A post-norm encoder layer, BERT's: attention, residual, norm; feed-forward with GELU, residual, norm. */
export function encoderLayer(
  site: Site,
  x: Value,
  sizes: Sizes,
  inner: number,
  mask: Value | undefined,
  project?: Projection,
): Value {
  const { b } = site;
  const { hidden } = sizes;
  const attended = b.node("Add", [attention(site, x, sizes, mask, project), x]);
  const normal = layerNorm(site, attended, hidden);
  const fed = linear(site, gelu(site, linear(site, normal, hidden, inner)), inner, hidden);
  return layerNorm(site, b.node("Add", [fed, normal]), hidden);
}
