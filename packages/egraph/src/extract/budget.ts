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
