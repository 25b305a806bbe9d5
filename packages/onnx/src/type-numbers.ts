/**
 * Types by number: what nodes that are alike are told by.
 *
 * @module
 */

import type { Dim, TensorType } from "@rewright/plugin";

/** Numbers types so that equal ones have equal numbers. */
export class TypeNumbers {
  readonly #known = new Map<TensorType, number>();
  readonly #spelt = new Map<string, number>();

  /** The number of a type. */
  of(type: TensorType): number {
    let number = this.#known.get(type);
    if (number === undefined) {
      const { dtype, shape, value } = type;
      const isPlain = value === undefined && shape.every(isNumber);
      // JSON begins with a bracket.
      const spelling = isPlain
        ? `${dtype} ${shape.join()}`
        : JSON.stringify([dtype, shape, value?.map(spelled)]);
      number = this.#spelt.get(spelling) ?? this.#spelt.size;
      this.#spelt.set(spelling, number);
      this.#known.set(type, number);
    }
    return number;
  }
}

const isNumber = (dim: Dim): boolean => typeof dim === "number";
/** JSON has no infinities. No size is called so. */
const spelled = (dim: Dim): Dim =>
  typeof dim === "number" && !Number.isFinite(dim) ? `?!${dim}` : dim;
