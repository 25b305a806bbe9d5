/** Cost models that learn from measurements, and measurements to learn from. @module */
export { DataError } from "./error.ts";
export {
  configKeys,
  configLength,
  distinct,
  type Features,
  type Samples,
  select,
} from "./samples.ts";
export { type LoadOptions, loadTpuGraphs } from "./tpugraphs.ts";
export { tunedSamples } from "./tuned-samples.ts";
export {
  loadTuning,
  type TileBounds,
  type TunedProgram,
  type TunedRun,
  type XlaInstruction,
  type XlaShape,
} from "./tuning.ts";
