/**
 * Operators that keep all elements, and give them another shape or order.
 *
 * @module
 */

import type { Attrs, Dim, OpDef, TensorType } from "@rewright/plugin";
import { compatibleDims, divideDims, productOf } from "../dim.ts";
import { reshaped, transposed } from "../layout.ts";
import { formatType, intAttr, intsAttr, normalizeAxes, operandAt, ShapeError } from "../typing.ts";
import {
  freshDim,
  freshDims,
  isFresh,
  listOperand,
  typeOf,
  typeWith,
  unknownType,
} from "../value.ts";
import { checked, type Ops } from "./operator.ts";

/** total / rest, which is known to be exact. @throws {ShapeError} when it is not. */
function remaining(total: Dim, rest: Dim, at: number): Dim {
  if (isFresh(total) || isFresh(rest)) return freshDim("Reshape", at);
  if (typeof total === "number" && typeof rest === "number" && total % rest !== 0)
    throw new ShapeError(`${total} elements cannot be divided into runs of ${rest}`);
  return divideDims(total, rest) ?? freshDim("Reshape", at);
}

function reshapedShape(
  from: readonly Dim[],
  target: readonly Dim[],
  allowZero: boolean,
): readonly Dim[] {
  const shape: Dim[] = [];
  const open: number[] = [];
  const copied = new Set<number>();
  for (const [i, dim] of target.entries()) {
    if (dim === 0 && !allowZero) {
      if (i >= from.length)
        throw new ShapeError(`dimension ${i} is 0 but the operand has rank ${from.length}`);
      shape.push(from[i] as Dim);
      copied.add(i);
      continue;
    }
    if (typeof dim === "number" && dim < -1) throw new ShapeError(`dimension ${i} is ${dim}`);
    if (dim === -1 || isFresh(dim)) open.push(i);
    shape.push(isFresh(dim) ? freshDim("Reshape", i) : dim);
  }
  if (target.filter((dim) => dim === -1).length > 1)
    throw new ShapeError(`[${target.join(", ")}] has -1 more than once`);
  // Copied dimensions cancel even where nothing is known of them.
  const total = productOf(from.filter((_, i) => !copied.has(i)));
  const others = shape.filter((_, i) => !copied.has(i) && !open.includes(i));
  const zero = others.includes(0) || [...copied].some((i) => from[i] === 0);
  const [at] = open;
  if (at === undefined) {
    const size = productOf(others);
    if (!zero && !isFresh(total) && !isFresh(size) && !compatibleDims(total, size))
      throw new ShapeError(`[${from.join(", ")}] does not fill [${shape.join(", ")}]`);
    if (zero && !from.includes(0) && from.every((dim) => typeof dim === "number"))
      throw new ShapeError(`[${from.join(", ")}] does not fill [${shape.join(", ")}]`);
  } else if (zero && target.includes(-1)) {
    throw new ShapeError("-1 cannot be solved where another dimension is 0");
  } else if (open.length === 1 && !zero) {
    shape[at] = remaining(total, productOf(others), at);
  } else {
    for (const i of open) shape[i] = freshDim("Reshape", i);
  }
  return shape;
}

