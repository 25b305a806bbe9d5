/**
 * What is known of the classes of a typed e-graph.
 *
 * @module
 */

import type { Dim, NdArray, Operand, TensorType, Term } from "@rewright/plugin";
import { asValue, contentsIdentity, elements, isInteger, SMALL, tensor } from "./contents.ts";
import { Trie } from "./trie.ts";
import { type InternedType, TypeTable } from "./types.ts";

/** What is known of a class, one type per result (a class of a single value has one). Interned: equal facts are `===`. */
export interface Facts {
  readonly id: number;
  readonly types: readonly InternedType[];
  /** Known before the program runs: a constant, or a pure operator applied to such. */
  readonly constant: boolean;
  /** The contents of a constant of at most 4,096 elements. Interned as well. */
  readonly contents?: NdArray | undefined;
  /** As `contents`, for each result of an application with several. */
  readonly several?: readonly NdArray[] | undefined;
  /** The first result as a cost model sees it; `undefined` for an operand that is left out. */
  readonly operand: Operand | undefined;
  /** The first result as a function of a rule sees it. */
  readonly term: Term | undefined;
}

/** Interns types, contents and facts, and joins facts. Only grows; independent of the e-graph's marks. */
export class FactsTable {
  readonly types: TypeTable = new TypeTable();
  readonly #contents = new Map<string, NdArray>();
  readonly #contentIds = new Map<NdArray, number>();
  readonly #facts = new Map<string, Facts>();
  readonly #joins = new Trie<Facts>();
  readonly #projections = new Trie<Facts>();
  /** The facts of an operand that is left out: no result at all. */
  readonly absent: Facts = this.intern([], true);

  /** The one object for these facts. Contents and the types' `value`s are completed from each other. */
  intern(
    given: readonly TensorType[],
    constant: boolean,
    results?: readonly (NdArray | undefined)[],
    name?: string,
  ): Facts {
    const types = given.map((type, i) => this.types.intern(withValue(type, results?.[i])));
    const known = types.map((type, i) => results?.[i] ?? contentsOf(type));
    const contents = known.map((array) => array && this.contents(array));
    let key = constant ? "!" : "";
    for (const type of types) key += `${type.id},`;
    for (const array of contents) key += array ? `${this.#contentIds.get(array)};` : ";";
    if (name !== undefined) key += JSON.stringify(name);
    let facts = this.#facts.get(key);
    if (facts === undefined) {
      const id = this.#facts.size;
      const all = contents.filter((array) => array !== undefined);
      const single = types.length === 1 ? contents[0] : undefined;
      const several = types.length > 1 && all.length === types.length ? all : undefined;
      const operand = types[0] && { ...bare(types[0]), constant };
      const term =
        operand &&
        ({
          ...operand,
          term: true,
          ...(single && { contents: single }),
          ...(name !== undefined && { name }),
        } as const);
      facts = {
        id,
        types: Object.freeze(types),
        constant,
        contents: single,
        several,
        operand,
        term,
      };
      this.#facts.set(key, facts);
    }
    return facts;
  }

  /** The one array for these contents. */
  contents(array: NdArray): NdArray {
    if (this.#contentIds.has(array)) return array;
    const key = contentsIdentity(array);
    let interned = this.#contents.get(key);
    if (interned === undefined) {
      interned = array;
      this.#contents.set(key, interned);
      this.#contentIds.set(interned, this.#contentIds.size);
    }
    return interned;
  }

  /** The number of interned contents. */
  contentsId(interned: NdArray): number {
    const id = this.#contentIds.get(interned);
    if (id === undefined) throw new Error("these contents are not interned");
    return id;
  }

  /** What holds when both hold; `a` itself when `b` adds nothing. Throws on contradictory types. */
  join(a: Facts, b: Facts): Facts {
    if (a === b) return a;
    const place = this.#joins.start().step(a.id).step(b.id).here;
    place.value ??= this.#join(a, b);
    return place.value;
  }

  #join(a: Facts, b: Facts): Facts {
    if (a.types.length !== b.types.length) {
      throw new Error(`${a.types.length} results cannot equal ${b.types.length}`);
    }
    const types = a.types.map((type, i) => this.types.join(type, b.types[i] as InternedType));
    const held = a.contents ?? b.contents;
    const results = held ? [held] : (a.several ?? b.several);
    return this.intern(types, a.constant || b.constant, results, a.term?.name ?? b.term?.name);
  }

  /** What is known of one result of an application. */
  project(tuple: Facts, index: number): Facts {
    const place = this.#projections.start().step(tuple.id).step(index).here;
    place.value ??= this.#project(tuple, index);
    return place.value;
  }

  #project(tuple: Facts, index: number): Facts {
    const type = tuple.types[index] ?? this.types.unknown;
    return this.intern([type], tuple.constant, [tuple.several?.[index]]);
  }

  /** `facts`, with types made more specific where `hints` know more; what contradicts is left out. */
  refine(facts: Facts, hints: readonly TensorType[]): Facts {
    const types = facts.types.map((type, i) => {
      const hint = hints[i];
      return hint ? this.types.refine(type, hint) : type;
    });
    if (types.every((type, i) => type === facts.types[i])) return facts;
    const results = facts.contents ? [facts.contents] : facts.several;
    return this.intern(types, facts.constant, results, facts.term?.name);
  }
}

/** The type without its identity. */
export function bare(type: TensorType): TensorType {
  const { dtype, shape, value } = type;
  return value ? { dtype, shape, value } : { dtype, shape };
}

/** The type together with what its contents say of it. */
function withValue(type: TensorType, contents: NdArray | undefined): TensorType {
  if (!contents || type.value?.every((dim) => typeof dim === "number")) return type;
  if (!isInteger(type.dtype) || contents.shape.length > 1 || contents.data.length > 64) return type;
  const value = asValue(contents);
  const items = Array.isArray(value) ? value : [value];
  // A bound of a slice may be 2⁶³ - 1, which is a number all the same.
  return { dtype: type.dtype, shape: type.shape, value: items.map(Number) };
}

/** The contents that a type's fully numeric `value` gives away; numbers beyond the safe integers are not exact. */
function contentsOf(type: TensorType): NdArray | undefined {
  const { dtype, value, shape } = type;
  if (!value || (dtype !== "i64" && dtype !== "i32")) return undefined;
  if (!isKnown(value) || !value.every(Number.isSafeInteger)) return undefined;
  if (!isKnown(shape) || elements(shape) > SMALL) return undefined;
  return tensor(dtype, shape, value);
}

function isKnown(dims: readonly Dim[]): dims is readonly number[] {
  return dims.every((dim) => typeof dim === "number");
}
