/**
 * What an application yields, from what is known of its operands: types by the dialect's inference, contents by its
 * reference semantics. Memoised, since an e-graph asks the same question again and again.
 *
 * @module
 */

import type { Attrs, Dim, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { knownElements, SMALL } from "./contents.ts";
import type { Facts, FactsTable } from "./facts.ts";
import { Trie } from "./trie.ts";

/** An operator as the e-graph knows it: with its number of results. */
export interface Operation {
  /** The engine's number for it. */
  readonly id: number;
  readonly kind: "apply" | "result" | "input" | "constant" | "absent";
  /** The operator's name in its dialect; for kinds other than `apply`, of no meaning to others. */
  readonly name: string;
  readonly def?: OpDef | undefined;
  /** How many results an application yields; for the kind `result`, which one it is. */
  readonly count: number;
}

/** What is interned as the argument of an operator application. */
export interface Application {
  readonly attrs: Attrs;
  readonly opaque?: string | undefined;
}

/** Computes and remembers facts of applications. */
export class Semantics {
  readonly facts: FactsTable;
  readonly #memo = new Trie<Facts | null>();
  readonly #generic = new Trie<boolean>();
  readonly #numbers = new Map<string, number>();

  constructor(facts: FactsTable) {
    this.facts = facts;
  }

  /**
   * What is known of an application to operands of which `operands` is known (`absent` facts where one is left out).
   * `undefined` when it is ill-shaped. An operand of unknown type makes unknown results.
   * `arg` is the interned number of `application`.
   */
  apply(
    operation: Operation,
    arg: number,
    application: Application,
    operands: readonly Facts[],
  ): Facts | undefined {
    const walk = this.#memo.start().step(operation.id).step(arg);
    for (const operand of operands) walk.step(operand.id);
    const place = walk.here;
    if (place.value === undefined) place.value = this.#apply(operation, application, operands);
    return place.value ?? undefined;
  }

  #apply(
    operation: Operation,
    { attrs, opaque }: Application,
    operands: readonly Facts[],
  ): Facts | null {
    const { def, count } = operation;
    const constant = !def?.impure && operands.every((operand) => operand.constant);
    const { unknown } = this.facts.types;
    const given = operands.map((operand) => operand.types[0]);
    if (!def || opaque !== undefined || given.includes(unknown)) {
      return this.facts.intern(Array(count).fill(unknown), constant);
    }
    let types: readonly TensorType[];
    try {
      types = def.infer(given, attrs, count);
    } catch (error) {
      if (error instanceof Error && error.name === "ShapeError") return null;
      throw error;
    }
    if (types.length < count) return null;
    const first = types.slice(0, count);
    const wrong = first.find((type) => !type.shape.every(isDim));
    if (wrong)
      throw new Error(
        `${operation.name} infers the type ${wrong.dtype}[${wrong.shape.join(", ")}]: a dimension is a whole number from 0, or a name; an application that has none is to throw a ShapeError`,
      );
    return this.facts.intern(first, constant, this.#fold(def, attrs, operands, first));
  }

  /**
   * Whether an application whose operands have sizes with names is well-shaped whatever these stand for. Inference takes a size
   * with a name for whatever makes the application valid; that is right for a program, which is, and a guess for what a rule
   * builds. So it is asked once more, with a number of its own for each name; sizes derived from others are left as they are.
   */
  fitsEverySize(
    operation: Operation,
    arg: number,
    { attrs, opaque }: Application,
    operands: readonly Facts[],
  ): boolean {
    const { def, count } = operation;
    if (!def || opaque !== undefined || !operands.some(isNamed)) return true;
    const walk = this.#generic.start().step(operation.id).step(arg);
    for (const operand of operands) walk.step(operand.id);
    const place = walk.here;
    if (place.value === undefined) {
      try {
        const given = operands.map(({ types }) => types[0] && this.#instance(types[0]));
        place.value = def.infer(given, attrs, count).length >= count;
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "ShapeError") throw error;
        place.value = false;
      }
    }
    return place.value;
  }

  /** The type with a number in the place of each name: all different, and divisible by whatever programs divide by. */
  #instance({ dtype, shape, value }: TensorType): TensorType {
    const number = (dim: Dim): Dim => {
      if (typeof dim !== "string" || dim.startsWith("?")) return dim;
      let known = this.#numbers.get(dim);
      if (known === undefined) {
        known = DIVISIBLE * (this.#numbers.size + 2);
        this.#numbers.set(dim, known);
      }
      return known;
    };
    const sizes = shape.map(number);
    return value ? { dtype, shape: sizes, value: value.map(number) } : { dtype, shape: sizes };
  }

  #fold(
    def: OpDef,
    attrs: Attrs,
    operands: readonly Facts[],
    types: readonly TensorType[],
  ): readonly NdArray[] | undefined {
    if (!def.evaluate || def.impure || operands.length === 0) return undefined;
    if (operands.some((operand) => operand.types.length > 0 && !operand.contents)) return undefined;
    if (types.some(({ shape }) => (knownElements(shape) ?? SMALL + 1) > SMALL)) return undefined;
    try {
      const results = def.evaluate(
        operands.map((operand) => operand.contents),
        attrs,
        types.length,
      );
      return types.every((type, i) => describes(type, results[i])) ? results : undefined;
    } catch {
      return undefined; // undefined on these contents (a division by zero among integers): no fold
    }
  }
}

function isDim(dim: Dim): boolean {
  return typeof dim === "string" || (Number.isInteger(dim) && dim >= 0);
}

/** What programs divide sizes by divides this. */
const DIVISIBLE = 55_440;

/** Whether a size has a name, and none is derived from others. */
function isNamed({ types: [type] }: Facts): boolean {
  return type?.shape.some((dim) => typeof dim === "string" && !dim.startsWith("?")) ?? false;
}

function describes(type: TensorType, array: NdArray | undefined): boolean {
  if (!array || array.dtype !== type.dtype || array.shape.length !== type.shape.length)
    return false;
  return array.shape.every((dim, i) => dim === type.shape[i]);
}
