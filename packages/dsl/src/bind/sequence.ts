/**
 * Spreads whose elements are patterns, `concat(...(a @ bs))`: every item must match the element, with variables of depth 0
 * the same in all. There is one match per choice of those variables; what an item leaves open beyond them is settled by the
 * first way to match it, so that the work is linear in the number of items.
 *
 * @module
 */

import type { Attr, Attrs } from "@rewright/plugin";
import type { ArgId, Id, NodeId } from "egraph-ts";
import type * as ast from "../ast.ts";
import { compileValue } from "../evaluate.ts";
import { termValue } from "../functions.ts";
import { visitVariables } from "../occurrence.ts";
import { attrKey, attrsKey, axisRank, canonicalAttr } from "../terms/attributes.ts";
import type { Operation } from "../terms/semantics.ts";
import type { Terms } from "../terms/terms.ts";
import { sameAttrs } from "./attribute-pattern.ts";
import { type Frame, type Source, without } from "./frame.ts";
import { listOf, matchesNumber } from "./literal.ts";
import type { SpreadTask } from "./pattern.ts";

/** Called for each way to match; returns whether to go on looking for others. */
type Found = () => boolean;

/** Extends a row, in the frame's place, by what the spreads of a rule bind. */
export class SequenceMatcher {
  readonly #rule: ast.Rule;
  readonly #terms: Terms;
  readonly #frame: Frame;
  readonly #tasks: readonly SpreadTask[];
  /** The items found so far of list variables that are being bound, by slot. */
  readonly #lists = new Map<number, unknown[]>();

  constructor(rule: ast.Rule, frame: Frame, tasks: readonly SpreadTask[]) {
    this.#rule = rule;
    this.#terms = frame.terms;
    this.#frame = frame;
    this.#tasks = tasks;
  }

  /** Calls `found` for every extension of the frame's row; the row is as before afterwards. */
  extend(found: Found): void {
    this.#task(0, found);
  }

