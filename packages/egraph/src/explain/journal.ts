import type { EGraph } from "../egraph.ts";
import type { Matches } from "../matches.ts";
import type { Rule } from "../rule.ts";
import type { Application } from "./application.ts";
import { RuleSides } from "./rule-sides.ts";
import { Source } from "./source.ts";

/** Rows that are being applied, the first words of `rows`. */
interface Pending {
  readonly rule: number;
  readonly width: number;
  readonly count: number;
  /** The reason of the first row. */
  readonly reason: number;
  /** Equations of the graph before. */
  readonly equations: number;
}

/** Applications below which nothing is worth tidying. */
const SMALL = 1024;

/**
 * Remembers which rule was applied to what, so that proofs can tell: give its {@link reasons} to a
 * {@link Runner} and its {@link describe} to {@link explain}. It keeps the matches that made two classes one;
 * what no equation of the graph rests on any more, as after a mark was restored, it forgets in time.
 */
export class Journal {
  private readonly source: Source;
  private readonly facts: ((rule: Rule, row: Int32Array) => readonly string[]) | undefined;
  /** The rules that were applied. */
  readonly rules: Rule[] = [];
  private readonly numbers = new Map<Rule, number>();
  private readonly notes = new Map<number, Application>();
  private next = 0;
  private pending: Pending | undefined;
  private rows: Int32Array = new Int32Array(1024);

  /** Per application, in order of reasons: the reason, and where it begins in `words`. */
  private index: Int32Array = new Int32Array(256);
  private indexed = 0;
  /** Per application: the number of the rule, then the row. */
  private words: Int32Array = new Int32Array(1024);
  private used = 0;

  /**
   * A journal of a graph that keeps proofs. `facts` says, when a proof is made, what the conditions of a rule
   * rested on for a row of its slots.
   */
  constructor(
    // biome-ignore lint/suspicious/noExplicitAny: a journal does not look at the facts of the graph
    graph: EGraph<any>,
    options: { readonly facts?: (rule: Rule, row: Int32Array) => readonly string[] } = {},
  ) {
    this.source = new Source(graph);
    this.facts = options.facts;
  }

  /** Takes down that the rows from `from` up to `to` are about to be applied; returns the reason of the first. */
  readonly reasons = (rule: Rule, matches: Matches, from: number, to: number): number => {
    this.settle();
    let number = this.numbers.get(rule);
    if (number === undefined) {
      number = this.rules.push(rule) - 1;
      this.numbers.set(rule, number);
    }
    const { width } = matches;
    const reason = this.next;
    this.next += to - from;
    const rows = matches.rows.subarray(from * width, to * width);
    if (rows.length > this.rows.length) this.rows = new Int32Array(2 * rows.length);
    this.rows.set(rows);
    const equations = this.source.forest.length;
    this.pending = { rule: number, width, count: to - from, reason, equations };
    return reason;
  };

  /** Takes down an application that no runner makes, as of an analysis' `modify`; returns its reason. */
  note(application: Application): number {
    this.notes.set(this.next, application);
    return this.next++;
  }

  /** What a reason means. Throws a RangeError for one that no equation of the graph has. */
  readonly describe = (reason: number): Application => {
    const note = this.notes.get(reason);
    if (note) return note;
    this.settle();
    const { index, words } = this;
    let [low, high] = [0, this.indexed];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((index[2 * middle] as number) < reason) low = middle + 1;
      else high = middle;
    }
    if (low === this.indexed || index[2 * low] !== reason)
      throw new RangeError(`reason ${reason} is not one of this journal`);
    const at = index[2 * low + 1] as number;
    const rule = this.rules[words[at] as number] as Rule;
    return this.application(rule, words.slice(at + 1, at + 1 + rule.slots));
  };

  /** The application of a rule to a row of its slots. */
  application(rule: Rule, row: Int32Array): Application {
    const facts = this.facts?.(rule, row) ?? [];
    this.source.refresh();
    return { ...new RuleSides(this.source, rule, row).application(), facts };
  }

  /** Bytes of the arrays held. */
  get bytes(): number {
    return this.index.byteLength + this.words.byteLength + this.rows.byteLength;
  }

  /** Keeps of the rows that were last applied those that equations rest on. */
  private settle(): void {
    const { pending } = this;
    if (!pending) return;
    this.pending = undefined;
    const { forest } = this.source;
    const { rule, width, count, reason } = pending;
    const equations = forest.length;
    let last = -1;
    for (let e = pending.equations; e < equations; e++) {
      const row = forest.reason(e) - reason;
      // Several unions of one row have the same reason.
      if (row <= last || row >= count) continue;
      last = row;
      this.keep(reason + row, rule, this.rows, row * width, width);
    }
    // Without marks restored, there is an equation at least for each application.
    if (this.indexed + this.notes.size > 2 * equations + SMALL) this.tidy();
  }

  private keep(reason: number, rule: number, rows: Int32Array, from: number, width: number): void {
    if (2 * this.indexed === this.index.length) this.index = doubled(this.index);
    while (this.used + width + 1 > this.words.length) this.words = doubled(this.words);
    this.index[2 * this.indexed] = reason;
    this.index[2 * this.indexed + 1] = this.used;
    this.indexed++;
    const { words } = this;
    words[this.used++] = rule;
    for (let i = 0; i < width; i++) words[this.used++] = rows[from + i] as number;
  }

  /** Forgets what no equation rests on. */
  private tidy(): void {
    const { forest } = this.source;
    const wanted = new Set<number>();
    for (let e = 0; e < forest.length; e++) wanted.add(forest.reason(e));
    const { index, indexed, words } = this;
    this.indexed = 0;
    this.used = 0;
    for (let i = 0; i < indexed; i++) {
      const reason = index[2 * i] as number;
      const at = index[2 * i + 1] as number;
      const rule = words[at] as number;
      // What is kept moves towards the beginning, over what has been read.
      if (wanted.has(reason))
        this.keep(reason, rule, words, at + 1, (this.rules[rule] as Rule).slots);
    }
    for (const reason of this.notes.keys()) if (!wanted.has(reason)) this.notes.delete(reason);
  }
}

function doubled(old: Int32Array): Int32Array {
  const grown = new Int32Array(2 * old.length);
  grown.set(old);
  return grown;
}
