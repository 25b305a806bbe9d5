/** Guesses at lists of integers, by the name of the operand or attribute they are for. */

import { elements } from "../terms/contents.ts";
import type { Dice } from "./dice.ts";

const FEW = [
  [1, 3],
  [2, 2],
  [3, 1],
] as const;
/** How often a list of axes is empty. */
const NONE = 0.05;
const PADS = [
  [0, 12],
  [1, 6],
  [2, 2],
  [-1, 1],
] as const;
const STEPS = [
  [1, 8],
  [2, 5],
  [3, 4],
  [-1, 1],
] as const;
/** How often slices begin at the very beginning, and go to the very end, on all axes: those on which steps show. */
const WHOLE = 0.35;
/** How often a new shape is that of another tensor but for one dimension. */
const LIKE = 0.25;
/** How often it is the old one with neighbours taken together, and with one dimension enlarged. */
const MERGED = 0.25;
const ENLARGED = 0.4;
const SMALL = [
  [0, 3],
  [1, 3],
  [2, 2],
  [3, 1],
  [-1, 1],
] as const;

/** Proposes lists of integers that may suit the shape of an application's first operand. */
export class IntegerProposer {
  readonly #dice: Dice;
  /** The sizes that dimensions have in this sample. */
  readonly #dims: readonly number[];

  constructor(dice: Dice, dims: readonly number[]) {
    this.#dice = dice;
    this.#dims = dims;
  }

  /** A shape to bring a tensor into, most often one that has to do with its own or with that of another tensor. */
  target(shape: readonly number[], others: readonly (readonly number[])[]): number[] {
    const dice = this.#dice;
    if (others.length > 0 && dice.chance(LIKE)) {
      const like = this.#fitted(dice.pick(others), elements(shape));
      if (like) return like;
    }
    if (shape.length > 0 && dice.chance(MERGED)) return this.#merged(shape);
    const narrow = shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
    return narrow.length > 0 && dice.chance(ENLARGED)
      ? shape.with(dice.pick(narrow), dice.pick(this.#dims))
      : this.list("shape", shape);
  }

  /** A shape of so many elements that is another one but for a dimension. */
  #fitted(shape: readonly number[], count: number): number[] | undefined {
    if (shape.length === 0) return undefined;
    const open = this.#dice.integer(0, shape.length - 1);
    const rest = elements(shape.toSpliced(open, 1));
    return rest > 0 && count % rest === 0 ? shape.with(open, count / rest) : undefined;
  }

  /** Some neighbours of a shape taken together. */
  #merged(shape: readonly number[]): number[] {
    const count = this.#dice.integer(0, shape.length - 1);
    const cuts = this.#dice
      .permutation(shape.length - 1)
      .slice(0, count)
      .map((cut) => cut + 1)
      .sort((a, b) => a - b);
    return [0, ...cuts].map((from, i) => elements(shape.slice(from, cuts[i])));
  }

