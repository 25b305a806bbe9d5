/** The rule language: text to rules, rules to matchers and builders over a typed e-graph, and their numerical check. @module */
export type * from "./ast.ts";
export { planOf } from "./bind/plan.ts";
export { BoundRule, bindRule, type KeptMatch } from "./bind/rule.ts";
export {
  type OperatorSample,
  type OperatorSampleOptions,
  sampleOperator,
} from "./check/applications.ts";
export {
  type CheckOptions,
  type CheckResult,
  type Counterexample,
  checkRule,
  type Verdict,
} from "./check/check.ts";
export { findRemedy } from "./check/remedy.ts";
export { verdictDiagnostic } from "./check/verdict.ts";
export { type CompiledFile, type CompileOptions, compileRules, type RuleSet } from "./compile.ts";
export type { Change, Diagnostic, Edit } from "./diagnostic.ts";
export { Document } from "./document.ts";
export type { DocumentFile } from "./document-file.ts";
export { RuleError } from "./error.ts";
export { type Formatted, formatRules } from "./format/format.ts";
export { builtins } from "./functions.ts";
export { readImports } from "./imports.ts";
export { fromJson, type JsonModule, toJson } from "./json.ts";
export { type Parsed, parseRules } from "./parser.ts";
export { printExpression, printRules } from "./print.ts";
export { runTest, type StatementResult, type TestOptions } from "./prove/run.ts";
export type { Schedule, Test } from "./prove/statement.ts";
export { renderDiagnostic } from "./render.ts";
export type { Imported } from "./scope.ts";
export type { Declaration, Module } from "./syntax.ts";
export { rules } from "./template.ts";
export type { Facts } from "./terms/facts.ts";
export { loadGraph } from "./terms/load.ts";
export { readGraph } from "./terms/read.ts";
export type { Application, Operation } from "./terms/semantics.ts";
export { type InputArgument, type NewNode, Terms } from "./terms/terms.ts";
export { type InternedType, showType } from "./terms/types.ts";
