/**
 * The left side of a rule as patterns of the engine, with guards for all that the engine does not know: attributes,
 * constants, conditions. What lies inside the elements of a spread is left to `sequence.ts`.
 *
 * @module
 */

import type { Attr, Attrs, AttrType, Term } from "@rewright/plugin";
import type { ArgId, Guard, Pattern } from "egraph-ts";
import type * as ast from "../ast.ts";
import { type Compiled, compileCondition, compileValue } from "../evaluate.ts";
import { type Tree, visitSpoken, visitVariables } from "../occurrence.ts";
import { attrKey, axisRank, canonicalAttr, canonicalAttrs } from "../terms/attributes.ts";
import type { Facts } from "../terms/facts.ts";
import type { Operation } from "../terms/semantics.ts";
import type { Terms } from "../terms/terms.ts";
import { Frame, type Source, without } from "./frame.ts";
import { treeKey } from "./key.ts";
import { matchesNumber } from "./literal.ts";

/** A spread whose elements are patterns: they are matched after the engine has matched the rest. */
export interface SpreadTask {
  /** The slot of the node whose children are the items: those from `from` on, without the last `suffix`. */
  readonly slot: number;
  readonly from: number;
  readonly suffix: number;
  readonly element: ast.Term;
}

/** A compiled left side. */
export interface LeftSide {
  readonly patterns: readonly Pattern[];
  readonly rootSlots: readonly number[];
  readonly slots: number;
  readonly guards: readonly Guard[];
  readonly frame: Frame;
  readonly tasks: readonly SpreadTask[];
  /** What can only be tested once the tasks are done; reads the frame. */
  readonly checks: readonly (() => boolean)[];
}

/** Makes the reader of composite terms that are not matched themselves. */
export type Compose = (frame: Frame, term: ast.Term) => (item: number) => Term | undefined;

/**
 * Compiles the left side of a rule. `counts` says how many results the applications have of which the rule takes one
 * without saying out of how many, by operator.
 */
export function compileLeft(
  rule: ast.Rule,
  terms: Terms,
  counts: ReadonlyMap<string, number>,
  compose: Compose,
): LeftSide {
  return new LeftCompiler(rule, terms, counts, compose).compile();
}

/** Operators of which a rule takes a result without saying out of how many, with the largest index taken. */
export function openCounts(rule: ast.Rule): Map<string, number> {
  const found = new Map<string, number>();
  const visit = (term: ast.Term | ast.Spread): void => {
    if (term.kind === "result" && term.count === undefined) {
      found.set(term.of.name, Math.max(found.get(term.of.name) ?? 0, term.index));
    }
    if (term.kind === "result") visit(term.of);
    if (term.kind === "spread") visit(term.element);
    if (term.kind === "apply") term.operands.forEach(visit);
  };
  rule.left.forEach(visit);
  return found;
}

class LeftCompiler {
  readonly #rule: ast.Rule;
  readonly #terms: Terms;
  readonly #counts: ReadonlyMap<string, number>;
  readonly #frame: Frame;
  readonly #guards: Guard[] = [];
  readonly #tasks: SpreadTask[] = [];
  readonly #checks: (() => boolean)[] = [];
  /** What must wait until every variable has its place. */
  readonly #later: (() => void)[] = [];
  /** Keys of the composite terms that conditions speak of, and the slots of those matched. */
  readonly #wanted = new Set<string>();
  readonly #matched = new Map<string, number>();
  #slots = 0;

