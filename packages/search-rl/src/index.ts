/**
 * Learned strategies: policies that choose the next rewrite, how they are trained, saved and used, and how they guide tree search.
 *
 * @module
 */

export type { Algorithm, Telling } from "./algorithm.ts";
export { curve } from "./curve.ts";
export { demonstrate } from "./demonstration.ts";
export {
  type Decision,
  type ExpertIterationOptions,
  expertIteration,
  type Guidance,
} from "./expert-iteration.ts";
export { type Prior, policyPrior, policyValue, type StateValue } from "./guide.ts";
export { type Example, type ImitationSettings, imitate } from "./imitation.ts";
export type { Architecture, Widths } from "./network.ts";
export { defaultArchitecture, type Judgement, Policy, type PolicyDescription } from "./policy.ts";
export { PolicyError } from "./policy-error.ts";
export { loadPolicy, readPolicy, writePolicy } from "./policy-file.ts";
export { type PpoSettings, ppo } from "./ppo.ts";
export type { Problem } from "./problem.ts";
export type { Computing } from "./programs.ts";
export { type ReinforceSettings, reinforce } from "./reinforce.ts";
export { type RlOptions, rl } from "./rl.ts";
export { type Progress, type TrainOptions, train } from "./train.ts";
export { type Point, Trainer, type TrainerOptions } from "./trainer.ts";
export { type Preset, xrlflow } from "./xrlflow.ts";
