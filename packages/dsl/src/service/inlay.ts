/**
 * What is shown between the lines: the guards that were inferred.
 *
 * @module
 */

import type { RulesDecl } from "../syntax.ts";
import type { Analysis } from "./analysis.ts";
import { guardsOf, sentence, shortly } from "./guard.ts";

/** A text shown at an offset that is not part of the file. */
export interface InlayHint {
  readonly offset: number;
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
}

const SEEN_TO =
  "Inferred from the shapes, and seen to wherever the rule applies: it need not be written.";

/** The guards of the rules that end between two offsets, each behind its rule. */
export function inlayHints(
  { entry }: Analysis,
  start = 0,
  end: number = Number.POSITIVE_INFINITY,
): readonly InlayHint[] {
  const rulesets = entry.module.declarations.filter(
    (decl) => decl.kind === "rules" && decl.span.start <= end && start <= decl.span.end,
  );
  return rulesets.flatMap((ruleset) =>
    (ruleset as RulesDecl).rules.flatMap((rule): readonly InlayHint[] => {
      const { span } = rule;
      if (span.end < start || span.end > end) return [];
      const guards = guardsOf(entry.rulesOf(rule));
      if (guards.length === 0) return [];
      const tooltip = [...guards.map(sentence), SEEN_TO].join("\n\n");
      return [{ offset: span.end, text: guards.map(shortly).join(", "), tooltip }];
    }),
  );
}
