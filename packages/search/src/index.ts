/**
 * Search over rewrites: sessions, which hide a space behind moves, marks and costs, and strategies, which drive them.
 *
 * @module
 */

export { type AnnealOptions, anneal } from "./anneal.ts";
export { type AutoOptions, auto } from "./auto.ts";
export { type BeamOptions, beam } from "./beam.ts";
export type { Budget, StopReason } from "./budget.ts";
export {
  type ConfigurationOptions,
  ConfigurationSession,
  type Configured,
  configuration,
} from "./configuration.ts";
export type { CostReport, ExtractedProgram, ExtractionKind } from "./cost-report.ts";
export type { Finalist } from "./finalist.ts";
export { type GreedyOptions, greedy } from "./greedy.ts";
export { type GrowthOptions, GrowthSession, growth } from "./growth.ts";
export type { HostedSession } from "./hosted.ts";
export { MOVE_WIDTH } from "./move-features.ts";
export { type MultistartOptions, multistart } from "./multistart.ts";
export { NODE_WIDTH } from "./node-features.ts";
export { FEATURE_VERSION } from "./observation.ts";
export type { Progress } from "./progress.ts";
export { type RandomOptions, random } from "./random.ts";
export { type RegrowOptions, regrow } from "./regrow.ts";
export { type SaturateOptions, saturate } from "./saturate.ts";
export { SearchError } from "./search-error.ts";
export type { RuleStatistics } from "./statistics.ts";
export { SubstitutionSession, substitution } from "./substitution.ts";
export { TermGrowth, type TermGrowthOptions, termGrowth } from "./term-growth.ts";
export type { Theory } from "./theory.ts";
