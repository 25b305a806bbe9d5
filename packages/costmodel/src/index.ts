/** What tensor operators cost: their work by operator, and rooflines over it. @module */
export { type Contraction, contraction } from "./contraction.ts";
export { dice, draw } from "./dice.ts";
export {
  kendallTau,
  type NoiseCeiling,
  noiseCeiling,
  orderedPairs,
  topSlowdown,
} from "./metrics.ts";
export { readContraction } from "./readings.ts";
export { type Part, roofline } from "./roofline.ts";
export { bytesOf, dimension, elementBytes, elements, extent } from "./size.ts";
export {
  type Boosted,
  type BoostingOptions,
  boost,
  type Objective,
  predictBoosted,
  squares,
} from "./trees/boosting.ts";
export type { Table } from "./trees/table.ts";
export type { Tree } from "./trees/tree.ts";
export { countWork, type Work, work } from "./work.ts";
