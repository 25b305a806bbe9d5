/**
 * The conformance kit: what a dialect, a backend or a search strategy must do, as checks for any test runner.
 *
 * @module
 */

export { type BackendOptions, backendChecks } from "./backend-checks.ts";
export { type Check, ConformanceError } from "./check.ts";
export { type DialectOptions, dialectChecks } from "./dialect-checks.ts";
export type { Application } from "./operator-samples.ts";
export type { Factory, KitOptions } from "./plugin-checks.ts";
export { type ReferenceProgram, referencePrograms, type Scale } from "./reference-programs.ts";
export { type ConformanceReport, runChecks } from "./run-checks.ts";
export { type StrategyOptions, strategyChecks } from "./strategy-checks.ts";
