/**
 * A set of rows of integers in flat arrays: open addressing with linear probing over the numbers of the rows, which lie one after
 * the other. It remembers the matches that have been applied, of which there are many and most are found again and again.
 */
export class RowSet {
  readonly #width: number;
  #rows: Int32Array;
  /** 1 + the number of the row in a place; 0 where there is none. Its length is a power of two, at most half of it taken. */
  #table = new Int32Array(64);
  #count = 0;

  constructor(width: number) {
    this.#width = width;
    this.#rows = new Int32Array(32 * width);
  }

  /** Whether the row that begins at `base` is in the set. */
  has(rows: Int32Array, base: number): boolean {
    return this.#table[this.#place(rows, base)] !== 0;
  }

  /** Puts the row that begins at `base` into the set. Returns whether it is new. */
  add(rows: Int32Array, base: number): boolean {
    const place = this.#place(rows, base);
    if (this.#table[place] !== 0) return false;
    const at = this.#count * this.#width;
    if (at + this.#width > this.#rows.length) {
      const larger = new Int32Array(2 * this.#rows.length + this.#width);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    for (let i = 0; i < this.#width; i++) this.#rows[at + i] = rows[base + i] as number;
    this.#table[place] = ++this.#count;
    if (2 * this.#count > this.#table.length) this.#grow();
    return true;
  }

  /** Takes out the row that was put in last. No other one lies where it does because of it. */
  pop(): void {
    if (this.#count === 0) return;
    const place = this.#place(this.#rows, (this.#count - 1) * this.#width);
    this.#table[place] = 0;
    this.#count--;
  }

  /** The place of an equal row, or the free one where it would go. */
  #place(rows: Int32Array, base: number): number {
    const mask = this.#table.length - 1;
    let hash = 0;
    for (let i = 0; i < this.#width; i++)
      hash = Math.imul(hash ^ (rows[base + i] as number), 0x9e3779b1) ^ (hash >>> 15);
    for (let place = (hash ^ (hash >>> 16)) & mask; ; place = (place + 1) & mask) {
      const row = this.#table[place] as number;
      if (row === 0) return place;
      const at = (row - 1) * this.#width;
      let i = 0;
      while (i < this.#width && this.#rows[at + i] === rows[base + i]) i++;
      if (i === this.#width) return place;
    }
  }

  #grow(): void {
    const count = this.#count;
    this.#table = new Int32Array(2 * this.#table.length);
    for (let row = 0; row < count; row++)
      this.#table[this.#place(this.#rows, row * this.#width)] = row + 1;
  }
}
