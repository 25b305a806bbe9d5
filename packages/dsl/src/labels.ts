/**
 * The names of rules.
 *
 * @module
 */

import type { Span } from "./ast.ts";
import { type Diagnostic, error } from "./diagnostic.ts";
import { quote } from "./quotation.ts";

/** The rules named so far. A name identifies a rule in reports and selections. */
export class Labels {
  private readonly rulesets = new Map<string, Map<string, () => Span>>();

  /** Reports a rule whose name is another one's (R0103). */
  add(
    ruleset: string,
    label: string,
    place: () => Span,
    report: (diagnostic: Diagnostic) => void,
  ): void {
    const labels = this.rulesets.get(ruleset) ?? new Map<string, () => Span>();
    this.rulesets.set(ruleset, labels);
    const first = labels.get(label);
    if (first)
      report(
        error("R0103", place(), `${quote(`${ruleset}.${label}`)} is defined twice`, {
          related: [{ span: first(), label: "the first" }],
        }),
      );
    else labels.set(label, place);
  }
}
