/**
 * From rule files to rules.
 *
 * @module
 */

import type { OpDef, RuleFile } from "@rewright/plugin";
import type { Rule, Span } from "./ast.ts";
import { type Diagnostic, error, warning } from "./diagnostic.ts";
import { RuleError } from "./error.ts";
import { withoutMark } from "./lexer.ts";
import { lint } from "./lint/lint.ts";
import type { Subject } from "./lint/subject.ts";
import { giveMeaning } from "./meaning.ts";
import { parseRules } from "./parser.ts";
import { enumerate, quote } from "./quotation.ts";
import { resolveRule } from "./rule.ts";
import { buildScopes, type Importable, type Scope } from "./scope.ts";
import type { Declaration, Expr, Identifier, RulesDecl } from "./syntax.ts";

/** What rule files compile to. */
export interface RuleSet {
  /** In the order of the files; the two directions of a two-way rule one after the other. */
  readonly rules: readonly Rule[];
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
    diagnostics.push(...found);
    return { module, text: withoutMark(source.text) };
  });
  const { scopes, operators, declared, costs } = buildScopes(parsed, options, report);
  giveMeaning(operators, report);
  const rules: Rule[] = [];
  const subjects: Subject[] = [];
  const labels = new Map<string, Span>();
  parsed.forEach(({ module }, i) => {
    const scope = scopes[i] as Scope;
    for (const decl of module.declarations) {
      if (decl.kind !== "rules") continue;
      checkLabels(decl, labels, report);
      for (const rule of decl.rules) {
        const directions = resolveRule(rule, decl, scope, report);
        rules.push(...directions);
        subjects.push({ decl: rule, rules: directions, text: scope.text });
      }
    }
    checkUnsupported(module.declarations, scope, report);
  });
  lint(subjects, report);
  diagnostics.sort(
    (a, b) =>
      (order.get(a.span.file) ?? 0) - (order.get(b.span.file) ?? 0) || a.span.start - b.span.start,
  );
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error"))
    throw new RuleError(diagnostics, sources);
  return { rules, warnings: diagnostics, declared, costs };
}

/** Reports rules of the same name (R0103): a name identifies a rule in reports and selections. */
function checkLabels(
  decl: RulesDecl,
  labels: Map<string, Span>,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const { label } of decl.rules) {
    const name = `${decl.name.name}.${label.name}`;
    const first = labels.get(name);
    if (first)
      report(
        error("R0103", label.span, `${quote(name)} is defined twice`, {
          related: [{ span: first, label: "the first" }],
        }),
      );
    else labels.set(name, label.span);
  }
}

/** Declarations that are read and checked for their names, and that nothing acts on yet: one warning a kind and file. */
function checkUnsupported(
  declarations: readonly Declaration[],
  scope: Scope,
  report: (diagnostic: Diagnostic) => void,
): void {
  const said = new Set<string>();
  for (const decl of declarations) {
    if (decl.kind !== "schedule" && decl.kind !== "test" && decl.kind !== "check") continue;
    const names =
      decl.kind === "schedule"
        ? decl.steps.flatMap((step) => scheduled(step, report))
        : decl.kind === "test"
          ? decl.using
          : decl.rulesets;
    for (const { name, span } of names)
      if (!scope.rulesets.has(name))
        report(
          error("R0107", span, `no ruleset called ${quote(name)}`, {
            ...scope.speller.correction(name, scope.rulesets, span),
          }),
        );
    if (!said.has(decl.kind))
      report(
        warning(
          "R0012",
          decl.span,
          `not supported yet: \`${decl.kind}\` is read, and not acted on`,
        ),
      );
    said.add(decl.kind);
  }
}

/** The rulesets that a step of a schedule names. */
function scheduled(step: Expr, report: (diagnostic: Diagnostic) => void): readonly Identifier[] {
  const steps = ["saturate", "repeat"];
  const isCount = (expr: Expr): boolean => expr.kind === "number" && /^[1-9]\d*$/.test(expr.text);
  if (step.kind === "call" && steps.includes(step.callee.name)) {
    const args = step.args.map((arg) => arg.value);
    const sets = step.callee.name === "repeat" ? args.slice(1) : args;
    const counted = step.callee.name === "saturate" || (args[0] !== undefined && isCount(args[0]));
    const names = sets.filter((set) => set.kind === "name");
    if (counted && names.length === sets.length && names.length > 0 && step.attrs.length === 0)
      return names;
  }
  report(
    error(
      "R0010",
      step.span,
      `a schedule is made of ${enumerate(["`saturate(a, b)`", "`repeat(4, a, b)`"])}`,
    ),
  );
  return [];
}
