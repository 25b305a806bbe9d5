/**
 * What a file declares, as a table of contents.
 *
 * @module
 */

import { match } from "ts-pattern";
import type { Span } from "../ast.ts";
import type { Declaration, Identifier } from "../syntax.ts";
import type { Analysis } from "./analysis.ts";
import { guardsOf, shortly } from "./guard.ts";
import type { ReferentKind } from "./referent.ts";

/** An entry of the table. */
export interface Entry {
  readonly name: string;
  readonly kind: ReferentKind | "test" | "check";
  /** Said beside the name: an arrow, tags, a type. */
  readonly detail: string;
  /** All of it, and its name alone. */
  readonly span: Span;
  readonly nameSpan: Span;
  readonly children: readonly Entry[];
}

/** The table of contents of the file asked about: declarations in order, the rules of each ruleset below it. */
export function contents(analysis: Analysis): readonly Entry[] {
  return analysis.entry.module.declarations.map((decl) => entryOf(decl, analysis));
}

function entryOf(decl: Declaration, { entry }: Analysis): Entry {
  const { span } = decl;
  const named = (
    kind: Entry["kind"],
    { name, span: nameSpan }: Identifier,
    detail = "",
  ): Entry => ({
    ...{ kind, name, span, nameSpan, detail, children: [] },
  });
  return match(decl)
    .with({ kind: "import" }, ({ from }) => named("module", { name: from.value, span: from.span }))
    .with({ kind: "sort" }, ({ name }) => named("sort", name))
    .with({ kind: "op" }, ({ name, result }) => named("operator", name, `-> ${result.name.name}`))
    .with({ kind: "rules" }, ({ name, tags, rules }) => ({
      ...named("ruleset", name, tags.map((tag) => `#${tag.name}`).join(" ")),
      children: rules.map((rule): Entry => {
        const { label, arrow } = rule;
        const detail = [arrow, ...guardsOf(entry.rulesOf(rule)).map(shortly)].join(" ");
        return {
          ...{ kind: "rule", name: label.name, detail, children: [] },
          ...{ span: rule.span, nameSpan: label.span },
        };
      }),
    }))
    .with({ kind: "schedule" }, ({ name }) => named("schedule", name))
    .with({ kind: "test" }, ({ title }) =>
      named("test", {
        name: title === "" ? "test" : title,
        span: { ...span, end: span.start + "test".length },
      }),
    )
    .with({ kind: "check" }, ({ rulesets }) =>
      named("check", {
        name: `check ${rulesets.map(({ name }) => name).join(", ")}`,
        span: { ...span, end: span.start + "check".length },
      }),
    )
    .exhaustive();
}
