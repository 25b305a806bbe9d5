import type { Mark, Move, Observation, RuleInfo, Session } from "@rewright/plugin";

/** A rule of the toy space: one letter becomes another; where `beside` is said, only next to such a letter. */
export interface LetterRule {
  readonly from: string;
  readonly to: string;
  readonly beside?: string;
}

const ALPHABET = "abcdk";

/** What letters cost. */
const prices: Readonly<Record<string, number>> = { a: 4, b: 6, c: 1, d: 3, k: 0 };

/**
 * Two ways lead down from `a`: to `d`, at once and no further; or up to `b`, and from there, beside a `k`, down to `c`. So the cheapest word has a `c`
 * for each `a` beside a `k`, and a `d` for each other; the steepest way always ends at `d`.
 */
const letterRules: readonly LetterRule[] = [
  { from: "a", to: "d" },
  { from: "a", to: "b" },
  { from: "b", to: "c", beside: "k" },
];

/** The cost of the cheapest word that the rules lead to. */
export function optimum(word: string): number {
  return [...word].reduce((sum, letter, i) => {
    const besideK = word[i - 1] === "k" || word[i + 1] === "k";
    return sum + (letter === "a" ? (besideK ? 1 : 3) : (prices[letter] as number));
  }, 0);
}

const oneHot = (letter: string): number[] => [...ALPHABET].map((l) => (l === letter ? 1 : 0));

/** Substitution in one word; the word's letters are the nodes of a graph, neighbours are joined. */
export class WordSession implements Session {
  readonly space = "substitution";
  readonly rules: readonly RuleInfo[];
  readonly signal: AbortSignal = new AbortController().signal;
  word: string;
  iterations = 0;
  /** Calls of `cost`. */
  priced = 0;
  /** The cheapest word whose cost was asked for. */
  lowest = Infinity;
  readonly #rules: readonly LetterRule[];
  readonly #limit: number;
  readonly #version: string;
  readonly #marks = new Map<Mark, string>();
  #seed: number;

  constructor(
    word: string,
    {
      rules = letterRules,
      iterations = 1e6,
      seed = 1,
      version = "words/1",
    }: {
      rules?: readonly LetterRule[];
      iterations?: number;
      seed?: number;
      version?: string;
    } = {},
  ) {
    this.word = word;
    this.#rules = rules;
    this.#limit = iterations;
    this.#seed = seed;
    this.#version = version;
    this.rules = rules.map(({ from, to }) => ({
      ...{ name: `${from}-${to}`, ruleset: "words", tags: [], growing: true },
    }));
  }

  random(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  get spent(): Session["spent"] {
    const { iterations } = this;
    return { nodes: this.word.length, iterations, ms: 0, all: iterations >= this.#limit };
  }

  moves({ limit = Infinity, rule }: Parameters<Session["moves"]>[0] = {}): readonly Move[] {
    return this.#rules
      .filter(({ from, to }) => rule === undefined || rule === `${from}-${to}`)
      .flatMap(({ from, to }) =>
        [...this.word].flatMap((letter, i) =>
          letter === from ? [{ rule: `${from}-${to}`, at: [i] }] : [],
        ),
      )
      .slice(0, limit);
  }

  /** A move whose neighbour is missing changes nothing. Without a place it is made wherever it can be. */
  apply(moves: Iterable<Move>): number {
    if (this.spent.all) return 0;
    this.iterations++;
    let changed = 0;
    for (const { rule, at } of moves) {
      const { from, to, beside } = this.#ruleOf(rule);
      for (const i of at.length > 0 ? at : this.word.split("").keys()) {
        if (this.word[i] !== from) continue;
        if (beside && this.word[i - 1] !== beside && this.word[i + 1] !== beside) continue;
        this.word = this.word.slice(0, i) + to + this.word.slice(i + 1);
        changed++;
      }
    }
    return changed;
  }

  mark(): Mark {
    const mark = {} as Mark;
    this.#marks.set(mark, this.word);
    return mark;
  }

  restore(mark: Mark): void {
    const word = this.#marks.get(mark);
    if (word === undefined) throw new Error("no such mark");
    this.word = word;
  }

  cost(): number {
    this.priced++;
    const cost = [...this.word].reduce((sum, letter) => sum + (prices[letter] as number), 0);
    this.lowest = Math.min(this.lowest, cost);
    return cost;
  }

  hash(): string {
    return this.word;
  }

  best(): never {
    throw new Error("words are no graphs");
  }

  regrow(): never {
    throw new Error("words are no graphs");
  }

  observe(moves: readonly Move[]): Observation {
    const { word } = this;
    return {
      version: this.#version,
      nodes: Float32Array.from([...word].flatMap(oneHot)),
      nodeWidth: ALPHABET.length,
      edges: Int32Array.from([...word].slice(1).flatMap((_, i) => [i, i + 1])),
      moves: Float32Array.from(
        moves.flatMap(({ rule }) => {
          const { from, to } = this.#ruleOf(rule);
          return [...oneHot(from), ...oneHot(to)];
        }),
      ),
      moveWidth: 2 * ALPHABET.length,
      moveNodes: moves.map(({ rule, at }) =>
        at.length > 0
          ? at
          : [...word].flatMap((l, i) => (l === this.#ruleOf(rule).from ? [i] : [])),
      ),
    };
  }

  #ruleOf(name: string): LetterRule {
    return this.#rules.find(({ from, to }) => name === `${from}-${to}`) as LetterRule;
  }
}
