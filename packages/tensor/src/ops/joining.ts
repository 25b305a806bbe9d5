/**
 * Operators that put tensors together, take them apart, and repeat them.
 *
 * @module
 */

import type { Attrs, Dim, TensorType } from "@rewright/plugin";
import { broadcastStrides, eachIndex, integersOf, offsets, sizeOf, stridesOf } from "../array.ts";
import {
  broadcastDims,
  ceilDivideDims,
  compatibleDims,
  multiplyDims,
  subtractDims,
  sumOf,
} from "../dim.ts";
import { joined, strided, take } from "../layout.ts";
import {
  broadcastShapes,
  commonDType,
  formatType,
  intAttr,
  normalizeAxis,
  operandAt,
  ShapeError,
  unifyDims,
} from "../typing.ts";
import {
  elementsOf,
  freshDim,
  freshDims,
  isFresh,
  listOperand,
  typeWith,
  unknownType,
} from "../value.ts";
import { checked, type Ops } from "./operator.ts";

// ── Concat, Split ────────────────────────────────────────────────────────────

function concatenated(operands: readonly (TensorType | undefined)[], attrs: Attrs): TensorType {
  const parts = operands.map((_, i) => operandAt(operands, i));
  const first = operandAt(parts, 0);
  const dtype = commonDType(parts);
  const rank = first.shape.length;
  const axis = normalizeAxis(intAttr(attrs, "axis"), rank);
  const shape = [...first.shape];
  for (const part of parts) {
    if (part.shape.length !== rank)
      throw new ShapeError(`ranks must be equal: ${formatType(first)} and ${formatType(part)}`);
    for (const [i, dim] of part.shape.entries())
      if (i !== axis) shape[i] = unifyDims(shape[i] as Dim, dim, `dimensions ${i}`);
  }
  shape[axis] = sumOf(parts.map((part) => part.shape[axis] as Dim));
  const values = rank === 1 ? parts.map((part, i) => elementsOf(part, `Concat${i}`)) : [];
  const known = values.every((value) => value !== undefined);
  return typeWith(dtype, shape, rank === 1 && known ? values.flat() : undefined);
}

/** More parts than any real Split makes: each has a size of its own, however many a damaged file asks for. */
const MOST_PARTS = 65_536;

/** The sizes of the parts of an axis of size `dim`. */
function partSizes(dim: Dim, split: readonly Dim[] | undefined, parts: number): readonly Dim[] {
  if (split !== undefined) {
    if (split.some((size) => typeof size === "number" && size < 0))
      throw new ShapeError(`split [${split.join(", ")}] has a negative part`);
    const open = split.flatMap((size, i) => (isFresh(size) ? [i] : []));
    const sum = sumOf(split.filter((size) => !isFresh(size)));
    if (open.length === 0 && !isFresh(dim) && !compatibleDims(sum, dim))
      throw new ShapeError(`split [${split.join(", ")}] does not add up to ${dim}`);
    if (open.length === 1 && typeof dim === "number" && typeof sum === "number" && sum <= dim)
      return split.with(open[0] as number, dim - sum);
    return split.map((size, i) => (isFresh(size) ? freshDim("Split", i) : size));
  }
  if (!(parts >= 1 && parts <= MOST_PARTS))
    throw new ShapeError(`num_outputs must be from 1 to ${MOST_PARTS}, not ${parts}`);
  if (isFresh(dim)) return parts === 1 ? [dim] : freshDims("Split", parts);
  const chunk = ceilDivideDims(dim, parts);
  const last = subtractDims(dim, multiplyDims(chunk, parts - 1));
  if (typeof last === "number" && last < 0)
    throw new ShapeError(`an axis of size ${dim} cannot be split in ${parts}`);
  return [...new Array<Dim>(parts - 1).fill(chunk), last];
}

function splitParts(
  operands: readonly (TensorType | undefined)[],
  attrs: Attrs,
  count: number,
): { axis: number; sizes: readonly Dim[] } {
  const data = operandAt(operands, 0);
  const axis = normalizeAxis(intAttr(attrs, "axis", 0), data.shape.length);
  const split =
    operands[1] && (listOperand(operands[1], "Split", "split") ?? freshDims("Split", count));
  const parts = split?.length ?? intAttr(attrs, "num_outputs", count);
  if (count !== parts) throw new ShapeError(`${count} results asked for, but there are ${parts}`);
  return { axis, sizes: partSizes(data.shape[axis] as Dim, split, parts) };
}

/** Where each part begins; only of numbers. */
function beginnings(sizes: readonly Dim[]): number[] {
  let at = 0;
  return sizes.map((size) => {
    const start = at;
    at += size as number;
    return start;
  });
}

// ── Expand, Tile ─────────────────────────────────────────────────────────────