  constructor(rule: ast.Rule, terms: Terms, counts: ReadonlyMap<string, number>, compose: Compose) {
    this.#rule = rule;
    this.#terms = terms;
    this.#counts = counts;
    const matched = (term: ast.Term): number | undefined => this.#matched.get(treeKey(term));
    this.#frame = new Frame(terms, rule.variables, matched, compose);
    const want = (tree: Tree): void => visitSpoken(tree, (term) => this.#wanted.add(treeKey(term)));
    for (const root of [...rule.left, ...rule.right]) want(root);
    for (const { value } of rule.conditions) want(value);
  }

  compile(): LeftSide {
    const rootSlots = this.#rule.left.map(() => this.#slot());
    const patterns = this.#rule.left.map((root, i) => {
      const pattern = this.#pattern(root, undefined);
      if (root.kind !== "apply") this.#needValue(rootSlots[i] as number);
      return pattern;
    });
    for (const task of this.#tasks) this.#bindElement(task.element);
    for (const later of this.#later) later();
    for (const condition of this.#rule.conditions) this.#condition(condition.value, condition.kind);
    return {
      patterns,
      rootSlots,
      slots: this.#slots,
      guards: this.#guards,
      frame: this.#frame,
      tasks: this.#tasks,
      checks: this.#checks,
    };
  }

  #slot(): number {
    return this.#slots++;
  }

  /** Adds a test that is made as soon as the slots it reads are bound. */
  #guard(needs: readonly number[], holds: () => boolean): void {
    const frame = this.#frame;
    const test = (row: Int32Array, base: number): boolean => {
      frame.at(row, base);
      return holds();
    };
    this.#guards.push({ needs, test });
  }

  /** Adds a test that reads variables, now or after the spreads. */
  #test(needs: readonly number[], trees: readonly ast.Value[], holds: () => boolean): void {
    const slots = new Set(needs);
    let early = true;
    const need = (source: Source): void => {
      if (source.kind === "object" || this.#isLate(source.slot)) early = false;
      slots.add(source.slot);
    };
    for (const tree of trees) {
      visitVariables(tree, (name) => need(this.#frame.source(name)));
      visitSpoken(tree, (term) => {
        const slot = this.#matched.get(treeKey(term));
        if (slot !== undefined) slots.add(slot);
      });
    }
    if (early) this.#guard([...slots], holds);
    else this.#checks.push(holds);
  }

  readonly #lateSlots = new Set<number>();

  #isLate(slot: number): boolean {
    return this.#lateSlots.has(slot);
  }

  // ── Terms ──────────────────────────────────────────────────────────────────

  #pattern(term: ast.Term, slot: number | undefined): Pattern {
    switch (term.kind) {
      case "variable":
        return { kind: "variable", slot: this.#classOf(term.name) };
      case "wildcard":
        return { kind: "variable", slot: slot ?? this.#slot() };
      case "constant":
        return this.#constant(term.value);
      case "result":
        return this.#result(term);
      case "apply":
        return this.#apply(term, 1);
    }
  }

  #classOf(name: string): number {
    const known = this.#frame.sources.get(name);
    if (known) return known.slot;
    const slot = this.#slot();
    this.#frame.sources.set(name, { kind: "class", slot });
    return slot;
  }

  /** A root that is no application must at least be a value: not a tuple, not the absent operand. */
  #needValue(slot: number): void {
    this.#guard([slot], () => this.#facts(slot).types.length === 1);
  }

