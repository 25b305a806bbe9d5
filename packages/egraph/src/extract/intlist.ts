/** A growing list of 32-bit integers. */
export class IntList {
  length = 0;
  private items: Int32Array = new Int32Array(64);

  push(item: number): void {
    if (this.length === this.items.length) {
      const grown = new Int32Array(2 * this.items.length);
      grown.set(this.items);
      this.items = grown;
    }
    this.items[this.length++] = item;
  }

  at(i: number): number {
    return this.items[i] as number;
  }

  set(i: number, item: number): void {
    this.items[i] = item;
  }

  /** The list as an array of its own. */
  trim(): Int32Array {
    return this.items.slice(0, this.length);
  }
}