  /**
   * A list of integers for an operand or attribute of this name; of this length, if one is wanted. `shape` is that of the
   * first operand, `kernel` that of the second, where there is one.
   */
  list(
    name: string,
    shape: readonly number[],
    kernel: readonly number[] = [],
    length?: number,
  ): number[] {
    const dice = this.#dice;
    const rank = shape.length;
    /** As many as there are dimensions behind batch and channels. */
    const spatial = Math.max(1, rank - 2);
    const long = (usual: number): number => length ?? usual;
    const each = (count: number, item: (i: number) => number): number[] => {
      return Array.from({ length: count }, (_, i) => item(i));
    };
    switch (name) {
      case "shape":
        return this.#target(shape, length);
      case "perm":
        return dice.permutation(long(rank));
      case "axes":
      case "axis":
        return this.#axes(
          rank,
          long(dice.chance(NONE) ? 0 : Math.max(1, Math.min(rank, dice.weighted(FEW)))),
        );
      case "split":
        return this.#parts(rank > 0 ? dice.pick(shape) : 2, long(dice.integer(1, 3)));
      case "starts": {
        const whole = dice.chance(WHOLE);
        return each(long(1), () => (whole ? 0 : dice.integer(dice.chance(0.3) ? -3 : 0, 2)));
      }
      case "ends": {
        const whole = dice.chance(WHOLE);
        const most = Math.max(4, ...shape);
        return each(long(1), () =>
          whole || dice.chance(0.2) ? 2 ** 31 : dice.integer(dice.chance(0.3) ? -2 : 1, most),
        );
      }
      case "steps":
        return each(long(dice.pick([1, 2, spatial])), () => dice.weighted(STEPS));
      case "repeats":
        return each(long(rank), () => dice.integer(1, 2));
      case "strides":
      case "dilations":
        return each(long(dice.chance(0.85) ? spatial : dice.integer(1, 3)), () => {
          return dice.chance(0.7) ? 1 : 2;
        });
      case "pads": {
        const ends = long(2 * (dice.chance(0.6) ? spatial : rank));
        // Of whole tensors mostly the dimensions behind batch and channels are padded.
        const outer = ends === 2 * rank && rank > 2 && dice.chance(0.5) ? 2 : 0;
        return each(ends, (i) => (i % rank < outer ? 0 : dice.weighted(PADS)));
      }
      case "sizes":
        return each(long(rank), (i) =>
          dice.chance(0.5) ? (shape[i] ?? 1) : dice.pick(this.#dims),
        );
      case "kernel_shape":
        return each(long(spatial), (i) => {
          const size = kernel[i + 2];
          return size !== undefined && dice.chance(0.9) ? size : dice.integer(1, 3);
        });
      case "k":
        return each(long(1), () => dice.integer(1, 2));
      default:
        return each(long(dice.pick([1, 2, Math.max(1, rank)])), () => dice.weighted(SMALL));
    }
  }

  #axes(rank: number, count: number): number[] {
    const order = this.#dice.permutation(Math.max(rank, count));
    const negative = this.#dice.chance(0.3);
    return order.slice(0, count).map((axis) => (negative && rank > 0 ? axis - rank : axis));
  }

  /** Positive parts of a whole, as far as it goes round. */
  #parts(whole: number, count: number): number[] {
    const parts: number[] = Array(count).fill(0);
    for (let i = 0; i < whole; i++) {
      const at = i < count ? i : this.#dice.integer(0, count - 1);
      parts[at] = (parts[at] as number) + 1;
    }
    return parts;
  }

  /** A shape to bring a tensor into: as many elements in other dimensions, mostly. */
  #target(shape: readonly number[], length: number | undefined): number[] {
    const dice = this.#dice;
    if (dice.chance(0.2)) return this.#sizes(length ?? dice.integer(1, 4));
    if (dice.chance(0.25)) {
      const wide = [...this.#sizes(Math.max(0, (length ?? 0) - shape.length)), ...shape];
      return wide.map((dim) => (dim === 1 ? dice.pick(this.#dims) : dim));
    }
    const count = length ?? Math.max(1, dice.chance(0.4) ? shape.length : dice.integer(1, 4));
    const target: number[] = Array(count).fill(1);
    for (const factor of factors(elements(shape))) {
      const at = dice.integer(0, count - 1);
      target[at] = (target[at] as number) * factor;
    }
    if (dice.chance(0.2) && count > 0) target[dice.integer(0, count - 1)] = -1;
    return target.map((dim, i) => (dim === shape[i] && dice.chance(0.1) ? 0 : dim));
  }

  #sizes(count: number): number[] {
    return Array.from({ length: count }, () => this.#dice.pick(this.#dims));
  }
}

/** The prime factors of a number, in order. */
function factors(number: number): number[] {
  const found: number[] = [];
  let rest = number;
  for (let factor = 2; factor <= rest; factor++) {
    while (rest > 0 && rest % factor === 0) {
      found.push(factor);
      rest /= factor;
    }
  }
  return found;
}
