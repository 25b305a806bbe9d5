/**
 * What is known of the elements of small integer tensors, on its way through the operators that compute shapes; and
 * sizes of which nothing is known.
 *
 * @module
 */

import type { Dim, DType, NdArray, TensorType } from "@rewright/plugin";
import { integersOf } from "./array.ts";
import { isInteger, ShapeError } from "./typing.ts";

/** How many elements a tensor may have for its type to tell of them. */
const LIMIT = 64;

/** A size, or an element, of which nothing is known. Equal to no other, not even to one of the same spelling. */
export function freshDim(operator: string, position: number): Dim {
  return `?!${operator}.${position}`;
}

/** As many sizes of which nothing is known. */
export function freshDims(operator: string, count: number): Dim[] {
  return Array.from({ length: count }, (_, i) => freshDim(operator, i));
}

/** Whether nothing, or not all, is known of a size, so that equal spelling does not mean equal size. */
export function isFresh(dim: Dim): boolean {
  return dim === "?" || (typeof dim === "string" && dim.includes("?!"));
}

/**
 * Whether an element is known to be just this. A number that is no safe integer stands for an integer of 64 bits near it, such as the
 * greatest of all that exporters write for "to the end": it may bound a slice, but nothing is to be reckoned from it.
 */
export function isExact(element: Dim): boolean {
  return typeof element === "string" ? !isFresh(element) : Number.isSafeInteger(element);
}

/** Whether a size or element is known to be at least 0: a number, a name of a file, or a sum and product of such. */
export function isNonNegative(dim: Dim): boolean {
  return typeof dim === "number" ? dim >= 0 : !isFresh(dim) && !dim.includes("-");
}

/** The type of a result about which nothing is known, not even its rank. */
export const unknownType: TensorType = { dtype: "unknown", shape: [] };

/** A type, with its elements where they may be told of: a tensor of integers or booleans, of rank 0 or 1, with at most 64. */
export function typeWith(
  dtype: DType,
  shape: readonly Dim[],
  value: readonly Dim[] | undefined,
): TensorType {
  const size = shape.length === 0 ? 1 : shape.length === 1 ? shape[0] : undefined;
  if (
    value === undefined ||
    value.length !== size ||
    size > LIMIT ||
    !(isInteger(dtype) || dtype === "bool")
  )
    return { dtype, shape };
  return value.length > 0 && value.every(isFresh) ? { dtype, shape } : { dtype, shape, value };
}

/** The elements of a tensor of rank 0 or 1, those not known as fresh names; `undefined` where not even their number is. */
export function elementsOf(type: TensorType, operator: string): readonly Dim[] | undefined {
  if (type.value !== undefined) return type.value;
  const size = type.shape.length === 0 ? 1 : type.shape[0];
  return typeof size === "number" && size <= LIMIT ? freshDims(operator, size) : undefined;
}

/** The elements of an operand that is a list of integers. @throws {ShapeError} when its rank is not 1 or its elements are no integers. */
export function listOperand(
  type: TensorType,
  operator: string,
  what: string,
): readonly Dim[] | undefined {
  if (!isInteger(type.dtype)) throw new ShapeError(`${what} must be integers, not ${type.dtype}`);
  if (type.shape.length !== 1)
    throw new ShapeError(`${what} must be a list (rank 1), not of rank ${type.shape.length}`);
  return elementsOf(type, operator);
}

/** The only element of an operand, where it is known. @throws {ShapeError} when it has a number of elements other than 1. */
export function scalarOperand(type: TensorType, what: string): Dim | undefined {
  const [size = 1] = type.shape;
  if (type.shape.length > 1 || (typeof size === "number" && size !== 1))
    throw new ShapeError(`${what} must have one element, not shape [${type.shape.join(", ")}]`);
  return type.value?.[0];
}

/** The type of an array, with all its elements where they are integers, however many. */
export function typeOf(array: NdArray): TensorType {
  const { dtype, shape } = array;
  return isInteger(dtype) ? { dtype, shape, value: integersOf(array) } : { dtype, shape };
}