  #facts(slot: number): Facts {
    return this.#terms.facts(this.#frame.get(slot));
  }

  #result(term: ast.Result): Pattern {
    const count = term.count ?? this.#counts.get(term.of.name) ?? 1;
    if (count === 1) return this.#apply(term.of, 1);
    const { id } = this.#terms.result(term.index);
    return { kind: "node", op: id, children: [this.#apply(term.of, count)] };
  }

  #apply(term: ast.Apply, count: number): Pattern {
    const operation = this.#terms.operation(term.name, count);
    const spread = term.operands.findIndex(({ kind }) => kind === "spread");
    const before = spread < 0 ? term.operands : term.operands.slice(0, spread);
    const after = spread < 0 ? [] : term.operands.slice(spread + 1);
    const children = before.map((operand, i) => this.#operand(operand as ast.Term, term, i));
    const suffix = after.map((operand) => this.#operand(operand as ast.Term, term, -1));
    const slots: { nodeSlot?: number; classSlot?: number; argSlot?: number; arg?: ArgId } = {};
    const nodeSlot = (): number => {
      slots.nodeSlot ??= this.#slot();
      return slots.nodeSlot;
    };
    const argSlot = (): number => {
      slots.argSlot ??= this.#slot();
      return slots.argSlot;
    };
    if (spread >= 0) {
      const { element } = term.operands[spread] as ast.Spread;
      this.#spread({ slot: nodeSlot(), from: before.length, suffix: after.length, element });
    }
    const arg = this.#exactArgument(term, operation);
    if (arg === undefined) this.#attributes(term, argSlot, nodeSlot);
    else slots.arg = arg;
    const key = treeKey(term);
    if (count === 1 && this.#wanted.has(key) && !this.#matched.has(key)) {
      slots.classSlot = this.#slot();
      this.#matched.set(key, slots.classSlot);
    }
    const rest = spread >= 0 ? { rest: true, suffix } : {};
    return { kind: "node", op: operation.id, children, ...slots, ...rest };
  }

  #operand(operand: ast.Term, { op }: ast.Apply, position: number): Pattern {
    const pattern = this.#pattern(operand, undefined);
    if (operand.kind === "variable" && op.operands[position]?.optional) {
      const { slot } = pattern as { slot: number };
      this.#guard([slot], () => this.#facts(slot) !== this.#terms.table.absent);
    }
    return pattern;
  }

  #spread(task: SpreadTask): void {
    const { element } = task;
    if (element.kind === "wildcard") return;
    if (element.kind !== "variable") {
      this.#tasks.push(task);
      return;
    }
    const { name } = element;
    if (!this.#frame.sources.has(name)) {
      this.#frame.sources.set(name, { kind: "children", ...place(task) });
      return;
    }
    this.#later.push(() => {
      const length = this.#frame.length(name);
      const item = this.#frame.class(name);
      const { egraph } = this.#terms;
      this.#guard([task.slot, this.#frame.source(name).slot], () => {
        const node = this.#frame.get(task.slot);
        const count = egraph.arity(node) - task.from - task.suffix;
        if (length() !== count) return false;
        for (let i = 0; i < count; i++) {
          if (egraph.child(node, task.from + i) !== item(i)) return false;
        }
        return true;
      });
    });
  }

  /** Gives places to the variables that only the elements of a spread bind. */
  #bindElement(element: ast.Term): void {
    visitVariables(element, (name) => {
      const variable = this.#rule.variables.get(name);
      if (!variable || this.#frame.sources.has(name)) return;
      const slot = this.#slot();
      this.#lateSlots.add(slot);
      this.#frame.sources.set(name, lateSource(variable, slot));
    });
  }

  // ── Constants ──────────────────────────────────────────────────────────────

  #constant(value: ast.Value): Pattern {
    const slot = this.#slot();
    if (value.kind === "number") {
      const memo = new Map<Facts, boolean>();
      this.#guard([slot], () => {
        const facts = this.#facts(slot);
        let holds = memo.get(facts);
        if (holds === undefined) {
          holds = matchesNumber(facts, value);
          memo.set(facts, holds);
        }
        return holds;
      });
    } else if (value.kind === "list") {
      this.#list(value, slot);
    } else {
      this.#later.push(() => {
        const wanted = compileValue(value, this.#frame);
        const { term } = this.#frameTerm(slot);
        this.#test([slot], [value], () => same(term()?.value, wanted(-1)));
      });
    }
    return { kind: "variable", slot };
  }

  #frameTerm(slot: number): { term: () => Term | undefined } {
    return { term: () => this.#facts(slot).term };
  }

  #list({ elements }: ast.ListValue, slot: number): void {
    this.#guard([slot], () => {
      const type = this.#facts(slot).types[0];
      return type?.shape.length === 1 && type.value?.length === elements.length;
    });
    for (const [index, element] of elements.entries()) {
      if (element.kind === "wildcard" || element.kind === "spread") continue;
      if (
        element.kind === "variable" &&
        this.#bindValue(element.name, { kind: "element", slot, index })
      ) {
        continue;
      }
      this.#later.push(() => {
        const wanted = compileValue(element, this.#frame);
        const found = (): Attr | undefined => this.#facts(slot).types[0]?.value?.[index];
        this.#test([slot], [element], () => same(found(), wanted(-1)));
      });
    }
  }

  /** Makes this the place of a value variable that has none yet. */
  #bindValue(name: string, source: Source): boolean {
    if (this.#rule.variables.get(name)?.kind !== "value" || this.#frame.sources.has(name))
      return false;
    this.#frame.sources.set(name, source);
    return true;
  }

  // ── Attributes ─────────────────────────────────────────────────────────────

  /** The one argument an application must have, where the pattern says all of it without variables. */
  #exactArgument(term: ast.Apply, operation: Operation): ArgId | undefined {
    const fixed = fixedAttrs(term);
    if (!fixed || operation.def?.impure) return undefined;
    return this.#terms.internAttrs(canonicalAttrs(fixed, term.op, undefined));
  }

  #attributes(term: ast.Apply, argSlot: () => number, nodeSlot: () => number): void {
    const declared = term.op.attrs ?? {};
    const mentioned = new Set(term.attrs.map(({ name }) => name));
    const expected: [name: string, key: string][] = [];
    if (!term.rest) {
      for (const [name, { type, default: standard }] of Object.entries(declared)) {
        if (mentioned.has(name)) continue;
        if (standard === undefined) expected.push([name, ""]);
        else if (isRelative(standard, type))
          this.#relative(name, standard, type, argSlot(), nodeSlot());
        else expected.push([name, attrKey(canonicalAttr(standard, type, undefined))]);
      }
    }
    for (const entry of term.attrs) {
      if (entry.value.kind === "wildcard") continue;
      const type = declared[entry.name]?.type ?? "int";
      const fixed = fixedValue(entry.value);
      if (fixed !== undefined && !isRelative(fixed, type)) {
        expected.push([entry.name, attrKey(canonicalAttr(fixed, type, undefined))]);
      } else if (fixed !== undefined) {
        this.#relative(entry.name, fixed, type, argSlot(), nodeSlot());
      } else {
        this.#attribute(entry, type, argSlot(), nodeSlot);
      }
    }
    if (expected.length > 0) this.#expect(argSlot(), expected);
    if (term.rest && term.rest.name !== "_") this.#record(term.rest.name, argSlot(), mentioned);
  }

  /** Tests attributes against known values; "" where one must be absent. */
  #expect(argSlot: number, expected: readonly [name: string, key: string][]): void {
    const memo = new Map<ArgId, boolean>();
    this.#guard([argSlot], () => {
      const arg = this.#frame.get(argSlot);
      let holds = memo.get(arg);
      if (holds === undefined) {
        const { attrs } = this.#terms.application(arg);
        holds = expected.every(([name, key]) => {
          const value = attrs[name];
          return key === (value === undefined ? "" : attrKey(value));
        });
        memo.set(arg, holds);
      }
      return holds;
    });
  }

  /** Tests an axis that is counted from the end. */
  #relative(name: string, value: Attr, type: AttrType, argSlot: number, nodeSlot: number): void {
    const frame = this.#frame;
    this.#guard([argSlot, nodeSlot], () => {
      const found = this.#terms.application(frame.get(argSlot)).attrs[name];
      const wanted = canonicalAttr(value, type, this.#rankAt(frame.get(nodeSlot)));
      return found !== undefined && attrKey(found) === attrKey(wanted);
    });
  }

  #attribute(
    { name, value }: ast.AttrEntry,
    type: AttrType,
    argSlot: number,
    nodeSlot: () => number,
  ): void {
    const frame = this.#frame;
    const found = (): Attr | undefined => this.#terms.application(frame.get(argSlot)).attrs[name];
    if (
      value.kind === "variable" &&
      this.#bindValue(value.name, { kind: "attribute", slot: argSlot, name })
    ) {
      this.#guard([argSlot], () => found() !== undefined);
      return;
    }
    const node = type === "axis" || type === "axes" ? nodeSlot() : undefined;
    this.#later.push(() => {
      const wanted = compileValue(value, frame);
      const holds = (): boolean => {
        const attr = wanted(-1);
        const actual = found();
        if (attr === undefined || actual === undefined) return false;
        const rank = node === undefined ? undefined : this.#rankAt(frame.get(node));
        return attrKey(canonicalAttr(attr as Attr, type, rank)) === attrKey(actual);
      };
      this.#test(node === undefined ? [argSlot] : [argSlot, node], [value], holds);
    });
  }

  /** The rank that the axes of a node count in. */
  #rankAt(node: number): number | undefined {
    const { egraph } = this.#terms;
    if (egraph.arity(node) === 0) return undefined;
    return axisRank([this.#terms.facts(egraph.child(node, 0)).types[0]]);
  }

  #record(name: string, slot: number, mentioned: ReadonlySet<string>): void {
    const frame = this.#frame;
    if (!frame.sources.has(name)) {
      frame.sources.set(name, { kind: "record", slot, mentioned });
      return;
    }
    this.#later.push(() => {
      const bound = frame.record(name);
      this.#guard([slot, frame.source(name).slot], () => {
        return sameAttrs(
          bound(),
          without(this.#terms.application(frame.get(slot)).attrs, mentioned),
        );
      });
    });
  }

  // ── Conditions ─────────────────────────────────────────────────────────────

  #condition(value: ast.Value, kind: ast.Condition["kind"]): void {
    if (value.kind === "binary" && value.operator === "and") {
      this.#condition(value.left, kind);
      this.#condition(value.right, kind);
      return;
    }
    const truth = compileCondition(value, this.#frame);
    const holds = kind === "when" ? () => truth() === true : () => truth() !== false;
    this.#test([], [value], holds);
  }
}

