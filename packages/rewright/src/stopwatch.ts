/** Counts the optimiser's own time: while others work for it, it stands still. */
export class Stopwatch {
  #ms = 0;
  #since: number | undefined = performance.now();

  /** Milliseconds counted so far. */
  get ms(): number {
    return this.#ms + (this.#since === undefined ? 0 : performance.now() - this.#since);
  }

  /** Waits for work that is not the optimiser's own, and does not count it. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    this.#ms = this.ms;
    this.#since = undefined;
    try {
      return await work();
    } finally {
      this.#since = performance.now();
    }
  }
}
