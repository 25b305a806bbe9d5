/**
 * Where the variables of a rule lie in a row of matches, and how to read them.
 *
 * @module
 */

import type { Attr, Attrs, Term } from "@rewright/plugin";
import type { ArgId, Id } from "egraph-ts";
import type * as ast from "../ast.ts";
import type { Scope } from "../evaluate.ts";
import type { Terms } from "../terms/terms.ts";
import { listOf } from "./literal.ts";

/** Where to find what a variable stands for. Slots of kind `object` hold positions in `Frame.objects`. */
export type Source =
  /** A class. */
  | { readonly kind: "class"; readonly slot: number }
  /** The children of a matched node from position `from` on, without the last `suffix`. */
  | {
      readonly kind: "children";
      readonly slot: number;
      readonly from: number;
      readonly suffix: number;
    }
  /** An attribute of the application whose argument is in the slot. */
  | { readonly kind: "attribute"; readonly slot: number; readonly name: string }
  /** An element of the constant whose class is in the slot; counted from the end where negative. */
  | { readonly kind: "element"; readonly slot: number; readonly index: number }
  /** The elements of the constant whose class is in the slot, from position `from` on, without the last `suffix`. */
  | {
      readonly kind: "elements";
      readonly slot: number;
      readonly from: number;
      readonly suffix: number;
    }
  /** The attributes, without those `mentioned`, of the application whose argument is in the slot. */
  | { readonly kind: "record"; readonly slot: number; readonly mentioned: ReadonlySet<string> }
  /** Bound while the elements of a spread were matched: a list of classes, a value, a list of values, a record. */
  | {
      readonly kind: "object";
      readonly slot: number;
      readonly of: "classes" | "value" | "values" | "record";
    };

/** A rule's variables in one row. Guards and builders move it from row to row. */
export class Frame implements Scope {
  readonly terms: Terms;
  readonly variables: ReadonlyMap<string, ast.Variable>;
  readonly sources: Map<string, Source> = new Map();
  /** What slots of kind `object` refer to. */
  readonly objects: unknown[];
  /** How to read a composite term that is not among the matched ones. */
  readonly compose: (term: ast.Term) => (item: number) => Term | undefined;
  /** The classes that a composite term of the left side was matched in, by key. */
  readonly #matched: (term: ast.Term) => number | undefined;
  row: Int32Array = new Int32Array(0);
  base = 0;

  constructor(
    terms: Terms,
    variables: ReadonlyMap<string, ast.Variable>,
    matched: (term: ast.Term) => number | undefined,
    compose: (frame: Frame, term: ast.Term) => (item: number) => Term | undefined,
    objects: unknown[] = [],
  ) {
    this.objects = objects;
    this.terms = terms;
    this.variables = variables;
    this.#matched = matched;
    this.compose = (term) => compose(this, term);
  }

  /** Move to another row. */
  at(row: Int32Array, base: number): this {
    this.row = row;
    this.base = base;
    return this;
  }

  /** What a slot holds in this row. */
  get(slot: number): number {
    return this.row[this.base + slot] as number;
  }

  /** Where a variable lies. Throws for one that the left side does not bind. */
  source(name: string): Source {
    const source = this.sources.get(name);
    if (!source) throw new Error(`the left side binds no ${name}`);
    return source;
  }

  /** Reads the class of a term variable, of one item of it for a list. */
  class(name: string): (item: number) => Id {
    const source = this.source(name);
    const { slot } = source;
    const { egraph } = this.terms;
    if (source.kind === "class") return () => this.get(slot);
    if (source.kind === "children")
      return (item) => egraph.child(this.get(slot), source.from + item);
    return (item) => (this.objects[this.get(slot)] as readonly Id[])[item] as Id;
  }

  /** Reads the record that `...name` binds. */
  record(name: string): () => Attrs {
    const source = this.source(name);
    const { slot } = source;
    if (source.kind !== "record") return () => this.objects[this.get(slot)] as Attrs;
    return this.rest(slot, source.mentioned);
  }

  /** Reads the attributes of the argument in a slot that are not mentioned: the same object each time for one argument. */
  rest(slot: number, mentioned: ReadonlySet<string>): () => Attrs {
    const memo = new Map<ArgId, Attrs>();
    return () => {
      const arg = this.get(slot);
      let record = memo.get(arg);
      if (record === undefined) {
        record = without(this.terms.application(arg).attrs, mentioned);
        memo.set(arg, record);
      }
      return record;
    };
  }

  term(name: string): (item: number) => Term | undefined {
    const read = this.class(name);
    return (item) => this.terms.facts(read(item)).term;
  }

  value(name: string): (item: number) => Attr | undefined {
    const source = this.source(name);
    const { slot } = source;
    switch (source.kind) {
      case "attribute":
        return () => this.terms.application(this.get(slot)).attrs[source.name];
      case "element":
        return () => this.#list(slot)?.at(source.index);
      case "elements":
        return (item) => this.#list(slot)?.[source.from + item];
      case "object":
        if (source.of === "values") {
          return (item) => (this.objects[this.get(slot)] as readonly Attr[])[item];
        }
        return () => this.objects[this.get(slot)] as Attr;
      default:
        return () => undefined;
    }
  }

  #list(slot: number): readonly Attr[] | undefined {
    return listOf(this.terms.facts(this.get(slot)));
  }

  length(name: string): () => number | undefined {
    const source = this.source(name);
    const { slot } = source;
    if (source.kind === "elements") {
      const fixed = source.from + source.suffix;
      return () => {
        const length = this.#list(slot)?.length;
        return length === undefined ? undefined : length - fixed;
      };
    }
    if (source.kind === "children") {
      const fixed = source.from + source.suffix;
      return () => this.terms.egraph.arity(this.get(slot)) - fixed;
    }
    return () => (this.objects[this.get(slot)] as readonly unknown[]).length;
  }

  composite(term: ast.Term): (item: number) => Term | undefined {
    const slot = this.#matched(term);
    if (slot === undefined) return this.compose(term);
    return () => this.terms.facts(this.get(slot)).term;
  }
}

/** `attrs` without the names `mentioned`. */
export function without(attrs: Attrs, mentioned: ReadonlySet<string>): Attrs {
  return Object.fromEntries(Object.entries(attrs).filter(([name]) => !mentioned.has(name)));
}
