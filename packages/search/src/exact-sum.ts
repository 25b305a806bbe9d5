/**
 * A sum that terms may be taken out of again without leaving an error behind: what rounding loses is kept beside it (Knuth, The Art of
 * Computer Programming, volume 2, section 4.2.2, theorem B). Infinite terms are counted.
 */
export interface ExactSum {
  readonly high: number;
  readonly low: number;
  readonly infinite: number;
}

/** A sum that changes. */
export class Sum implements ExactSum {
  high = 0;
  low = 0;
  infinite = 0;

  /** Adds a term. */
  add(term: number): void {
    if (term === Infinity) this.infinite++;
    else this.#add(term);
  }

  /** Takes out a term that was added. */
  subtract(term: number): void {
    if (term === Infinity) this.infinite--;
    else this.#add(-term);
  }

  #add(term: number): void {
    const sum = this.high + term;
    const part = sum - this.high;
    this.low += this.high - (sum - part) + (term - part);
    this.high = sum;
  }

  /** What it is, rounded once. */
  get value(): number {
    return this.infinite > 0 ? Infinity : this.high + this.low;
  }

  /** What it is, to come back to. */
  save(): ExactSum {
    return { high: this.high, low: this.low, infinite: this.infinite };
  }

  /** Makes it what it was. */
  load({ high, low, infinite }: ExactSum): void {
    this.high = high;
    this.low = low;
    this.infinite = infinite;
  }
}
