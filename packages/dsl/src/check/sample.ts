/**
 * One concrete instance of a rule: a value for each of its variables, and what its terms come to by reference semantics.
 *
 * @module
 */

import type { Attr, Attrs, DType, NdArray, OpDef, TensorType, Term } from "@rewright/plugin";
import type * as ast from "../ast.ts";
import { treeKey } from "../bind/key.ts";
import { attributeOf, constantOf, isComplete } from "../bind/operand.ts";
import {
  type Compiled,
  compileCondition,
  compileValue,
  type Denoted,
  type Scope,
} from "../evaluate.ts";
import { listVariables } from "../occurrence.ts";
import { axisRank, canonicalAttrs } from "../terms/attributes.ts";
import { asValue, isInteger } from "../terms/contents.ts";

/** An operand: a tensor, a number whose element type is open, or nothing. */
type Given = SampleTerm | number | bigint | undefined;

/** An application that decides itself how many results it has, and is asked for all of them, has at most so many. */
const MOST_RESULTS = 64;

/** An application to tensors of a sample. */
export interface Origin {
  readonly op: OpDef;
  /** `undefined` where one is left out. */
  readonly operands: readonly (SampleTerm | undefined)[];
  readonly attrs: Attrs;
  readonly count: number;
  /** Which of its results the tensor is. */
  readonly index: number;
}

/** A tensor of a sample. Its contents are computed when first asked for. */
export class SampleTerm implements Term {
  readonly term = true;
  readonly constant = true;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly value?: readonly (number | string)[];
  /** Where it comes from; `undefined` for a variable or a constant. */
  readonly origin: Origin | undefined;
  #contents: NdArray | (() => NdArray);

  constructor(type: TensorType, contents: NdArray | (() => NdArray), origin?: Origin) {
    this.dtype = type.dtype;
    this.shape = type.shape as readonly number[];
    this.#contents = contents;
    this.origin = origin;
    const value = type.value ?? this.#integers();
    if (value) this.value = value;
  }

  /** Throws what the reference semantics throw. */
  get contents(): NdArray {
    if (typeof this.#contents === "function") this.#contents = this.#contents();
    return this.#contents;
  }

  /** Short lists of integers are looked at by inference. */
  #integers(): readonly number[] | undefined {
    const [length = 1] = this.shape;
    if (!isInteger(this.dtype) || this.shape.length > 1 || length > 64) return undefined;
    const value = asValue(this.contents);
    const items = Array.isArray(value) ? value : [value];
    return items.every((item) => typeof item === "number") ? items : undefined;
  }
}

/** The values of a rule's variables, and of the terms over them. Cleared and filled again for each sample. */
export class Sample implements Scope {
  readonly variables: ReadonlyMap<string, ast.Variable>;
  /** A rule must hold without its hints. */
  readonly unpruned: boolean;
  /** Tensors by variable; one, or as many as a list has items. */
  readonly terms: Map<string, SampleTerm[]> = new Map();
  /** Values by variable, likewise. */
  readonly values: Map<string, Attr[]> = new Map();
  /** Records by name. */
  readonly records: Map<string, Attrs> = new Map();
  /** The lengths of lists, by variable; known before their items are. */
  readonly lengths: Map<string, number> = new Map();
  /** Applications of the left side that are settled. */
  readonly #settled = new Map<string, readonly SampleTerm[]>();
  readonly #definitions: ReadonlyMap<string, OpDef>;
  readonly #compiled = new Map<ast.Value, Compiled>();
  readonly #conditions = new Map<ast.Value, () => boolean | undefined>();
  readonly #keys = new Map<ast.Term, string>();
  #complete = false;

  /** `definitions` are used in place of what the rule says its operators are. */
  constructor(
    variables: ReadonlyMap<string, ast.Variable>,
    definitions: ReadonlyMap<string, OpDef> = new Map(),
    unpruned = true,
  ) {
    this.variables = variables;
    this.unpruned = unpruned;
    this.#definitions = definitions;
  }

  /** What an operator is. */
  define(term: ast.Apply): OpDef {
    return this.#definitions.get(term.name) ?? term.op;
  }

