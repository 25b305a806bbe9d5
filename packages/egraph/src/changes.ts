import type { Heap } from "./heap.ts";
import { DIRTY, RECORD, STRIDE, TOUCHED } from "./kernel/layout.ts";

/**
 * The classes that changed since some time, and those up to some levels above them: where a fresh search looks. Kept
 * for the next query, as most were searched last at the same time: the classes of each level come after those of the
 * levels below it.
 */
export class Changes {
  private readonly heap: Heap;
  /** Since how many ids and changes it was collected, and at how many. */
  private key: readonly number[] = [];
  /** By level: how many classes up to it; -1: too many. */
  private ends: number[] = [];
  /** Where they lay. When memory is laid out anew, only those in use at that time are kept. */
  private words: Int32Array | undefined;
  private base = 0;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** To be called when ids or changes were taken back. */
  forget(): void {
    this.key = [];
  }

  /**
   * Puts the classes that changed since there were `created` ids and `touched` changes, and those at most `depth`
   * levels above them, where a search finds them; returns how many, or -1 when a whole search is no dearer.
   */
  since(created: number, touched: number, depth: number): number {
    const { heap } = this;
    const key = [created, touched, heap.length(RECORD) / STRIDE, heap.length(TOUCHED)];
    const isMoved = this.words !== heap.words || this.base !== heap.words[DIRTY];
    if (isMoved || key.some((part, i) => part !== this.key[i])) {
      this.ends = [heap.kernel.collect(created, touched)];
      this.key = key;
    }
    const { ends } = this;
    while (ends.length <= depth && ends.at(-1) !== -1) {
      heap.resize(DIRTY, ends.at(-1) as number);
      ends.push(heap.kernel.climb(ends.at(-2) ?? 0));
    }
    const end = ends[depth] ?? -1;
    if (end >= 0) heap.resize(DIRTY, end);
    this.words = heap.words;
    this.base = heap.words[DIRTY] as number;
    return end;
  }
}
