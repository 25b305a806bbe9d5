/**
 * Smaller counterexamples: elements become 0 or 1, or at least whole numbers, for as long as the sample remains one.
 *
 * @module
 */

import { isFloat, isInteger, tensor } from "../terms/contents.ts";
import { type Sample, SampleTerm } from "./sample.ts";

/** Attempts at making one sample simpler. */
const ATTEMPTS = 120;
/** Tensors of more elements are simplified as a whole only. */
const FEW = 12;

/** Simplifies the tensors of a sample in place; `fails` says whether it still is a counterexample. */
export function shrink(sample: Sample, fails: () => boolean): void {
  let left = ATTEMPTS;
  /** Puts a tensor into the place of another; whether that will do. */
  const attempt = (items: SampleTerm[], at: number, numbers: readonly number[]): boolean => {
    const old = items[at] as SampleTerm;
    const before = Array.from(old.contents.data as ArrayLike<number | bigint>, Number);
    if (left <= 0 || before.every((item, i) => item === numbers[i])) return false;
    left--;
    const array = tensor(old.dtype, old.shape, numbers);
    items[at] = new SampleTerm(array, array);
    sample.recompute();
    if (fails()) return true;
    items[at] = old;
    return false;
  };
  for (const items of sample.terms.values())
    for (const [at, term] of items.entries()) {
      if (!isPlain(term)) continue;
      const numbers = (): number[] =>
        Array.from((items[at] as SampleTerm).contents.data as ArrayLike<number | bigint>, Number);
      for (const whole of [0, 1])
        if (
          attempt(
            items,
            at,
            numbers().map(() => whole),
          )
        )
          break;
      attempt(items, at, numbers().map(Math.round));
      for (let i = 0; i < numbers().length && numbers().length <= FEW; i++)
        for (const simple of [0, 1, -1, Math.round(numbers()[i] as number)])
          if (attempt(items, at, numbers().with(i, simple))) break;
    }
  sample.recompute();
}

/** Whether nothing but numbers to compute with is in a tensor: no shape, no axes. */
function isPlain({ dtype, shape }: SampleTerm): boolean {
  return isFloat(dtype) || (isInteger(dtype) && shape.length > 1);
}
