/**
 * Draws instances of a rule's left side that are well-shaped and meet its conditions. Variables are drawn at the first
 * application that mentions them, again and again until that application is well-shaped, and what conditions can be decided
 * by then hold: so the odds of the parts add up instead of multiplying.
 *
 * @module
 */

import type { Attr, Attrs, AttrType, DType } from "@rewright/plugin";
import type * as ast from "../ast.ts";
import { attributeOf, isComplete } from "../bind/operand.ts";
import { conjuncts, partsOf, type Tree, visitVariables } from "../occurrence.ts";
import { scalarOperand } from "../signature.ts";
import { axisRank, canonicalAttr, canonicalAttrs } from "../terms/attributes.ts";
import { tensor } from "../terms/contents.ts";
import type { Dice } from "./dice.ts";
import type { Proposer } from "./proposal.ts";
import { applyTo, type Sample, SampleTerm } from "./sample.ts";

/** How often an application's own variables are drawn before the sample is given up. */
const TRIALS = 40;

/** A conjunct of the rule's conditions. */
interface Conjunct {
  readonly value: ast.Value;
  readonly strict: boolean;
  readonly names: readonly string[];
}

/** Where a tensor is to be drawn. */
interface Gap {
  readonly at: number;
  readonly term: ast.Term;
  readonly item: number;
  readonly name: string;
  readonly optional: boolean;
  /** The element type of a number that is no tensor. */
  readonly scalar?: DType | undefined;
}

/** A place in a list that is matched, and the item of it in the list variables there. */
interface Place {
  readonly element: ast.Value;
  readonly item: number;
}

/** Undoes what has been drawn since. */
type Undo = () => void;

/** How often a variable stands for the same as another one. */
const TWICE = 0.06;
const LENGTHS = [
  [1, 2],
  [2, 5],
  [3, 3],
] as const;
/** What a gathering root finds. */
const GATHERED = [
  [2, 6],
  [3, 4],
] as const;
/** What is left of a list whose first elements are matched. */
const RESTS = [
  [0, 2],
  [1, 4],
  [2, 4],
  [3, 1],
] as const;

/** Fills a sample. */
export class Drawer {
  readonly #rule: ast.Rule;
  readonly #sample: Sample;
  readonly #proposer: Proposer;
  readonly #dice: Dice;
  readonly #conjuncts: readonly Conjunct[];
  /** Variables that stand for an attribute somewhere, with its type. */
  readonly #attributes = new Map<string, AttrType>();
  /** The number of results an application needs at least, by key. */
  readonly #counts = new Map<string, number>();
  readonly #met = new Set<Conjunct>();
  readonly #undo: Undo[] = [];
  /** Every result of the left side, for those who ask whether it is defined throughout. */
  readonly results: SampleTerm[] = [];
  /** How often each conjunct was the one that did not hold, by its place among them. */
  readonly refusals: number[];