function place({ slot, from, suffix }: SpreadTask): Pick<SpreadTask, "slot" | "from" | "suffix"> {
  return { slot, from, suffix };
}

function lateSource({ kind, depth }: ast.Variable, slot: number): Source {
  if (kind === "attributes") return { kind: "object", slot, of: "record" };
  if (kind === "value") return { kind: "object", slot, of: depth === 1 ? "values" : "value" };
  return depth === 1 ? { kind: "object", slot, of: "classes" } : { kind: "class", slot };
}

/** Whether two records hold the same attributes. */
export function sameAttrs(a: Attrs, b: Attrs): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const x = a[name];
    const y = b[name];
    return x !== undefined && y !== undefined && attrKey(x) === attrKey(y);
  });
}

function same(found: unknown, wanted: ReturnType<Compiled>): boolean {
  if (found === undefined || wanted === undefined) return false;
  return attrKey(found as Attr) === attrKey(wanted as Attr);
}

/** The attributes that a pattern spells out; `undefined` where it leaves one open, or counts an axis from the end. */
function fixedAttrs(term: ast.Apply): Attrs | undefined {
  if (term.rest) return undefined;
  const attrs: Record<string, Attr> = {};
  for (const { name, value } of term.attrs) {
    const fixed = fixedValue(value);
    if (fixed === undefined || isRelative(fixed, term.op.attrs?.[name]?.type)) return undefined;
    attrs[name] = fixed;
  }
  for (const [name, { type, default: standard }] of Object.entries(term.op.attrs ?? {})) {
    if (attrs[name] === undefined && standard !== undefined && isRelative(standard, type)) {
      return undefined;
    }
  }
  return attrs;
}

/** The value of an expression without variables. */
function fixedValue(value: ast.Value): Attr | undefined {
  let open = value.kind === "wildcard";
  visitVariables(value, () => {
    open = true;
  });
  if (open) return undefined;
  return compileValue(value, nothing)(-1) as Attr | undefined;
}

/** A scope without names. */
const nothing = {
  variables: new Map(),
  term: () => () => undefined,
  value: () => () => undefined,
  length: () => () => undefined,
  composite: () => () => undefined,
} as const;

/** Whether an axis is counted from the end, so that it means one thing only together with a rank. */
function isRelative(value: Attr, type: unknown): boolean {
  if (type === "axis") return typeof value === "number" && value < 0;
  if (type !== "axes" || !Array.isArray(value)) return false;
  return (value as readonly Attr[]).some((item) => typeof item === "number" && item < 0);
}
