/**
 * What the language's own functions do, for people.
 *
 * @module
 */

/** How a function is called, and what it yields. */
export interface FunctionCard {
  readonly signature: string;
  readonly says: string;
}

/** By name: each of `builtins`. */
export const FUNCTIONS: ReadonlyMap<string, FunctionCard> = new Map(
  [
    ["rank(t)", "How many dimensions a term has."],
    ["shape(t)", "A term's dimensions, as a list."],
    ["dim(t, i)", "One dimension of a term; a negative index counts from the last."],
    ["size(t)", "The number of a term's elements."],
    ["dtype(t)", 'A term\'s element type, such as `"f32"`.'],
    ["constant(t)", "Whether a term is known before the program runs."],
    ["symbol(t)", "Whether a term is an input of the program."],
    ["name(t)", "The name of an input of the program."],
    ["distinct(a, b)", "A hint: known to be different terms. A rule must hold without it."],
    ["all(l)", "Whether all elements of a list are true."],
    ["len(l)", "The number of a list's elements."],
    [
      "range(a, b)",
      "The integers from `a`, or from 0 where there is one argument, up to and without `b`.",
    ],
    ["contains(l, v)", "Whether a list has an element equal to a value."],
    ["min(a, b)", "The least of the arguments, or of the elements of a list."],
    ["max(a, b)", "The greatest of the arguments, or of the elements of a list."],
    ["abs(n)", "The absolute value of a number."],
  ].map(([signature = "", says = ""]) => [
    signature.slice(0, signature.indexOf("(")),
    { signature, says },
  ]),
);
