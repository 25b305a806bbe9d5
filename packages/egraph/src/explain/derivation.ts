import type { RuleNote } from "./instance.ts";
import type { ProofTerm } from "./proof.ts";
import type { TermTable } from "./terms.ts";

/** A piece of a derivation; `before` and `after` are whole terms of that derivation. */
export type Part = { readonly before: ProofTerm; readonly after: ProofTerm } & (
  | { readonly kind: "rule"; readonly note: RuleNote; readonly forward: boolean }
  | { readonly kind: "commute" }
  | {
      readonly kind: "inner";
      readonly child: number;
      readonly proof: Derivation;
      readonly forward: boolean;
    }
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
  /** The term reached. */
  current: ProofTerm;

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

  /** Orders the children of the root otherwise. */
  commute(after: ProofTerm): void {
    this.push({ kind: "commute", before: this.current, after });
  }

  /** Derives a child. */
  inner(child: number, proof: Derivation, forward: boolean): void {
    const before = this.current;
    const after = this.terms.withChild(before, child, forward ? proof.end : proof.start);
    this.push({ kind: "inner", child, proof, forward, before, after });
  }

  /** Goes the way of another derivation, forwards or backwards. */
  follow(proof: Derivation, forward: boolean): void {
    const { parts } = proof;
    for (let i = 0; i < parts.length; i++)
      this.push(forward ? (parts[i] as Part) : reversed(parts[parts.length - 1 - i] as Part));
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

function reversed(part: Part): Part {
  const turned = { ...part, before: part.after, after: part.before };
  return turned.kind === "commute" ? turned : { ...turned, forward: !turned.forward };
}
