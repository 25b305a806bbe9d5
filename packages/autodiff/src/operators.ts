import { type Attributes, type Operator, shapeOf, type Value } from "./value.ts";

/** A matrix to be fed: data, or a parameter to be learned. Throws a RangeError for a shape that is none. */
export function input(name: string, rows: number, columns: number): Value {
  return value("input", [], count(rows, name), count(columns, name), { name });
}

/** Row numbers to be fed, for {@link gather} and {@link scatter}. */
export function index(name: string, length: number): Value {
  return value("index", [], count(length, name), 1, { name });
}

/** A matrix of one element throughout. */
export function fill(factor: number, rows: number = 1, columns: number = 1): Value {
  return value("fill", [], rows, columns, { factor });
}

/** a + b, element by element. A side of length 1 stretches to the other's, here and in the next four. Throws a RangeError where shapes do not fit. */
export function add(a: Value, b: Value): Value {
  return pair("add", a, b);
}

/** a - b. */
export function subtract(a: Value, b: Value): Value {
  return pair("subtract", a, b);
}

/** a * b, element by element. */
export function multiply(a: Value, b: Value): Value {
  return pair("multiply", a, b);
}

/** a / b. */
export function divide(a: Value, b: Value): Value {
  return pair("divide", a, b);
}

/** The smaller of a and b; where they are equal, the gradient goes to b. */
export function minimum(a: Value, b: Value): Value {
  return pair("minimum", a, b);
}

/** x times a number. */
export function scale(x: Value, factor: number): Value {
  return factor === 1 ? x : value("scale", [x], x.rows, x.columns, { factor });
}

/** x where it is above 0, else 0. */
export function relu(x: Value): Value {
  return each("relu", x);
}

/** 1 where x is above 0, else 0; its gradient is 0. */
export function step(x: Value): Value {
  return each("step", x);
}

/** x times the probability that a standard normal number is below x (Hendrycks and Gimpel, 2016), by its approximation with tanh. */
export function gelu(x: Value): Value {
  return each("gelu", x);
}

/** The derivative of {@link gelu}. */
export function geluSlope(x: Value): Value {
  return each("geluSlope", x);
}

/** The hyperbolic tangent. */
export function tanh(x: Value): Value {
  return each("tanh", x);
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Value): Value {
  return each("sigmoid", x);
}

/** e to the power of x. */
export function exp(x: Value): Value {
  return each("exp", x);
}

/** The natural logarithm. */
export function log(x: Value): Value {
  return each("log", x);
}

/** The square root. */
export function sqrt(x: Value): Value {
  return each("sqrt", x);
}

/** The matrix product a b, either with rows and columns exchanged if said. Throws a RangeError where shapes do not fit. */
export function matmul(
  a: Value,
  b: Value,
  transposed: readonly [a: boolean, b: boolean] = [false, false],
): Value {
  const [m, k] = transposed[0] ? [a.columns, a.rows] : [a.rows, a.columns];
  const [l, n] = transposed[1] ? [b.columns, b.rows] : [b.rows, b.columns];
  if (k !== l)
    throw new RangeError(
      `matmul: a row of the first operand has ${k} elements, a column of the second ${l} (${shapeOf(a)}, ${shapeOf(b)})`,
    );
  return value("matmul", [a, b], m, n, { transposed });
}

/** Sums over rows, columns or both, down to a shape of sides as long or of length 1. */
export function sum(x: Value, rows: number = 1, columns: number = 1): Value {
  return reduce("sum", x, rows, columns);
}

/** The largest element over rows, columns or both, as {@link sum}; its gradient is taken as 0, so it is for shifts that cancel. */
export function peak(x: Value, rows: number = 1, columns: number = 1): Value {
  return reduce("peak", x, rows, columns);
}

/** Repeats a side of length 1. */
export function stretch(x: Value, rows: number, columns: number): Value {
  if (rows === x.rows && columns === x.columns) return x;
  if (!fits(x, rows, columns))
    throw new RangeError(`stretch: ${shapeOf(x)} does not stretch to ${rows}x${columns}`);
  return value("stretch", [x], rows, columns);
}

/** Row `at[i]` of x as row i. */
export function gather(x: Value, at: Value): Value {
  indexed("gather", at);
  return value("gather", [x, at], at.rows, x.columns);
}

