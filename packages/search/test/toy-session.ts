import type { Mark, Move, RuleInfo, Session } from "@rewright/plugin";

/** A rule of the toy space: a piece of a word may be replaced. */
export interface ToyRule {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly growing?: boolean;
}

/** Words known to be equal; a rule adds what follows in one step. A word costs its letters' weights. */
export class ToySession implements Session {
  readonly space = "growth";
  readonly rules: readonly RuleInfo[];
  readonly signal: AbortSignal = new AbortController().signal;
  words: ReadonlySet<string>;
  iterations = 0;
  /** Calls of `cost` that had something to do. */
  priced = 0;
  readonly #rules: readonly ToyRule[];
  readonly #limit: { words: number; iterations: number };
  readonly #costs = new Map<ReadonlySet<string>, number>();
  readonly #marks: { mark: Mark; words: ReadonlySet<string> }[] = [];
  #seed: number;

  constructor(
    word: string,
    rules: readonly ToyRule[],
    { words = 1_000, iterations = 10_000, seed = 1 } = {},
  ) {
    this.words = new Set([word]);
    this.#rules = rules;
    this.#limit = { words, iterations };
    this.#seed = seed;
    this.rules = rules.map(({ name, growing = false }) => ({
      name,
      ruleset: "toy",
      tags: [],
      growing,
    }));
  }

  random(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  get spent(): Session["spent"] {
    const { iterations } = this;
    const all = iterations >= this.#limit.iterations;
    return { nodes: this.words.size, iterations, ms: 0, all };
  }

  moves({
    granularity = "rule",
    rule,
    most = Infinity,
    limit = Infinity,
  }: Parameters<Session["moves"]>[0] = {}) {
    const rules = this.#rules.filter(({ name, from, to }) => {
      if (rule !== undefined && name !== rule) return false;
      const fresh = rewrites(this.words, from, to).filter((word) => !this.words.has(word));
      return fresh.length <= most;
    });
    const moves: Move[] = rules.flatMap(({ name, from, to }) =>
      granularity === "rule"
        ? [{ rule: name, at: [] }]
        : rewrites(this.words, from, to).map((_, i) => ({ rule: name, at: [i] })),
    );
    return moves.slice(0, limit);
  }

  apply(moves: Iterable<Move>): number {
    if (this.spent.all) return 0;
    this.iterations++;
    const words = new Set(this.words);
    let changed = 0;
    for (const { rule, at } of moves) {
      const { from, to } = this.#rules.find(({ name }) => name === rule) as ToyRule;
      const found = rewrites(this.words, from, to);
      for (const word of at.length === 0 ? found : at.map((i) => found[i] as string)) {
        if (words.has(word) || words.size >= this.#limit.words) continue;
        words.add(word);
        changed++;
      }
    }
    if (changed > 0) this.words = words;
    return changed;
  }

  mark(): Mark {
    const mark = {} as Mark;
    this.#marks.push({ mark, words: this.words });
    return mark;
  }

  restore(mark: Mark): void {
    const index = this.#marks.findIndex((entry) => entry.mark === mark);
    const entry = this.#marks[index];
    if (!entry) throw new Error("no such mark");
    this.#marks.length = index + 1;
    this.words = entry.words;
  }

  cost(): number {
    let cost = this.#costs.get(this.words);
    if (cost === undefined) {
      this.priced++;
      cost = Math.min(...[...this.words].map((word) => word.length));
      this.#costs.set(this.words, cost);
    }
    return cost;
  }

  best(): never {
    throw new Error("the toy has no graphs");
  }

  regrow(): never {
    throw new Error("the toy has no graphs");
  }
}

function rewrites(words: ReadonlySet<string>, from: string, to: string): string[] {
  const found: string[] = [];
  for (const word of words) {
    for (let i = word.indexOf(from); i >= 0; i = word.indexOf(from, i + 1)) {
      found.push(word.slice(0, i) + to + word.slice(i + from.length));
    }
  }
  return found;
}
