/**
 * The left side of a rule as patterns of the engine, with guards for all that the engine does not know: attributes,
 * constants, conditions. What lies inside the elements of a spread is left to `sequence.ts`.
 *
 * @module
 */

import type { Attr, Term } from "@rewright/plugin";
import type { ArgId, Guard, Pattern } from "egraph-ts";
import type * as ast from "../ast.ts";
import { compileCondition, compileValue, type Denoted } from "../evaluate.ts";
import { equal, termValue } from "../functions.ts";
import { conjuncts, type Tree, visitSpoken, visitVariables } from "../occurrence.ts";
import type { Facts } from "../terms/facts.ts";
import type { Terms } from "../terms/terms.ts";
import { AttributePatterns } from "./attribute-pattern.ts";
import { Frame } from "./frame.ts";
import { Guards } from "./guards.ts";
import { treeKey } from "./key.ts";
import { isNumber, listOf, matchesNumber } from "./literal.ts";
import { worded } from "./wording.ts";

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
  /** The slots of the matched e-nodes of the roots, of a rule that takes them out of the graph. */
  readonly nodeSlots: readonly number[];
  readonly slots: number;
  readonly guards: readonly Guard[];
  /** What each guard tests, for people. */
  readonly notes: readonly string[];
  readonly frame: Frame;
  readonly tasks: readonly SpreadTask[];
  /** What can only be tested once the tasks are done; reads the frame. */
  readonly checks: readonly (() => boolean)[];
  /** What each of those tests, for people. */
  readonly lateNotes: readonly string[];
  /** The slot of the class in which a composite term was matched, if one was. */
  matched(term: ast.Term): number | undefined;
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
  const visit = (term: ast.Root): void => {
    if ((term.kind === "result" && term.count === undefined) || term.kind === "results") {
      const least = term.kind === "result" ? term.index : 0;
      found.set(term.of.name, Math.max(found.get(term.of.name) ?? 0, least));
    }
    if (term.kind === "result" || term.kind === "results") visit(term.of);
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
  readonly #guards: Guards;
  readonly #attributes: AttributePatterns;
  readonly #tasks: SpreadTask[] = [];
  /** Keys of the composite terms that conditions speak of, and the slots of those matched. */
  readonly #wanted = new Set<string>();
  readonly #matched = new Map<string, number>();
  readonly #nodeSlots: number[] = [];
  #slots = 0;

  constructor(rule: ast.Rule, terms: Terms, counts: ReadonlyMap<string, number>, compose: Compose) {
    this.#rule = rule;
    this.#terms = terms;
    this.#counts = counts;
    const matched = (term: ast.Term): number | undefined => this.#matched.get(treeKey(term));
    this.#frame = new Frame(terms, rule.variables, matched, compose);
    this.#guards = new Guards(this.#frame, this.#matched);
    this.#attributes = new AttributePatterns(this.#guards);
    const want = (tree: Tree): void => visitSpoken(tree, (term) => this.#wanted.add(treeKey(term)));
    for (const root of [...rule.left, ...rule.right]) want(root);
    for (const { value } of rule.conditions) want(value);
  }

  compile(): LeftSide {
    const rootSlots = this.#rule.left.map(() => this.#slot());
    const patterns = this.#rule.left.map((root, i) => {
      if (root.kind === "spread") throw new Error("a list of roots is matched item by item");
      if (root.kind === "results") return this.#apply(root.of, this.#counts.get(root.of.name) ?? 1);
      const pattern = this.#root(root);
      if (root.kind !== "apply") this.#needValue(rootSlots[i] as number);
      return pattern;
    });
    for (const task of this.#tasks) this.#bindElement(task.element);
    this.#guards.settle();
    for (const { kind, value } of this.#rule.conditions)
      for (const conjunct of conjuncts(value)) this.#condition(conjunct, kind);
    return {
      patterns,
      rootSlots,
      nodeSlots: this.#nodeSlots,
      slots: this.#slots,
      guards: this.#guards.early,
      notes: this.#guards.notes,
      frame: this.#frame,
      tasks: this.#tasks,
      checks: this.#guards.late,
      lateNotes: this.#guards.lateNotes,
      matched: (term) => this.#matched.get(treeKey(term)),
    };
  }

  /** A root; of a rule that takes what it matches out of the graph, the e-node is bound. */
  #root(root: ast.Term): Pattern {
    const pattern = this.#pattern(root);
    if (!this.#rule.subsume || root.kind !== "apply" || pattern.kind !== "node") return pattern;
    const nodeSlot = pattern.nodeSlot ?? this.#slot();
    this.#nodeSlots.push(nodeSlot);
    return { ...pattern, nodeSlot };
  }

  #slot(): number {
    return this.#slots++;
  }

  // ── Terms ──────────────────────────────────────────────────────────────────

  #pattern(term: ast.Term): Pattern {
    switch (term.kind) {
      case "variable":
        return { kind: "variable", slot: this.#classOf(term.name) };
      case "wildcard":
        return { kind: "variable", slot: this.#slot() };
      case "constant":
        return this.#constant(term.value);
      case "absent":
        return { kind: "node", op: this.#terms.absence.id, children: [] };
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
    this.#guards.add([slot], () => this.#facts(slot).types.length === 1, `%${slot} is one value`);
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
    const { id } = this.#terms.operation(term.name, count);
    const spread = term.operands.findIndex(({ kind }) => kind === "spread");
    const before = spread < 0 ? term.operands : term.operands.slice(0, spread);
    const after = spread < 0 ? [] : term.operands.slice(spread + 1);
    const children = before.map((operand, i) => this.#operand(operand as ast.Term, term, i));
    const suffix = after.map((operand) => this.#operand(operand as ast.Term, term, -1));
    const slots: { nodeSlot?: number; classSlot?: number; argSlot?: number; arg?: ArgId } = {};
    const node = (): number => {
      slots.nodeSlot ??= this.#slot();
      return slots.nodeSlot;
    };
    const arg = (): number => {
      slots.argSlot ??= this.#slot();
      return slots.argSlot;
    };
    if (spread >= 0) {
      const { element } = term.operands[spread] as ast.Spread;
      this.#spread({ slot: node(), from: before.length, suffix: after.length, element });
    }
    const exact = this.#attributes.compile(term, { arg, node });
    if (exact !== undefined) slots.arg = exact;
    const key = treeKey(term);
    if (count === 1 && this.#wanted.has(key) && !this.#matched.has(key)) {
      slots.classSlot = this.#slot();
      this.#matched.set(key, slots.classSlot);
    }
    const rest = spread >= 0 ? { rest: true, suffix } : {};
    return { kind: "node", op: id, children, ...slots, ...rest };
  }

  #operand(operand: ast.Term, { op }: ast.Apply, position: number): Pattern {
    const pattern = this.#pattern(operand);
    if (operand.kind === "variable" && op.operands[position]?.optional) {
      const { slot } = pattern as { slot: number };
      this.#guards.add(
        [slot],
        () => this.#facts(slot) !== this.#terms.table.absent,
        `%${slot} is there`,
      );
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
      const { slot, from, suffix } = task;
      this.#frame.sources.set(name, { kind: "children", slot, from, suffix });
      return;
    }
    this.#guards.later(() => {
      const length = this.#frame.length(name);
      const item = this.#frame.class(name);
      const { egraph } = this.#terms;
      this.#guards.add(
        [task.slot, this.#frame.source(name).slot],
        () => {
          const node = this.#frame.get(task.slot);
          const count = egraph.arity(node) - task.from - task.suffix;
          if (length() !== count) return false;
          for (let i = 0; i < count; i++) {
            if (egraph.child(node, task.from + i) !== item(i)) return false;
          }
          return true;
        },
        `...${name} again`,
      );
    });
  }

  /** Gives places to the variables that only the elements of a spread bind. */
  #bindElement(element: ast.Term): void {
    visitVariables(element, (name) => {
      const variable = this.#rule.variables.get(name);
      if (!variable || this.#frame.sources.has(name)) return;
      this.#guards.bindLate(variable, this.#slot());
    });
  }

  // ── Constants ──────────────────────────────────────────────────────────────

  #constant(value: ast.Value): Pattern {
    const slot = this.#slot();
    if (value.kind === "number") {
      const memo = new Map<Facts, boolean>();
      this.#guards.add(
        [slot],
        () => {
          const facts = this.#facts(slot);
          let holds = memo.get(facts);
          if (holds === undefined) {
            holds = matchesNumber(facts, value);
            memo.set(facts, holds);
          }
          return holds;
        },
        `%${slot} is ${value.value}`,
      );
    } else if (value.kind === "list") {
      this.#list(value, slot);
    } else {
      this.#guards.later(() => {
        const wanted = compileValue(value, this.#frame);
        const found = (): Attr | undefined => {
          const { term } = this.#facts(slot);
          return term && termValue(term);
        };
        const note = `%${slot} is ${worded(value)}`;
        this.#guards.reading([slot], value, () => isSame(found(), wanted(-1)), note);
      });
    }
    return { kind: "variable", slot };
  }

  #list({ elements }: ast.ListValue, slot: number): void {
    const spread = elements.findIndex((element) => element.kind === "spread");
    const least = spread < 0 ? elements.length : elements.length - 1;
    this.#guards.add(
      [slot],
      () => {
        const length = listOf(this.#facts(slot))?.length;
        return length !== undefined && (spread < 0 ? length === least : length >= least);
      },
      `%${slot} is a constant list of ${least}${spread < 0 ? "" : " or more"}`,
    );
    for (const [position, element] of elements.entries()) {
      if (element.kind === "wildcard") continue;
      if (element.kind === "spread") {
        this.#listRest(element.element, slot, spread, least - spread);
        continue;
      }
      const index = spread >= 0 && position > spread ? position - elements.length : position;
      if (
        element.kind === "variable" &&
        this.#guards.bindValue(element.name, { kind: "element", slot, index })
      ) {
        continue;
      }
      this.#guards.later(() => {
        const found = (): Attr | undefined => listOf(this.#facts(slot))?.at(index);
        const note = `%${slot}[${index}] is ${worded(element)}`;
        if (element.kind === "number") {
          const holds = (): boolean => isNumber(found() ?? Number.NaN, element);
          this.#guards.reading([slot], element, holds, note);
          return;
        }
        const wanted = compileValue(element, this.#frame);
        this.#guards.reading([slot], element, () => isSame(found(), wanted(-1)), note);
      });
    }
  }

  /** The elements of a list that are not mentioned one by one: bound, or compared with those bound before. */
  #listRest(rest: ast.Value, slot: number, from: number, suffix: number): void {
    if (rest.kind !== "variable") return;
    const { name } = rest;
    if (this.#guards.bindValue(name, { kind: "elements", slot, from, suffix })) return;
    this.#guards.later(() => {
      const wanted = compileValue(
        {
          kind: "list",
          elements: [{ kind: "spread", element: rest, span: rest.span }],
          span: rest.span,
        },
        this.#frame,
      );
      const found = (): Attr | undefined => {
        const items = listOf(this.#facts(slot));
        return items?.slice(from, items.length - suffix);
      };
      const note = `the rest of %${slot} is ...${name}`;
      this.#guards.reading([slot], rest, () => isSame(found(), wanted(-1)), note);
    });
  }

  // ── Conditions ─────────────────────────────────────────────────────────────

  #condition(value: ast.Value, kind: ast.Condition["kind"]): void {
    const truth = compileCondition(value, this.#frame);
    const holds = kind === "when" ? () => truth() === true : () => truth() !== false;
    this.#guards.reading([], value, holds);
  }
}

function isSame(found: Attr | undefined, wanted: Denoted): boolean {
  return found !== undefined && wanted !== undefined && equal(found, wanted as Attr) === true;
}
