/** A term in a proof. Parts that occur several times are one object. */
export interface ProofTerm {
  /** The name of the operator; of an atom that has a spelling, its spelling. */
  readonly op: string;
  /** The argument, where it has no spelling. Arguments are equal when they are the same value (`Object.is`). */
  readonly value?: unknown;
  readonly children: readonly ProofTerm[];
}

/** What a variable of a rule stands for in a step: a term, the terms of a sequence, or an argument. */
export type Binding =
  | { readonly variable: string; readonly term: ProofTerm }
  | { readonly variable: string; readonly terms: readonly ProofTerm[] }
  | { readonly variable: string; readonly value: unknown };

/** One step of a proof: at `place`, the term `before` becomes `after`. */
export type ProofStep = RuleStep | CommuteStep | LemmaStep;

interface StepAt {
  /** The way down from the root: positions of children, from 0; [] is the root. */
  readonly place: readonly number[];
  readonly before: ProofTerm;
  readonly after: ProofTerm;
}

/** Backward: the right side became the left side, the end of a lemma its start. */
export type Direction = "forward" | "backward";

/** A rule was applied. */
export interface RuleStep extends StepAt {
  readonly kind: "rule";
  readonly direction: Direction;
  readonly rule: string;
  /** Which root of the rule, from 0. */
  readonly root: number;
  /** The substitution, as far as the host knows it. */
  readonly bindings: readonly Binding[];
  /** Terms that had to be in the graph: the other left sides of a rule with several. */
  readonly premises: readonly ProofTerm[];
  /** What the condition of the rule rested on, in the words of the host. */
  readonly facts: readonly string[];
}

/** The children of a commutative operator changed places. */
export interface CommuteStep extends StepAt {
  readonly kind: "commute";
}

/** A lemma was used. */
export interface LemmaStep extends StepAt {
  readonly kind: "lemma";
  readonly direction: Direction;
  /** Index into {@link Proof.lemmas}. */
  readonly lemma: number;
}

/** Steps that lead from one term to another. */
export interface Chain {
  readonly start: ProofTerm;
  readonly end: ProofTerm;
  readonly steps: readonly ProofStep[];
}

/**
 * Why two terms are equal: a chain of steps. What is needed again and again, or lies deep, may stand aside as lemmas,
 * each of which uses only those before it; {@link flatten} writes them out.
 */
export interface Proof extends Chain {
  readonly lemmas: readonly Chain[];
}
