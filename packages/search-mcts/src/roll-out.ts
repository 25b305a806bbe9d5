import type { Move } from "@rewright/plugin";

/** What a roll-out policy may do with the state it is in. */
export interface Walk {
  /** The moves there are. */
  readonly moves: readonly Move[];
  /** The probabilities of these moves as a policy has learned them, in their order; undefined without one. */
  prior(moves: readonly Move[]): ArrayLike<number> | undefined;
  /** Uniform in [0, 1). */
  random(): number;
  /** The cost now. */
  cost(): number;
  /** Makes a move; whether it changed anything. */
  make(move: Move): boolean;
  /** Makes a move and takes it back; the cost that it led to, Infinity where it changes nothing. */
  look(move: Move): number;
}

/** How a roll-out goes on. */
export interface RollOut {
  /** Makes a move that changes something; returns it, `undefined` where none does. */
  step(walk: Walk): Move | undefined;
}

/** Any rule, each as likely as the others, and any of its moves: one that matches often leaves the others their chance. */
export function randomly(): RollOut {
  return {
    step(walk) {
      const { moves } = walk;
      const counts = new Map<string, number>();
      for (const { rule } of moves) counts.set(rule, (counts.get(rule) ?? 0) + 1);
      return drawing(walk, ({ rule }) => 1 / (counts.get(rule) as number), moves);
    },
  };
}

/** Moves by the probability that the policy gives them, which leads where a tree of few simulations does not reach; without a policy, `randomly()`. */
export function likely(): RollOut {
  const otherwise = randomly();
  return {
    step(walk) {
      const { moves } = walk;
      const prior = walk.prior(moves);
      return prior ? drawing(walk, (_, i) => prior[i] as number, moves) : otherwise.step(walk);
    },
  };
}

/**
 * Moves of rules that have lowered the cost more likely: a rule weighs 1, and besides the mean fall of cost after its moves, in units of
 * the largest such mean.
 */
export function weighted(strength: number = 4): RollOut {
  const rules = new Map<string, { tries: number; fall: number; mean: number }>();
  return {
    step(walk) {
      let most = 0;
      for (const { mean } of rules.values()) if (mean > most) most = mean;
      const before = walk.cost();
      const move = drawing(walk, ({ rule }) =>
        most > 0 ? 1 + (strength * (rules.get(rule)?.mean ?? 0)) / most : 1,
      );
      if (!move) return undefined;
      const entry = rules.get(move.rule) ?? { tries: 0, fall: 0, mean: 0 };
      const after = walk.cost();
      if (after < Infinity && before < Infinity) {
        entry.tries++;
        entry.fall += before - after;
        entry.mean = entry.fall / entry.tries;
        rules.set(move.rule, entry);
      }
      return move;
    },
  };
}

/** The cheapest of `sample` moves drawn at random, or, with this probability, any. */
export function greedyEpsilon(epsilon: number = 0.3, sample: number = 4): RollOut {
  return {
    step(walk) {
      if (walk.random() < epsilon) return drawing(walk, () => 1);
      const open = [...walk.moves];
      let best: { move: Move; cost: number } | undefined;
      for (let looked = 0; looked < sample && open.length > 0; looked++) {
        const [move] = open.splice(Math.floor(walk.random() * open.length), 1) as [Move];
        const cost = walk.look(move);
        if (cost < (best?.cost ?? Infinity)) best = { move, cost };
      }
      return best && walk.make(best.move) ? best.move : drawing(walk, () => 1);
    },
  };
}

/** Makes a move drawn by weight, of those that change something. */
function drawing(
  walk: Walk,
  weight: (move: Move, index: number) => number,
  moves: readonly Move[] = walk.moves,
): Move | undefined {
  const open = [...moves];
  const weights = open.map(weight);
  let sum = weights.reduce((total, each) => total + each, 0);
  while (open.length > 0) {
    let left = walk.random() * sum;
    let index = 0;
    while (index < open.length - 1 && left >= (weights[index] as number))
      left -= weights[index++] as number;
    const [drawn] = open.splice(index, 1) as [Move];
    sum -= weights.splice(index, 1)[0] as number;
    if (walk.make(drawn)) return drawn;
  }
  return undefined;
}
