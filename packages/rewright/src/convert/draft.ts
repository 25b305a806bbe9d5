/**
 * What a rule may become, before it is known whether it holds.
 *
 * @module
 */

import type { Declaration } from "@rewright/dsl";
import type { ForeignRule } from "./foreign.ts";
import type { Expr, Rule } from "./tree.ts";

/** A rule, and conditions beyond those that it came with. */
export interface Candidate {
  readonly rule: Rule;
  readonly guard: readonly Expr[];
}

/** One way to write a rule. */
export interface Way {
  readonly rule: Rule;
  /** Sets of conditions that it may hold under, those that ask for least first, and all that may be asked for last. */
  readonly guards: readonly (readonly Expr[])[];
  /** A part of what the rule is about that samples seldom meet, as a rule of its own: it must hold, too. */
  readonly trial?: Candidate;
}

/** A rule and the ways to write it: the first that holds is taken, with the first conditions under which it does. */
export interface Draft {
  readonly source: ForeignRule;
  readonly ways: readonly Way[];
  readonly ruleset: string;
}

/** A rule that has no place of its own. */
export interface Refusal {
  readonly source: ForeignRule;
  /** What says it already, or why it cannot be said. */
  readonly kind: "merged" | "inexpressible";
  readonly reason: string;
}

/** Rules in the rule language, with what they need declared. */
export interface Translation {
  readonly outcomes: readonly (Draft | Refusal)[];
  /** Imports, sorts and operators that these rules use; all of them that have a place of their own without any. */
  declarations(rules: readonly ForeignRule[]): readonly Declaration[];
  /** What is worth knowing of how it was translated. */
  readonly notes: readonly string[];
}

/** Thrown while a rule is written that cannot be. */
export class Inexpressible extends Error {
  override readonly name = "Inexpressible";
}
