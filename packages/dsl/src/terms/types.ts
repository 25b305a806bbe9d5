/**
 * Interned tensor types: equal types are one object, so that comparing and memoising need only look at identities.
 *
 * @module
 */

import type { Dim, TensorType } from "@rewright/plugin";
import { isInteger } from "./contents.ts";

/** A tensor type of which there is only one: equal types are `===`, and have the same `id`. */
export interface InternedType extends TensorType {
  readonly id: number;
}

/** A size without a name of its own: unique, or derived from others. */
function isAnonymous(dim: Dim): boolean {
  return typeof dim === "string" && dim.startsWith("?");
}

/** A size of which nothing is known ("?", or a name with "?!" in it): not even whether it equals what is written alike. */
export function isFresh(dim: Dim): boolean {
  return dim === "?" || (typeof dim === "string" && dim.includes("?!"));
}

/** Interns types, and orders them by how much they say. */
export class TypeTable {
  readonly #byKey = new Map<string, InternedType>();
  readonly #joins = new Map<number, InternedType>();
  /** Nothing is known. */
  readonly unknown: InternedType = this.intern({ dtype: "unknown", shape: [] });

  /** The one object for this type. Shapes of unknown types and impossible `value`s are dropped. */
  intern(type: TensorType): InternedType {
    const shape = type.dtype === "unknown" ? [] : type.shape;
    const value = plausible(type) ? type.value : undefined;
    let key = type.dtype as string;
    for (const dim of shape) key += typeof dim === "number" ? `,${dim}` : `,${JSON.stringify(dim)}`;
    if (value) key += `=${JSON.stringify(value)}`;
    let interned = this.#byKey.get(key);
    if (interned === undefined) {
      const bare = { id: this.#byKey.size, dtype: type.dtype, shape: Object.freeze([...shape]) };
      interned = Object.freeze(value ? { ...bare, value: Object.freeze([...value]) } : bare);
      this.#byKey.set(key, interned);
    }
    return interned;
  }

  /**
   * What two descriptions of one tensor say together: of two dimensions a number before a name before a "?name".
   * `a` itself when `b` adds nothing. Throws when the two cannot describe one tensor.
   */
  join(a: InternedType, b: InternedType): InternedType {
    if (a === b || b === this.unknown) return a;
    if (a === this.unknown) return b;
    const key = a.id * 0x4000000 + b.id;
    let joined = this.#joins.get(key);
    if (joined === undefined) {
      joined = this.#join(a, b);
      this.#joins.set(key, joined);
    }
    return joined;
  }

  #join(a: InternedType, b: InternedType): InternedType {
    if (a.dtype !== b.dtype || a.shape.length !== b.shape.length) throw contradiction(a, b);
    const pick = (x: Dim, y: Dim): Dim => {
      if (typeof x === "number" && typeof y === "number" && x !== y) throw contradiction(a, b);
      return certainty(y) > certainty(x) ? y : x;
    };
    const shape = a.shape.map((dim, i) => pick(dim, b.shape[i] as Dim));
    const other = b.value;
    const value = a.value && other ? a.value.map((x, i) => pick(x, other[i] as Dim)) : a.value;
    const known = value ?? other;
    return this.intern(known ? { dtype: a.dtype, shape, value: known } : { dtype: a.dtype, shape });
  }

  /**
   * `a`, with `b` in place of what `a` knows nothing of. Where `a` has a name, however derived, it stays: what a rule builds
   * is inferred the same way, and must come to the same name.
   */
  refine(a: InternedType, b: TensorType): InternedType {
    if (b.dtype === "unknown") return a;
    if (a === this.unknown) return this.intern(b);
    if (a.dtype !== b.dtype || a.shape.length !== b.shape.length) return a;
    const shape = a.shape.map((dim, i) => (isFresh(dim) ? (b.shape[i] as Dim) : dim));
    const value = a.value ?? b.value;
    return this.intern(value ? { dtype: a.dtype, shape, value } : { dtype: a.dtype, shape });
  }

  /**
   * Whether both describe one tensor whatever the symbolic dimensions are bound to: dimensions must be spelt alike. A rule
   * that is sound only where shapes agree must not be believed where they merely might, so that sizes without a name fit
   * nothing but themselves. What is known of the elements must not contradict itself.
   */
  fits(a: InternedType, b: InternedType): boolean {
    if (a === b) return true;
    if (a.dtype !== b.dtype || a.shape.length !== b.shape.length) return false;
    if (a.shape.some((dim, i) => dim !== b.shape[i])) return false;
    const other = b.value;
    if (!a.value || !other) return true;
    return a.value.every((x, i) => {
      const y = other[i];
      return typeof x !== "number" || typeof y !== "number" || x === y;
    });
  }
}

function certainty(dim: Dim): number {
  if (typeof dim === "number") return 3;
  if (isFresh(dim)) return 0;
  return isAnonymous(dim) ? 1 : 2;
}

function plausible(type: TensorType): boolean {
  const { value, shape } = type;
  if (!value || shape.length > 1 || value.length > 64) return false;
  if (!isInteger(type.dtype) && type.dtype !== "bool") return false;
  return shape.length === 0 ? value.length === 1 : shape[0] === value.length;
}

function contradiction(a: TensorType, b: TensorType): Error {
  return new Error(`one value cannot be both ${showType(a)} and ${showType(b)}`);
}

/** A type as a person writes it: `f32[N, 768]`. */
export function showType(type: TensorType): string {
  if (type.dtype === "unknown") return "unknown";
  const value = type.value ? ` = {${type.value.join(", ")}}` : "";
  return `${type.dtype}[${type.shape.join(", ")}]${value}`;
}