  /** Forget everything. */
  clear(): void {
    for (const map of [this.terms, this.values, this.records, this.lengths, this.#settled])
      map.clear();
    this.#complete = false;
  }

  /** From now on no variable changes any more, so that every application can be remembered. */
  complete(): void {
    this.#complete = true;
  }

  // ── Reading variables ──────────────────────────────────────────────────────

  term(name: string): (item: number) => Term | undefined {
    const single = this.variables.get(name)?.depth !== 1;
    return (item) => this.terms.get(name)?.[single ? 0 : item];
  }

  value(name: string): (item: number) => Attr | undefined {
    const single = this.variables.get(name)?.depth !== 1;
    return (item) => this.values.get(name)?.[single ? 0 : item];
  }

  length(name: string): () => number | undefined {
    return () => this.lengths.get(name);
  }

  composite(term: ast.Term): (item: number) => Term | undefined {
    return (item) => this.evaluate(term, item);
  }

  /** Whether all of a variable is known. */
  knows(name: string): boolean {
    const variable = this.variables.get(name);
    if (!variable) return true;
    if (variable.kind === "attributes") return this.records.has(name);
    const items = (variable.kind === "term" ? this.terms : this.values).get(name);
    const length = variable.depth === 1 ? this.lengths.get(name) : 1;
    if (length === undefined || !items) return false;
    return items.length >= length && !items.slice(0, length).includes(undefined as never);
  }

  /** What an expression denotes. */
  denoted(value: ast.Value, item: number): Denoted {
    let compiled = this.#compiled.get(value);
    if (compiled === undefined) {
      compiled = compileValue(value, this);
      this.#compiled.set(value, compiled);
    }
    return compiled(item);
  }

  /** Whether a condition holds; `undefined` when that is not known. */
  holds(condition: ast.Value): boolean | undefined {
    let compiled = this.#conditions.get(condition);
    if (compiled === undefined) {
      compiled = compileCondition(condition, this);
      this.#conditions.set(condition, compiled);
    }
    return compiled();
  }

  // ── Evaluating terms ───────────────────────────────────────────────────────

  /** The tensors that a root comes to, `count` of them where it is a list; `undefined` when it is ill-shaped, or comes to as many as not. */
  root(root: ast.Root, count: number, dtype?: DType): readonly SampleTerm[] | undefined {
    if (root.kind === "results") return this.#results(root.of, count, -1);
    if (root.kind !== "spread") {
      const term = this.evaluate(root, -1, dtype);
      return term && [term];
    }
    if (this.spreadLength(root.element) !== count) return undefined;
    const items = Array.from({ length: count }, (_, i) => this.evaluate(root.element, i, dtype));
    return items.every((item) => item !== undefined) ? items : undefined;
  }

  /** The tensor that a term comes to; `undefined` when it is ill-shaped, or needs a value that is not known. */
  evaluate(term: ast.Term, item: number, dtype: DType = "f32"): SampleTerm | undefined {
    switch (term.kind) {
      case "variable":
        return this.term(term.name)(item) as SampleTerm | undefined;
      case "constant":
        return this.constant(this.denoted(term.value, item), dtype);
      case "result":
        return this.#least(term.of, term.count ?? term.index + 1, item)?.[term.index];
      case "apply":
        return this.#results(term, 1, item)?.[0];
      case "wildcard":
      case "absent":
        return undefined;
    }
  }

  /** The tensor that a value stands for as an operand. */
  constant(value: Denoted, dtype: DType): SampleTerm | undefined {
    const array = constantOf(value, dtype);
    return array && new SampleTerm(array, array);
  }

  #results(term: ast.Apply, count: number, item: number): readonly SampleTerm[] | undefined {
    const key = this.keyOf(term, count);
    const settled = key === undefined ? undefined : this.#settled.get(key);
    if (settled) return settled;
    const operands = this.#operands(term, item);
    if (!operands) return undefined;
    const results = this.#typed(operands, (given) => {
      const attrs = this.attrs(term, given, item);
      return attrs && applyTo(this.define(term), given, attrs, count);
    });
    if (results && this.#complete && key !== undefined) this.settle(key, results);
    return results;
  }