function expandedShape(data: TensorType, target: readonly Dim[]): readonly Dim[] {
  const negative = target.find((dim) => typeof dim === "number" && dim < 0);
  if (negative !== undefined) throw new ShapeError(`shape has a dimension ${negative}`);
  const rank = Math.max(data.shape.length, target.length);
  return Array.from({ length: rank }, (_, i) => {
    const own = data.shape[i - rank + data.shape.length] ?? 1;
    const asked = target[i - rank + target.length] ?? 1;
    if (isFresh(asked) || isFresh(own))
      return typeof own === "number" && own !== 1 ? own : freshDim("Expand", i);
    const dim = broadcastDims(own, asked);
    if (dim === undefined)
      throw new ShapeError(`${formatType(data)} does not broadcast to [${target.join(", ")}]`);
    return dim;
  });
}

/** Concat, Split, Expand, Tile. */
export const joiningOps: Ops = checked({
  Concat: {
    operands: [{ name: "inputs", variadic: true }],
    attrs: { axis: { type: "axis", required: true } },
    infer: (operands, attrs) => [concatenated(operands, attrs)],
    evaluate: (operands, attrs) => {
      const arrays = operands.map((_, i) => operandAt(operands, i));
      const rank = operandAt(arrays, 0).shape.length;
      return [joined(arrays, normalizeAxis(intAttr(attrs, "axis"), rank))];
    },
  },

  Split: {
    operands: [{ name: "input" }, { name: "split", optional: true }],
    attrs: { axis: { type: "axis", default: 0 }, num_outputs: { type: "int" } },
    results: "variadic",
    infer: (operands, attrs, count) => {
      const data = operandAt(operands, 0);
      const { axis, sizes } = splitParts(operands, attrs, count);
      const known = sizes.every((size) => typeof size === "number");
      const starts = known ? beginnings(sizes) : [];
      return sizes.slice(0, count).map((size, i) => {
        const start = starts[i];
        const value =
          start === undefined ? undefined : data.value?.slice(start, start + (size as number));
        return typeWith(data.dtype, data.shape.with(axis, size), value);
      });
    },
    evaluate: (operands, attrs, count) => {
      const data = operandAt(operands, 0);
      const types = operands.map(
        (array, i) =>
          array && {
            dtype: array.dtype,
            shape: array.shape,
            ...(i === 1 && { value: integersOf(array) }),
          },
      );
      const { axis, sizes } = splitParts(types, attrs, count);
      const starts = beginnings(sizes);
      const origin = data.shape.map(() => 0);
      return sizes.slice(0, count).map((size, i) =>
        strided(
          data,
          data.shape.with(axis, size as number),
          origin.with(axis, starts[i] as number),
          data.shape.map(() => 1),
        ),
      );
    },
  },

  Expand: {
    operands: [{ name: "input" }, { name: "shape" }],
    infer: (operands) => {
      const data = operandAt(operands, 0);
      const target = listOperand(operandAt(operands, 1), "Expand", "shape");
      if (target === undefined) return [unknownType];
      const shape = expandedShape(data, target);
      const [size = 1] = shape;
      const value =
        data.value?.length === 1 && typeof size === "number" && shape.length <= 1 && size <= 64
          ? new Array<Dim>(size).fill(data.value[0] as Dim)
          : data.value;
      return [typeWith(data.dtype, shape, value)];
    },
    evaluate: (operands) => {
      const data = operandAt(operands, 0);
      const shape = broadcastShapes([data.shape, integersOf(operandAt(operands, 1))]) as number[];
      return [take(data, shape, offsets(shape, broadcastStrides(data.shape, shape)))];
    },
  },

  Tile: {
    operands: [{ name: "input" }, { name: "repeats" }],
    infer: (operands) => {
      const data = operandAt(operands, 0);
      const rank = data.shape.length;
      const repeats =
        listOperand(operandAt(operands, 1), "Tile", "repeats") ?? freshDims("Tile", rank);
      if (repeats.length !== rank)
        throw new ShapeError(`repeats must have ${rank} elements, not ${repeats.length}`);
      if (repeats.some((times) => typeof times === "number" && times < 0))
        throw new ShapeError(`repeats [${repeats.join(", ")}] has a negative element`);
      const shape = data.shape.map((dim, axis) => {
        const times = repeats[axis] as Dim;
        if (times === 1) return dim;
        const size = multiplyDims(dim, times);
        return isFresh(size) ? freshDim("Tile", axis) : size;
      });
      const [times] = repeats;
      const value =
        data.value?.length && typeof times === "number" && times * data.value.length <= 64
          ? new Array<readonly Dim[]>(times).fill(data.value).flat()
          : rank === 0
            ? data.value
            : undefined;
      return [typeWith(data.dtype, shape, value)];
    },
    evaluate: (operands) => {
      const data = operandAt(operands, 0);
      const repeats = integersOf(operandAt(operands, 1));
      const shape = data.shape.map((dim, axis) => dim * (repeats[axis] as number));
      const strides = stridesOf(data.shape);
      const from = new Int32Array(sizeOf(shape));
      eachIndex(shape, (index, at) => {
        let source = 0;
        for (const [axis, i] of index.entries())
          source += (i % (data.shape[axis] as number)) * (strides[axis] as number);
        from[at] = source;
      });
      return [take(data, shape, from)];
    },
  },
});
