/**
 * Einstein summation, as numpy.einsum: `bij,bjk->bik`, implicit outputs, repeated labels, ellipses.
 *
 * @module
 */

import type { Attrs, Dim, NdArray, OpDef } from "@rewright/plugin";
import { numbersOf, offsets, sizeOf, stridesOf } from "../array.ts";
import { broadcastDims } from "../dim.ts";
import { multiplyMatrices } from "../matmul.ts";
import {
  commonDType,
  isFloat,
  isInteger,
  operandAt,
  requireDType,
  ShapeError,
  stringAttr,
  unifyDims,
} from "../typing.ts";
import { bigintsOf, doublesOf, floats, integers } from "./elementwise.ts";
import { checked, type Ops } from "./operator.ts";

/** A few short operands can ask for any number of products: `a,b,c->` of a thousand elements each for 10⁹. */
const MOST_PRODUCTS = 2 ** 28;

/** An equation read against the ranks of its operands: a label for every dimension, those of an ellipsis numbered from the back. */
interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** The label of the dimension of an ellipsis that is `back` from its end. */
const hidden = (back: number) => `...${back}`;

function labelsOf(term: string, ellipsis: number): readonly string[] {
  const parts = /^([A-Za-z]*)(\.\.\.)?([A-Za-z]*)$/.exec(term);
  if (parts === null) throw new ShapeError(`'${term}' is no list of labels`);
  const [, head = "", dots, tail = ""] = parts;
  const between =
    dots === undefined ? [] : Array.from({ length: ellipsis }, (_, i) => hidden(ellipsis - i));
  return [...head, ...between, ...tail];
}

function readEquation(attrs: Attrs, ranks: readonly number[]): Equation {
  const text = stringAttr(attrs, "equation").replaceAll(/\s/g, "");
  const [left = "", right, ...rest] = text.split("->");
  const terms = left.split(",");
  if (rest.length > 0) throw new ShapeError(`equation '${text}' has more than one arrow`);
  if (terms.length !== ranks.length)
    throw new ShapeError(`equation '${text}' is for ${terms.length} operands, not ${ranks.length}`);
  const inputs = terms.map((term, i) => {
    const rank = ranks[i] as number;
    const labels = labelsOf(term, term.includes("...") ? rank - term.replace("...", "").length : 0);
    if (labels.length !== rank)
      throw new ShapeError(`'${term}' does not fit operand ${i + 1}, of rank ${rank}`);
    return labels;
  });
  const all = inputs.flat();
  const hiddenRank = Math.max(
    0,
    ...inputs.map((labels) => labels.filter((l) => l.length > 1).length),
  );
  if (right === undefined) {
    // Implicit: the ellipsis, then every label that occurs once, in alphabetical order.
    const once = [...new Set(all)].filter(
      (label) => label.length === 1 && all.indexOf(label) === all.lastIndexOf(label),
    );
    return { inputs, output: [...labelsOf("...", hiddenRank), ...once.sort()] };
  }
  const output = labelsOf(right, hiddenRank);
  if (new Set(output).size !== output.length || output.some((label) => !all.includes(label)))
    throw new ShapeError(`the output of equation '${text}' repeats or invents a label`);
  return { inputs, output };
}

/** The size of every label. @throws {ShapeError} when a label stands for two sizes. */
function sizesOf(
  { inputs }: Equation,
  shapes: readonly (readonly Dim[])[],
): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  for (const [i, labels] of inputs.entries())
    for (const [axis, label] of labels.entries()) {
      const dim = shapes[i]?.[axis] as Dim;
      const known = sizes.get(label);
      const size = known === undefined ? dim : broadcastDims(known, dim);
      if (size === undefined) unifyDims(known as Dim, dim, `sizes of label '${label}'`);
      sizes.set(label, size as Dim);
    }
  return sizes;
}

/** For each operand, how far apart the elements along each of `labels` lie: along a diagonal, the sum of strides. */
function stridesBy(
  labels: readonly string[],
  own: readonly string[],
  shape: readonly number[],
): number[] {
  const strides = stridesOf(shape);
  return labels.map((label) =>
    own.reduce(
      (sum, other, axis) =>
        other === label && shape[axis] !== 1 ? sum + (strides[axis] as number) : sum,
      0,
    ),
  );
}

/** Calls `body` for each element of the output, with where the elements that it sums over begin in each operand. */
function contract<T extends number | bigint>(
  cells: readonly ArrayLike<T>[],
  outer: readonly Int32Array[],
  inner: readonly Int32Array[],
  zero: T,
  one: T,
  times: (a: T, b: T) => T,
  plus: (a: T, b: T) => T,
  out: { [index: number]: T },
): void {
  const size = outer[0]?.length ?? 0;
  const depth = inner[0]?.length ?? 0;
  for (let i = 0; i < size; i++) {
    let sum = zero;
    for (let p = 0; p < depth; p++) {
      let product = one;
      for (let operand = 0; operand < cells.length; operand++) {
        const at = (outer[operand]?.[i] as number) + (inner[operand]?.[p] as number);
        product = times(product, cells[operand]?.[at] as T);
      }
      sum = plus(sum, product);
    }
    out[i] = sum;
  }
}

