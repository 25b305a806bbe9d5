/** The facts of an analysis about each class, with an undo log of their own. */
export class Facts<D> {
  readonly data: D[] = [];
  /** How many there were at the innermost mark: changes to those are logged. */
  private floor = 0;
  private readonly log: { readonly id: number; readonly old: D }[] = [];

  set(id: number, value: D): void {
    if (id < this.floor) this.log.push({ id, old: this.data[id] as D });
    this.data[id] = value;
  }

  /** What {@link restore} needs to come back. */
  mark(): number {
    this.floor = this.data.length;
    return this.log.length;
  }

  /** Takes back what was logged since, and all but the first `length` facts; the first `floor` are marked still. */
  restore(entries: number, length: number, floor: number): void {
    while (this.log.length > entries) {
      const { id, old } = this.log.pop() as { id: number; old: D };
      this.data[id] = old;
    }
    this.data.length = length;
    this.floor = floor;
  }

  /** Keeps what changed since the mark; the first `floor` facts are marked still. */
  release(floor: number): void {
    this.floor = floor;
    if (floor === 0) this.log.length = 0;
  }

  clear(): void {
    this.data.length = 0;
    this.log.length = 0;
    this.floor = 0;
  }

  clone(): Facts<D> {
    const copy = new Facts<D>();
    for (const value of this.data) copy.data.push(value);
    return copy;
  }
}
