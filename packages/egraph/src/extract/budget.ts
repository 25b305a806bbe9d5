/** What finding the cheapest trees costs, as links looked at, for each e-node and link there is. */
export const TREES: number = 12;

/** What local improvement may spend, counted in links looked at, so that it ends without a clock. */
export class Budget {
  spent = 0;
  private readonly limit: number;

  constructor(limit: number = Number.POSITIVE_INFINITY) {
    this.limit = limit;
  }

  get isSpent(): boolean {
    return this.spent > this.limit;
  }
}
