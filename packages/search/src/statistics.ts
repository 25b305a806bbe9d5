/** What a rule has done in a run, counted over everything tried, restored or not. */
export interface RuleStatistics {
  readonly rule: string;
  /** Matches found, again in each search. */
  readonly matches: number;
  /** Applications that changed something. */
  readonly fired: number;
  /** Milliseconds spent on searching for and applying it. */
  readonly ms: number;
}

/** Counts what each rule does, by index. */
export class Tally {
  readonly #rules: { rule: string; matches: number; fired: number; ms: number }[];

  constructor(names: readonly string[]) {
    this.#rules = names.map((rule) => ({ rule, matches: 0, fired: 0, ms: 0 }));
  }

  /** Adds to a rule's counts. */
  add(rule: number, more: { matches?: number; fired?: number; ms: number }): void {
    const entry = this.#rules[rule];
    if (!entry) return;
    entry.matches += more.matches ?? 0;
    entry.fired += more.fired ?? 0;
    entry.ms += more.ms;
  }

  /** The counts as they are now, in the rules' order. */
  snapshot(): readonly RuleStatistics[] {
    return this.#rules.map((entry) => ({ ...entry }));
  }
}
