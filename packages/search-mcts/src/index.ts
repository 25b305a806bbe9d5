/**
 * Monte Carlo tree search as a strategy.
 *
 * @module
 */

export type { Decision, Prior, StateValue } from "./guidance.ts";
export { mcts } from "./mcts.ts";
export type { MctsOptions, WorkerOptions } from "./options.ts";
export { mctsGeb, quick, tensorEqsMcts } from "./presets.ts";
export { greedyEpsilon, likely, type RollOut, randomly, type Walk, weighted } from "./roll-out.ts";
export { type Choice, puct, type Selection, ucb1 } from "./selection.ts";
export type { Edge, State } from "./state.ts";
