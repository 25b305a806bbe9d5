/**
 * The names of rules.
 *
 * @module
 */

import type { Span } from "./ast.ts";
import { type Diagnostic, error } from "./diagnostic.ts";
import { quote } from "./quotation.ts";

/** The rules named so far. A name identifies a rule in reports and selections. */
export class Labels<T> {
  private readonly rulesets = new Map<string, Map<string, T>>();
  private readonly placeOf: (rule: T) => Span;

  /** `placeOf` is asked only for rules of the same name. */
  constructor(placeOf: (rule: T) => Span) {
    this.placeOf = placeOf;
  }

  /** Reports a rule whose name is another one's (R0103). */
  add(ruleset: string, label: string, rule: T, report: (diagnostic: Diagnostic) => void): void {
    const labels = this.rulesets.get(ruleset) ?? new Map<string, T>();
    if (labels.size === 0) this.rulesets.set(ruleset, labels);
    const first = labels.get(label);
    if (first === undefined) labels.set(label, rule);
    else
      report(
        error("R0103", this.placeOf(rule), `${quote(`${ruleset}.${label}`)} is defined twice`, {
          related: [{ span: this.placeOf(first), label: "the first" }],
        }),
      );
  }
}
