/**
 * From a rule as written to the rules it stands for, one a direction.
 *
 * @module
 */

import { Abbreviations } from "./abbreviation.ts";
import type { Rule } from "./ast.ts";
import { appending, type Diagnostic, error, replacing } from "./diagnostic.ts";
import { resolveDirection, type Written } from "./direction.ts";
import type { Scope } from "./scope.ts";
import { sizeOf } from "./structure.ts";
import type { Arg, Binding, Clause, RuleDecl, RulesDecl } from "./syntax.ts";

/** The rules that a declaration stands for: one, two for a two-way arrow, none when something is wrong with it. */
export function resolveRule(
  decl: RuleDecl,
  ruleset: RulesDecl,
  scope: Scope,
  report: (diagnostic: Diagnostic) => void,
): readonly Rule[] {
  let failed = false;
  let said: Set<string> | undefined;
  scope.speller.renew();
  // Both directions see the whole rule, and would say the same twice.
  const reportOnce = (diagnostic: Diagnostic): void => {
    failed ||= diagnostic.severity === "error";
    const { code, span, message } = diagnostic;
    const key = `${code} ${span.start} ${span.end} ${message}`;
    if (!said?.has(key)) report(diagnostic);
    said = (said ?? new Set()).add(key);
  };
  const isTwoWay = decl.arrow === "<=>" || decl.arrow === "<~>";
  const clauses = readClauses(decl, isTwoWay, reportOnce);
  const abbreviations = abbreviationsOf(decl, reportOnce);
  if (abbreviations?.isCyclic) return [];
  const expand = (args: readonly Arg[]): readonly Arg[] =>
    abbreviations ? args.map((arg) => ({ ...arg, value: abbreviations.expand(arg.value) })) : args;
  const conditions: Written["conditions"][number][] = [];
  for (const clause of decl.clauses)
    if (clause.kind === "when" || clause.kind === "assuming") {
      const { condition } = clause;
      conditions.push(
        abbreviations ? { ...clause, condition: abbreviations.expand(condition) } : clause,
      );
    }
  const forward: Written = {
    matched: "left",
    left: expand(decl.left),
    right: expand(decl.right),
    conditions,
    arrowSpan: decl.arrowSpan,
    span: decl.span,
    expanding: clauses.expanding,
  };
  if (failed) return [];
  const { left, right } = forward;
  const ways = isTwoWay
    ? [forward, { ...forward, left: right, right: left, matched: "right" as const }]
    : [forward];
  const directions = ways.map((way) => resolveDirection(way, scope, reportOnce));
  if (failed) return [];
  const rules: Rule[] = [];
  for (const [i, direction] of directions.entries()) {
    if (!direction) continue;
    const isGrowing = isTwoWay && sum(direction.right) >= sum(direction.left);
    rules.push({
      ...titleOf(decl, ruleset, i > 0),
      file: scope.file,
      line: decl.span.line,
      expanding: clauses.expanding,
      growing: clauses.expanding || isGrowing,
      lossy: clauses.within,
      subsume: clauses.subsume,
      ...direction,
      span: decl.span,
    });
  }
  return rules;
}

function sum(terms: Rule["left"]): number {
  let total = 0;
  for (const term of terms) total += sizeOf(term);
  return total;
}

/** What a rule abbreviates, if it does. */
function abbreviationsOf(
  { clauses }: RuleDecl,
  report: (diagnostic: Diagnostic) => void,
): Abbreviations | undefined {
  const bindings: Binding[] = [];
  for (const clause of clauses)
    if (clause.kind === "where") for (const binding of clause.bindings) bindings.push(binding);
  return bindings.length > 0 ? new Abbreviations(bindings, report) : undefined;
}

/** What a direction of a rule is called, and what is said about it. */
export function titleOf(
  decl: RuleDecl,
  ruleset: RulesDecl,
  isBackward: boolean,
): Pick<Rule, "name" | "label" | "ruleset" | "tags" | "doc"> {
  const label = decl.label.name;
  const tags: string[] = [];
  const add = (name: string): void => {
    if (!tags.includes(name)) tags.push(name);
  };
  for (const { name } of ruleset.tags) add(name);
  for (const clause of decl.clauses) if (clause.kind === "tag") add(clause.name);
  return {
    name: `${ruleset.name.name}.${label}${isBackward ? "⁻¹" : ""}`,
    label,
    ruleset: ruleset.name.name,
    tags,
    doc: decl.doc || ruleset.doc,
  };
}

interface Clauses {
  readonly expanding: boolean;
  readonly subsume: boolean;
  /** 0 for an exact rule. */
  readonly within: number;
}

function readClauses(
  decl: RuleDecl,
  isTwoWay: boolean,
  report: (diagnostic: Diagnostic) => void,
): Clauses {
  let within: (Clause & { readonly kind: "within" }) | undefined;
  let subsume: Clause | undefined;
  let isExpanding = false;
  for (const clause of decl.clauses) {
    if (clause.kind === "subsume") subsume ??= clause;
    if (clause.kind === "expanding") isExpanding = true;
    if (clause.kind !== "within") continue;
    if (within)
      report(
        error("R0010", clause.span, "`within` is given twice", {
          related: [{ span: within.span, label: "the first" }],
        }),
      );
    within ??= clause;
  }
  const isLossy = decl.arrow === "~>" || decl.arrow === "<~>";
  const bound = within ? Number(within.bound.text) : 0;
  if (isLossy && bound <= 0)
    report(
      error("R0309", within?.bound.span ?? decl.arrowSpan, `\`${decl.arrow}\` needs a bound`, {
        hints: ["write `within 1e-3` after the rule: how far apart the two sides may be"],
        ...(!within && { edit: appending(decl.span, "   within 1e-3") }),
      }),
    );
  if (!isLossy && within)
    report(
      error("R0310", within.span, "`within` on an exact rule", {
        related: [{ span: decl.arrowSpan, label: "says that both sides are equal" }],
        hints: [`use \`${isTwoWay ? "<~>" : "~>"}\``],
        edit: replacing(decl.arrowSpan, isTwoWay ? "<~>" : "~>"),
      }),
    );
  if (isTwoWay && subsume)
    report(
      error("R0311", subsume.span, "`subsume` on a two-way rule", {
        related: [{ span: decl.arrowSpan, label: "rewritten in both directions" }],
        hints: ["use `=>`"],
        edit: replacing(decl.arrowSpan, decl.arrow === "<~>" ? "~>" : "=>"),
      }),
    );
  return {
    expanding: isExpanding,
    subsume: subsume !== undefined,
    within: isLossy ? bound : 0,
  };
}