/** The elements of an operand, by labels of its own or, where it is repeated, not. */
function gathered(
  array: NdArray,
  own: readonly string[],
  labels: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Float64Array {
  const extent = labels.map((label) => sizes.get(label) as number);
  const at = offsets(extent, stridesBy(labels, own, array.shape));
  const cells = numbersOf(array);
  return Float64Array.from(at, (from) => cells[from] as number);
}

/** A product of two tensors of floats as products of matrices, unless an operand alone has a label that is summed over. */
function asMatrices(
  arrays: readonly NdArray[],
  { inputs, output }: Equation,
  sizes: ReadonlyMap<string, number>,
): NdArray | undefined {
  const [[a, b], [ofA, ofB]] = [arrays, inputs] as const;
  if (arrays.length !== 2 || !a || !b || !ofA || !ofB) return undefined;
  const shared = [...new Set(ofA)].filter((label) => ofB.includes(label));
  const alone = [...ofA, ...ofB].filter((label) => !shared.includes(label));
  if (alone.some((label) => !output.includes(label))) return undefined;
  const batch = shared.filter((label) => output.includes(label));
  const inner = shared.filter((label) => !output.includes(label));
  const rows = output.filter((label) => !ofB.includes(label));
  const columns = output.filter((label) => !ofA.includes(label));
  const extent = (labels: readonly string[]) => labels.map((label) => sizes.get(label) as number);
  const [m, k, n] = [sizeOf(extent(rows)), sizeOf(extent(inner)), sizeOf(extent(columns))];
  const left = gathered(a, ofA, [...batch, ...rows, ...inner], sizes);
  const right = gathered(b, ofB, [...batch, ...inner, ...columns], sizes);
  const product = new Float64Array(sizeOf(extent(batch)) * m * n);
  for (let i = 0; i < sizeOf(extent(batch)); i++)
    product.set(
      multiplyMatrices(
        { cells: left, start: i * m * k, strides: [k, 1] },
        { cells: right, start: i * k * n, strides: [n, 1] },
        m,
        k,
        n,
      ),
      i * m * n,
    );
  const order = [...batch, ...rows, ...columns];
  const from = offsets(extent(output), stridesBy(output, order, extent(order)));
  return floats(a.dtype, extent(output), (out) => {
    for (let i = 0; i < from.length; i++) out[i] = product[from[i] as number] as number;
  });
}

function summed(arrays: readonly NdArray[], equation: Equation): NdArray {
  const shapes = arrays.map((array) => array.shape);
  const sizes = sizesOf(equation, shapes) as ReadonlyMap<string, number>;
  const { output, inputs } = equation;
  const { dtype } = arrays[0] as NdArray;
  if (sizeOf([...sizes.values()]) > MOST_PRODUCTS)
    throw new RangeError(`more than ${MOST_PRODUCTS} products are left to a runtime`);
  const product = isInteger(dtype) ? undefined : asMatrices(arrays, equation, sizes);
  if (product !== undefined) return product;
  const bound = [...sizes.keys()].filter((label) => !output.includes(label));
  const extent = (labels: readonly string[]) => labels.map((label) => sizes.get(label) as number);
  const walk = (labels: readonly string[]) =>
    inputs.map((own, i) => offsets(extent(labels), stridesBy(labels, own, shapes[i] ?? [])));
  const shape = extent(output);
  const [outer, inner] = [walk(output), walk(bound)];
  if (isInteger(dtype)) {
    const out = new Array<bigint>(sizeOf(shape));
    contract(
      arrays.map(bigintsOf),
      outer,
      inner,
      0n,
      1n,
      (a, b) => a * b,
      (a, b) => a + b,
      out,
    );
    return integers(dtype, shape, out);
  }
  return floats(dtype, shape, (out) =>
    contract(
      arrays.map(doublesOf),
      outer,
      inner,
      0,
      1,
      (a, b) => a * b,
      (a, b) => a + b,
      out,
    ),
  );
}

const einsum: OpDef = {
  operands: [{ name: "Inputs", variadic: true }],
  attrs: { equation: { type: "string", required: true } },
  infer(operands, attrs) {
    const dtype = commonDType(operands);
    requireDType(operandAt(operands, 0), (d) => isFloat(d) || isInteger(d), "numbers");
    const shapes = operands.map((operand) => operand?.shape ?? []);
    const equation = readEquation(
      attrs,
      shapes.map((shape) => shape.length),
    );
    const sizes = sizesOf(equation, shapes);
    return [{ dtype, shape: equation.output.map((label) => sizes.get(label) as Dim) }];
  },
  evaluate(operands, attrs) {
    const arrays = operands as readonly NdArray[];
    return [
      summed(
        arrays,
        readEquation(
          attrs,
          arrays.map((array) => array.shape.length),
        ),
      ),
    ];
  },
};

/** Einsum. */
export const einsums: Ops = checked({ Einsum: einsum });
