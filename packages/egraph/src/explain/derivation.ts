import type { RuleNote } from "./instance.ts";
import type { ProofTerm } from "./proof.ts";
import type { TermTable } from "./terms.ts";

/** A piece of a derivation; `before` and `after` are whole terms of that derivation. */
export type Part = { readonly before: ProofTerm; readonly after: ProofTerm } & (
  | { readonly kind: "rule"; readonly note: RuleNote; readonly forward: boolean }
  | { readonly kind: "commute" }
  | { readonly kind: "inner"; readonly child: number; readonly proof: Derivation }
);

/** Why two terms are equal, with what is equal below shared between derivations. */
export interface Derivation {
  readonly start: ProofTerm;
  readonly end: ProofTerm;
  readonly parts: readonly Part[];
  /** Steps when written out. */
  readonly length: number;
}

/** Puts a derivation together from its start onwards. Coming back to a term forgets the way round. */
export class DerivationBuilder {
  private readonly terms: TermTable;
  private readonly start: ProofTerm;
  private readonly parts: Part[] = [];
  /** How many parts lead to a term. */
  private readonly at = new Map<ProofTerm, number>();
  private current: ProofTerm;

  constructor(terms: TermTable, start: ProofTerm) {
    this.terms = terms;
    this.start = start;
    this.current = start;
    this.at.set(start, 0);
  }

  /** Applies a rule at the root. */
  rule(note: RuleNote, forward: boolean, after: ProofTerm): void {
    this.push({ kind: "rule", note, forward, before: this.current, after });
  }

  /** Orders the children at a place otherwise. */
  commute(place: readonly number[], after: ProofTerm): void {
    const before = place.reduce((term, i) => term.children[i] as ProofTerm, this.current);
    const part: Part = { kind: "commute", before, after };
    this.inner(place, { start: before, end: after, parts: [part], length: 1 });
  }

  /** Derives the term at a place. */
  inner(place: readonly number[], proof: Derivation): void {
    if (proof.length === 0) return;
    const [child, ...below] = place;
    if (child === undefined) {
      for (const part of proof.parts) this.push(part);
      return;
    }
    let inside = proof;
    if (below.length > 0) {
      const builder = new DerivationBuilder(this.terms, this.current.children[child] as ProofTerm);
      builder.inner(below, proof);
      inside = builder.done();
    }
    const after = this.terms.withChild(this.current, child, inside.end);
    this.push({ kind: "inner", child, proof: inside, before: this.current, after });
  }

  done(): Derivation {
    const { start, current, parts } = this;
    let length = 0;
    for (const part of parts) length += part.kind === "inner" ? part.proof.length : 1;
    return { start, end: current, parts, length };
  }

  private push(part: Part): void {
    this.current = part.after;
    const known = this.at.get(part.after);
    if (known === undefined) {
      this.at.set(part.after, this.parts.push(part));
      return;
    }
    for (const cut of this.parts.splice(known)) this.at.delete(cut.after);
    this.at.set(part.after, known);
  }
}
