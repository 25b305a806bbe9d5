import { room } from "./frozen/room.ts";

/** Matches, flat: row r is `rows.subarray(r * width, (r + 1) * width)`. The buffer is kept when cleared. */
export class Matches {
  /** Entries of a row. */
  readonly width: number;
  /** Rows in use. */
  count = 0;
  /** The rows; replaced when it must grow. */
  rows: Int32Array;
  private readonly shared: boolean;

  /** `shared`: other threads can read the rows without a copy, where there is a SharedArrayBuffer. */
  constructor(width: number, shared = false) {
    this.width = width;
    this.shared = shared;
    this.rows = this.make(width * 16);
  }

  /** Forgets all rows. */
  clear(): void {
    this.count = 0;
  }

  /** Appends a row: the first `width` entries of `row`. */
  push(row: Int32Array): void {
    const width = this.width;
    const from = this.count * width;
    const rows = this.reserve(from + width);
    for (let i = 0; i < width; i++) rows[from + i] = row[i] as number;
    this.count++;
  }

  /** Appends rows of `width` words each; returns how many. @internal */
  take(words: Int32Array, width: number): number {
    if (words.length === 0) return 0;
    const from = this.count * width;
    this.reserve(from + words.length).set(words, from);
    this.count += words.length / width;
    return words.length / width;
  }

  /** Makes room for `length` entries; returns the rows. @internal */
  reserve(length: number): Int32Array {
    if (length > this.rows.length) {
      const grown = this.make(Math.max(length, this.rows.length * 2));
      grown.set(this.rows);
      this.rows = grown;
    }
    return this.rows;
  }

  private make(length: number): Int32Array {
    return this.shared ? new Int32Array(room(length * 4)) : new Int32Array(length);
  }
}
