import { accumulate, derivatives } from "./derivatives.ts";
import { fill } from "./operators.ts";
import { ordered } from "./order.ts";
import { shapeOf, type Value } from "./value.ts";

/**
 * The gradients of a scalar, as values: reverse mode, by one walk from the scalar down. What it does not depend on has
 * gradient 0. They can be differentiated again, but for `gelu`.
 *
 * @throws RangeError when `loss` is no scalar
 */
export function gradients(loss: Value, of: readonly Value[]): Value[] {
  if (loss.rows !== 1 || loss.columns !== 1)
    throw new RangeError(`only a scalar has gradients, not a matrix of ${shapeOf(loss)}`);
  const known = new Map<Value, Value>([[loss, fill(1)]]);
  const order = ordered([loss]);
  const needed = new Set<Value>(of);
  for (const value of order)
    if (value.operands.some((operand) => needed.has(operand))) needed.add(value);
  for (const value of order.toReversed()) {
    const gradient = known.get(value);
    if (!gradient || !value.operands.some((operand) => needed.has(operand))) continue;
    for (const [i, share] of derivatives[value.op](value, gradient).entries()) {
      const operand = value.operands[i] as Value;
      if (share && needed.has(operand)) known.set(operand, accumulate(known.get(operand), share));
    }
  }
  return of.map((value) => known.get(value) ?? fill(0, value.rows, value.columns));
}
