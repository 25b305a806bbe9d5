import type { EGraph } from "../egraph.ts";
import type { Matches } from "../matches.ts";
import type { Rule } from "../rule.ts";
import type { Application } from "./application.ts";
import { RuleSides } from "./rule-sides.ts";
import { Source } from "./source.ts";

/** Rows of matches of a rule, by reason. */
interface Batch {
  readonly rule: Rule;
  readonly width: number;
  /** Ascending. */
  reasons: Int32Array;
  rows: Int32Array;
}

/** Words below which nothing is worth tidying. */
const SMALL = 1 << 14;

/**
 * Remembers which rule was applied to what, so that proofs can tell: give its {@link reasons} to a
 * {@link Runner} and its {@link describe} to {@link explain}. What no equation of the graph rests on any
 * more, as after a mark was restored, is forgotten in time.
 */
export class Journal {
  private readonly source: Source;
  private readonly facts: ((rule: Rule, row: Int32Array) => readonly string[]) | undefined;
  private readonly batches: Batch[] = [];
  private readonly notes = new Map<number, Application>();
  private next = 0;
  private words = 0;
  private worthTidying = SMALL;

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
    const { width } = matches;
    if (this.words > this.worthTidying) this.tidy();
    const first = this.next;
    this.batches.push({
      rule,
      width,
      reasons: Int32Array.from({ length: to - from }, (_, i) => first + i),
      rows: matches.rows.slice(from * width, to * width),
    });
    this.words += (to - from) * (width + 1);
    this.next += to - from;
    return first;
  };

  /** Takes down an application that no runner makes, as of an analysis' `modify`; returns its reason. */
  note(application: Application): number {
    this.notes.set(this.next, application);
    return this.next++;
  }

  /** What a reason means. Throws a RangeError for one that is not from here. */
  readonly describe = (reason: number): Application => {
    const note = this.notes.get(reason);
    if (note) return note;
    const batch = this.batches[this.batchOf(reason)];
    const at = batch ? search(batch.reasons, reason) : -1;
    if (!batch || batch.reasons[at] !== reason)
      throw new RangeError(`reason ${reason} is not one of this journal`);
    const { rule, width } = batch;
    const row = batch.rows.subarray(at * width, (at + 1) * width);
    const facts = this.facts?.(rule, row) ?? [];
    return { ...new RuleSides(this.source, rule, row).application(), facts };
  };

  /** Bytes of the rows kept. */
  get bytes(): number {
    return 4 * this.words;
  }

  /** The last batch that begins at a reason or before. */
  private batchOf(reason: number): number {
    const firsts = Int32Array.from(this.batches, ({ reasons }) => reasons[0] as number);
    return search(firsts, reason + 1) - 1;
  }

  /** Forgets what no equation rests on. */
  private tidy(): void {
    const { forest } = this.source;
    const used = new Uint8Array(this.next);
    for (let e = 0; e < forest.length; e++) {
      const reason = forest.reason(e);
      if (reason >= 0 && reason < this.next) used[reason] = 1;
    }
    let kept = 0;
    this.words = 0;
    for (const batch of this.batches) {
      const { width } = batch;
      const at = Array.from(batch.reasons.keys()).filter(
        (i) => used[batch.reasons[i] as number] === 1,
      );
      if (at.length === 0) continue;
      const rows = new Int32Array(at.length * width);
      for (const [i, from] of at.entries())
        rows.set(batch.rows.subarray(from * width, (from + 1) * width), i * width);
      const reasons = Int32Array.from(at, (i) => batch.reasons[i] as number);
      this.batches[kept++] = { rule: batch.rule, width, reasons, rows };
      this.words += at.length * (width + 1);
    }
    this.batches.length = kept;
    for (const reason of this.notes.keys()) if (used[reason] !== 1) this.notes.delete(reason);
    this.worthTidying = 2 * this.words + SMALL;
  }
}

/** Where a reason is, or would be. */
function search(reasons: Int32Array, reason: number): number {
  let [low, high] = [0, reasons.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((reasons[middle] as number) < reason) low = middle + 1;
    else high = middle;
  }
  return low;
}
