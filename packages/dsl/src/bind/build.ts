/**
 * The right side of a rule: applications drafted in types first, and added only once all of them are known to be well-shaped.
 *
 * @module
 */

import type { Attr, Attrs, DType, NdArray } from "@rewright/plugin";
import type { ArgId, Id } from "egraph-ts";
import type * as ast from "../ast.ts";
import { type Compiled, compileValue, type Denoted } from "../evaluate.ts";
import { listVariables } from "../occurrence.ts";
import { axisRank, canonicalAttrs } from "../terms/attributes.ts";
import type { Facts } from "../terms/facts.ts";
import type { Operation } from "../terms/semantics.ts";
import type { Terms } from "../terms/terms.ts";
import type { Frame } from "./frame.ts";
import { treeKey } from "./key.ts";
import { attributeOf, constantOf, isComplete } from "./operand.ts";

/** What a part of the right side comes to: a class (≥ 0), a draft (`~index`), or `REFUSED`. */
type Ref = number;

const REFUSED: Ref = -0x80000000;
/** An application that decides itself how many results it has, and is asked for all of them, has at most so many. */
const MOST_RESULTS = 64;

/** A part of the right side, compiled. `item` is the position in the spread around it. */
type Part = (item: number) => Ref;

interface Operand {
  /** How often it stands: once, or as long as a list. */
  readonly length: (() => number | undefined) | undefined;
  /** The results of one application, which decides itself how many there are. */
  readonly all: ((item: number) => readonly Ref[] | undefined) | undefined;
  readonly part: Part;
  /** A number takes its element type from its siblings. */
  readonly number: Compiled | undefined;
}

interface Draft {
  operation: Operation | undefined;
  arg: ArgId;
  children: readonly Ref[];
  literal: NdArray | undefined;
  facts: Facts;
}

/** Builds terms over the variables of a frame. */
export class Builder {
  readonly #terms: Terms;
  readonly #frame: Frame;
  readonly #drafts: Draft[] = [];
  readonly #ids: Id[] = [];
  readonly #added: Id[] = [];
  readonly #shared = new Map<string, Part>();
  /** Drafts of the numbers that have been built. */
  readonly #numbers = new Map<DType, Map<number, Draft>>();
  #round = 0;
  #dtype: DType = "f32";

  constructor(frame: Frame) {
    this.#terms = frame.terms;
    this.#frame = frame;
  }

  /** Compiles a term. */
  compile(term: ast.Term): Part {
    const key = treeKey(term);
    let part = this.#shared.get(key);
    if (part === undefined) {
      part = this.#once(this.#part(term), this.#depth(term) === 0);
      this.#shared.set(key, part);
    }
    return part;
  }

  /** Compiles a root: the parts that it stands for, where a match decides how many (`count`) that many; `undefined` when refused. */
  root(root: ast.Root): (count: number | undefined) => readonly Ref[] | undefined {
    if (root.kind === "results") {
      const all = this.#all(root.of);
      return (count) => all(-1, count);
    }
    if (root.kind === "spread") {
      const { length, part } = this.#operand(root);
      return (count) => {
        const own = length?.();
        if (own === undefined || (count !== undefined && own !== count)) return undefined;
        const refs = Array.from({ length: own }, (_, i) => part(i));
        return refs.includes(REFUSED) ? undefined : refs;
      };
    }
    const part = this.compile(root);
    return () => {
      const ref = part(-1);
      return ref === REFUSED ? undefined : [ref];
    };
  }

