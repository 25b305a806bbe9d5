import type { Trail, Undoable } from "./trail.ts";

/**
 * A growable column of 32-bit integers whose changes can be undone. Entries appended after a mark need
 * no log, since restoring truncates the column; only entries below `floor` are logged when overwritten.
 *
 * Hot loops read `data` directly. It is replaced when the column grows, so no reference to it may be
 * kept across an append.
 */
export class Column implements Undoable {
  data: Int32Array;
  length = 0;
  /** Length at the innermost open mark; 0 without marks. */
  floor = 0;
  private readonly trail: Trail;
  private readonly kind: number;

  constructor(trail: Trail, capacity = 64) {
    this.trail = trail;
    this.data = new Int32Array(capacity);
    this.kind = trail.register(this);
  }

  /** Appends a value. */
  push(value: number): void {
    const i = this.length;
    if (i === this.data.length) this.reserve(i + 1);
    this.data[i] = value;
    this.length = i + 1;
  }

  /** Overwrites an entry, logging the old value where a mark needs it. */
  set(index: number, value: number): void {
    if (index < this.floor) this.trail.log(this.kind, index, this.data[index] as number);
    this.data[index] = value;
  }

  /** Makes room for `length` entries. */
  reserve(length: number): void {
    if (length <= this.data.length) return;
    const grown = new Int32Array(Math.max(length, this.data.length * 2));
    grown.set(this.data);
    this.data = grown;
  }

  undo(index: number, old: number): void {
    this.data[index] = old;
  }

  truncate(length: number, floor: number): void {
    this.length = length;
    this.floor = floor;
  }

  get bytes(): number {
    return this.data.byteLength;
  }
}

/** The same for object values, for the data of an analysis. */
export class ObjectColumn<T> implements Undoable {
  readonly data: T[] = [];
  floor = 0;
  private readonly old: T[] = [];
  private readonly trail: Trail;
  private readonly kind: number;

  constructor(trail: Trail) {
    this.trail = trail;
    this.kind = trail.register(this);
  }

  get length(): number {
    return this.data.length;
  }

  push(value: T): void {
    this.data.push(value);
  }

  set(index: number, value: T): void {
    if (index < this.floor) {
      this.trail.log(this.kind, index, 0);
      this.old.push(this.data[index] as T);
    }
    this.data[index] = value;
  }

  undo(index: number): void {
    this.data[index] = this.old.pop() as T;
  }

  truncate(length: number, floor: number): void {
    this.data.length = length;
    this.floor = floor;
    if (floor === 0) this.old.length = 0;
  }

  get bytes(): number {
    return 0;
  }
}
