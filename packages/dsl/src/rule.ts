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
import type { Arg, Clause, RuleDecl, RulesDecl } from "./syntax.ts";

/** The rules that a declaration stands for: one, two for a two-way arrow, none when something is wrong with it. */
export function resolveRule(
  decl: RuleDecl,
  ruleset: RulesDecl,
  scope: Scope,
  report: (diagnostic: Diagnostic) => void,
): readonly Rule[] {
  let failed = false;
  const said = new Set<string>();
  scope.speller.renew();
  // Both directions see the whole rule, and would say the same twice.
  const reportOnce = (diagnostic: Diagnostic): void => {
    failed ||= diagnostic.severity === "error";
    const { code, span, message } = diagnostic;
    const key = `${code} ${span.start} ${span.end} ${message}`;
    if (!said.has(key)) report(diagnostic);
    said.add(key);
  };
  const isTwoWay = decl.arrow === "<=>" || decl.arrow === "<~>";
  const clauses = readClauses(decl, isTwoWay, reportOnce);
  const bindings = decl.clauses.flatMap((clause) =>
    clause.kind === "where" ? clause.bindings : [],
  );
  const abbreviations = new Abbreviations(bindings, reportOnce);
  if (abbreviations.isCyclic) return [];
  const expand = (arg: Arg): Arg => ({ ...arg, value: abbreviations.expand(arg.value) });
  const forward: Written = {
    matched: "left",
    left: decl.left.map(expand),
    right: decl.right.map(expand),
    conditions: decl.clauses.flatMap((clause) =>
      clause.kind === "when" || clause.kind === "assuming"
        ? [{ ...clause, condition: abbreviations.expand(clause.condition) }]
        : [],
    ),
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
  return directions.flatMap((direction, i): readonly Rule[] => {
    if (!direction) return [];
    const sum = (terms: Rule["left"]): number =>
      terms.reduce((total, term) => total + sizeOf(term), 0);
    const shrinks = sum(direction.right) < sum(direction.left);
    return [
      {
        ...titleOf(decl, ruleset, i > 0),
        file: scope.file,
        line: decl.span.line,
        expanding: clauses.expanding,
        growing: clauses.expanding || (isTwoWay && !shrinks),
        lossy: clauses.within,
        subsume: clauses.subsume,
        ...direction,
        span: decl.span,
      },
    ];
  });
}

/** What a direction of a rule is called, and what is said about it. */
export function titleOf(
  decl: RuleDecl,
  ruleset: RulesDecl,
  isBackward: boolean,
): Pick<Rule, "name" | "label" | "ruleset" | "tags" | "doc"> {
  const label = decl.label.name;
  const own = decl.clauses.flatMap((clause) => (clause.kind === "tag" ? [clause.name] : []));
  return {
    name: `${ruleset.name.name}.${label}${isBackward ? "⁻¹" : ""}`,
    label,
    ruleset: ruleset.name.name,
    tags: [...new Set([...ruleset.tags.map((tag) => tag.name), ...own])],
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
  const of = <K extends Clause["kind"]>(kind: K): readonly (Clause & { readonly kind: K })[] =>
    decl.clauses.filter((clause): clause is Clause & { readonly kind: K } => clause.kind === kind);
  const isLossy = decl.arrow === "~>" || decl.arrow === "<~>";
  const [within, ...more] = of("within");
  const [subsume] = of("subsume");
  const bound = within ? Number(within.bound.text) : 0;
  for (const clause of more)
    report(
      error("R0010", clause.span, "`within` is given twice", {
        related: within ? [{ span: within.span, label: "the first" }] : [],
      }),
    );
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
    expanding: of("expanding").length > 0,
    subsume: subsume !== undefined,
    within: isLossy ? bound : 0,
  };
}
