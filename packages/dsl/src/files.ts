/** Rule files: read, compiled, analysed as they change, laid out and printed. What has nothing to do with e-graphs, and loads none. @module */
export type * from "./ast.ts";
export { type CompiledFile, type CompileOptions, compileRules, type RuleSet } from "./compile.ts";
export type { Change, Diagnostic, Edit } from "./diagnostic.ts";
export { Document } from "./document.ts";
export type { DocumentFile } from "./document-file.ts";
export { RuleError } from "./error.ts";
export { type Formatted, formatRules } from "./format/format.ts";
export { readImports } from "./imports.ts";
export { fromJson, type JsonModule, toJson } from "./json.ts";
export { type Parsed, parseRules } from "./parser.ts";
export { printExpression, printRules } from "./print.ts";
export { renderDiagnostic } from "./render.ts";
export type { Imported } from "./scope.ts";
export type { Declaration, Module } from "./syntax.ts";
export { rules } from "./template.ts";