/** A matrix of so many rows, to row `at[i]` of which row i of x is added: sums of segments, also unsorted ones. */
export function scatter(x: Value, at: Value, rows: number): Value {
  indexed("scatter", at);
  if (at.rows !== x.rows)
    throw new RangeError(`scatter: ${at.rows} row numbers for ${x.rows} rows`);
  return value("scatter", [x, at], rows, x.columns);
}

/**
 * A matrix of so many rows, to row `to[i]` of which row `from[i]` of x is added, times `weights[i]` where weights (one column) are
 * given: what nodes of a graph get along its edges, as a gather and a scatter would give, without what lies between.
 */
export function propagate(x: Value, from: Value, to: Value, rows: number, weights?: Value): Value {
  indexed("propagate", from);
  indexed("propagate", to);
  if (from.rows !== to.rows)
    throw new RangeError(`propagate: from ${from.rows} rows to ${to.rows}`);
  if (weights && (weights.rows !== from.rows || weights.columns !== 1))
    throw new RangeError(
      `propagate: weights are ${from.rows}x1, one an edge, not ${shapeOf(weights)}`,
    );
  const operands = weights ? [x, from, to, weights] : [x, from, to];
  return value("propagate", operands, rows, x.columns);
}

/** Matrices side by side. */
export function join(parts: readonly Value[]): Value {
  const [first, ...others] = parts;
  if (!first) throw new RangeError("join: there is nothing to join");
  for (const other of others)
    if (other.rows !== first.rows)
      throw new RangeError(`join: ${shapeOf(first)} and ${shapeOf(other)} differ in their rows`);
  if (others.length === 0) return first;
  const columns = parts.reduce((total, part) => total + part.columns, 0);
  return value("join", parts, first.rows, columns);
}

/** So many columns of x, from column `from` on. */
export function part(x: Value, from: number, columns: number): Value {
  if (!(from >= 0 && from + columns <= x.columns))
    throw new RangeError(`part: columns ${from} to ${from + columns} of ${shapeOf(x)}`);
  if (columns === x.columns) return x;
  return value("part", [x], x.rows, columns, { from });
}

/** x as columns from `from` on of a matrix of so many columns, 0 elsewhere. */
export function place(x: Value, from: number, columns: number): Value {
  if (!(from >= 0 && from + x.columns <= columns))
    throw new RangeError(`place: ${shapeOf(x)} at column ${from} of ${columns}`);
  if (columns === x.columns) return x;
  return value("place", [x], x.rows, columns, { from });
}

function value(
  op: Operator,
  operands: readonly Value[],
  rows: number,
  columns: number,
  attributes: Attributes = {},
): Value {
  return { op, operands, rows, columns, attributes };
}

function count(length: number, name: string): number {
  if (Number.isInteger(length) && length >= 1) return length;
  throw new RangeError(`${name}: a side has a whole number of elements, 1 at least, not ${length}`);
}

function each(op: Operator, x: Value): Value {
  return value(op, [x], x.rows, x.columns);
}

function pair(op: Operator, a: Value, b: Value): Value {
  const rows = Math.max(a.rows, b.rows);
  const columns = Math.max(a.columns, b.columns);
  if (!fits(a, rows, columns) || !fits(b, rows, columns))
    throw new RangeError(`${op}: ${shapeOf(a)} and ${shapeOf(b)} do not stretch to one shape`);
  return value(op, [a, b], rows, columns);
}

function fits(x: Value, rows: number, columns: number): boolean {
  return (x.rows === rows || x.rows === 1) && (x.columns === columns || x.columns === 1);
}

function reduce(op: Operator, x: Value, rows: number, columns: number): Value {
  if (rows === x.rows && columns === x.columns) return x;
  if ((rows !== x.rows && rows !== 1) || (columns !== x.columns && columns !== 1))
    throw new RangeError(`${op}: ${shapeOf(x)} does not come down to ${rows}x${columns}`);
  return value(op, [x], rows, columns);
}

function indexed(op: Operator, at: Value): void {
  if (at.op !== "index") throw new RangeError(`${op}: row numbers are an index, not a ${at.op}`);
}
