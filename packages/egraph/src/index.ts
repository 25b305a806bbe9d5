/**
 * E-graphs and equality saturation on flat typed arrays: see {@link EGraph}, {@link Query},
 * {@link extractTree} and {@link extractDag}.
 *
 * @module
 */
export type { Analysis } from "./analysis.ts";
export { EGraph, type EGraphOptions, type Mark } from "./egraph.ts";
export type { Ties } from "./extract/costsets.ts";
export { type DagOptions, extractDag } from "./extract/dag.ts";
export { ExtractionError, type ExtractionErrorCode } from "./extract/error.ts";
export type { Extraction, NodeCost } from "./extract/extraction.ts";
export { extractTree } from "./extract/tree.ts";
export type { ArgId, Id, NodeId, OpId } from "./ids.ts";
export { Matches } from "./matches.ts";
export type { Guard, NodePattern, Pattern, VariablePattern } from "./pattern.ts";
export { Query, type QueryOptions, type SearchOptions } from "./query.ts";