  /** All results of an application: as many as are asked for, or the least number that it may have. */
  #all(term: ast.Apply, least = 1): (item: number, count?: number) => readonly Ref[] | undefined {
    const { results } = term.op;
    const own = typeof results === "number" ? results : undefined;
    const parts: Part[][] = [];
    const ofCount = (count: number): readonly Part[] => {
      let known = parts[count];
      if (known === undefined) {
        const isSame = this.#depth(term) === 0;
        const of = this.#once(this.#apply(term, count), isSame);
        const { span } = term;
        known = Array.from({ length: count }, (_, index) => {
          const result: ast.Result = { kind: "result", of: term, index, count, span };
          return this.#once(this.#result(of, result), isSame);
        });
        parts[count] = known;
      }
      return known;
    };
    const take = (item: number, count: number): readonly Ref[] | undefined => {
      const refs = ofCount(count).map((part) => part(item));
      return refs.includes(REFUSED) ? undefined : refs;
    };
    return (item, count = own) => {
      if (count !== undefined) return take(item, count);
      for (let some = least; some <= MOST_RESULTS; some++) {
        const refs = take(item, some);
        if (refs) return refs;
      }
      return undefined;
    };
  }

  /** Forget all drafts. `dtype` is the element type of a number that stands alone. */
  begin(dtype: DType = "f32"): void {
    this.#drafts.length = 0;
    this.#round++;
    this.#dtype = dtype;
  }

  /** What is known of a part; `undefined` when it was refused. */
  facts(ref: Ref): Facts | undefined {
    if (ref === REFUSED) return undefined;
    return ref >= 0 ? this.#terms.facts(ref) : (this.#drafts[~ref] as Draft).facts;
  }

  /** Adds what was drafted for these parts to the e-graph. Afterwards `id` gives the class of each. */
  commit(parts: readonly Ref[]): void {
    const { egraph } = this.#terms;
    // What is drafted later consists of what was drafted before; what was only tried is needed by nothing.
    const needed = new Set(parts);
    for (let index = this.#drafts.length - 1; index >= 0; index--)
      if (needed.has(~index))
        for (const ref of this.#drafts[index]?.children ?? []) needed.add(ref);
    this.#added.length = 0;
    for (const [index, draft] of this.#drafts.entries()) {
      if (!needed.has(~index)) continue;
      const children = draft.children.map((ref) => this.id(ref));
      const { operation, literal } = draft;
      if (literal) this.#ids[index] = this.#terms.literal(literal);
      else if (!operation) this.#ids[index] = this.#terms.absent();
      else if (operation?.kind === "result")
        this.#ids[index] = egraph.add(operation.id, 0, children);
      else this.#ids[index] = this.#terms.add(operation, draft.arg, children);
      if (operation) this.#added.push(this.#ids[index] as Id);
    }
  }

  /** The classes of the applications that `commit` added. */
  get added(): readonly Id[] {
    return this.#added;
  }

  /** The class of a part that is not refused, after `commit`. */
  id(ref: Ref): Id {
    return ref >= 0 ? ref : (this.#ids[~ref] as Id);
  }

  #draft(draft: Draft): Ref {
    return ~(this.#drafts.push(draft) - 1);
  }

  /** Within one round, a part without list variables comes to the same thing everywhere. */
  #once(part: Part, shareable: boolean): Part {
    if (!shareable) return part;
    let round = -1;
    let ref = REFUSED;
    return (item) => {
      if (round !== this.#round) {
        ref = part(item);
        round = this.#round;
      }
      return ref;
    };
  }

  #depth(term: ast.Term): number {
    return listVariables(term, this.#frame.variables).length;
  }

  #part(term: ast.Term): Part {
    switch (term.kind) {
      case "variable":
        return this.#frame.class(term.name);
      case "constant": {
        const value = compileValue(term.value, this.#frame);
        return (item) => this.#constant(value(item), this.#dtype);
      }
      case "result": {
        const least = term.count ?? term.index + 1;
        if (term.of.op.results === "variadic") {
          const all = this.#all(term.of, least);
          return (item) => all(item)?.[term.index] ?? REFUSED;
        }
        const of = this.#apply(term.of, least);
        return this.#result(this.#once(of, this.#depth(term) === 0), term);
      }
      case "apply":
        return this.#apply(term, 1);
      case "absent": {
        const { absent } = this.#terms.table;
        return () =>
          this.#draft({
            operation: undefined,
            arg: 0,
            children: [],
            literal: undefined,
            facts: absent,
          });
      }
      case "wildcard":
        throw new Error("`_` builds nothing");
    }
  }

  #result(of: Part, { index, count }: ast.Result): Part {
    if ((count ?? index + 1) === 1) return of;
    const operation = this.#terms.result(index);
    return (item) => {
      const tuple = of(item);
      const known = this.facts(tuple);
      const facts = known && this.#terms.table.project(known, index);
      if (!facts) return REFUSED;
      return this.#draft({ operation, arg: 0, children: [tuple], literal: undefined, facts });
    };
  }

  // ── Applications ───────────────────────────────────────────────────────────

  #apply(term: ast.Apply, count: number): Part {
    const operation = this.#terms.operation(term.name, count);
    const operands = term.operands.map((operand) => this.#operand(operand));
    const attributes = this.#attributes(term, operation);
    const plural = operands.some(({ length, all }) => length !== undefined || all !== undefined);
    const numbers = operands.some(({ number }) => number !== undefined);
    const finish = (refs: readonly Ref[], item: number): Ref => {
      const facts: Facts[] = [];
      for (const ref of refs) {
        const known = this.facts(ref);
        if (!known || known.types[0] === this.#terms.table.types.unknown) return REFUSED;
        // A class that stands for nothing is no operand; only the word `absent` is.
        if (known.types[0] === undefined && ref >= 0) return REFUSED;
        facts.push(known);
      }
      const arg = attributes(facts, item);
      if (arg === undefined) return REFUSED;
      const result = this.#terms.predict(operation, arg, facts);
      if (!result || !this.#terms.fitsEverySize(operation, arg, facts)) return REFUSED;
      return this.#draft({ operation, arg, children: refs, literal: undefined, facts: result });
    };
    if (!plural && !numbers) {
      return (item) => {
        const refs: Ref[] = [];
        for (const { part } of operands) {
          const ref = part(item);
          if (ref === REFUSED) return REFUSED;
          refs.push(ref);
        }
        return finish(refs, item);
      };
    }
    return (item) => this.#expand(operands, item, finish);
  }

  /** Lays out lists, and tries element types for numbers, those of the siblings first. */
  #expand(
    operands: readonly Operand[],
    item: number,
    finish: (refs: readonly Ref[], item: number) => Ref,
  ): Ref {
    const refs: Ref[] = [];
    const open: { at: number; value: Denoted }[] = [];
    const dtypes = new Set<DType>();
    for (const { part, length, number, all } of operands) {
      if (all) {
        const results = all(item);
        if (!results) return REFUSED;
        for (const ref of results) {
          refs.push(ref);
          dtypes.add(this.facts(ref)?.types[0]?.dtype ?? "f32");
        }
        continue;
      }
      const count = length ? length() : 1;
      if (count === undefined) return REFUSED;
      for (let i = 0; i < count; i++) {
        const position = length ? i : item;
        const value = number?.(position);
        if (number && (typeof value === "number" || typeof value === "bigint")) {
          open.push({ at: refs.push(REFUSED) - 1, value });
          continue;
        }
        const ref = number ? this.#constant(value, "f32") : part(position);
        const known = this.facts(ref);
        if (!known) return REFUSED;
        refs.push(ref);
        if (known.types[0]) dtypes.add(known.types[0].dtype);
      }
    }
    if (open.length === 0) return finish(refs, item);
    for (const dtype of [...dtypes, "f32", "i64"] as const) {
      const length = this.#drafts.length;
      const filled = [...refs];
      for (const { at, value } of open) filled[at] = this.#constant(value, dtype);
      const ref = filled.includes(REFUSED) ? REFUSED : finish(filled, item);
      if (ref !== REFUSED) return ref;
      this.#drafts.length = length;
    }
    return REFUSED;
  }

  #operand(operand: ast.Term | ast.Spread): Operand {
    if (operand.kind !== "spread") {
      const isValue = operand.kind === "constant" && operand.value.kind !== "list";
      const number = isValue ? compileValue(operand.value, this.#frame) : undefined;
      return { length: undefined, all: undefined, part: this.compile(operand), number };
    }
    const { element } = operand;
    if (element.kind === "apply" && (element.op.results ?? 1) !== 1) {
      return { length: undefined, all: this.#all(element), part: () => REFUSED, number: undefined };
    }
    const names = listVariables(operand.element, this.#frame.variables);
    if (names.length === 0) throw new Error("a spread runs over nothing");
    const lengths = names.map((name) => this.#frame.length(name));
    const length = (): number | undefined => {
      const first = lengths[0]?.();
      return lengths.every((other) => other() === first) ? first : undefined;
    };
    return { length, all: undefined, part: this.#part(operand.element), number: undefined };
  }

  #constant(value: Denoted, dtype: DType): Ref {
    // Of a map's keys, both zeros are one.
    const isNumber = typeof value === "number" && !Object.is(value, -0);
    const known = isNumber ? this.#numbers.get(dtype)?.get(value) : undefined;
    if (known) return this.#draft(known);
    const literal = constantOf(value, dtype);
    if (!literal) return REFUSED;
    const { table } = this.#terms;
    const contents = table.contents(literal);
    const facts = table.intern([{ dtype: contents.dtype, shape: contents.shape }], true, [
      contents,
    ]);
    const draft = { operation: undefined, arg: 0, children: [], literal: contents, facts };
    if (isNumber) {
      const numbers = this.#numbers.get(dtype) ?? new Map<number, Draft>();
      this.#numbers.set(dtype, numbers.set(value, draft));
    }
    return this.#draft(draft);
  }

  // ── Attributes ─────────────────────────────────────────────────────────────

  /** Compiles the attributes of an application; the result is undefined where a value is unknown or of the wrong kind. */
  #attributes(
    term: ast.Apply,
    operation: Operation,
  ): (operands: readonly Facts[], item: number) => ArgId | undefined {
    const declared = term.op.attrs ?? {};
    const entries = term.attrs.map(({ name, value }) => {
      const type = declared[name]?.type ?? "int";
      return { name, type, value: compileValue(value, this.#frame) };
    });
    const record = term.rest ? this.#frame.record(term.rest.name) : undefined;
    const fixed = term.attrs.every(
      ({ value }) => value.kind === "number" || value.kind === "string",
    );
    /** By the record that is copied and the rank: nothing else makes a difference. */
    const memo = new Map<Attrs | undefined, Map<number | undefined, ArgId>>();
    return (operands, item) => {
      const copied = record?.();
      const rank = axisRank(operands.map(({ types }) => types[0]));
      const known = fixed ? memo.get(copied)?.get(rank) : undefined;
      if (known !== undefined) return known;
      const attrs: Record<string, Attr> = Object.create(null);
      for (const [name, value] of Object.entries(copied ?? {})) {
        if (Object.hasOwn(declared, name)) attrs[name] = value;
      }
      for (const { name, type, value } of entries) {
        const attr = attributeOf(value(item), type);
        if (attr === undefined) return undefined;
        attrs[name] = attr;
      }
      if (!isComplete(attrs, operation.def)) return undefined;
      const arg = this.#terms.internAttrs(canonicalAttrs(attrs, term.op, rank));
      if (fixed) {
        const byRank = memo.get(copied) ?? new Map<number | undefined, ArgId>();
        memo.set(copied, byRank.set(rank, arg));
      }
      return arg;
    };
  }
}
