/** How a rule that matches too often is kept waiting. */
export interface BackoffOptions {
  /** Matches of one rule in one round above which the rule is banned instead; doubles with each ban of that rule. */
  readonly matchLimit: number;
  /** Rounds that a first ban lasts; doubles with each ban of that rule. */
  readonly banLength: number;
}

/**
 * Exponential back-off of rules, as egg's BackoffScheduler has it (Willsey et al., egg: Fast and Extensible Equality
 * Saturation, POPL 2021): a rule that explodes sits out while the others go on.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #rules = new Map<string, { bans: number; until: number }>();

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Whether the rule sits out this round. */
  banned(rule: string, round: number): boolean {
    return (this.#rules.get(rule)?.until ?? 0) > round;
  }

  /** How many matches the rule may have. */
  limit(rule: string): number {
    return this.#options.matchLimit * 2 ** (this.#rules.get(rule)?.bans ?? 0);
  }

  /** Bans a rule that had more. */
  ban(rule: string, round: number): void {
    const bans = this.#rules.get(rule)?.bans ?? 0;
    this.#rules.set(rule, { bans: bans + 1, until: round + this.#options.banLength * 2 ** bans });
  }

  /**
   * The first round after `round` in which another rule may match again, if any rule is banned. Nothing changes until
   * then, if nothing did in this one.
   */
  next(round: number): number | undefined {
    let next: number | undefined;
    for (const { until } of this.#rules.values()) {
      if (until > round && (next === undefined || until < next)) next = until;
    }
    return next;
  }
}
