import { EGraphError } from "./error.ts";
import type { Heap } from "./heap.ts";
import * as L from "./kernel/layout.ts";

/** A state of an e-graph to come back to, see `EGraph.mark`. */
export interface Mark {
  /** Distinguishes the marks of a graph. */
  readonly serial: number;
}

interface OpenMark<S> extends Mark {
  /** Lengths of the columns that only grow. */
  readonly lengths: Int32Array;
  readonly trail: number;
  readonly nodes: number;
  readonly classes: number;
  readonly generation: number;
  /** What was pending, where anything was. */
  readonly pending: readonly Int32Array[] | undefined;
  /** What lies outside the memory. */
  readonly saved: S;
}

/** Columns that only grow, so that restoring cuts them. */
export const GROWING: readonly number[] = [
  L.RECORD,
  L.LINKS,
  L.GIVEN,
  L.EQUATIONS,
  L.LIST,
  L.TOUCHED,
];
/** Columns of what is pending. */
export const PENDING: readonly number[] = [L.REPAIR, L.MERGED, L.JOINED];
/** A floor above all words. */
const ALL = 0x7fffffff;

/** The open marks of a memory, innermost last. `S` is what is saved of what lies outside it. */
export class Marks<S> {
  private readonly heap: Heap;
  private open: OpenMark<S>[] = [];
  private serial = 0;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** Open marks. */
  get size(): number {
    return this.open.length;
  }

  /** The ids that existed at the innermost mark are below: what changes of them is logged. */
  get floor(): number {
    return (this.open.at(-1)?.lengths[0] ?? 0) / L.STRIDE;
  }

  /** Notes the present state. */
  set(saved: S): Mark {
    const { heap } = this;
    this.open.push({
      serial: this.serial++,
      lengths: Int32Array.from(GROWING, (column) => heap.length(column)),
      trail: heap.length(L.TRAIL),
      nodes: heap.words[L.NODES] as number,
      classes: heap.words[L.CLASSES] as number,
      generation: heap.generation,
      pending: PENDING.some((column) => heap.length(column) > 0)
        ? PENDING.map((column) => heap.column(column).slice())
        : undefined,
      saved,
    });
    this.setFloors();
    return this.open.at(-1) as Mark;
  }

  /**
   * Makes the memory what it was at a mark, and closes it and the marks set after it; returns what was saved.
   * Throws an {@link EGraphError} `mark` when it is closed already or another graph's.
   */
  restore(mark: Mark): S {
    const { heap } = this;
    const depth = this.depth(mark);
    const { lengths, trail, nodes, classes, generation, pending, saved } = this.open[
      depth
    ] as OpenMark<S>;
    heap.kernel.undo(trail, (lengths[0] as number) / L.STRIDE);
    for (const [i, column] of GROWING.entries()) heap.resize(column, lengths[i] as number);
    heap.words[L.NODES] = nodes;
    heap.words[L.CLASSES] = classes;
    heap.words[L.REPAIRED] = 0;
    for (const [i, column] of PENDING.entries()) {
      heap.resize(column, 0);
      if (pending) heap.append(column, pending[i] as Int32Array);
    }
    this.open.length = depth;
    this.setFloors();
    // The table was made anew since: what the trail knows of the old one is void.
    if (generation !== heap.generation) heap.refill();
    return saved;
  }

  /** Closes a mark and the marks set after it. Throws as {@link restore}. */
  release(mark: Mark): void {
    this.open.length = this.depth(mark);
    if (this.open.length === 0) this.heap.resize(L.TRAIL, 0);
    this.setFloors();
  }

  /** Closes all marks. */
  clear(): void {
    this.open = [];
    this.heap.resize(L.TRAIL, 0);
    this.setFloors();
  }

  private setFloors(): void {
    const { words } = this.heap;
    const lengths = this.open.at(-1)?.lengths;
    words[L.MARKED] = lengths ? 1 : 0;
    words[L.RECORD + 3] = lengths?.[0] ?? 0;
    words[L.LINKS + 3] = lengths?.[1] ?? 0;
    // Queries outlive a mark that they were made within, so what they have seen is always logged.
    words[L.CODE + 3] = lengths ? ALL : 0;
  }

  private depth(mark: Mark): number {
    const depth = this.open.indexOf(mark as OpenMark<S>);
    if (depth < 0)
      throw new EGraphError(
        "mark",
        "this mark is closed, or another graph's: it, or a mark set before it, was restored or released; restore marks innermost first",
      );
    return depth;
  }
}
