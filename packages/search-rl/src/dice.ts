import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** Seeded chance whose state can be kept, so that training goes on where it stopped. */
export class Dice {
  readonly #generator: RandomGenerator;

  /** From a seed, or from a state that {@link save} gave. */
  constructor(from: number | readonly number[]) {
    this.#generator =
      typeof from === "number" ? xoroshiro128plus(from) : xoroshiro128plusFromState(from);
  }

  /** Uniform in [0, 1). */
  readonly next = (): number => uniformFloat64(this.#generator);

  /** Normally distributed, with variance 1 (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** The items in an order drawn at random (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(this.next() * (i + 1));
      [order[i], order[j]] = [order[j] as T, order[i] as T];
    }
    return order;
  }

  /** The state, as numbers. */
  save(): readonly number[] {
    return this.#generator.getState();
  }
}
