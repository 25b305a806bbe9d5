/**
 * Sums of products, Σₖ a · b with broadcasting, as matrix products. An axis that both operands have in full is one of the batch; one
 * that only `a` has is among the rows, one that only `b` has among the columns.
 *
 * @module
 */

import type { Dim, RuleFunction } from "@rewright/plugin";
import { productOf } from "../dim.ts";
import { isFresh } from "../value.ts";
import { type Argument, dims, position } from "./arguments.ts";

interface Contraction {
  readonly batch: readonly number[];
  readonly own: readonly number[];
  readonly other: readonly number[];
  readonly axis: number;
  readonly shape: readonly Dim[];
  readonly otherShape: readonly Dim[];
}

/** Which axis of Σ a · b along an axis is what, seen from `a`; both operands have the rank of the product and all of the axis. */
function contraction(a: Argument, b: Argument, c: Argument): Contraction | undefined {
  const shape = dims(a);
  const otherShape = dims(b);
  if (shape === undefined || otherShape?.length !== shape.length) return undefined;
  const axis = position(c, shape.length);
  if (axis === undefined) return undefined;
  if ([...shape, ...otherShape].some((size) => isFresh(size) || size === 0)) return undefined;
  const groups = { batch: [] as number[], own: [] as number[], other: [] as number[] };
  for (const [i, size] of shape.entries()) {
    const across = otherShape[i];
    if (size === across) {
      if (i !== axis) groups.batch.push(i);
    } else if (i === axis) return undefined;
    else if (across === 1) groups.own.push(i);
    else if (size === 1) groups.other.push(i);
    else return undefined;
  }
  return { ...groups, axis, shape, otherShape };
}

function sizes(shape: readonly Dim[], axes: readonly number[]): Dim[] {
  return axes.map((axis) => shape[axis] as Dim);
}

/** Axes, renumbered as they are when those of the other operand alone are gone. */
function renumbered({ other }: Contraction, axes: readonly number[]): number[] {
  return axes.map((axis) => axis - other.filter((gone) => gone < axis).length);
}

/** `factor_shape(a, b, k)`: in Σₖ a · b, the shape of `a` without the axes, of size 1, that only `b` has. `factor_shape([8, 4, 1], [8, 1, 5], 0)` is `[8, 4]`. */
export const factor_shape: RuleFunction = (a, b, c) => {
  const found = contraction(a, b, c);
  return found?.shape.filter((_, axis) => !found.other.includes(axis));
};

/** `row_order(a, b, k)`: the permutation of that shape into a stack of matrices, [batch …, rows …, k]. `row_order([8, 4, 1], [8, 1, 5], 0)` is `[1, 0]`. */
export const row_order: RuleFunction = (a, b, c) => {
  const found = contraction(a, b, c);
  return found && renumbered(found, [...found.batch, ...found.own, found.axis]);
};

/** `column_order(b, a, k)`: the same for the other factor, [batch …, k, columns …]. `column_order([8, 1, 5], [8, 4, 1], 0)` is `[0, 1]`. */
export const column_order: RuleFunction = (a, b, c) => {
  const found = contraction(a, b, c);
  return found && renumbered(found, [...found.batch, found.axis, ...found.own]);
};

/** `row_shape(a, b, k)`: that stack's shape with the rows as one axis. `row_shape([2, 8, 4, 1], [2, 8, 1, 5], 1)` is `[2, 4, 8]`. */
export const row_shape: RuleFunction = (a, b, c) => {
  const found = contraction(a, b, c);
  if (found === undefined) return undefined;
  const { shape, batch, own, axis } = found;
  return [...sizes(shape, batch), productOf(sizes(shape, own)), shape[axis] as Dim];
};

/** `column_shape(b, a, k)`: and with the columns as one. `column_shape([2, 8, 1, 5], [2, 8, 4, 1], 1)` is `[2, 8, 5]`. */
export const column_shape: RuleFunction = (a, b, c) => {
  const found = contraction(a, b, c);
  if (found === undefined) return undefined;
  const { shape, batch, own, axis } = found;
  return [...sizes(shape, batch), shape[axis] as Dim, productOf(sizes(shape, own))];
};

/** `product_shape(a, b, k)`: the stack of products with its axes apart, [batch …, a's …, b's …]. `product_shape([2, 8, 1], [1, 8, 5], 1)` is `[2, 5]`. */
export const product_shape: RuleFunction = (a, b, c) => {
  const found = contraction(a, b, c);
  if (found === undefined) return undefined;
  const { shape, otherShape, batch, own, other } = found;
  return [...sizes(shape, [...batch, ...own]), ...sizes(otherShape, other)];
};

/** `product_order(a, b, k)`: the permutation that brings those axes into the order of Σₖ a · b. `product_order([1, 8, 2], [5, 8, 1], 1)` is `[1, 0]`. */
export const product_order: RuleFunction = (a, b, c) => {
  const found = contraction(a, b, c);
  if (found === undefined) return undefined;
  const order = [...found.batch, ...found.own, ...found.other];
  return order.map((_, i) => i).sort((i, j) => (order[i] as number) - (order[j] as number));
};
