/** How far two tensors are apart. */

import type { NdArray } from "@rewright/plugin";
import { isFloat } from "../terms/contents.ts";

/** Whether every element is a finite number (or no number at all). */
export function isDefined(array: NdArray): boolean {
  if (!isFloat(array.dtype)) return true;
  const data = array.data as ArrayLike<number>;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}

/** Whether every element is a whole number that 32-bit floats hold exactly. */
export function isWhole(array: NdArray): boolean {
  if (!isFloat(array.dtype)) return true;
  const data = array.data as ArrayLike<number>;
  for (let i = 0; i < data.length; i++) {
    const item = data[i] as number;
    if (!Number.isInteger(item) || Math.abs(item) > 2 ** 24) return false;
  }
  return true;
}

/** The largest difference between two elements in the same place. */
export interface Difference {
  readonly absolute: number;
  /** Relative to the larger of the two, or to 1 where both are smaller. */
  readonly relative: number;
}

/** Compares tensors of one type. What are no floats must be equal: a difference is infinite. */
export function difference(a: NdArray, b: NdArray): Difference {
  let absolute = 0;
  let relative = 0;
  for (let i = 0; i < a.data.length; i++) {
    const x = a.data[i];
    const y = b.data[i];
    if (x === y) continue;
    if (!isFloat(a.dtype))
      return { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
    const gap = Math.abs(Number(x) - Number(y));
    if (Number.isNaN(gap))
      return { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
    absolute = Math.max(absolute, gap);
    relative = Math.max(relative, gap / Math.max(1, Math.abs(Number(x)), Math.abs(Number(y))));
  }
  return { absolute, relative };
}
