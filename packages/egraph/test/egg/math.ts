/** The 24 rules of egg's `math` test that have no condition, and a part of them that saturates. */
import { addTerm, EGraph, rewrite } from "../../src/index.ts";
import { MATH_RULES, MATH_TERMS } from "../math.ts";
import type { Workload } from "./workload.ts";

function atoms(
  rules: readonly (readonly [string, string])[],
  terms: readonly string[],
): Workload<undefined> {
  const graph = new EGraph();
  return {
    graph,
    rules: rules.map(([left, right]) => rewrite(graph, `${left} => ${right}`, left, right)),
    begin: () => terms.map((term) => addTerm(graph, term)),
  };
}

/** The 24 rules and seven terms. */
export function plain(): Workload<undefined> {
  return atoms(MATH_RULES, MATH_TERMS);
}

/** Associativity and commutativity of a sum of so many variables. */
export function ac(summands: string): Workload<undefined> {
  const names = Array.from({ length: Number(summands) }, (_, i) => `v${i}`);
  const sum = names.reduceRight((rest, name) => `(+ ${name} ${rest})`);
  return atoms([MATH_RULES[0], MATH_RULES[2]] as [string, string][], [sum]);
}