function flattenAxis(attrs: Attrs, rank: number): number {
  const axis = intAttr(attrs, "axis", 1);
  if (axis < -rank || axis > rank)
    throw new ShapeError(`axis ${axis} is out of range for rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

function permutationOf(attrs: Attrs, rank: number): readonly number[] {
  const perm = intsAttr(attrs, "perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((i) => i < 0 || i >= rank))
    throw new ShapeError(`perm [${perm.join(", ")}] does not permute ${rank} axes`);
  return perm;
}

/** Known axes as numbers, or `undefined` where one is not known. */
function numbers(axes: readonly Dim[]): readonly number[] | undefined {
  return axes.every((axis) => typeof axis === "number") ? axes : undefined;
}

function squeezedShape(data: TensorType, axes: TensorType | undefined): readonly Dim[] | undefined {
  const rank = data.shape.length;
  if (axes === undefined) {
    // A name may turn out to stand for 1.
    if (!data.shape.every((dim) => typeof dim === "number")) return undefined;
    return data.shape.filter((dim) => dim !== 1);
  }
  const list = listOperand(axes, "Squeeze", "axes");
  if (list === undefined) return undefined;
  // By ONNX's shape inference that drops none, by ONNX Runtime all of size 1.
  if (list.length === 0) throw new ShapeError("Squeeze without axes in its list has two meanings");
  if (list.length > rank) throw new ShapeError(`${list.length} axes of ${formatType(data)}`);
  const known = numbers(list);
  if (known === undefined) return freshDims("Squeeze", rank - list.length);
  const gone = new Set(normalizeAxes(known, rank));
  for (const axis of gone)
    if (!compatibleDims(data.shape[axis] as Dim, 1))
      throw new ShapeError(`dimension ${axis} of ${formatType(data)} is not 1`);
  return data.shape.filter((_, axis) => !gone.has(axis));
}

function unsqueezedShape(data: TensorType, axes: TensorType): readonly Dim[] | undefined {
  const list = listOperand(axes, "Unsqueeze", "axes");
  if (list === undefined) return undefined;
  const rank = data.shape.length + list.length;
  const known = numbers(list);
  if (known === undefined) return freshDims("Unsqueeze", rank);
  const added = new Set(normalizeAxes(known, rank));
  const rest = data.shape.values();
  return Array.from({ length: rank }, (_, axis) =>
    added.has(axis) ? 1 : (rest.next().value as Dim),
  );
}

/** Inference and evaluation of an operator that changes the shape and nothing else; the second operand, if any, says how. */
function reshaping(
  shapeOf: (
    data: TensorType,
    operand: TensorType | undefined,
    attrs: Attrs,
  ) => readonly Dim[] | undefined,
): Pick<OpDef, "infer"> & Required<Pick<OpDef, "evaluate">> {
  return {
    infer: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const shape = shapeOf(data, operands[1], attrs);
      return [shape === undefined ? unknownType : typeWith(data.dtype, shape, data.value)];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const other = operands[1] && typeOf(operands[1]);
      const shape = shapeOf({ dtype: data.dtype, shape: data.shape }, other, attrs);
      return [reshaped(data, shape as readonly number[])];
    },
  };
}

/** Identity, Reshape, Flatten, Squeeze, Unsqueeze, Transpose. */
export const reshapingOps: Ops = checked({
  Identity: {
    operands: [{ name: "input" }],
    infer: (operands) => {
      const { dtype, shape, value } = operandAt(operands, 0);
      return [typeWith(dtype, shape, value)];
    },
    evaluate: (operands) => [operandAt(operands, 0)],
  },

  Reshape: {
    operands: [{ name: "data" }, { name: "shape" }],
    attrs: { allowzero: { type: "int", default: 0 } },
    ...reshaping((data, shape, attrs) => {
      const target = listOperand(operandAt([shape], 0), "Reshape", "shape");
      if (target === undefined) return undefined;
      return reshapedShape(data.shape, target, intAttr(attrs, "allowzero", 0) !== 0);
    }),
  },

  Flatten: {
    operands: [{ name: "input" }],
    attrs: { axis: { type: "axis", default: 1 } },
    ...reshaping((data, _, attrs) => {
      const axis = flattenAxis(attrs, data.shape.length);
      return [productOf(data.shape.slice(0, axis)), productOf(data.shape.slice(axis))];
    }),
  },

  Squeeze: {
    operands: [{ name: "data" }, { name: "axes", optional: true }],
    ...reshaping(squeezedShape),
  },

  Unsqueeze: {
    operands: [{ name: "data" }, { name: "axes" }],
    ...reshaping((data, axes) => unsqueezedShape(data, operandAt([axes], 0))),
  },

  Transpose: {
    operands: [{ name: "data" }],
    attrs: { perm: { type: "ints" } },
    infer: (operands, attrs) => {
      const data = operandAt(operands, 0);
      const perm = permutationOf(attrs, data.shape.length);
      const shape = perm.map((axis) => data.shape[axis] as Dim);
      return [typeWith(data.dtype, shape, data.value)];
    },
    evaluate: (operands, attrs) => {
      const data = operandAt(operands, 0);
      return [transposed(data, permutationOf(attrs, data.shape.length))];
    },
  },
});
