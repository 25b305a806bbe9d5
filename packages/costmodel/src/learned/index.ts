/** Cost models that learn from measurements, and measurements to learn from. @module */
export { DataError } from "./error.ts";
export { ceilingOf, type Evaluation, evaluate, meanOf } from "./evaluation.ts";
export { type ModelFile, readModelFile, writeModelFile } from "./file.ts";
export { fitted } from "./fitting.ts";
export { type Loss, losses } from "./losses.ts";
export type { LearnedModel, Member, Recipe, Weights } from "./model.ts";
export type { Architecture } from "./network.ts";
export { memberScores, predict } from "./prediction.ts";
export { programSample } from "./programs.ts";
export { learnedRank } from "./rank.ts";
export {
  configKeys,
  configLength,
  distinct,
  type Features,
  type Samples,
  select,
} from "./samples.ts";
export { type LoadOptions, loadTpuGraphs } from "./tpugraphs.ts";
export {
  type Compile,
  type Course,
  type CourseOptions,
  courseOf,
  type Training,
  type TrainOptions,
  train,
} from "./training.ts";
export { tunedSamples } from "./tuned-samples.ts";
export {
  loadTuning,
  type TileBounds,
  type TunedProgram,
  type TunedRun,
  type XlaInstruction,
  type XlaShape,
} from "./tuning.ts";
