/**
 * The tests that a left side makes beyond the structure of its patterns: each as early as what it reads is known.
 *
 * @module
 */

import type { Guard } from "egraph-ts";
import type * as ast from "../ast.ts";
import { visitSpoken, visitVariables } from "../occurrence.ts";
import type { Frame, Source } from "./frame.ts";
import { treeKey } from "./key.ts";
import { worded } from "./wording.ts";

/** Collects the tests of a left side while it is compiled. */
export class Guards {
  readonly frame: Frame;
  /** Made by the engine while it matches. */
  readonly early: Guard[] = [];
  /** What each of them tests, for people; `%0` stands for what is in a slot. */
  readonly notes: string[] = [];
  /** Made after the elements of spreads have been matched; they read the frame. */
  readonly late: (() => boolean)[] = [];
  /** What each of those tests. */
  readonly lateNotes: string[] = [];
  /** Slots of composite terms that are matched, by key. */
  readonly #matched: ReadonlyMap<string, number>;
  /** Slots that only the elements of spreads bind. */
  readonly #lateSlots = new Set<number>();
  readonly #waiting: (() => void)[] = [];

  constructor(frame: Frame, matched: ReadonlyMap<string, number>) {
    this.frame = frame;
    this.#matched = matched;
  }

  /** Adds a test that is made as soon as the slots it reads are bound. */
  add(needs: readonly number[], holds: () => boolean, note: string): void {
    const { frame } = this;
    const test = (row: Int32Array, base: number): boolean => {
      frame.at(row, base);
      return holds();
    };
    this.early.push({ needs, test });
    this.notes.push(note);
  }

  /** Adds a test that reads the slots, and the variables of an expression: now, or after the spreads. */
  reading(
    needs: readonly number[],
    tree: ast.Value,
    holds: () => boolean,
    note: string = worded(tree),
  ): void {
    const slots = new Set(needs);
    let early = true;
    visitVariables(tree, (name) => {
      const source = this.frame.source(name);
      if (source.kind === "object" || this.#lateSlots.has(source.slot)) early = false;
      slots.add(source.slot);
    });
    visitSpoken(tree, (term) => {
      const slot = this.#matched.get(treeKey(term));
      if (slot !== undefined) slots.add(slot);
    });
    if (early) this.add([...slots], holds, note);
    else {
      this.late.push(holds);
      this.lateNotes.push(note);
    }
  }

  /** Does something once every variable has its place. */
  later(add: () => void): void {
    this.#waiting.push(add);
  }

  /** Every variable has its place now. */
  settle(): void {
    for (const add of this.#waiting) add();
    this.#waiting.length = 0;
  }

  /** Makes `source` the place of a value variable that has none yet; whether it did. */
  bindValue(name: string, source: Source): boolean {
    const { sources, variables } = this.frame;
    if (variables.get(name)?.kind !== "value" || sources.has(name)) return false;
    sources.set(name, source);
    return true;
  }

  /** Gives a variable its place in a slot that only the elements of spreads bind. */
  bindLate({ name, kind, depth }: ast.Variable, slot: number): void {
    this.#lateSlots.add(slot);
    this.frame.sources.set(name, lateSource(kind, depth, slot));
  }
}

function lateSource(kind: ast.Variable["kind"], depth: number, slot: number): Source {
  if (kind === "attributes") return { kind: "object", slot, of: "record" };
  if (kind === "value") return { kind: "object", slot, of: depth === 1 ? "values" : "value" };
  return depth === 1 ? { kind: "object", slot, of: "classes" } : { kind: "class", slot };
}
