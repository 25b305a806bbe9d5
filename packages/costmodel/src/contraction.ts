/**
 * A contraction as matrix products: `batch` products of an m×k by a k×n matrix.
 * A convolution counts as the product of its (implicit) patches with its kernels, one per group.
 */
export interface Contraction {
  batch: number;
  m: number;
  n: number;
  k: number;
}

/** A contraction to be written over: costs are asked a million times a second, and leave no garbage. */
export function contraction(): Contraction {
  return { batch: 1, m: 0, n: 0, k: 0 };
}
