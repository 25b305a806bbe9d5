import type { TermId, TermPool } from "./term-pool.ts";

/**
 * Terms of which an equal, cheaper one is known. What is equal in one e-graph is equal in every other, so what was found of a part in one
 * place helps wherever the part occurs.
 */
export class Lemmas {
  readonly #pool: TermPool;
  readonly #cheaper = new Map<TermId, TermId>();
  /** What terms come to; void when more is known. */
  #applied = new Map<TermId, TermId>();

  constructor(pool: TermPool) {
    this.#pool = pool;
  }

  /** Notes an equal term, if it is cheaper than what is known. */
  learn(term: TermId, cheaper: TermId): void {
    const known = this.#cheaper.get(term) ?? term;
    if (this.#pool.cost(cheaper) >= this.#pool.cost(known)) return;
    this.#cheaper.set(term, cheaper);
    this.#applied = new Map();
  }

  /** The cheapest term that follows, from the smallest parts up. Each step lowers the cost, so there is an end. */
  apply(root: TermId): TermId {
    const pool = this.#pool;
    const applied = this.#applied;
    const known = applied.get(root);
    if (known !== undefined) return known;
    for (const term of pool.parts(root)) {
      if (applied.has(term)) continue;
      const operands = pool.operands(term);
      const cheaper = operands.map((operand) => applied.get(operand) as TermId);
      const same = operands.every((operand, i) => operand === cheaper[i]);
      const made = same ? term : pool.make(pool.symbolOf(term), cheaper);
      const best = [term, made]
        .map((each) => this.#cheaper.get(each) ?? each)
        .reduce((a, b) => (pool.cost(b) < pool.cost(a) ? b : a));
      applied.set(term, best === term ? term : this.apply(best));
    }
    return applied.get(root) as TermId;
  }
}
