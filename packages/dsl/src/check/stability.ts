/**
 * Whether a difference between two sides means anything: exact arithmetic leaves none, and where the left side itself moves
 * as far when its operands move by their last digits, a difference is rounding.
 *
 * @module
 */

import type { NdArray } from "@rewright/plugin";
import { isFloat } from "../terms/contents.ts";
import type { Dice } from "./dice.ts";
import { difference, isDefined, isWhole } from "./difference.ts";
import { applyTo, SampleTerm } from "./sample.ts";

/** Whether a tensor and all that it was computed from are whole numbers, so that floats hold them exactly. */
export function isExact(term: SampleTerm, seen: Set<SampleTerm> = new Set()): boolean {
  if (seen.has(term)) return true;
  seen.add(term);
  if (!isWhole(term.contents)) return false;
  return term.origin?.operands.every((operand) => !operand || isExact(operand, seen)) ?? true;
}

/** How far a tensor moves, relatively, when what it was computed from moves by a few last digits; infinite when it breaks. */
export function sensitivity(term: SampleTerm, dice: Dice): number {
  let most = 0;
  for (let trial = 0; trial < 3; trial++) {
    try {
      const moved = shaken(term, dice, new Map());
      if (!moved || !isDefined(moved.contents)) return Number.POSITIVE_INFINITY;
      most = Math.max(most, difference(term.contents, moved.contents).relative);
    } catch {
      return Number.POSITIVE_INFINITY; // no longer defined
    }
  }
  return most;
}

/** The tensor computed anew from operands that differ in their last digits. */
function shaken(
  term: SampleTerm,
  dice: Dice,
  done: Map<SampleTerm, SampleTerm | undefined>,
): SampleTerm | undefined {
  if (done.has(term)) return done.get(term);
  const { origin } = term;
  let result: SampleTerm | undefined;
  if (!origin) {
    result = new SampleTerm(term, shake(term.contents, dice));
  } else {
    const operands = origin.operands.map((operand) => operand && shaken(operand, dice, done));
    if (operands.every((operand, i) => operand !== undefined || !origin.operands[i])) {
      result = applyTo(origin.op, operands, origin.attrs, origin.count)?.[origin.index];
    }
  }
  done.set(term, result);
  return result;
}

function shake(array: NdArray, dice: Dice): NdArray {
  if (!isFloat(array.dtype)) return array;
  const step = array.dtype === "f64" ? 2 ** -50 : 2 ** -21;
  const items = Array.from(
    array.data as ArrayLike<number>,
    (item) => item * (1 + dice.real(-step, step)),
  );
  const data = array.dtype === "f64" ? Float64Array.from(items) : Float32Array.from(items);
  return { ...array, data };
}
