/**
 * Pooling: MaxPool, AveragePool, LpPool, and their global forms.
 *
 * @module
 */

import type { Attrs, Dim, DType, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { sizeOf } from "../array.ts";
import { formatType, intAttr, isFloat, operandAt, requireDType, ShapeError } from "../typing.ts";
import { type Cell, cellsOf, doublesOf, floats, selected } from "./elementwise.ts";
import { type AttrDefs, checked, type Ops } from "./operator.ts";
import {
  ceilMode,
  kernelOf,
  paddingOf,
  positionsOf,
  type Tap,
  tapsOf,
  type Window,
  windowAttrs,
  windowOf,
} from "./window.ts";

const poolAttrs: AttrDefs = {
  ...windowAttrs,
  ceil_mode: { type: "int", default: 0 },
  kernel_shape: { type: "ints", required: true },
};

interface Pool<D extends Dim> {
  readonly window: Window;
  readonly spatial: readonly D[];
  readonly positions: readonly D[];
  readonly shape: readonly D[];
}

function poolOf<D extends Dim>(shape: readonly D[], attrs: Attrs): Pool<D> {
  const spatial = shape.slice(2);
  const window = windowOf(kernelOf(attrs, spatial.length), attrs);
  const positions = positionsOf(window, spatial, ceilMode(attrs)) as readonly D[];
  return { window, spatial, positions, shape: [...shape.slice(0, 2), ...positions] };
}

function requireImage(x: TensorType, allowed: (dtype: DType) => boolean): void {
  requireDType(x, allowed, "elements that the operator takes");
  if (x.shape.length < 3)
    throw new ShapeError(
      `X must have a batch, channels and spatial dimensions, not ${formatType(x)}`,
    );
}

function tapsIn({ window, spatial, positions }: Pool<number>): readonly Tap[] {
  return tapsOf(window, spatial, positions, paddingOf(window, spatial, positions).before);
}

/** `body` for every element of an image that a window meets, cell by cell: its number and that of the position. */
function eachMeeting(
  taps: readonly Tap[],
  body: (position: number, element: number) => void,
): void {
  for (const tap of taps)
    for (let r = 0; r < tap.out.length; r++)
      for (let p = 0; p < tap.length; p++)
        body((tap.out[r] as number) + p, (tap.image[r] as number) + p * tap.step);
}

// ── MaxPool ──────────────────────────────────────────────────────────────────

/** The row-major number of an element, as the number it has with the spatial dimensions in the opposite order. */
function columnMajor(element: number, spatial: readonly number[]): number {
  let rest = element;
  let result = 0;
  for (const size of spatial.toReversed()) {
    result = result * size + (rest % size);
    rest = Math.floor(rest / size);
  }
  return result;
}

function maxPooled(x: NdArray, attrs: Attrs): readonly NdArray[] {
  const pool = poolOf(x.shape, attrs);
  const taps = tapsIn(pool);
  const [imageSize, planeSize] = [sizeOf(pool.spatial), sizeOf(pool.positions)];
  const planes = sizeOf(pool.shape.slice(0, 2));
  const cells = cellsOf(x);
  const found = new Int32Array(planeSize * planes).fill(-1);
  for (let plane = 0; plane < planes; plane++) {
    const [image, start] = [plane * imageSize, plane * planeSize];
    eachMeeting(taps, (position, element) => {
      const held = found[start + position] as number;
      const cell = cells[image + element] as Cell;
      if (held < 0 || cell > (cells[held] as Cell)) found[start + position] = image + element;
    });
  }
  const byColumns = intAttr(attrs, "storage_order") !== 0;
  const indices = BigInt64Array.from(found, (at) => {
    if (!byColumns) return BigInt(at);
    const element = at % imageSize;
    return BigInt(at - element + columnMajor(element, pool.spatial));
  });
  const values = selected(x.dtype, pool.shape, (out) => {
    for (const [i, at] of found.entries())
      out[i] = at < 0 ? (isFloat(x.dtype) ? Number.NEGATIVE_INFINITY : 0) : (cells[at] as Cell);
  });
  return [values, { dtype: "i64", shape: pool.shape, data: indices }];
}

const maxPool: OpDef = {
  operands: [{ name: "X" }],
  resultNames: ["Y", "Indices"],
  attrs: { ...poolAttrs, storage_order: { type: "int", default: 0 } },
  infer(operands, attrs) {
    const x = operandAt(operands, 0);
    requireImage(x, (dtype) => isFloat(dtype) || dtype === "i8" || dtype === "u8");
    const { shape } = poolOf(x.shape, attrs);
    return [
      { dtype: x.dtype, shape },
      { dtype: "i64", shape },
    ];
  },
  evaluate: (operands, attrs) => maxPooled(operandAt(operands, 0), attrs),
};

// ── Averages and norms ───────────────────────────────────────────────────────

/** A pooling that sums something over each window, then turns the sum into the result. */
function summing(
  attrDefs: AttrDefs,
  of: (attrs: Attrs) => (x: number) => number,
  finish: (attrs: Attrs, pool: Pool<number>) => (sum: number, position: number) => number,
): OpDef {
  return {
    operands: [{ name: "X" }],
    attrs: { ...poolAttrs, ...attrDefs },
    infer(operands, attrs) {
      const x = operandAt(operands, 0);
      requireImage(x, isFloat);
      for (const name of Object.keys(attrDefs)) intAttr(attrs, name);
      return [{ dtype: x.dtype, shape: poolOf(x.shape, attrs).shape }];
    },
    evaluate(operands, attrs) {
      const x = operandAt(operands, 0);
      const pool = poolOf(x.shape, attrs);
      const taps = tapsIn(pool);
      const [imageSize, planeSize] = [sizeOf(pool.spatial), sizeOf(pool.positions)];
      const cells = doublesOf(x);
      const [each, result] = [of(attrs), finish(attrs, pool)];
      const sums = new Float64Array(planeSize);
      return [
        floats(x.dtype, pool.shape, (out) => {
          for (let plane = 0; plane < sizeOf(pool.shape.slice(0, 2)); plane++) {
            sums.fill(0);
            eachMeeting(taps, (position, element) => {
              sums[position] =
                (sums[position] as number) + each(cells[plane * imageSize + element] as number);
            });
            for (let p = 0; p < planeSize; p++)
              out[plane * planeSize + p] = result(sums[p] as number, p);
          }
        }),
      ];
    },
  };
}

/** How many cells of the window lie on the image at each position or, with padding, on it or its padding. */
function coverage(pool: Pool<number>, withPadding: boolean): Float64Array {
  const counts = new Float64Array(sizeOf(pool.positions));
  const { window, spatial, positions } = pool;
  const { before, after } = paddingOf(window, spatial, positions);
  const padded = spatial.map(
    (size, axis) => size + (before[axis] as number) + (after[axis] as number),
  );
  const taps = withPadding
    ? tapsOf(window, padded, positions, new Array<number>(spatial.length).fill(0))
    : tapsOf(window, spatial, positions, before);
  eachMeeting(taps, (position) => {
    counts[position] = (counts[position] as number) + 1;
  });
  return counts;
}

const averagePool = summing(
  { count_include_pad: { type: "int", default: 0 } },
  () => (x) => x,
  (attrs, pool) => {
    const counts = coverage(pool, intAttr(attrs, "count_include_pad") !== 0);
    return (sum, position) => sum / (counts[position] as number);
  },
);

const normAttrs: AttrDefs = { p: { type: "int", default: 2 } };

/** |x| to the power of `p`, and its inverse. */
const powered = (attrs: Attrs) => (x: number) => Math.abs(x) ** intAttr(attrs, "p");
const rooted = (attrs: Attrs) => (sum: number) => sum ** (1 / intAttr(attrs, "p"));

// ── Global pooling ───────────────────────────────────────────────────────────

function global(attrs: AttrDefs, pooled: (lane: Float64Array, attrs: Attrs) => number): OpDef {
  const shapeOf = <D extends Dim>(shape: readonly D[]) => [
    ...shape.slice(0, 2),
    ...shape.slice(2).map(() => 1),
  ];
  return {
    operands: [{ name: "X" }],
    ...(Object.keys(attrs).length > 0 ? { attrs } : {}),
    infer(operands) {
      const x = operandAt(operands, 0);
      requireImage(x, isFloat);
      return [{ dtype: x.dtype, shape: shapeOf(x.shape) }];
    },
    evaluate(operands, given) {
      const x = operandAt(operands, 0);
      const size = sizeOf(x.shape.slice(2));
      const cells = doublesOf(x);
      const shape = shapeOf(x.shape);
      return [
        floats(x.dtype, shape as readonly number[], (out) => {
          for (let plane = 0; plane < sizeOf(x.shape.slice(0, 2)); plane++)
            out[plane] = pooled(cells.subarray(plane * size, (plane + 1) * size), given);
        }),
      ];
    },
  };
}

/** MaxPool, AveragePool, LpPool, GlobalMaxPool, GlobalAveragePool, GlobalLpPool. */
export const poolings: Ops = checked({
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: summing(normAttrs, powered, rooted),
  GlobalMaxPool: global({}, (lane) =>
    lane.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ),
  GlobalAveragePool: global({}, (lane) => lane.reduce((a, b) => a + b, 0) / lane.length),
  GlobalLpPool: global(normAttrs, (lane, attrs) => {
    const power = powered(attrs);
    return rooted(attrs)(lane.reduce((sum, x) => sum + power(x), 0));
  }),
});
