/** Seeded randomness for drawing samples. */

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Draws from a stream that its seed determines. */
export class Dice {
  readonly #stream: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#stream = xoroshiro128plus(seed);
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return uniformInt(this.#stream, low, high);
  }

  /** A real number from `low` to `high`. */
  real(low: number, high: number): number {
    return low + ((this.#stream.next() >>> 0) / 0x100000000) * (high - low);
  }

  /** `true` with this probability. */
  chance(probability: number): boolean {
    return this.real(0, 1) < probability;
  }

  /** One of the items; throws when there are none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("nothing to pick from");
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** A key with probability proportional to its weight. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T {
    let rest = this.real(
      0,
      choices.reduce((sum, [, weight]) => sum + weight, 0),
    );
    for (const [choice, weight] of choices) {
      rest -= weight;
      if (rest < 0) return choice;
    }
    return (choices.at(-1) as readonly [T, number])[0];
  }

  /** The numbers below `count` in some order. */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    return order;
  }
}
