/** All 36 rules of egg's `math` test, with its constant folding that prunes. */
import { addTerm, EGraph, type Match, rewrite, type Syntax } from "../../src/index.ts";
import { MATH_RULES, MATH_TERMS } from "../math.ts";
import type { Workload } from "./workload.ts";

/** What a class is known to be: a number, a variable among other things, or neither. */
type Fact = number | "symbol" | undefined;

type Test = (match: Match<Fact>) => boolean;

const notZero =
  (v: string): Test =>
  (match) =>
    match.data(v) !== 0;
const isNumber =
  (v: string): Test =>
  (match) =>
    typeof match.data(v) === "number";
const isSymbol =
  (v: string): Test =>
  (match) =>
    match.data(v) === "symbol";
const both =
  (a: Test, b: Test): Test =>
  (match) =>
    a(match) && b(match);

/** In egg's order, since conditions see what was applied before. */
const FULL_RULES: readonly (readonly [left: string, right: string, when?: Test])[] = [
  ...MATH_RULES.slice(0, 5),
  ["(/ ?a ?b)", "(* ?a (pow ?b -1))", notZero("?b")],
  ...MATH_RULES.slice(5, 8),
  ["?a", "(+ ?a 0)"],
  ["?a", "(* ?a 1)"],
  ...MATH_RULES.slice(8, 9),
  ["(/ ?a ?a)", "1", notZero("?a")],
  ...MATH_RULES.slice(9, 12),
  ["(pow ?x 0)", "1", notZero("?x")],
  ...MATH_RULES.slice(12, 14),
  ["(pow ?x -1)", "(/ 1 ?x)", notZero("?x")],
  ["(* ?x (/ 1 ?x))", "1", notZero("?x")],
  ["(d ?x ?x)", "1", isSymbol("?x")],
  [
    "(d ?x ?c)",
    "0",
    both(
      isSymbol("?x"),
      (match) => match.class("?c") !== match.class("?x") && match.data("?c") !== undefined,
    ),
  ],
  ...MATH_RULES.slice(14, 18),
  ["(d ?x (ln ?x))", "(/ 1 ?x)", notZero("?x")],
  [
    "(d ?x (pow ?f ?g))",
    "(* (pow ?f ?g) (+ (* (d ?x ?f) (/ ?g ?f)) (* (d ?x ?g) (ln ?f))))",
    both(notZero("?f"), notZero("?g")),
  ],
  ...MATH_RULES.slice(18, 19),
  ["(i (pow ?x ?c) ?x)", "(/ (pow ?x (+ ?c 1)) (+ ?c 1))", isNumber("?c")],
  ...MATH_RULES.slice(19),
];

/** All 36 rules, on one of the seven terms or on all. */
export function full(which: string): Workload<Fact> {
  const graph: EGraph<Fact> = new EGraph<Fact>({
    analysis: {
      make: (_, node) => {
        const op = graph.op(node);
        if (op === number) return graph.argument(graph.arg(node)) as number;
        if (op === symbol) return "symbol";
        const fold = folds.get(op);
        if (!fold) return undefined;
        const a = graph.data(graph.child(node, 0));
        const b = graph.data(graph.child(node, 1));
        return typeof a === "number" && typeof b === "number" ? fold(a, b) : undefined;
      },
      join: (a, b) => {
        if (a === undefined || a === b) return b;
        if (b === undefined) return a;
        throw new Error(`${a} is equal to ${b}: a rule is wrong`);
      },
      modify: (_, id) => {
        const value = graph.data(id);
        if (typeof value !== "number") return;
        graph.union(id, graph.add(number, graph.intern(`${value}`, value), []));
        for (const node of graph.nodes(id)) if (graph.arity(node) > 0) graph.subsume(node);
      },
    },
  });
  const number = graph.operator("number");
  const symbol = graph.operator("symbol");
  const folds = new Map<number, (a: number, b: number) => number | undefined>([
    [graph.operator("+"), (a, b) => a + b],
    [graph.operator("-"), (a, b) => a - b],
    [graph.operator("*"), (a, b) => a * b],
    [graph.operator("/"), (a, b) => (b === 0 ? undefined : a / b)],
  ]);
  const syntax: Syntax = {
    read: (atom) => {
      const value = Number(atom);
      return Number.isNaN(value)
        ? { op: symbol, arg: graph.intern(atom, atom) }
        : { op: number, arg: graph.intern(atom, value) };
    },
  };
  const terms = which === "" ? MATH_TERMS : [MATH_TERMS[Number(which)] as string];
  return {
    graph,
    rules: FULL_RULES.map(([left, right, when]) =>
      rewrite(graph, `${left} => ${right}`, left, right, {
        ...syntax,
        ...(when ? { whenApplied: when } : {}),
      }),
    ),
    begin: () => terms.map((term) => addTerm(graph, term, syntax)),
  };
}
