import type { Problem } from "./problem.ts";
import type { Trees } from "./tree.ts";

/** Above this many classes the sets would take more than 20 MB. */
const MOST_CLASSES = 12_000;

/**
 * Per class, the classes that every program for it contains: the greatest fixed point of
 * need(c) = {c} ∪ ⋂ over its e-nodes of ⋃ need(child), which planning calls its landmarks (Keyder,
 * Richter and Helmert, "Sound and complete landmarks for and/or graphs", ECAI 2010). One bit a pair.
 */
export class Landmarks {
  readonly words: number;
  private readonly task: Problem;
  private readonly bits: Int32Array;
  private readonly union: Int32Array;

  private constructor(task: Problem) {
    this.task = task;
    this.words = (task.classes + 31) >> 5;
    this.bits = new Int32Array(task.classes * this.words);
    this.union = new Int32Array(this.words);
  }

  /** The landmarks of a problem, all of whose classes have a tree; undefined when it is too large. */
  static of(task: Problem, trees: Trees, stop: () => boolean): Landmarks | undefined {
    if (task.classes > MOST_CLASSES) return undefined;
    const landmarks = new Landmarks(task);
    return landmarks.solve(trees, stop) ? landmarks : undefined;
  }

  private solve(trees: Trees, stop: () => boolean): boolean {
    const { task, words, bits, union } = this;
    const { first, childAt, children, parentAt, parents, classOf } = task;
    const isDue = new Uint8Array(task.classes).fill(1);
    // A class not looked at yet needs everything.
    const isKnown = new Uint8Array(task.classes);
    const next = new Int32Array(words);
    for (let due = true; due; ) {
      due = false;
      for (const c of trees.order) {
        if (isDue[c] === 0) continue;
        isDue[c] = 0;
        if (stop()) return false;
        let isFirst = true;
        for (let n = first[c] as number; n < (first[c + 1] as number); n++) {
          const end = childAt[n + 1] as number;
          let k = childAt[n] as number;
          while (k < end && isKnown[children[k] as number] === 1) k++;
          if (k < end) continue;
          this.close(n);
          if (isFirst) next.set(union);
          else for (let w = 0; w < words; w++) next[w] = (next[w] as number) & (union[w] as number);
          isFirst = false;
        }
        next[c >> 5] = (next[c >> 5] as number) | (1 << (c & 31));
        const at = c * words;
        let w = 0;
        if (isKnown[c] === 1) while (w < words && bits[at + w] === next[w]) w++;
        if (w === words) continue;
        isKnown[c] = 1;
        bits.set(next, at);
        for (let k = parentAt[c] as number; k < (parentAt[c + 1] as number); k++)
          isDue[classOf[parents[k] as number] as number] = 1;
        due = true;
      }
    }
    return true;
  }

  /** Fills `union` with what the children of an e-node need. */
  private close(n: number): void {
    const { words, bits, union } = this;
    const { childAt, children } = this.task;
    union.fill(0);
    for (let k = childAt[n] as number; k < (childAt[n + 1] as number); k++) {
      const at = (children[k] as number) * words;
      for (let w = 0; w < words; w++) union[w] = (union[w] as number) | (bits[at + w] as number);
    }
  }

  /** Whether every program for class `c` contains class `d`. */
  has(c: number, d: number): boolean {
    return (((this.bits[c * this.words + (d >> 5)] as number) >>> (d & 31)) & 1) === 1;
  }

  /** What every program contains that uses all of some classes; valid until the next call. */
  ofAll(classes: ArrayLike<number>): Int32Array {
    const { words, bits, union } = this;
    union.fill(0);
    for (let i = 0; i < classes.length; i++) {
      const at = (classes[i] as number) * words;
      for (let w = 0; w < words; w++) union[w] = (union[w] as number) | (bits[at + w] as number);
    }
    return union;
  }
}

/** Whether a set of {@link Landmarks.ofAll} contains a class. */
export function contains(set: Int32Array, c: number): boolean {
  return (((set[c >> 5] as number) >>> (c & 31)) & 1) === 1;
}
