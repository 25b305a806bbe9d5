import type { Binding, Chain, Proof, ProofStep, ProofTerm } from "./proof.ts";

/** How to print a proof. */
export interface PrintOptions {
  /** Characters of a term that are shown, the rest being dots: 100 when not given. */
  readonly width?: number;
}

/**
 * A proof for people: the terms one below the other, between them which rule was applied, where (positions of
 * children from 0, the root not being mentioned), from right to left or not, and to what.
 */
export function printProof(proof: Proof, options: PrintOptions = {}): string {
  const width = options.width ?? 100;
  const lines: string[] = [];
  for (const [i, lemma] of proof.lemmas.entries()) {
    lines.push(`Lemma ${i + 1}`);
    printChain(lemma, width, lines);
    lines.push("");
  }
  if (proof.lemmas.length > 0) lines.push("Proof");
  printChain(proof, width, lines);
  return lines.join("\n");
}

function printChain(chain: Chain, width: number, lines: string[]): void {
  let term = chain.start;
  lines.push(`  ${printed(term, width)}`);
  for (const step of chain.steps) {
    term = replaced(term, step.place, step.after);
    lines.push(`    ${said(step, width)}`, `= ${printed(term, width)}`);
  }
}

/** The line about a step. */
function said(step: ProofStep, width: number): string {
  const at = step.place.length === 0 ? "" : ` at ${step.place.join(".")}`;
  if (step.kind === "commute") return `by commutativity${at}`;
  const back = step.direction === "backward" ? " from right to left" : "";
  if (step.kind === "lemma") return `by lemma ${step.lemma + 1}${back}${at}`;
  const bindings = step.bindings.map((binding) => bound(binding, width));
  const more = [
    ...(bindings.length > 0 ? [`with ${bindings.join(", ")}`] : []),
    ...(step.facts.length > 0 ? [`since ${step.facts.join(" and ")}`] : []),
    ...step.premises.map((term) => `beside ${printed(term, width)}`),
  ];
  return [`by ${step.rule}${back}${at}`, ...more].join(", ");
}

function bound(binding: Binding, width: number): string {
  const value =
    "term" in binding
      ? printed(binding.term, width)
      : "terms" in binding
        ? `[${binding.terms.map((term) => printed(term, width)).join(" ")}]`
        : String(binding.value);
  return `${binding.variable} = ${value}`;
}

/** The term with another part at a place. */
function replaced(term: ProofTerm, place: readonly number[], part: ProofTerm): ProofTerm {
  const spine: ProofTerm[] = [];
  let at = term;
  for (const child of place) {
    spine.push(at);
    at = at.children[child] as ProofTerm;
  }
  let result = part;
  for (let i = spine.length - 1; i >= 0; i--) {
    const above = spine[i] as ProofTerm;
    result = { ...above, children: above.children.with(place[i] as number, result) };
  }
  return result;
}

/** The s-expression of a term, cut off after so many characters. */
function printed(term: ProofTerm, width: number): string {
  let text = "";
  const todo: (ProofTerm | string)[] = [term];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (typeof next === "string") text += next;
    else {
      const head = next.value === undefined ? next.op : `${next.op}[${String(next.value)}]`;
      if (next.children.length === 0) text += head;
      else {
        text += `(${head}`;
        todo.push(")");
        for (const child of next.children.toReversed()) todo.push(child, " ");
      }
    }
    if (text.length > width) return `${text.slice(0, width)}…`;
  }
  return text;
}
