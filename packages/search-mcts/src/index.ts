/**
 * Monte Carlo tree search as a strategy.
 *
 * @module
 */

export { type MctsOptions, mcts } from "./mcts.ts";
