/** A map whose keys are short sequences of integers: a memo that builds no strings. */
export class Trie<V> {
  readonly #root: Branch<V> = { value: undefined, next: undefined };
  #at: Branch<V> = this.#root;

  /** Go back to the empty sequence. `start().step(a).step(b)` stands at [a, b]. */
  start(): this {
    this.#at = this.#root;
    return this;
  }

  /** Append one integer to the sequence. */
  step(key: number): this {
    const at = this.#at;
    at.next ??= new Map();
    let branch = at.next.get(key);
    if (branch === undefined) {
      branch = { value: undefined, next: undefined };
      at.next.set(key, branch);
    }
    this.#at = branch;
    return this;
  }

  /** Where the sequence stands; stays valid while others are walked. */
  get here(): Branch<V> {
    return this.#at;
  }
}

/** A place in a `Trie`. */
export interface Branch<V> {
  value: V | undefined;
  next: Map<number, Branch<V>> | undefined;
}
