import type { Graph } from "@rewright/plugin";
import { EGraph, rewrite } from "egraph-ts";
import type { Theory } from "../src/index.ts";

/** Sums and products with 0 and 1. */
export function algebra(): Theory {
  const graph = new EGraph();
  const rules: readonly (readonly [string, string, string])[] = [
    ["swap sum", "(+ ?a ?b)", "(+ ?b ?a)"],
    ["swap product", "(* ?a ?b)", "(* ?b ?a)"],
    ["regroup", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"],
    ["nothing", "(+ ?a 0)", "?a"],
    ["once", "(* ?a 1)", "?a"],
    ["factor", "(+ (* ?a ?b) (* ?a ?c))", "(* ?a (+ ?b ?c))"],
    ["distribute", "(* ?a (+ ?b ?c))", "(+ (* ?a ?b) (* ?a ?c))"],
  ];
  return { graph, rules: rules.map(([name, left, right]) => rewrite(graph, name, left, right)) };
}

/** The size of a program written out as a tree. */
export function sizeOf({ nodes }: Graph): number {
  const sizes: number[] = [];
  for (const { inputs } of nodes)
    sizes.push(
      inputs.reduce((sum, source) => sum + (sizes[(source as { index: number }).index] ?? 0), 1),
    );
  return sizes.at(-1) ?? 0;
}
