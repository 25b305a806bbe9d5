/**
 * Proofs for people: the terms one below the other, between them the rule that was applied.
 *
 * @module
 */

import type { Chain, Proof, ProofStep, ProofTerm } from "egraph-ts";
import type { Writer } from "./writing.ts";

/** What the engine calls a union without a reason. */
const GIVEN = "given";

/** Lays a proof out, a line a term or step. Places are positions of operands from 0, from the outermost term. */
export function proofText(proof: Proof, writer: Writer): string {
  const lines: string[] = [];
  for (const [i, lemma] of proof.lemmas.entries()) {
    lines.push(`lemma ${i + 1}`);
    chainText(lemma, writer, lines);
  }
  chainText(proof, writer, lines);
  return lines.join("\n");
}

function chainText(chain: Chain, writer: Writer, lines: string[]): void {
  let term = chain.start;
  lines.push(`  ${writer.proofTerm(term)}`);
  for (const step of chain.steps) {
    term = replaced(term, step.place, step.after);
    lines.push(`    ${stepText(step)}`, `= ${writer.proofTerm(term)}`);
  }
}

function stepText(step: ProofStep): string {
  const at = step.place.length === 0 ? "" : ` at ${step.place.join(".")}`;
  if (step.kind === "commute") return `by commutativity${at}`;
  const back = step.direction === "backward" ? " from right to left" : "";
  if (step.kind === "lemma") return `by lemma ${step.lemma + 1}${back}${at}`;
  // What no rule made equal, the operators' reference semantics did: constants fold.
  if (step.rule === GIVEN) return `by computing it${at}`;
  const facts = step.facts.length > 0 ? `, since ${step.facts.join(" and ")}` : "";
  return `by ${step.rule}${back}${at}${facts}`;
}

/** The term with another part at a place. */
function replaced(term: ProofTerm, place: readonly number[], part: ProofTerm): ProofTerm {
  const [first, ...rest] = place;
  if (first === undefined) return part;
  const children = term.children.map((child, i) =>
    i === first ? replaced(child, rest, part) : child,
  );
  return { ...term, children };
}
