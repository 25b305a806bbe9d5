import type { Value } from "./value.ts";

/** Elements of matrices, all of one precision. */
export type Elements = Float32Array | Float64Array;

/** Computes a value from its operands' elements into `out`, whose contents are left over from something else. */
export type Kernel = (
  value: Value,
  operands: readonly (Elements | Int32Array)[],
  out: Elements,
) => void;

/** A way to compute, to be chosen when a program is compiled. */
export interface Kernels {
  readonly name: string;
  /** Memory for a program: matrices of so many elements each, all 0. */
  readonly allocate: (lengths: readonly number[]) => Elements[];
  /** Throws a RangeError for an operator that it does not have. */
  readonly of: (value: Value) => Kernel;
}
