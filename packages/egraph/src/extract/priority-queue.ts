/** A binary heap of numbers that are each put in at most once, least (cost, size, number) first. */
export class PriorityQueue {
  size = 0;
  private readonly items: Int32Array;
  private readonly cost: Float64Array;
  private readonly terms: Float64Array;

  /** For numbers below `capacity`. */
  constructor(capacity: number) {
    this.items = new Int32Array(capacity);
    this.cost = new Float64Array(capacity);
    this.terms = new Float64Array(capacity);
  }

  push(item: number, cost: number, size: number): void {
    this.cost[item] = cost;
    this.terms[item] = size;
    const { items } = this;
    let i = this.size++;
    while (i > 0) {
      const above = (i - 1) >> 1;
      const other = items[above] as number;
      if (!this.precedes(item, other)) break;
      items[i] = other;
      i = above;
    }
    items[i] = item;
  }

  /** The least number. */
  top(): number {
    return this.items[0] as number;
  }

  topCost(): number {
    return this.cost[this.items[0] as number] as number;
  }

  topSize(): number {
    return this.terms[this.items[0] as number] as number;
  }

  /** Removes the least number. */
  pop(): void {
    const { items } = this;
    const count = --this.size;
    if (count === 0) return;
    const item = items[count] as number;
    let i = 0;
    for (;;) {
      let below = 2 * i + 1;
      if (below >= count) break;
      if (below + 1 < count && this.precedes(items[below + 1] as number, items[below] as number))
        below++;
      const other = items[below] as number;
      if (!this.precedes(other, item)) break;
      items[i] = other;
      i = below;
    }
    items[i] = item;
  }

  private precedes(a: number, b: number): boolean {
    const x = this.cost[a] as number;
    const y = this.cost[b] as number;
    if (x !== y) return x < y;
    const p = this.terms[a] as number;
    const q = this.terms[b] as number;
    return p === q ? a < b : p < q;
  }
}
