/**
 * Einstein sums of two operands as matrix products. A label that both operands and the result have is one of the batch; one that the
 * first operand and the result have is among the rows, one that the second and the result have among the columns; and over one that
 * both operands have, and the result has not, is summed. Labels that stand twice in an operand, or in one operand alone, fit in nowhere.
 *
 * @module
 */

import type { Dim, RuleFunction } from "@rewright/plugin";
import { productOf } from "../dim.ts";
import { isFresh } from "../value.ts";
import { type Argument, dims } from "./arguments.ts";

type Labels = readonly string[];

interface Sum {
  readonly batch: Labels;
  readonly rows: Labels;
  readonly sums: Labels;
  readonly columns: Labels;
  readonly first: Labels;
  readonly second: Labels;
  readonly result: Labels;
  readonly sizes: ReadonlyMap<string, Dim>;
}

/** The labels of each operand and of the result, where the equation has an arrow, and no ellipsis. */
function termsOf(equation: Argument): readonly Labels[] | undefined {
  if (typeof equation !== "string") return undefined;
  const terms = /^([A-Za-z,]*)->([A-Za-z]*)$/.exec(equation.replaceAll(" ", ""));
  return terms === null
    ? undefined
    : [...`${terms[1]},${terms[2]}`.split(",")].map((term) => [...term]);
}

/** The sum that an equation says of operands of these shapes. Sizes of a label that broadcast are not equal, and make it none. */
function sumOf(a: Argument, b: Argument, equation: Argument): Sum | undefined {
  const terms = termsOf(equation);
  const shapes = [dims(a), dims(b)];
  const [first, second, result] = terms ?? [];
  if (terms?.length !== 3 || first === undefined || second === undefined || result === undefined)
    return undefined;
  const sizes = new Map<string, Dim>();
  for (const [i, labels] of [first, second].entries()) {
    if (shapes[i]?.length !== labels.length || new Set(labels).size !== labels.length)
      return undefined;
    for (const [axis, label] of labels.entries()) {
      const size = shapes[i]?.[axis] as Dim;
      if (isFresh(size) || size !== (sizes.get(label) ?? size)) return undefined;
      sizes.set(label, size);
    }
  }
  const [inFirst, inSecond, inResult] = [new Set(first), new Set(second), new Set(result)];
  const both = first.filter((label) => inSecond.has(label));
  const sums = both.filter((label) => !inResult.has(label));
  const own = first.length + second.length - both.length;
  if (inResult.size !== result.length || own !== result.length + sums.length) return undefined;
  return {
    ...{ first, second, result, sizes, sums },
    batch: result.filter((label) => inFirst.has(label) && inSecond.has(label)),
    rows: result.filter((label) => !inSecond.has(label)),
    columns: result.filter((label) => !inFirst.has(label)),
  };
}

const places = (labels: Labels, within: Labels): number[] =>
  labels.map((label) => within.indexOf(label));

const sized = ({ sizes }: Sum, labels: Labels): Dim[] =>
  labels.map((label) => sizes.get(label) as Dim);

/** `einsum_rows(a, b, e)`: the permutation of the first operand into [batch …, rows …, sums …]. `einsum_rows([2, 3, 4], [2, 3, 5], "bkm,bkn->bmn")` is `[0, 2, 1]`. */
export const einsum_rows: RuleFunction = (a, b, e) => {
  const sum = sumOf(a, b, e);
  return sum && places([...sum.batch, ...sum.rows, ...sum.sums], sum.first);
};

/** `einsum_columns(a, b, e)`: that of the second one into [batch …, sums …, columns …]. `einsum_columns([4, 3], [5, 3], "mk,nk->mn")` is `[1, 0]`. */
export const einsum_columns: RuleFunction = (a, b, e) => {
  const sum = sumOf(a, b, e);
  return sum && places([...sum.batch, ...sum.sums, ...sum.columns], sum.second);
};

/** `einsum_order(a, b, e)`: that of [batch …, rows …, columns …] into the result. `einsum_order([4, 3], [5, 3], "mk,nk->nm")` is `[1, 0]`. */
export const einsum_order: RuleFunction = (a, b, e) => {
  const sum = sumOf(a, b, e);
  return sum && places(sum.result, [...sum.batch, ...sum.rows, ...sum.columns]);
};

/** `einsum_row_shape(a, b, e)`: the first operand as a stack of matrices, [batch …, rows, sums]. `einsum_row_shape([2, 3, 4], [4], "ijk,k->ij")` is `[6, 4]`. */
export const einsum_row_shape: RuleFunction = (a, b, e) => {
  const sum = sumOf(a, b, e);
  return (
    sum && [
      ...sized(sum, sum.batch),
      productOf(sized(sum, sum.rows)),
      productOf(sized(sum, sum.sums)),
    ]
  );
};

/** `einsum_column_shape(a, b, e)`: the second one as [batch …, sums, columns]. `einsum_column_shape([2, 3, 4], [4], "ijk,k->ij")` is `[4, 1]`. */
export const einsum_column_shape: RuleFunction = (a, b, e) => {
  const sum = sumOf(a, b, e);
  return (
    sum && [
      ...sized(sum, sum.batch),
      productOf(sized(sum, sum.sums)),
      productOf(sized(sum, sum.columns)),
    ]
  );
};

/** `einsum_shape(a, b, e)`: their products with all axes apart, [batch …, rows …, columns …]. `einsum_shape([2, 3, 4], [5, 4], "ijk,lk->lij")` is `[2, 3, 5]`. */
export const einsum_shape: RuleFunction = (a, b, e) => {
  const sum = sumOf(a, b, e);
  return sum && sized(sum, [...sum.batch, ...sum.rows, ...sum.columns]);
};

/** `einsum_swapped(e)`: the equation of two operands for the operands the other way round. `einsum_swapped("ij,jk->ki")` is `"jk,ij->ki"`. */
export const einsum_swapped: RuleFunction = (e) => {
  const [first, second, result, ...rest] = termsOf(e) ?? [];
  if (first === undefined || second === undefined || result === undefined || rest.length > 0)
    return undefined;
  return `${second.join("")},${first.join("")}->${result.join("")}`;
};

/** The labels of the first two of three operands or more that the others, or the result, ask for. */
function inner(terms: readonly Labels[] | undefined): Labels | undefined {
  if (terms === undefined || terms.length < 4) return undefined;
  const [first = [], second = [], ...others] = terms;
  const wanted = new Set(others.flat());
  return [...new Set([...first, ...second])].filter((label) => wanted.has(label));
}

/** `einsum_first(e)`: of three operands or more, the equation of the first two. `einsum_first("ij,jk,kl->il")` is `"ij,jk->ik"`. */
export const einsum_first: RuleFunction = (e) => {
  const terms = termsOf(e);
  const labels = inner(terms);
  return labels && `${terms?.[0]?.join("")},${terms?.[1]?.join("")}->${labels.join("")}`;
};

/** `einsum_rest(e)`: and that of what they come to and the others. `einsum_rest("ij,jk,kl->il")` is `"ik,kl->il"`. */
export const einsum_rest: RuleFunction = (e) => {
  const terms = termsOf(e);
  const labels = inner(terms);
  const others = terms?.slice(2, -1).map((term) => term.join(""));
  return labels && `${[labels.join(""), ...(others ?? [])].join()}->${terms?.at(-1)?.join("")}`;
};
