/** The propositional logic of egg's tests, with the constants that follow as an analysis. */
import { addTerm, EGraph, type Rule, rewrite } from "../../src/index.ts";
import type { Workload } from "./workload.ts";

const CHAIN: readonly (readonly [left: string, right: string])[] = [
  ["(-> ?a ?b)", "(| (~ ?a) ?b)"],
  ["(| (~ ?a) ?b)", "(-> ?a ?b)"],
  ["?a", "(~ (~ ?a))"],
  ["(| ?a ?b)", "(| ?b ?a)"],
  ["(& ?a ?b)", "(& ?b ?a)"],
];

const ALL: readonly (readonly [left: string, right: string])[] = [
  ["(-> ?a ?b)", "(| (~ ?a) ?b)"],
  ["(| (~ ?a) ?b)", "(-> ?a ?b)"],
  ["(~ (~ ?a))", "?a"],
  ["?a", "(~ (~ ?a))"],
  ["(| ?a (| ?b ?c))", "(| (| ?a ?b) ?c)"],
  ["(& ?a (| ?b ?c))", "(| (& ?a ?b) (& ?a ?c))"],
  ["(| ?a (& ?b ?c))", "(& (| ?a ?b) (| ?a ?c))"],
  ["(| ?a ?b)", "(| ?b ?a)"],
  ["(& ?a ?b)", "(& ?b ?a)"],
  ["(| ?a (~ ?a))", "true"],
  ["(| ?a true)", "true"],
  ["(& ?a true)", "?a"],
  ["(-> ?a ?b)", "(-> (~ ?b) (~ ?a))"],
];

type Fact = boolean | undefined;

function logic(): EGraph<Fact> {
  const graph: EGraph<Fact> = new EGraph<Fact>({
    analysis: {
      make: (_, node) => {
        const name = graph.operatorName(graph.op(node));
        if (graph.arity(node) === 0)
          return name === "true" || (name === "false" ? false : undefined);
        const [a, b] = graph.children(node).map((child) => graph.data(child));
        // Where the first is known and enough, the second need not be, as in egg's test.
        if (a === undefined) return undefined;
        if (name === "~") return !a;
        return name === "&" ? a && b : (name === "|" ? a : !a) || b;
      },
      join: (a, b) => {
        if (a === undefined || a === b) return b;
        if (b === undefined) return a;
        throw new Error("true is equal to false: a rule is wrong");
      },
      modify: (_, id) => {
        const value = graph.data(id);
        if (value !== undefined) graph.union(id, graph.add(graph.operator(`${value}`), 0, []));
      },
    },
  });
  return graph;
}

function rules(graph: EGraph<Fact>, pairs: readonly (readonly [string, string])[]): Rule[] {
  return pairs.map(([left, right]) => rewrite(graph, `${left} => ${right}`, left, right));
}

/** All rules with a single pattern. */
export function all(): Workload<Fact> {
  const graph = logic();
  const terms = ["(-> (& (-> x y) (-> y z)) (-> x z))", "(| (& false x) (& true y))"];
  return {
    graph,
    rules: rules(graph, ALL),
    begin: () => terms.map((term) => addTerm(graph, term)),
  };
}

/** The proof of a chain of implications, which are taken to be true; one rule holds only of what is true. */
export function chain(): Workload<Fact> {
  const graph = logic();
  const lemma = rewrite(graph, "lemma", "(& (-> ?a ?b) (-> (~ ?a) ?c))", "(| ?b ?c)");
  const root = lemma.rootSlots[0] as number;
  const yes = graph.operator("true");
  const isTrue = (row: Int32Array, base: number): boolean =>
    graph.find(row[base + root] as number) === graph.lookup(yes, 0, []);
  return {
    graph,
    rules: [...rules(graph, CHAIN), { ...lemma, guards: [{ needs: [root], test: isTrue }] }],
    begin: () => {
      const start = addTerm(graph, "(& (-> x y) (-> y z))");
      graph.union(start, graph.add(yes, 0, []));
      return [start];
    },
  };
}
