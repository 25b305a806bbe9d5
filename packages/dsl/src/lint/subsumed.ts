/**
 * Rules that never match, because another one takes away what they would match.
 *
 * @module
 */

import type { Apply, Spread, Term } from "../ast.ts";
import { type Diagnostic, warning } from "../diagnostic.ts";
import { quote } from "../quotation.ts";
import { keyOf } from "../structure.ts";
import { deleting, type Subject } from "./subject.ts";

/** Reports rules whose left side is an instance of one that another rule subsumes, whatever the conditions (R0908). */
export function lintSubsumed(
  subjects: readonly Subject[],
  report: (diagnostic: Diagnostic) => void,
): void {
  const takers = new Map<string, Subject[]>();
  for (const subject of subjects) {
    const rule = subject.rules[0];
    if (!rule?.subsume || rule.conditions.length > 0) continue;
    const [root, ...more] = rule.left;
    if (root?.kind !== "apply" || more.length > 0) continue;
    const known = takers.get(root.name);
    if (known) known.push(subject);
    else takers.set(root.name, [subject]);
  }
  if (takers.size === 0) return;
  for (const subject of subjects)
    for (const root of subject.rules[0]?.left ?? []) {
      if (root.kind !== "apply") continue;
      const taker = takers
        .get(root.name)
        ?.find((other) => other !== subject && covers(patternOf(other), root, new Map()));
      if (!taker) continue;
      const name = quote(taker.decl.label.name);
      report(
        warning(
          "R0908",
          subject.decl.label.span,
          `this rule never matches: ${name} subsumes its left side`,
          {
            related: [
              { span: taker.decl.label.span, label: "takes what it matches out of the graph" },
            ],
            hints: ["delete it, or leave out `subsume`"],
            edit: deleting(subject),
          },
        ),
      );
      break;
    }
}

/** What a rule that takes away matches at its only root. */
function patternOf({ rules: [rule] }: Subject): Apply {
  return rule?.left[0] as Apply;
}

/** Whether a pattern matches each instance of a term, its variables standing for what the term has in their places. */
function covers(pattern: Term | Spread, term: Term | Spread, bound: Map<string, string>): boolean {
  if (pattern.kind === "wildcard") return term.kind !== "spread";
  if (pattern.kind === "variable") {
    if (term.kind === "spread" || term.kind === "wildcard") return false;
    const key = keyOf(term);
    const known = bound.get(pattern.name);
    bound.set(pattern.name, known ?? key);
    return known === undefined || known === key;
  }
  if (pattern.kind !== "apply") return keyOf(pattern) === keyOf(term);
  if (term.kind !== "apply" || term.name !== pattern.name) return false;
  if (!coversAttributes(pattern, term)) return false;
  if (term.operands.length !== pattern.operands.length) return false;
  const orders =
    pattern.op.commutative && term.operands.length === 2
      ? [term.operands, [...term.operands].reverse()]
      : [term.operands];
  for (const operands of orders) {
    const trial = new Map(bound);
    if (!pattern.operands.every((own, i) => covers(own, operands[i] as Term, trial))) continue;
    for (const [name, key] of trial) bound.set(name, key);
    return true;
  }
  return false;
}

/** Attributes that ask for nothing, or for what the term asks for. */
function coversAttributes(pattern: Apply, term: Apply): boolean {
  if (pattern.rest && pattern.attrs.length === 0) return true;
  return (
    pattern.rest === undefined &&
    term.rest === undefined &&
    keyOf({ ...pattern, operands: [] }) === keyOf({ ...term, operands: [] })
  );
}
