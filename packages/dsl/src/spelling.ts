/**
 * Did you mean?
 *
 * @module
 */

import type { Span } from "./ast.ts";
import { type Edit, replacing } from "./diagnostic.ts";

/** Names longer than this are not compared: the distance is quadratic in their length. */
const LONGEST = 64;
/** How many names are looked at for one declaration or rule: many mistakes and many names must not multiply. */
const BUDGET = 5_000;
/** Looking at a name closely is worth looking at so many. */
const CLOSE = 50;

/** Looks for the name that was meant, as long as that does not take too long altogether. */
export class Speller {
  private left = BUDGET;

  /** Begins another declaration or rule: what is said of one does not depend on how much is said of others. */
  renew(): void {
    this.left = BUDGET;
  }

  /** The candidate most like a name, if one is like it: at most a third of its letters wrong, letter case counting half. */
  closest(name: string, candidates: Iterable<string>): string | undefined {
    if (name.length > LONGEST) return undefined;
    let best: string | undefined;
    let least = Math.max(1, name.length / 3) + 0.25;
    const letters = lettersOf(name);
    for (const candidate of candidates) {
      if (this.left-- <= 0) return undefined;
      if (candidate === name || Math.abs(candidate.length - name.length) > least) continue;
      // A change of one letter for another takes a letter away, and adds one.
      if (bits(letters ^ lettersOf(candidate)) / 2 >= least) continue;
      this.left -= CLOSE;
      // No letter is nearer to another than it is in lower case.
      const folded = distance(name.toLowerCase(), candidate.toLowerCase());
      if (folded >= least) continue;
      const exact = distance(name, candidate);
      const far = Math.min(exact, folded + (exact > folded ? 0.5 : 0)) + apart(name, candidate);
      if (far < least) {
        least = far;
        best = candidate;
      }
    }
    return best;
  }

  /**
   * The hint and the edit that put the name that was meant in the place of the one that stands at `span`, if there is one;
   * `also` are hints that come before.
   */
  correction(
    name: string,
    candidates: Iterable<string>,
    span: Span,
    also: readonly string[] = [],
  ): { readonly hints: readonly string[]; readonly edit?: Edit } {
    const found = this.closest(name, candidates);
    if (found === undefined) return { hints: also };
    const hints = [...also, `did you mean \`${found}\`?`];
    // `...p` is more than its name.
    return span.end - span.start === name.length
      ? { hints, edit: replacing(span, found) }
      : { hints };
  }
}

/** Which letters a name has, upper or lower case, each as one of 32 bits. */
function lettersOf(name: string): number {
  let letters = 0;
  for (let i = 0; i < name.length; i++) letters |= 1 << ((name.charCodeAt(i) | 32) & 31);
  return letters;
}

/** How many bits of a number of 32 are set. */
function bits(number: number): number {
  let left = number >>> 0;
  let count = 0;
  for (; left !== 0; left = (left & (left - 1)) >>> 0) count++;
  return count;
}

/** Between names of one letter, all as far apart as any, the nearer in the alphabet is the likelier. */
function apart(a: string, b: string): number {
  if (a.length !== 1 || b.length !== 1) return 0;
  return Math.abs(a.charCodeAt(0) - b.charCodeAt(0)) / 10_000;
}

/** The optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last: number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
