/**
 * A tensor as lanes: the runs of elements along one axis, or over several axes at once.
 *
 * @module
 */

import { offsets, stridesOf } from "../array.ts";

/** Where the elements of lanes lie: element i of lane l is at `starts[l] + steps[i]`. */
export interface Lanes {
  readonly starts: Int32Array;
  readonly steps: Int32Array;
}

/** The lanes of a row-major tensor over `axes`, both lanes and their elements in row-major order. */
export function lanesOf(shape: readonly number[], axes: readonly number[]): Lanes {
  const strides = stridesOf(shape);
  const rest = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const inner = axes.toSorted((a, b) => a - b);
  const along = (chosen: readonly number[]) =>
    offsets(
      chosen.map((axis) => shape[axis] as number),
      chosen.map((axis) => strides[axis] as number),
    );
  return { starts: along(rest), steps: along(inner) };
}