  #task(index: number, found: Found): boolean {
    const task = this.#tasks[index];
    if (!task) return found();
    const { egraph } = this.#terms;
    const node = this.#frame.get(task.slot);
    const count = egraph.arity(node) - task.from - task.suffix;
    if (count < 1) return true;
    const items = Array.from({ length: count }, (_, i) => egraph.child(node, task.from + i));
    const { element } = task;
    const scan = this.#scan(element, count);
    if (!scan) return true;
    const seen = new Set<string>();
    let goOn = true;
    const next = (): boolean => {
      const key = this.#fixed(element);
      if (seen.has(key)) return true;
      seen.add(key);
      const undo = this.#store(scan.lists);
      goOn = this.#task(index + 1, found);
      undo();
      return goOn && scan.fresh;
    };
    for (const slot of scan.lists) this.#lists.set(slot, []);
    if (element.kind === "apply" && (element.op.results ?? 1) !== 1)
      this.#results(element, items, next);
    else this.#items(element, items, next);
    for (const slot of scan.lists) this.#lists.delete(slot);
    return goOn;
  }

  /**
   * The slots of the lists that `element` is the first to bind, and whether it binds anything of depth 0;
   * `undefined` when a list bound already has another length.
   */
  #scan(element: ast.Term, count: number): { lists: number[]; fresh: boolean } | undefined {
    const lists = new Set<number>();
    let fresh = false;
    let fits = true;
    visitVariables(element, (name) => {
      const { slot } = this.#frame.source(name);
      const bound = this.#frame.get(slot) >= 0;
      if (this.#rule.variables.get(name)?.depth !== 1) fresh ||= !bound;
      else if (!bound) lists.add(slot);
      else fits &&= this.#frame.length(name)() === count;
    });
    return fits ? { lists: [...lists], fresh } : undefined;
  }

  /** The first item is matched in every way, each of the others in one: by then all of depth 0 is settled. */
  #items(element: ast.Term, items: readonly Id[], next: Found): void {
    let goOn = true;
    const match = (at: number): void => {
      if (at === items.length) {
        goOn = next();
        return;
      }
      this.#term(element, items[at] as Id, at, () => {
        match(at + 1);
        return at === 0 && goOn;
      });
    };
    match(0);
  }

  /** The items are the results of one application, all and in order. */
  #results(element: ast.Apply, items: readonly Id[], next: Found): void {
    const { egraph } = this.#terms;
    const count = items.length;
    if (count === 1) this.#apply(element, 1, items[0] as Id, 0, next);
    const first = this.#terms.result(0).id;
    for (const node of egraph.nodes(items[0] as Id)) {
      if (egraph.op(node) !== first) continue;
      const tuple = egraph.child(node, 0);
      const all = items.every((id, i) => {
        return egraph.lookup(this.#terms.result(i).id, 0, [tuple]) === egraph.find(id);
      });
      if (all && !this.#apply(element, count, tuple, 0, next)) return;
    }
  }

  // ── Lists being bound ──────────────────────────────────────────────────────

  /** Moves finished lists into the row; returns how to take them back. */
  #store(slots: readonly number[]): () => void {
    const { frame, lists } = { frame: this.#frame, lists: this.#lists };
    const saved = slots.map((slot) => lists.get(slot) as unknown[]);
    for (const [i, slot] of slots.entries()) {
      lists.delete(slot);
      this.#set(slot, frame.objects.push([...(saved[i] as unknown[])]) - 1);
    }
    return () => {
      for (const [i, slot] of slots.entries()) {
        lists.set(slot, saved[i] as unknown[]);
        this.#set(slot, -1);
      }
    };
  }

  /** What the variables of depth 0 that only spreads bind stand for now. */
  #fixed(element: ast.Term): string {
    let key = "";
    visitVariables(element, (name) => {
      const source = this.#frame.source(name);
      const isList = this.#rule.variables.get(name)?.depth === 1;
      if (isList || source.kind === "children") return;
      const value = this.#frame.get(source.slot);
      if (source.kind !== "object") key += `${value},`;
      else if (source.of === "value") key += `${attrKey(this.#frame.objects[value] as Attr)},`;
      else key += `${attrsKey(this.#frame.objects[value] as Attrs)},`;
    });
    return key;
  }

  #set(slot: number, value: number): void {
    this.#frame.row[this.#frame.base + slot] = value;
  }

  // ── Matching one item ──────────────────────────────────────────────────────

  #term(term: ast.Term, id: Id, item: number, found: Found): boolean {
    switch (term.kind) {
      case "wildcard":
        return found();
      case "absent":
        return this.#terms.facts(id) !== this.#terms.table.absent || found();
      case "variable":
        return this.#variable(term.name, id, item, found);
      case "constant":
        return this.#constant(term.value, id, item, found);
      case "result":
        return this.#result(term, id, item, found);
      case "apply":
        return this.#apply(term, 1, id, item, found);
    }
  }

  #variable(name: string, id: Id, item: number, found: Found): boolean {
    const { egraph } = this.#terms;
    const source = this.#frame.source(name);
    const list = this.#lists.get(source.slot);
    if (list) {
      if (list.length > item) return list[item] !== id || found();
      list[item] = id;
      const more = found();
      list.length = item;
      return more;
    }
    if (source.kind === "class" && this.#frame.get(source.slot) < 0) {
      this.#set(source.slot, id);
      const more = found();
      this.#set(source.slot, -1);
      return more;
    }
    return egraph.find(this.#frame.class(name)(item)) !== egraph.find(id) || found();
  }

  #constant(value: ast.Value, id: Id, item: number, found: Found): boolean {
    const facts = this.#terms.facts(id);
    if (value.kind === "number") return !matchesNumber(facts, value) || found();
    if (value.kind === "list") {
      const items = listOf(facts);
      if (items?.length !== value.elements.length) return true;
      return this.#values(value.elements, items, 0, item, found);
    }
    const wanted = compileValue(value, this.#frame)(item);
    const actual = facts.term && termValue(facts.term);
    if (wanted === undefined || actual === undefined) return true;
    return attrKey(wanted as Attr) !== attrKey(actual as Attr) || found();
  }

  #values(
    elements: ast.ListValue["elements"],
    items: readonly Attr[],
    at: number,
    item: number,
    found: Found,
  ): boolean {
    const element = elements[at];
    if (!element) return found();
    const next = (): boolean => this.#values(elements, items, at + 1, item, found);
    return element.kind === "spread" || this.#value(element, items[at], item, (x) => x, next);
  }

  /** Matches a value of a pattern with one that was found. */
  #value(
    value: ast.Value,
    actual: Attr | undefined,
    item: number,
    canonical: (value: Attr) => Attr,
    found: Found,
  ): boolean {
    if (value.kind === "wildcard") return found();
    if (actual === undefined) return true;
    if (value.kind === "variable") {
      const source = this.#frame.source(value.name);
      const list = this.#lists.get(source.slot);
      if (list && list.length <= item) {
        list[item] = actual;
        const more = found();
        list.length = item;
        return more;
      }
      if (list) return attrKey(list[item] as Attr) !== attrKey(actual) || found();
      if (source.kind === "object" && this.#frame.get(source.slot) < 0) {
        return this.#bindObject(source, actual, found);
      }
    }
    const wanted = compileValue(value, this.#frame)(item);
    if (wanted === undefined) return true;
    return attrKey(canonical(wanted as Attr)) !== attrKey(actual) || found();
  }

  #bindObject(source: Source, object: unknown, found: Found): boolean {
    this.#set(source.slot, this.#frame.objects.push(object) - 1);
    const more = found();
    this.#set(source.slot, -1);
    return more;
  }

  #result(term: ast.Result, id: Id, item: number, found: Found): boolean {
    const { egraph } = this.#terms;
    const { id: projection } = this.#terms.result(term.index);
    if (term.index === 0 && (term.count ?? 1) === 1 && !this.#apply(term.of, 1, id, item, found)) {
      return false;
    }
    for (const node of egraph.nodes(id)) {
      if (egraph.op(node) !== projection) continue;
      const tuple = egraph.child(node, 0);
      const count = this.#terms.facts(tuple).types.length;
      if (term.count !== undefined && term.count !== count) continue;
      if (!this.#apply(term.of, count, tuple, item, found)) return false;
    }
    return true;
  }

  #apply(term: ast.Apply, count: number, id: Id, item: number, found: Found): boolean {
    const { egraph } = this.#terms;
    const operation = this.#terms.operation(term.name, count);
    for (const node of egraph.nodes(id)) {
      if (egraph.op(node) !== operation.id) continue;
      if (!this.#node(term, operation, node, item, found)) return false;
    }
    return true;
  }

  #node(term: ast.Apply, operation: Operation, node: NodeId, item: number, found: Found): boolean {
    const { egraph } = this.#terms;
    const { operands } = term;
    const children = egraph.children(node);
    const spread = operands.findIndex(({ kind }) => kind === "spread");
    if (spread >= 0 || children.length !== operands.length) return true; // a list of lists has no notation
    const arg = egraph.arg(node);
    const rank = axisRank(children.map((child) => this.#terms.facts(child).types[0]));
    const each = (order: readonly Id[], at: number): boolean => {
      if (at === operands.length) return this.#attributes(term, arg, rank, 0, item, found);
      const child = order[at] as Id;
      const facts = this.#terms.facts(child);
      if (operands[at]?.kind === "variable" && facts === this.#terms.table.absent) return true;
      return this.#term(operands[at] as ast.Term, child, item, () => each(order, at + 1));
    };
    if (!each(children, 0)) return false;
    const swap = operation.def?.commutative && children.length === 2 && children[0] !== children[1];
    return swap ? each([children[1] as Id, children[0] as Id], 0) : true;
  }

  #attributes(
    term: ast.Apply,
    arg: ArgId,
    rank: number | undefined,
    at: number,
    item: number,
    found: Found,
  ): boolean {
    const { attrs } = this.#terms.application(arg);
    const declared = term.op.attrs ?? {};
    const entry = term.attrs[at];
    if (entry) {
      const type = declared[entry.name]?.type ?? "int";
      const canonical = (value: Attr): Attr => canonicalAttr(value, type, rank);
      return this.#value(entry.value, attrs[entry.name], item, canonical, () => {
        return this.#attributes(term, arg, rank, at + 1, item, found);
      });
    }
    const mentioned = new Set(term.attrs.map(({ name }) => name));
    if (!term.rest) {
      for (const [name, { type, default: standard }] of Object.entries(declared)) {
        if (mentioned.has(name)) continue;
        const actual = attrs[name];
        const wanted = standard === undefined ? undefined : canonicalAttr(standard, type, rank);
        if (actual === undefined ? wanted !== undefined : wanted === undefined) return true;
        if (actual !== undefined && wanted !== undefined && attrKey(actual) !== attrKey(wanted))
          return true;
      }
      return found();
    }
    if (term.rest.name === "_") return found();
    const record = without(attrs, mentioned);
    const source = this.#frame.source(term.rest.name);
    if (source.kind === "object" && this.#frame.get(source.slot) < 0) {
      return this.#bindObject(source, record, found);
    }
    return !sameAttrs(this.#frame.record(term.rest.name)(), record) || found();
  }
}
