import type { SearchStrategy } from "@rewright/plugin";
import { mcts } from "./mcts.ts";
import type { MctsOptions } from "./options.ts";
import { weighted } from "./roll-out.ts";
import { ucb1 } from "./selection.ts";

/**
 * The search of MCTS-GEB (He, Singh and Yoneki, "MCTS-GEB: Monte Carlo tree search is a good e-graph builder", EuroMLSys 2023), as in its
 * code: 512 simulations a move, roll-outs of 10 random rules, discount 0.99, UCB1 with constant 2 √2 over falls of cost as they are, below the
 * root a new move with probability 1/2, no tree kept, the move of the highest mean. Other than theirs, the answer is the best state
 * seen, and not the last one.
 */
export function mctsGeb(options: MctsOptions = {}): SearchStrategy {
  return named("mcts-geb", { ...GEB, ...options });
}

const GEB: MctsOptions = {
  ...{ simulations: 512, depth: 10, discount: 0.99, expansion: 0.5 },
  ...{ selection: ucb1(2 * Math.SQRT2), scaled: false, reuse: false },
  ...{ choice: "value", patience: Infinity, transpositions: false },
};

/**
 * The search of tensor-eqs-mcts (Hartmann, He and Yoneki, "Optimizing tensor computation graphs with equality saturation and Monte Carlo
 * tree search", PACT 2024): 128 simulations a move, roll-outs of 10, at most 200 moves, costs kept by the hash of the e-graph. 2,000 e-nodes
 * are the session's budget.
 */
export function tensorEqsMcts(options: MctsOptions = {}): SearchStrategy {
  const own = { simulations: 128, moves: 200, transpositions: true };
  return named("tensor-eqs-mcts", { ...GEB, ...own, ...options });
}

/**
 * What has done best on formulas: few simulations at first, and more where there is time; the highest return beside the mean, a kept tree,
 * roll-outs by rules that gained.
 */
export function quick(options: MctsOptions = {}): SearchStrategy {
  return named("mcts-quick", {
    ...{ simulations: 16, passes: 4, depth: 20, discount: 0.99, patience: 5 },
    ...{ selection: ucb1(0.5, 0.5), rollOut: () => weighted() },
    ...options,
  });
}

function named(name: string, options: MctsOptions): SearchStrategy {
  return { ...mcts(options), name };
}