  constructor(rule: ast.Rule, sample: Sample, proposer: Proposer, dice: Dice) {
    this.#rule = rule;
    this.#sample = sample;
    this.#proposer = proposer;
    this.#dice = dice;
    this.#conjuncts = rule.conditions.flatMap(({ kind, value }) =>
      conjuncts(value).map((conjunct): Conjunct => {
        const names = new Set<string>();
        visitVariables(conjunct, (name) => names.add(name));
        return { value: conjunct, strict: kind === "when", names: [...names] };
      }),
    );
    this.refusals = this.#conjuncts.map(() => 0);
    const scan = (tree: Tree): void => {
      if (tree.kind === "apply") {
        for (const { name, value } of tree.attrs) {
          const type = tree.op.attrs?.[name]?.type;
          if (value.kind === "variable" && type) this.#attributes.set(value.name, type);
        }
      }
      if (tree.kind === "result") {
        const key = `${sample.keyOf(tree.of, 0)}`;
        this.#counts.set(key, Math.max(this.#counts.get(key) ?? 0, tree.index + 1));
      }
      for (const part of partsOf(tree)) scan(part);
    };
    for (const root of [...rule.left, ...rule.right]) scan(root);
  }

  /** The conjunct that was refused most often, while every other was met at some time. */
  get hardest(): ast.Value | undefined {
    const most = Math.max(0, ...this.refusals);
    return most > 0 ? this.#conjuncts[this.refusals.indexOf(most)]?.value : undefined;
  }

  /** Draws another sample; `undefined` when this attempt failed. Returns the tensors of each root of the left side. */
  draw(): (readonly SampleTerm[])[] | undefined {
    this.#sample.clear();
    this.#proposer.begin();
    this.#met.clear();
    this.#undo.length = 0;
    this.results.length = 0;
    const roots: (readonly SampleTerm[])[] = [];
    for (const root of this.#rule.left) {
      const drawn = this.#root(root);
      if (!drawn) return undefined;
      roots.push(drawn);
    }
    if (!this.#decide()) return undefined;
    if (this.#met.size < this.#conjuncts.length) return undefined;
    this.#proposer.approve();
    return roots;
  }

  #root(root: ast.Root): readonly SampleTerm[] | undefined {
    if (root.kind === "results") return this.#apply(root.of, this.#dice.integer(1, 3), -1);
    if (root.kind !== "spread") {
      const drawn = this.#term(root, -1);
      return drawn && [drawn];
    }
    const count = this.#listLength(root.element, GATHERED);
    const items: SampleTerm[] = [];
    for (let item = 0; item < (count ?? 0); item++) {
      const drawn = this.#term(root.element, item);
      if (!drawn) return undefined;
      items.push(drawn);
    }
    return items.length > 0 ? items : undefined;
  }

  // ── Undoing ────────────────────────────────────────────────────────────────

  #mark(): number {
    return this.#undo.length;
  }

  #restore(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()?.();
  }

  #setItem<T>(map: Map<string, T[]>, name: string, item: number, value: T): void {
    const single = this.#rule.variables.get(name)?.depth !== 1;
    const at = single ? 0 : item;
    const items = map.get(name) ?? [];
    map.set(name, items);
    items[at] = value;
    this.#undo.push(() => {
      delete items[at];
    });
  }

  // ── Terms ──────────────────────────────────────────────────────────────────

  /** A tensor for a term outside of any application, or for one that is an application. */
  #term(term: ast.Term, item: number): SampleTerm | undefined {
    switch (term.kind) {
      case "apply":
        return this.#apply(term, 1, item)?.[0];
      case "result": {
        const needed = this.#counts.get(`${this.#sample.keyOf(term.of, 0)}`) ?? term.index + 1;
        const count = term.count ?? needed + (this.#dice.chance(0.3) ? 1 : 0);
        return this.#apply(term.of, count, item)?.[term.index];
      }
      default: {
        const known = this.#sample.evaluate(term, item);
        return known ?? this.#fill({ at: 0, term, item, name: "", optional: false }, []);
      }
    }
  }

  #apply(term: ast.Apply, wanted: number, item: number): readonly SampleTerm[] | undefined {
    const sample = this.#sample;
    const key = sample.keyOf(term, wanted);
    const settled = key === undefined ? undefined : sample.settled(key);
    if (settled) return settled;
    const operands: (SampleTerm | undefined)[] = [];
    const gaps: Gap[] = [];
    if (!this.#operands(term, item, operands, gaps)) return undefined;
    for (let trial = 0; trial < TRIALS; trial++) {
      const mark = this.#mark();
      const results = this.#attempt(term, wanted, item, [...operands], gaps);
      if (results) {
        if (key !== undefined) {
          sample.settle(key, results);
          this.#undo.push(() => sample.unsettle(key));
        }
        const before = this.results.length;
        this.results.push(...results);
        this.#undo.push(() => {
          this.results.length = before;
        });
        if (this.#decide()) return results;
      }
      const free = gaps.length > 0 || term.attrs.length > 0 || term.rest !== undefined;
      this.#restore(mark);
      if (!free) return undefined;
    }
    return undefined;
  }

  /** Draws the operands that are applications themselves, and lists those that are yet to be drawn. */
  #operands(
    term: ast.Apply,
    item: number,
    operands: (SampleTerm | undefined)[],
    gaps: Gap[],
  ): boolean {
    for (const [index, operand] of term.operands.entries()) {
      const declared = term.op.operands[Math.min(index, term.op.operands.length - 1)];
      const element = operand.kind === "spread" ? operand.element : operand;
      if (element.kind === "absent") {
        operands.push(undefined);
        continue;
      }
      const isResults =
        operand.kind === "spread" && element.kind === "apply" && (element.op.results ?? 1) !== 1;
      if (isResults) {
        const results = this.#apply(element, this.#dice.integer(1, 3), item);
        if (!results) return false;
        operands.push(...results);
        continue;
      }
      const count = operand.kind === "spread" ? this.#listLength(element) : 1;
      if (count === undefined) return false;
      for (let i = 0; i < count; i++) {
        const at = operand.kind === "spread" ? i : item;
        if (element.kind === "apply" || element.kind === "result") {
          const drawn = this.#term(element, at);
          if (!drawn) return false;
          operands.push(drawn);
        } else {
          const known =
            element.kind === "variable" ? this.#sample.evaluate(element, at) : undefined;
          operands.push(known);
          if (!known) {
            const { name = "", optional = false } = declared ?? {};
            const scalar = scalarOperand(term.op, index);
            gaps.push({ at: operands.length - 1, term: element, item: at, name, optional, scalar });
          }
        }
      }
    }
    return true;
  }

  /** The length of the lists in the element of a spread, drawn when none of them has one. */
  #listLength(
    element: ast.Term,
    weights: readonly (readonly [number, number])[] = LENGTHS,
  ): number | undefined {
    const { lengths } = this.#sample;
    const names: string[] = [];
    visitVariables(element, (name) => {
      if (this.#rule.variables.get(name)?.depth === 1) names.push(name);
    });
    const known = names.map((name) => lengths.get(name)).filter((length) => length !== undefined);
    const count = known[0] ?? this.#dice.weighted(weights);
    if (known.some((length) => length !== count)) return undefined;
    for (const name of names) {
      if (lengths.has(name)) continue;
      lengths.set(name, count);
      this.#undo.push(() => lengths.delete(name));
    }
    return count;
  }

  #attempt(
    term: ast.Apply,
    count: number,
    item: number,
    operands: (SampleTerm | undefined)[],
    gaps: readonly Gap[],
  ): readonly SampleTerm[] | undefined {
    const fill = (gap: Gap, result?: readonly number[]): boolean => {
      const siblings = operands.filter((operand) => operand !== undefined);
      const drawn = this.#fill(gap, siblings, result);
      operands[gap.at] = drawn;
      return drawn !== undefined;
    };
    const given = operands as SampleTerm[];
    const op = this.#sample.define(term);
    if (!gaps.every((gap) => gap.optional || fill(gap))) return undefined;
    const attrs = this.#attrs(term, given, item);
    if (!attrs) return undefined;
    for (const gap of gaps) {
      if (!gap.optional) continue;
      const before = operands.slice(0, gap.at);
      const isPlain = before.every((operand) => operand !== undefined);
      const without = isPlain ? applyTo(op, before, attrs, count) : undefined;
      if (!fill(gap, without?.[0]?.shape)) return undefined;
    }
    return applyTo(op, given, attrs, count);
  }

  /** Draws a tensor where an operand is a variable, a constant or anything at all. */
  #fill(
    { term, item, name, scalar }: Gap,
    siblings: readonly SampleTerm[],
    result?: readonly number[],
  ): SampleTerm | undefined {
    if (term.kind === "constant" && term.value.kind === "number" && scalar)
      return this.#sample.constant(term.value.value, scalar);
    if (term.kind === "constant") return this.#constant(term.value, item, name, siblings);
    if (term.kind !== "variable")
      return scalar
        ? this.#proposer.scalar(scalar)
        : this.#proposer.tensor({ name, siblings, result });
    const known = this.#sample.evaluate(term, item);
    if (known) return known;
    const same = this.#another(term.name);
    if (same) {
      this.#setItem(this.#sample.terms, term.name, item, same);
      return same;
    }
    const attribute = this.#attributes.get(term.name);
    const before = item > 0 ? this.#sample.terms.get(term.name)?.[item - 1] : undefined;
    const drawn = scalar
      ? this.#proposer.scalar(scalar)
      : ((before && this.#proposer.another(before)) ??
        this.#proposer.tensor({
          ...{ name, siblings, attribute, result },
          others: () => [...this.#sample.terms.values()].flat().map(({ shape }) => shape),
        }));
    this.#setItem(this.#sample.terms, term.name, item, drawn);
    return drawn;
  }

  /** Now and then what another variable stands for: two variables may turn out to be one term. */
  #another(name: string): SampleTerm | undefined {
    if (!this.#dice.chance(TWICE)) return undefined;
    const others = [...this.#sample.terms].flatMap(([other, items]) =>
      other === name ? [] : items.filter((term) => term !== undefined),
    );
    return others.length > 0 ? this.#dice.pick(others) : undefined;
  }

  #constant(
    value: ast.Value,
    item: number,
    name: string,
    siblings: readonly SampleTerm[],
  ): SampleTerm | undefined {
    if (value.kind === "number") return this.#proposer.number(value.value, value.integer, siblings);
    if (value.kind !== "list") {
      const dtype = siblings[0]?.dtype ?? "f32";
      return this.#sample.constant(this.#sample.denoted(value, item), dtype);
    }
    const places = value.elements.flatMap((element): readonly Place[] => {
      if (element.kind !== "spread") return [{ element, item }];
      const length = this.#restLength(element.element);
      return Array.from({ length }, (_, i) => ({ element: element.element, item: i }));
    });
    const guess = this.#proposer.list(name.toLowerCase(), siblings, places.length);
    const items: (number | bigint)[] = [];
    for (const [i, place] of places.entries()) {
      const known = this.#sample.denoted(place.element, place.item);
      const number = known ?? guess[i];
      if (typeof number !== "number" && typeof number !== "bigint") return undefined;
      if (known === undefined) this.#bind(place.element, place.item, number);
      items.push(number);
    }
    const array = tensor("i64", [items.length], items);
    return new SampleTerm(array, array);
  }

  /** How many elements are left of a matched list. */
  #restLength(rest: ast.Value): number {
    const { lengths } = this.#sample;
    const name = rest.kind === "variable" ? rest.name : "";
    const known = lengths.get(name);
    if (known !== undefined) return known;
    const drawn = this.#dice.weighted(RESTS);
    if (name !== "") {
      lengths.set(name, drawn);
      this.#undo.push(() => lengths.delete(name));
      this.#sample.values.set(name, []);
    }
    return drawn;
  }

  /** Gives a value to a value variable. */
  #bind(value: ast.Value | ast.ValueSpread, item: number, attr: Attr): void {
    if (value.kind !== "variable" || this.#rule.variables.get(value.name)?.kind !== "value") return;
    this.#setItem(this.#sample.values, value.name, item, attr);
  }

  // ── Attributes ─────────────────────────────────────────────────────────────

  #attrs(term: ast.Apply, operands: readonly SampleTerm[], item: number): Attrs | undefined {
    const declared = term.op.attrs ?? {};
    const rank = axisRank(operands);
    const attrs: Record<string, Attr> = Object.create(null);
    for (const { name, value } of term.attrs) {
      const type = declared[name]?.type ?? "int";
      const open =
        value.kind === "wildcard" || (value.kind === "variable" && !this.#sample.knows(value.name));
      const attr = open
        ? this.#proposer.attribute(name, type, operands)
        : attributeOf(this.#sample.denoted(value, item), type);
      if (attr === undefined) return undefined;
      attrs[name] = canonicalAttr(attr, type, rank);
      if (open) this.#bind(value, item, attrs[name] as Attr);
    }
    if (term.rest) Object.assign(attrs, this.#record(term, operands));
    return isComplete(attrs, term.op) ? canonicalAttrs(attrs, term.op, rank) : undefined;
  }

  /** The attributes that `...p` stands for: mostly the usual ones. */
  #record(term: ast.Apply, operands: readonly SampleTerm[]): Attrs {
    const name = term.rest?.name ?? "_";
    const { records } = this.#sample;
    const known = records.get(name);
    if (known) return known;
    const record: Record<string, Attr> = Object.create(null);
    const mentioned = new Set(term.attrs.map((entry) => entry.name));
    const usual = this.#dice.chance(0.3) ? 1 : 0.7;
    for (const [attribute, { type, default: standard, required }] of Object.entries(
      term.op.attrs ?? {},
    )) {
      if (mentioned.has(attribute)) continue;
      const free = required || !this.#dice.chance(usual);
      const value = free ? this.#proposer.attribute(attribute, type, operands) : standard;
      if (value !== undefined) record[attribute] = canonicalAttr(value, type, axisRank(operands));
    }
    if (name !== "_") {
      records.set(name, record);
      this.#undo.push(() => records.delete(name));
    }
    return record;
  }

  // ── Conditions ─────────────────────────────────────────────────────────────

  /** Decides the conjuncts that can be decided by now; `false` when one does not hold. */
  #decide(): boolean {
    for (const [index, conjunct] of this.#conjuncts.entries()) {
      if (this.#met.has(conjunct) || !conjunct.names.every((name) => this.#sample.knows(name)))
        continue;
      if (!this.#holds(conjunct)) {
        this.refusals[index] = (this.refusals[index] as number) + 1;
        return false;
      }
      this.#met.add(conjunct);
      this.#undo.push(() => this.#met.delete(conjunct));
    }
    return true;
  }

  #holds({ value, strict }: Conjunct): boolean {
    try {
      const truth = this.#sample.holds(value);
      return strict ? truth === true : truth !== false;
    } catch {
      return false; // it speaks of a term that is not defined on these operands
    }
  }
}
