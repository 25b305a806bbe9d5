/** The mean of |predicted − measured| / measured; 0 of none. */
export function meanError(predicted: ArrayLike<number>, measured: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < measured.length; i++)
    sum += Math.abs((predicted[i] as number) / (measured[i] as number) - 1);
  return measured.length === 0 ? 0 : sum / measured.length;
}

/** Kendall's τ-b of two orders, ties counted (Kendall 1945): 1 for the same order, −1 for the opposite; 0 where one is all ties. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let agreeing = 0;
  let [ofA, ofB] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const one = Math.sign((a[i] as number) - (a[j] as number));
      const other = Math.sign((b[i] as number) - (b[j] as number));
      agreeing += one * other;
      ofA += one * one;
      ofB += other * other;
    }
  }
  return ofA === 0 || ofB === 0 ? 0 : agreeing / Math.sqrt(ofA * ofB);
}

/** Two equal programs: what each takes, and what was predicted. */
export interface Decision {
  readonly measured: readonly [before: number, after: number];
  readonly predicted: readonly [before: number, after: number];
}

/** How well predictions choose between two equal programs. */
export interface DecisionScore {
  /** Pairs whose times differ by more than the threshold. */
  readonly clear: number;
  /** Of those, the share of which the faster program was predicted to be the faster one. */
  readonly right: number;
  /** How much longer the chosen program takes than the better one, on average over all pairs. */
  readonly regret: number;
}

/** Scores decisions; times count as different where the longer one is above the shorter by more than `threshold`. */
export function scoreDecisions(decisions: readonly Decision[], threshold = 0.03): DecisionScore {
  let clear = 0;
  let right = 0;
  let regret = 0;
  for (const { measured, predicted } of decisions) {
    const [before, after] = measured;
    const best = Math.min(before, after);
    // A tie in the prediction leaves the program as it is.
    const chosen = predicted[1] < predicted[0] ? after : before;
    regret += chosen / best - 1;
    if (Math.max(before, after) / best - 1 <= threshold) continue;
    clear++;
    if (chosen === best) right++;
  }
  return {
    clear,
    right: clear === 0 ? 1 : right / clear,
    regret: decisions.length === 0 ? 0 : regret / decisions.length,
  };
}
