/** Something whose changes the trail can undo. */
export interface Undoable {
  readonly length: number;
  /** Sets the entry back to `old`, as it was logged. */
  undo(index: number, old: number): void;
  /** Cuts back to `length` entries, of which the first `floor` must be logged from now on. */
  truncate(length: number, floor: number): void;
  readonly bytes: number;
}

const KINDS = 16;
/** Entries are addressed by 28 bits. */
export const MAX_INDEX: number = 2 ** 28 - 1;

/** What the trail remembers of an open mark. */
export interface TrailMark {
  /** Length of the log. */
  readonly entries: number;
  /** Length of every registered column. */
  readonly lengths: Int32Array;
}

/**
 * The undo trail: a log of (address, old word) pairs, written only while a mark is open and only for
 * words that existed at that mark. Restoring plays it backwards, so its cost follows the change, not the
 * size of the graph.
 */
export class Trail {
  private readonly columns: Undoable[] = [];
  private readonly marks: TrailMark[] = [];
  private entries: Int32Array = new Int32Array(256);
  private used = 0;

  /** Takes a column under care; returns the number to log with. */
  register(column: Undoable): number {
    if (this.columns.length === KINDS) throw new RangeError("the trail addresses 16 columns");
    return this.columns.push(column) - 1;
  }

  /** Number of open marks. */
  get depth(): number {
    return this.marks.length;
  }

  /** Length a column had when mark number `depth` was opened. */
  lengthAt(depth: number, column: Undoable): number {
    return (this.marks[depth] as TrailMark).lengths[this.columns.indexOf(column)] as number;
  }

  /** Notes that entry `index` of column `kind` was `old`. */
  log(kind: number, index: number, old: number): void {
    const at = this.used;
    if (at + 2 > this.entries.length) {
      const grown = new Int32Array(this.entries.length * 2);
      grown.set(this.entries);
      this.entries = grown;
    }
    this.entries[at] = (index << 4) | kind;
    this.entries[at + 1] = old;
    this.used = at + 2;
  }

  /** Opens a mark. */
  mark(): void {
    const lengths = Int32Array.from(this.columns, (column) => column.length);
    this.marks.push({ entries: this.used, lengths });
    this.setFloors(undefined);
  }

  /** Undoes everything since mark number `depth` (0 = outermost) was opened, and closes it and those within. */
  restore(depth: number): void {
    const mark = this.marks[depth] as TrailMark;
    this.marks.length = depth;
    const log = this.entries;
    for (let at = this.used - 2; at >= mark.entries; at -= 2) {
      const address = log[at] as number;
      (this.columns[address & 15] as Undoable).undo(address >>> 4, log[at + 1] as number);
    }
    this.used = mark.entries;
    this.setFloors(mark.lengths);
  }

  /** Closes mark number `depth` and those within it, keeping the changes. */
  release(depth: number): void {
    this.marks.length = depth;
    if (depth === 0) this.used = 0;
    this.setFloors(undefined);
  }

  private setFloors(lengths: Int32Array | undefined): void {
    const outer = this.marks.at(-1)?.lengths;
    for (let i = 0; i < this.columns.length; i++) {
      const column = this.columns[i] as Undoable;
      column.truncate(
        lengths ? (lengths[i] as number) : column.length,
        outer ? (outer[i] as number) : 0,
      );
    }
  }

  /** Bytes of the log and of every column registered. */
  get bytes(): number {
    let bytes = this.entries.byteLength;
    for (const column of this.columns) bytes += column.bytes;
    return bytes;
  }
}
