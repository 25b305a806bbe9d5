/** A first-in-first-out list of distinct ids. */
export class Worklist {
  private items: Int32Array = new Int32Array(64);
  private queued: Uint8Array = new Uint8Array(64);
  private first = 0;
  private end = 0;

  get size(): number {
    return this.end - this.first;
  }

  /** Appends an id unless it is in the list. */
  push(id: number): void {
    if (id >= this.queued.length) {
      const grown = new Uint8Array(Math.max(id + 1, this.queued.length * 2));
      grown.set(this.queued);
      this.queued = grown;
    }
    if (this.queued[id] === 1) return;
    this.queued[id] = 1;
    if (this.end === this.items.length) {
      const live = this.items.subarray(this.first, this.end);
      const grown = new Int32Array(Math.max(64, live.length * 2));
      grown.set(live);
      this.items = grown;
      this.end = live.length;
      this.first = 0;
    }
    this.items[this.end++] = id;
  }

  /** Removes and returns the id that is first; there must be one. */
  shift(): number {
    const id = this.items[this.first] as number;
    this.queued[id] = 0;
    if (++this.first === this.end) this.first = this.end = 0;
    return id;
  }

  /** A copy of the ids in the list. */
  save(): Int32Array | undefined {
    return this.size === 0 ? undefined : this.items.slice(this.first, this.end);
  }

  /** Makes the list what it was when saved. */
  load(saved: Int32Array | undefined): void {
    while (this.size > 0) this.shift();
    if (saved) for (const id of saved) this.push(id);
  }

  get bytes(): number {
    return this.items.byteLength + this.queued.byteLength;
  }
}
