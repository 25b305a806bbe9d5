/**
 * E-graphs and equality saturation on flat typed arrays: see {@link EGraph}, {@link Query},
 * {@link extractTree} and {@link extractDag}.
 *
 * @module
 */
export {
  Action,
  type ApplyOptions,
  type Template,
  type TemplateNode,
  type TemplateVariable,
  type Union,
} from "./action.ts";
export type { Analysis } from "./analysis.ts";
export { type Deserialized, type DeserializeOptions, deserialize } from "./deserialize.ts";
export { EGraph, type EGraphOptions } from "./egraph.ts";
export { EGraphError, type EGraphErrorCode } from "./error.ts";
export type {
  Application,
  Describe,
  NodeSide,
  SequenceSide,
  Side,
  Sides,
  VariableSide,
} from "./explain/application.ts";
export {
  checkProof,
  type PatternNode,
  type PatternSequence,
  type PatternVariable,
  type ProofComputation,
  type ProofEquation,
  type ProofFault,
  type ProofPattern,
  type ProofRule,
  type ProofRules,
} from "./explain/check.ts";
export { type ExplainOptions, explain, explainExtraction } from "./explain/explain.ts";
export { Journal } from "./explain/journal.ts";
export { type PrintOptions, printProof } from "./explain/print.ts";
export type {
  Binding,
  Chain,
  CommuteStep,
  Direction,
  LemmaStep,
  Proof,
  ProofStep,
  ProofTerm,
  RuleStep,
} from "./explain/proof.ts";
export { flatten, proofLength } from "./explain/writing.ts";
export type { Ties } from "./extract/costsets.ts";
export { type DagOptions, extractDag } from "./extract/dag.ts";
export { ExtractionError, type ExtractionErrorCode } from "./extract/error.ts";
export { type ExactExtraction, type ExactOptions, extractExact } from "./extract/exact.ts";
export type { Extraction, NodeCost } from "./extract/extraction.ts";
export { type Highs, type HighsModel, highsSolver } from "./extract/highs.ts";
export type {
  IlpModel,
  IlpSolution,
  IlpSolver,
  LinearProgram,
  LinearRows,
} from "./extract/ilp.ts";
export { extractTop, type TopExtraction, type TopOptions } from "./extract/top.ts";
export { extractTree } from "./extract/tree.ts";
export { TreeCosts, type TreeMark } from "./extract/treecosts.ts";
export { FrozenGraph, openFrozen } from "./frozen/graph.ts";
export { FrozenQuery, type FrozenSearchOptions } from "./frozen/query.ts";
export type { Snapshot } from "./frozen/snapshot.ts";
export { type DotOptions, toDot } from "./graphviz.ts";
export type { ArgId, Id, NodeId, OpId } from "./ids.ts";
export type { LimitName, Limits } from "./limits.ts";
export { Listing } from "./listing.ts";
export type { Mark } from "./marks.ts";
export type { Match } from "./match.ts";
export { Matches } from "./matches.ts";
export type { Guard, NodePattern, Pattern, VariablePattern } from "./pattern.ts";
export { Query, type QueryOptions, type SearchOptions } from "./query.ts";
export type { GraphReader } from "./reader.ts";
export {
  type Build,
  birewrite,
  type Condition,
  type Rule,
  type RuleOptions,
  rewrite,
  rewriteAll,
} from "./rule.ts";
export { Runner, type RunnerOptions } from "./runner.ts";
export {
  type BackoffLimits,
  type BackoffOptions,
  backoff,
  type Schedule,
  type Scheduler,
  simple,
} from "./schedule.ts";
export type { FileLimits } from "./serialfile.ts";
export { type SerializeOptions, serialize } from "./serialize.ts";
export { parseTerm, printTerm, type Term, type TermNode, type TermVariable } from "./sexpr.ts";
export type { Spelling } from "./spelling.ts";
export { type IterationStats, Report, type RuleStats, type StopReason } from "./stats.ts";
export { addTerm, lookupTerm, type Syntax, type TermOptions, termOf } from "./term.ts";
