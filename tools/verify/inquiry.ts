/** What the check makes of mutants of rules, one after the other. */
import { createHash } from "node:crypto";
import { type CheckResult, checkRule } from "../../packages/dsl/src/index.ts";
import { type Mutant, mutants } from "./mutants.ts";
import { everyRule, type Ruled } from "./rewriting.ts";

/** Which mutants. */
export interface Inquiry {
  /** Of rules whose name this pattern fits. */
  readonly rule: string;
  /** Changes that this pattern fits, the kind of the change first. */
  readonly kind: string;
  /** Of every so many-th rule, from this one on. */
  readonly step: number;
  readonly first: number;
  /** Findings that there are already: only their ids are yielded. */
  readonly known: readonly string[];
}

/** What came of a mutant: refuted; refuted by more samples than usual; not refuted. */
type Fate = "refuted" | "late" | "alive";

/** A mutant, and what came of it. */
export interface Finding {
  /** Of the rule as it is written and the change. */
  readonly id: string;
  readonly rule: string;
  readonly kind: string;
  readonly change: string;
  readonly fate: Fate;
  readonly why: string;
}

/** Checks the mutants asked for. Yields findings, and the ids of those that there are already. */
export function* inquire({ rule, kind, step, first, known }: Inquiry): Generator<Finding | string> {
  const done = new Set(known);
  const chosen = everyRule.filter(({ name }) => new RegExp(rule).test(name));
  for (let i = first; i < chosen.length; i += step) {
    const ruled = chosen[i] as Ruled;
    let usual: number | undefined;
    for (const mutant of mutants(ruled.rule)) {
      const change = `${mutant.kind}: ${mutant.what}`;
      if (!new RegExp(kind).test(change)) continue;
      const text = JSON.stringify(mutant.rule, (key, part) => (key === "span" ? undefined : part));
      const id = createHash("sha1").update(text).digest("hex").slice(0, 16);
      if (done.has(id)) {
        yield id;
        continue;
      }
      usual ??= checkRule(ruled.rule, { ...ruled, attempts: MOST, seed: 5 }).attempts;
      const found = judged(ruled, mutant, usual);
      yield { ...{ id, rule: ruled.name, kind: mutant.kind, change }, ...found };
    }
  }
}

/** Draws for a rule at most: some of them have so many conditions that samples are hard to come by. */
const MOST = 1_500;

const dead = ({ verdict }: CheckResult): boolean =>
  verdict === "counterexample" || verdict === "vacuous";

function judged(
  { dialects }: Ruled,
  { rule }: Mutant,
  usual: number,
): Pick<Finding, "fate" | "why"> {
  let first: CheckResult;
  try {
    const attempts = Math.min(MOST, 2 * usual);
    first = checkRule(rule, { dialects, seed: 5, shrink: false, attempts });
  } catch (error) {
    return { fate: "refuted", why: `it throws: ${error instanceof Error ? error.message : error}` };
  }
  if (dead(first)) return { fate: "refuted", why: first.verdict };
  const attempts = Math.min(2 * MOST, 8 * usual);
  const closely = checkRule(rule, { dialects, shrink: false, seed: 23, samples: 400, attempts });
  return { fate: dead(closely) ? "late" : "alive", why: closely.message };
}
