/**
 * What is shown between the lines: the guards that were inferred.
 *
 * @module
 */

import type { RulesDecl } from "../syntax.ts";
import type { Analysis } from "./analysis.ts";
import { guardsOf } from "./guard.ts";

/** A text shown at an offset that is not part of the file. */
export interface InlayHint {
  readonly offset: number;
  readonly text: string;
  readonly tooltip: string;
}

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
      const tooltip =
        "inferred from the shapes, and seen to at every match: it need not be written";
      return guards.length > 0 ? [{ offset: span.end, text: guards.join(", "), tooltip }] : [];
    }),
  );
}
