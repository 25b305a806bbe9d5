/**
 * Which way to write a rule holds, and under which conditions: each is checked against reference semantics.
 *
 * @module
 */

import { type CheckResult, type Counterexample, checkRule, type Declaration } from "@rewright/dsl";
import { onnx } from "@rewright/tensor";
import type { Candidate, Draft } from "./draft.ts";
import { compiled, type Directions } from "./likeness.ts";
import type { Rule } from "./tree.ts";

/** What became of a draft. */
export type Settled =
  | (Candidate & {
      readonly kind: "holds";
      /** `unchecked`: an operator has no meaning. */
      readonly verdict: "ok" | "guarded" | "unchecked";
      /** On what it does not hold under fewer conditions, for more groups, or in its other direction. */
      readonly otherwise?: Counterexample;
      /** Of a rule both ways: the direction that holds. */
      readonly only?: "left to right" | "right to left";
    })
  | { readonly kind: "refuted"; readonly counterexample: Counterexample }
  | { readonly kind: "inexpressible"; readonly reason: string };

/** How to check. */
export interface SoundnessOptions {
  readonly samples: number;
  readonly seed: number;
}

/** Draws at most for each sample, since most are ill-shaped. */
const DRAWS = 30;

/** What checks of a rule's directions come to. */
type Judged =
  | { readonly kind: "holds"; readonly verdict: "ok" | "guarded" | "unchecked" }
  | { readonly kind: "refuted"; readonly counterexample: Counterexample }
  | { readonly kind: "inexpressible"; readonly reason: string };

/** Finds the first way to write a rule that holds, and the first conditions that it holds under. */
export function settle(
  draft: Draft,
  declared: readonly Declaration[],
  { samples, seed }: SoundnessOptions,
): Settled {
  let otherwise: Counterexample | undefined;
  let reason: string | undefined;
  const judge = (candidate: Candidate): (Judged & { readonly kind: "holds" }) | undefined => {
    const directions = compiled(candidate, declared);
    const found = judged(directions, { samples, seed });
    // Once more with other samples: what is rare may have been missed.
    const last = isChecked(found) ? judged(directions, { samples, seed: seed + 1 }) : found;
    if (last.kind === "holds") return last;
    if (last.kind === "refuted") otherwise ??= last.counterexample;
    else reason ??= last.reason;
    return undefined;
  };
  for (const { rule, guards, trial } of draft.ways) {
    if (trial && !judge(trial)) continue;
    for (const guard of guards) {
      const found = judge({ rule, guard });
      if (found) return { ...found, rule, guard, ...(otherwise && { otherwise }) };
    }
  }
  if (draft.ways[0]?.rule.arrow === "<=>")
    for (const only of ["left to right", "right to left"] as const) {
      const ways = draft.ways.map(({ rule, guards }) => ({ rule: oneWay(rule, only), guards }));
      const found = settle({ ...draft, ways }, declared, { samples, seed });
      if (found.kind === "holds") return { ...found, ...(otherwise && { otherwise }), only };
    }
  if (otherwise) return { kind: "refuted", counterexample: otherwise };
  return { kind: "inexpressible", reason: reason ?? "it applies to nothing" };
}

function isChecked(found: Judged): boolean {
  return found.kind === "holds" && found.verdict !== "unchecked";
}

function oneWay(rule: Rule, direction: "left to right" | "right to left"): Rule {
  const [left, right] =
    direction === "left to right" ? [rule.left, rule.right] : [rule.right, rule.left];
  const matchesAll = left.length === 1 && left[0]?.value.kind === "name";
  const clauses = rule.clauses.filter(({ kind }) => kind !== "expanding" || matchesAll);
  return { ...rule, arrow: "=>", left, right, clauses };
}

function judged(directions: Directions | string, { samples, seed }: SoundnessOptions): Judged {
  if (typeof directions === "string") return { kind: "inexpressible", reason: directions };
  const results: CheckResult[] = [];
  for (const rule of directions) {
    const attempts = Math.max(1000, samples * DRAWS);
    const result = checkRule(rule, { dialects: [onnx], samples, seed, attempts });
    if (result.counterexample) return { kind: "refuted", counterexample: result.counterexample };
    results.push(result);
  }
  const vacuous = results.find(({ verdict }) => verdict === "vacuous");
  if (vacuous) return { kind: "inexpressible", reason: vacuous.message };
  const has = (verdict: string): boolean => results.some((result) => result.verdict === verdict);
  return {
    kind: "holds",
    verdict: has("unchecked") ? "unchecked" : has("guarded") ? "guarded" : "ok",
  };
}
