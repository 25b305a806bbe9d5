import {
  add,
  divide,
  fill,
  gather,
  geluSlope,
  matmul,
  multiply,
  part,
  place,
  propagate,
  scale,
  scatter,
  step,
  stretch,
  subtract,
  sum,
} from "./operators.ts";
import type { Operator, Value } from "./value.ts";

/** From a value and the gradient of it: the gradients of its operands; none where it is 0. */
type Derivative = (value: Value, gradient: Value) => readonly (Value | undefined)[];

/** The gradient of an operand that was stretched is the sum over what it was stretched to. */
const back = (gradient: Value, { rows, columns }: Value): Value => sum(gradient, rows, columns);

const operand = ({ operands }: Value, i: number): Value => operands[i] as Value;

/** Of one operand: the slope times the gradient. */
const slope =
  (of: (x: Value, value: Value) => Value): Derivative =>
  (value, gradient) => [multiply(of(operand(value, 0), value), gradient)];

const none: Derivative = () => [];

/** How gradients go through each operator. */
export const derivatives: Readonly<Record<Operator, Derivative>> = {
  input: none,
  index: none,
  fill: none,
  add: (v, g) => [back(g, operand(v, 0)), back(g, operand(v, 1))],
  subtract: (v, g) => [back(g, operand(v, 0)), scale(back(g, operand(v, 1)), -1)],
  multiply: (v, g) => {
    const [a, b] = [operand(v, 0), operand(v, 1)];
    return [back(multiply(g, b), a), back(multiply(g, a), b)];
  },
  divide: (v, g) => {
    const [a, b] = [operand(v, 0), operand(v, 1)];
    const share = divide(g, b);
    return [back(share, a), scale(back(multiply(share, v), b), -1)];
  },
  minimum: (v, g) => {
    const [a, b] = [operand(v, 0), operand(v, 1)];
    const first = multiply(g, step(subtract(b, a)));
    return [back(first, a), back(subtract(g, first), b)];
  },
  scale: (v, g) => [scale(g, v.attributes.factor as number)],
  relu: slope(step),
  step: none,
  gelu: slope(geluSlope),
  geluSlope: () => {
    throw new RangeError("the second derivative of gelu is not offered: use tanh or sigmoid there");
  },
  tanh: slope((_, v) => subtract(fill(1), multiply(v, v))),
  sigmoid: slope((_, v) => multiply(v, subtract(fill(1), v))),
  exp: slope((_, v) => v),
  log: (v, g) => [divide(g, operand(v, 0))],
  sqrt: (v, g) => [divide(scale(g, 0.5), v)],
  matmul: (v, g) => {
    const [a, b] = [operand(v, 0), operand(v, 1)];
    const [ta, tb] = v.attributes.transposed as readonly [boolean, boolean];
    return [
      ta ? matmul(b, g, [tb, true]) : matmul(g, b, [false, !tb]),
      tb ? matmul(g, a, [true, ta]) : matmul(a, g, [!ta, false]),
    ];
  },
  sum: (v, g) => [stretch(g, operand(v, 0).rows, operand(v, 0).columns)],
  peak: none,
  stretch: (v, g) => [back(g, operand(v, 0))],
  gather: (v, g) => [scatter(g, operand(v, 1), operand(v, 0).rows)],
  scatter: (v, g) => [gather(g, operand(v, 1))],
  propagate: (v, g) => {
    const [x, from, to] = [operand(v, 0), operand(v, 1), operand(v, 2)];
    const weights = v.operands[3];
    const back = propagate(g, to, from, x.rows, weights);
    if (!weights) return [back];
    const along = multiply(gather(x, from), gather(g, to));
    return [back, undefined, undefined, sum(along, from.rows, 1)];
  },
  join: (v, g) => {
    let from = 0;
    return v.operands.map(({ columns }) => {
      from += columns;
      return part(g, from - columns, columns);
    });
  },
  part: (v, g) => [place(g, v.attributes.from as number, operand(v, 0).columns)],
  place: (v, g) => [part(g, v.attributes.from as number, operand(v, 0).columns)],
};

/** Adds up the gradients that reach a value by several ways. */
export function accumulate(a: Value | undefined, b: Value): Value {
  return a ? add(a, b) : b;
}