  /** Operands of an application; numbers, whose element type is open, are left as values. */
  #operands(term: ast.Apply, item: number): Given[] | undefined {
    const operands: Given[] = [];
    for (const operand of term.operands) {
      const element = operand.kind === "spread" ? operand.element : operand;
      if (element.kind === "absent") {
        operands.push(undefined);
        continue;
      }
      if (
        operand.kind === "spread" &&
        element.kind === "apply" &&
        (element.op.results ?? 1) !== 1
      ) {
        const results = this.#all(element, item);
        if (!results) return undefined;
        operands.push(...results);
        continue;
      }
      const count = operand.kind === "spread" ? this.spreadLength(element) : 1;
      if (count === undefined) return undefined;
      for (let i = 0; i < count; i++) {
        const at = operand.kind === "spread" ? i : item;
        const value = element.kind === "constant" ? this.denoted(element.value, at) : undefined;
        const open = typeof value === "number" || typeof value === "bigint";
        const given = open ? value : this.evaluate(element, at);
        if (given === undefined) return undefined;
        operands.push(given);
      }
    }
    return operands;
  }

  /** The results of an application that decides itself how many it has: the least number that it may have. */
  #all(term: ast.Apply, item: number): readonly SampleTerm[] | undefined {
    const { results } = term.op;
    return this.#least(term, typeof results === "number" ? results : 1, item);
  }

  /** The results of an application that has so many at least. */
  #least(term: ast.Apply, least: number, item: number): readonly SampleTerm[] | undefined {
    if (term.op.results !== "variadic") return this.#results(term, least, item);
    for (let count = least; count <= MOST_RESULTS; count++) {
      const found = this.#results(term, count, item);
      if (found) return found;
    }
    return undefined;
  }

  /** Tries element types for the numbers among the operands, those of the siblings first. */
  #typed<T>(
    operands: readonly Given[],
    use: (operands: readonly (SampleTerm | undefined)[]) => T | undefined,
  ): T | undefined {
    const terms = operands.filter((operand) => operand instanceof SampleTerm);
    if (operands.every(isSettled)) return use(operands);
    for (const dtype of new Set<DType>([...terms.map((term) => term.dtype), "f32", "i64"])) {
      const given = operands.map((operand) => {
        return isSettled(operand) ? operand : this.constant(operand, dtype);
      });
      const fits = given.every((operand, i) => operand !== undefined || operands[i] === undefined);
      const result = fits ? use(given) : undefined;
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** How many items a spread of `element` has. */
  spreadLength(element: ast.Term): number | undefined {
    const lengths = listVariables(element, this.variables).map((name) => this.lengths.get(name));
    return lengths.every((length) => length === lengths[0]) ? lengths[0] : undefined;
  }

  /** The attributes of an application whose variables are all known. */
  attrs(
    term: ast.Apply,
    operands: readonly (SampleTerm | undefined)[],
    item: number,
  ): Attrs | undefined {
    const declared = term.op.attrs ?? {};
    const attrs: Record<string, Attr> = Object.create(null);
    const record = term.rest && this.records.get(term.rest.name);
    if (term.rest && !record) return undefined;
    for (const [name, value] of Object.entries(record ?? {})) {
      if (Object.hasOwn(declared, name)) attrs[name] = value;
    }
    for (const { name, value } of term.attrs) {
      const attr = attributeOf(this.denoted(value, item), declared[name]?.type ?? "int");
      if (attr === undefined) return undefined;
      attrs[name] = attr;
    }
    if (!isComplete(attrs, term.op)) return undefined;
    return canonicalAttrs(attrs, term.op, axisRank(operands));
  }

  // ── Remembering applications ───────────────────────────────────────────────

  /** The key under which an application is remembered; `undefined` inside a spread, where it differs from item to item. */
  keyOf(term: ast.Apply, count: number): string | undefined {
    let key = this.#keys.get(term);
    if (key === undefined) {
      key = isSingle(term, this.variables) ? treeKey(term) : "";
      this.#keys.set(term, key);
    }
    return key === "" ? undefined : `${key}#${count}`;
  }

  /** Remember the results of an application. */
  settle(key: string, results: readonly SampleTerm[]): void {
    this.#settled.set(key, results);
  }

  /** Forget all applications: variables have changed. */
  recompute(): void {
    this.#settled.clear();
  }

  /** Forget an application. */
  unsettle(key: string): void {
    this.#settled.delete(key);
  }

  /** The remembered results of an application. */
  settled(key: string): readonly SampleTerm[] | undefined {
    return this.#settled.get(key);
  }
}

/** The results of an application; `undefined` when it is ill-shaped. */
export function applyTo(
  op: OpDef,
  operands: readonly (SampleTerm | undefined)[],
  attrs: Attrs,
  count: number,
): readonly SampleTerm[] | undefined {
  let types: readonly TensorType[];
  try {
    types = op.infer(operands, attrs, count);
  } catch (error) {
    if (error instanceof Error && error.name === "ShapeError") return undefined;
    throw error;
  }
  if (types.length < count || types.some(({ shape }) => shape.some(isSymbolic))) return undefined;
  let arrays: readonly NdArray[] | undefined;
  const contents = (index: number): NdArray => {
    arrays ??=
      op.evaluate?.(
        operands.map((operand) => operand?.contents),
        attrs,
        count,
      ) ?? [];
    const array = arrays[index];
    if (!array) throw new Error(`result ${index} was not computed`);
    return array;
  };
  try {
    return types.slice(0, count).map((type, index) => {
      return new SampleTerm(type, () => contents(index), { op, operands, attrs, count, index });
    });
  } catch {
    return undefined; // a list of integers that is not defined on these operands
  }
}

/** Whether an operand is a tensor, or left out; a number's element type is open. */
function isSettled(operand: Given): operand is SampleTerm | undefined {
  return operand === undefined || operand instanceof SampleTerm;
}

function isSymbolic(dim: number | string): boolean {
  return typeof dim === "string";
}

/** Whether a term is one term, and not one for each item of the spread around it: no list variable is outside its own spreads. */
function isSingle(
  term: ast.Term | ast.Spread,
  variables: ReadonlyMap<string, ast.Variable>,
): boolean {
  switch (term.kind) {
    case "spread":
      return true;
    case "variable":
      return variables.get(term.name)?.depth !== 1;
    case "result":
      return isSingle(term.of, variables);
    case "apply":
      return (
        term.operands.every((operand) => isSingle(operand, variables)) &&
        term.attrs.every(
          ({ value }) => value.kind !== "variable" || variables.get(value.name)?.depth !== 1,
        )
      );
    default:
      return true;
  }
}
