import type { Value } from "./value.ts";

/** Elements of matrices, all of one precision. */
export type Elements = Float32Array | Float64Array;

/** Computes a value from its operands' elements into `out`, whose contents are left over from something else. */
export type Kernel = (
  value: Value,
  operands: readonly (Elements | Int32Array)[],
  out: Elements,
) => void;

/** What a program keeps its values in. */
export interface Memory {
  readonly matrices: readonly Elements[];
  readonly indices: readonly Int32Array[];
}

/** A way to compute, to be chosen when a program is compiled. */
export interface Kernels {
  readonly name: string;
  /** Memory for a program: matrices and lists of row numbers of so many elements each, all 0. */
  readonly allocate: (lengths: readonly number[], indices: readonly number[]) => Memory;
  /** Throws a RangeError for an operator that it does not have. */
  readonly of: (value: Value) => Kernel;
}
