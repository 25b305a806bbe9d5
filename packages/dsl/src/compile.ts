/**
 * From rule files to rules.
 *
 * @module
 */

import type { OpDef, RuleFile } from "@rewright/plugin";
import type { Rule } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { RuleError } from "./error.ts";
import { Labels } from "./labels.ts";
import { withoutMark } from "./lexer.ts";
import { lint } from "./lint/lint.ts";
import type { Subject } from "./lint/subject.ts";
import { giveMeaning } from "./meaning.ts";
import { parseRules } from "./parser.ts";
import {
  resolveCheck,
  resolveSchedule,
  resolveTest,
  type Schedule,
  type Test,
} from "./prove/statement.ts";
import { resolveRule } from "./rule.ts";
import { buildScopes, type Importable, type Scope, tokensOf } from "./scope.ts";
import type { Identifier, Module } from "./syntax.ts";
import { programAround } from "./template.ts";

/** What a file holds besides rules. */
export interface CompiledFile {
  readonly file: string;
  readonly tests: readonly Test[];
  readonly schedules: readonly Schedule[];
  /** The rulesets that its `check` declarations name. */
  readonly checks: readonly string[];
  /** Infix notations, by operator. */
  readonly tokens: ReadonlyMap<string, string>;
}

/** What rule files compile to. */
export interface RuleSet {
  /** In the order of the files; the two directions of a two-way rule one after the other. */
  readonly rules: readonly Rule[];
  /** One for each file, in their order. */
  readonly files: readonly CompiledFile[];
  /** What is odd about the files, and does not keep them from working. */
  readonly warnings: readonly Diagnostic[];
  /** The operators that the files declare, or import from modules: the `ops` of a dialect. */
  readonly declared: Readonly<Record<string, OpDef>>;
  /** What declarations say that an operator costs (1 unless said), by its key. */
  readonly costs: ReadonlyMap<string, number>;
}

/** What rule files may refer to. */
export type CompileOptions = Importable;

/**
 * Parses, resolves and checks rule files; those that import one another are given together. No file is opened, and nothing
 * in a file runs.
 *
 * @throws RuleError when there is an error in any of them, with all that was found.
 */
export function compileRules(sources: readonly RuleFile[], options: CompileOptions): RuleSet {
  const order = new Map(sources.map((source, i) => [source.file, i]));
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    diagnostics.push(diagnostic);
  };
  const parsed = sources.map((source) => {
    const { module, diagnostics: found } = parseRules(source);
    found.forEach(report);
    return { module, text: withoutMark(source.text) };
  });
  const { scopes, operators, declared, costs } = buildScopes(parsed, options, report);
  giveMeaning(operators, report);
  const rules: Rule[] = [];
  const files: CompiledFile[] = [];
  const subjects: Subject[] = [];
  const labels = new Labels<Identifier>(({ span }) => span);
  parsed.forEach(({ module }, i) => {
    const scope = scopes[i] as Scope;
    for (const decl of module.declarations) {
      if (decl.kind !== "rules") continue;
      for (const { label } of decl.rules) labels.add(decl.name.name, label.name, label, report);
      for (const rule of decl.rules) {
        const directions = resolveRule(rule, decl, scope, report);
        rules.push(...directions);
        subjects.push({ decl: rule, rules: directions, text: scope.text });
      }
    }
    files.push(otherDeclarations(module, scope, report));
  });
  lint(subjects, report);
  diagnostics.sort(
    (a, b) =>
      (order.get(a.span.file) ?? 0) - (order.get(b.span.file) ?? 0) || a.span.start - b.span.start,
  );
  const { located, texts } = inPrograms(diagnostics, sources);
  if (located.some((diagnostic) => diagnostic.severity === "error"))
    throw new RuleError(located, texts);
  return { rules, files, warnings: located, declared, costs };
}

/** What is said of templates with values put in, about the programs that they stand in; and the texts that it is about. */
function inPrograms(
  diagnostics: readonly Diagnostic[],
  sources: readonly RuleFile[],
): { readonly located: readonly Diagnostic[]; readonly texts: readonly RuleFile[] } {
  if (diagnostics.length === 0) return { located: diagnostics, texts: sources };
  const located = [...diagnostics];
  const texts = sources.map((source) => {
    const program = programAround(source);
    if (!program) return source;
    const { file, text } = source;
    // Several templates of one program share its name, and stand on lines of their own.
    const first = text.search(/[^\n]|$/) + 1;
    const last = text.split("\n").length;
    for (const [i, diagnostic] of diagnostics.entries()) {
      const { span } = diagnostic;
      if (span.file === file && span.line >= first && span.line <= last)
        located[i] = program.locate(diagnostic);
    }
    return { file, text: program.text };
  });
  return { located, texts };
}

/** Tests, schedules and checks. */
function otherDeclarations(
  { declarations }: Module,
  scope: Scope,
  report: (diagnostic: Diagnostic) => void,
): CompiledFile {
  const tests: Test[] = [];
  const schedules: Schedule[] = [];
  const checks: string[] = [];
  for (const decl of declarations) {
    if (decl.kind === "schedule") schedules.push(resolveSchedule(decl, scope, report));
    if (decl.kind === "check") checks.push(...resolveCheck(decl, scope, report));
    const test = decl.kind === "test" ? resolveTest(decl, scope, report) : undefined;
    if (test) tests.push(test);
  }
  return { file: scope.file, tests, schedules, checks, tokens: tokensOf(scope) };
}
