/**
 * Rules compared with one another, and read by the compiler: it says which repeat another, which are built in, which are each
 * other's inverse, and which cannot be.
 *
 * @module
 */

import {
  type Rule as Compiled,
  compileRules,
  type Declaration,
  type Diagnostic,
  parseRules,
  printRules,
  RuleError,
} from "@rewright/dsl";
import { onnx } from "@rewright/tensor";
import type { Candidate } from "./draft.ts";
import { clause, type Expr, type Rule, ruleset } from "./tree.ts";

/** Rules that were compared, by their places. */
export interface Likeness {
  /** Why a rule is none. */
  readonly wrong: ReadonlyMap<number, string>;
  /** The rule that says the same, renamed or commuted. */
  readonly same: ReadonlyMap<number, number>;
  /** Rules that say nothing but what operators' declarations say. */
  readonly builtIn: ReadonlySet<number>;
  /** Of each other's inverses, the first for the second. */
  readonly inverse: ReadonlyMap<number, number>;
}

/** What rules compile to. */
export type Directions = readonly Compiled[];

/** The one ruleset that rules are in here. */
const SET = "all";

/** A rule under a name of ours, with each condition on its own: which comes first makes no difference. */
function named({ rule, guard }: Candidate, place: number): Rule {
  const both = guard.flatMap((condition): readonly Expr[] =>
    condition.kind === "binary" && condition.operator === "=="
      ? [condition, { ...condition, left: condition.right, right: condition.left }]
      : [condition],
  );
  return {
    ...rule,
    label: { ...rule.label, name: `r${place}` },
    clauses: [...rule.clauses, ...both.map((condition) => clause("when", condition))],
  };
}

/** Compiles one rule. @returns its directions, or why it is none */
export function compiled(
  candidate: Candidate,
  declared: readonly Declaration[],
): Directions | string {
  const { guard, rule } = candidate;
  const whole = {
    ...rule,
    clauses: [...rule.clauses, ...guard.map((condition) => clause("when", condition))],
  };
  const text = printed([...declared, ruleset(SET, [whole])]);
  if (text === undefined) return "it is nested too deep, or too large";
  try {
    return compileRules([{ file: "", text }], { dialects: [onnx] }).rules;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return error.diagnostics.find(({ severity }) => severity === "error")?.message ?? error.message;
  }
}

function printed(declared: readonly Declaration[]): string | undefined {
  try {
    return printRules({ file: "", declarations: declared });
  } catch (error) {
    // Trees are nested only as deep as terms are, which is bounded; what the printer refuses, no text can say.
    if (error instanceof RangeError || /^no text stands for/.test((error as Error).message))
      return undefined;
    throw error;
  }
}

/** Compares rules. */
export function likeness(
  candidates: readonly Candidate[],
  declared: readonly Declaration[],
): Likeness {
  const wrong = new Map<number, string>();
  const same = new Map<number, number>();
  const builtIn = new Set<number>();
  const inverse = new Map<number, number>();
  let places = candidates.map((_, place) => place);
  const rules = candidates.map(named);
  const textOf = (chosen: readonly number[]): string | undefined =>
    printed([
      ...declared,
      ruleset(
        SET,
        chosen.map((place) => rules[place] as Rule),
      ),
    ]);
  if (textOf(places) === undefined) {
    for (const place of places)
      if (textOf([place]) === undefined) wrong.set(place, "it is nested too deep, or too large");
    places = places.filter((place) => !wrong.has(place));
  }
  // What cannot be is taken out until the others compile.
  for (;;) {
    const text = textOf(places) as string;
    const spans = rulesIn(text);
    const placeAt = (start: number): number | undefined => {
      const at = spans.findIndex((span) => start >= span.start && start < span.end);
      return at < 0 ? undefined : places[at];
    };
    let warnings: readonly Diagnostic[];
    try {
      warnings = compileRules([{ file: "", text }], { dialects: [onnx] }).warnings;
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      const before = wrong.size;
      for (const { severity, span, message, code } of error.diagnostics) {
        const place = placeAt(span.start);
        if (severity !== "error" || place === undefined) continue;
        if (code === "R0308") builtIn.add(place);
        if (!wrong.has(place)) wrong.set(place, message);
      }
      if (wrong.size === before) throw error;
      places = places.filter((place) => !wrong.has(place));
      continue;
    }
    for (const { code, span, related } of warnings) {
      const place = placeAt(span.start);
      const other = related?.[0] && placeAt(related[0].span.start);
      if (place === undefined) continue;
      if (code === "R0903") builtIn.add(place);
      if (other === undefined) continue;
      // What one takes out of the graph, the other leaves there.
      const subsumes = [place, other].map((one) =>
        rules[one]?.clauses.some(({ kind }) => kind === "subsume"),
      );
      if (code === "R0902" && subsumes[0] === subsumes[1]) same.set(place, other);
      if (code === "R0904") inverse.set(place, other);
    }
    return { wrong, same, builtIn, inverse };
  }
}

function rulesIn(text: string): readonly { readonly start: number; readonly end: number }[] {
  const { module } = parseRules({ file: "", text });
  return module.declarations.flatMap((decl) =>
    decl.kind === "rules" ? decl.rules.map(({ span }) => span) : [],
  );
}
