import type { Elements } from "./kernels.ts";

/** How `Adam` steps. */
export interface AdamOptions {
  /** 1e-3 unless said. */
  readonly rate?: number;
  /** Of the averages of gradients and of their squares; 0.9 and 0.999 unless said. */
  readonly betas?: readonly [number, number];
  /** 1e-8 unless said. */
  readonly epsilon?: number;
  /** How much of each parameter a step takes away, times the rate (Loshchilov and Hutter, "Decoupled weight decay", ICLR 2019); 0 unless said. */
  readonly decay?: number;
  /** Gradients are scaled down, all alike, to this norm at most. No limit unless said. */
  readonly norm?: number;
}

/** What `Adam` remembers between steps: with it, another goes on as this one would. */
export interface AdamState {
  readonly steps: number;
  /** Running averages of the gradients and of their squares, parameter by parameter. */
  readonly means: readonly Float64Array[];
  readonly squares: readonly Float64Array[];
}

/** The optimiser of Kingma and Ba ("Adam", ICLR 2015, algorithm 1), with a limit on the gradients' norm. */
export class Adam {
  readonly #parameters: readonly Elements[];
  readonly #means: readonly Float64Array[];
  readonly #squares: readonly Float64Array[];
  readonly #options: Required<AdamOptions>;
  #steps = 0;

  /**
   * `parameters` are changed in place by each step.
   *
   * @param state to go on from, of parameters of the same lengths; from the beginning unless given
   * @throws RangeError when an option is out of range, or the state is of other parameters
   */
  constructor(parameters: readonly Elements[], options: AdamOptions = {}, state?: AdamState) {
    const { rate = 1e-3, betas = [0.9, 0.999], epsilon = 1e-8, norm = Infinity } = options;
    const { decay = 0 } = options;
    if (
      !(
        decay >= 0 &&
        rate > 0 &&
        epsilon > 0 &&
        norm > 0 &&
        betas.every((beta) => beta >= 0 && beta < 1)
      )
    )
      throw new RangeError(
        "Adam: rate, epsilon and norm are above 0, decay 0 or more, betas from 0 to below 1",
      );
    this.#options = { rate, betas, epsilon, norm, decay };
    this.#parameters = parameters;
    const remembered = (of: readonly Float64Array[] | undefined): Float64Array[] =>
      parameters.map(({ length }, i) => {
        if (of && (of.length !== parameters.length || of[i]?.length !== length))
          throw new RangeError("Adam: the state is of other parameters");
        return of?.[i]?.slice() ?? new Float64Array(length);
      });
    this.#means = remembered(state?.means);
    this.#squares = remembered(state?.squares);
    this.#steps = state?.steps ?? 0;
  }

  /** What has been remembered so far, as a copy. */
  get state(): AdamState {
    const copy = (of: readonly Float64Array[]): Float64Array[] => of.map((x) => x.slice());
    return { steps: this.#steps, means: copy(this.#means), squares: copy(this.#squares) };
  }

  /** What it remembers, to go on from later: the number of steps, then the averages of each parameter's gradients and squares. */
  save(): Float64Array {
    const averages = this.#means.flatMap((mean, p) => [mean, this.#squares[p] as Float64Array]);
    const state = new Float64Array(averages.reduce((n, { length }) => n + length, 1));
    state[0] = this.#steps;
    let at = 1;
    for (const average of averages) {
      state.set(average, at);
      at += average.length;
    }
    return state;
  }

  /** Goes on from there: steps are the same, bit by bit. Throws a RangeError where the state is of parameters of other sizes. */
  load(state: Float64Array): void {
    const { length } = this.save();
    if (state.length !== length)
      throw new RangeError(
        `Adam: a state of ${state.length} numbers, and ${length} are needed: it belongs to other parameters`,
      );
    this.#steps = state[0] as number;
    let at = 1;
    for (const average of this.#means.flatMap((m, p) => [m, this.#squares[p] as Float64Array])) {
      average.set(state.subarray(at, at + average.length));
      at += average.length;
    }
  }

  /**
   * Changes the parameters by a step against their gradients, given in the same order; returns the gradients' norm before it
   * was limited. Where that is not finite, nothing is changed.
   *
   * @param rate of this step, in place of the usual one
   */
  step(gradients: readonly Elements[], rate: number = this.#options.rate): number {
    const { betas, epsilon, norm: most, decay } = this.#options;
    const [b1, b2] = betas;
    let sum = 0;
    for (const gradient of gradients) for (const x of gradient) sum += x * x;
    const norm = Math.sqrt(sum);
    if (!Number.isFinite(norm)) return norm;
    const shrink = norm > most ? most / norm : 1;
    this.#steps++;
    const size = (rate * Math.sqrt(1 - b2 ** this.#steps)) / (1 - b1 ** this.#steps);
    const floor = epsilon * Math.sqrt(1 - b2 ** this.#steps);
    for (const [p, parameter] of this.#parameters.entries()) {
      const gradient = gradients[p] as Elements;
      const mean = this.#means[p] as Float64Array;
      const square = this.#squares[p] as Float64Array;
      for (let i = 0; i < parameter.length; i++) {
        const g = (gradient[i] as number) * shrink;
        const m = b1 * (mean[i] as number) + (1 - b1) * g;
        const v = b2 * (square[i] as number) + (1 - b2) * g * g;
        mean[i] = m;
        square[i] = v;
        parameter[i] =
          (parameter[i] as number) * (1 - rate * decay) - (size * m) / (Math.sqrt(v) + floor);
      }
    }
    return norm;
  }
}
