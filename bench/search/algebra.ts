// The two algebras of MCTS-GEB: egg's mathematics with its constant folding that prunes, and its propositional logic.
import type { Theory } from "@rewright/search";
import { EGraph, type Match, type Rule, rewrite, type Syntax } from "egraph-ts";

/** A rule, and when it holds. */
type Line = readonly [name: string, left: string, right: string, when?: readonly Condition[]];
/** `is` something, of a variable; of two: the first is a constant, or a symbol of another class than the second; of none: the whole. */
type Condition = readonly [
  is: "symbol" | "number" | "not zero" | "constant beside" | "true",
  ...of: string[],
];

/** egg 0.11, tests/math.rs. */
const MATH: readonly Line[] = [
  ["comm-add", "(+ ?a ?b)", "(+ ?b ?a)"],
  ["comm-mul", "(* ?a ?b)", "(* ?b ?a)"],
  ["assoc-add", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"],
  ["assoc-mul", "(* ?a (* ?b ?c))", "(* (* ?a ?b) ?c)"],
  ["sub-canon", "(- ?a ?b)", "(+ ?a (* -1 ?b))"],
  ["div-canon", "(/ ?a ?b)", "(* ?a (pow ?b -1))", [["not zero", "?b"]]],
  ["zero-add", "(+ ?a 0)", "?a"],
  ["zero-mul", "(* ?a 0)", "0"],
  ["one-mul", "(* ?a 1)", "?a"],
  ["add-zero", "?a", "(+ ?a 0)"],
  ["mul-one", "?a", "(* ?a 1)"],
  ["cancel-sub", "(- ?a ?a)", "0"],
  ["cancel-div", "(/ ?a ?a)", "1", [["not zero", "?a"]]],
  ["distribute", "(* ?a (+ ?b ?c))", "(+ (* ?a ?b) (* ?a ?c))"],
  ["factor", "(+ (* ?a ?b) (* ?a ?c))", "(* ?a (+ ?b ?c))"],
  ["pow-mul", "(* (pow ?a ?b) (pow ?a ?c))", "(pow ?a (+ ?b ?c))"],
  ["pow0", "(pow ?x 0)", "1", [["not zero", "?x"]]],
  ["pow1", "(pow ?x 1)", "?x"],
  ["pow2", "(pow ?x 2)", "(* ?x ?x)"],
  ["pow-recip", "(pow ?x -1)", "(/ 1 ?x)", [["not zero", "?x"]]],
  ["recip-mul-div", "(* ?x (/ 1 ?x))", "1", [["not zero", "?x"]]],
  ["d-variable", "(d ?x ?x)", "1", [["symbol", "?x"]]],
  [
    "d-constant",
    "(d ?x ?c)",
    "0",
    [
      ["symbol", "?x"],
      ["constant beside", "?c", "?x"],
    ],
  ],
  ["d-add", "(d ?x (+ ?a ?b))", "(+ (d ?x ?a) (d ?x ?b))"],
  ["d-mul", "(d ?x (* ?a ?b))", "(+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))"],
  ["d-sin", "(d ?x (sin ?x))", "(cos ?x)"],
  ["d-cos", "(d ?x (cos ?x))", "(* -1 (sin ?x))"],
  ["d-ln", "(d ?x (ln ?x))", "(/ 1 ?x)", [["not zero", "?x"]]],
  [
    "d-power",
    "(d ?x (pow ?f ?g))",
    "(* (pow ?f ?g) (+ (* (d ?x ?f) (/ ?g ?f)) (* (d ?x ?g) (ln ?f))))",
    [
      ["not zero", "?f"],
      ["not zero", "?g"],
    ],
  ],
  ["i-one", "(i 1 ?x)", "?x"],
  ["i-power-const", "(i (pow ?x ?c) ?x)", "(/ (pow ?x (+ ?c 1)) (+ ?c 1))", [["number", "?c"]]],
  ["i-cos", "(i (cos ?x) ?x)", "(sin ?x)"],
  ["i-sin", "(i (sin ?x) ?x)", "(* -1 (cos ?x))"],
  ["i-sum", "(i (+ ?f ?g) ?x)", "(+ (i ?f ?x) (i ?g ?x))"],
  ["i-dif", "(i (- ?f ?g) ?x)", "(- (i ?f ?x) (i ?g ?x))"],
  ["i-parts", "(i (* ?a ?b) ?x)", "(- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))"],
];

/** The twelve rules that MCTS-GEB takes of egg's tests/prop.rs, in one direction each. The last holds only of what is true. */
const PROP: readonly Line[] = [
  ["def-imply", "(-> ?a ?b)", "(| (~ ?a) ?b)"],
  ["double-neg", "(~ (~ ?a))", "?a"],
  ["assoc-or", "(| ?a (| ?b ?c))", "(| (| ?a ?b) ?c)"],
  ["dist-and-or", "(& ?a (| ?b ?c))", "(| (& ?a ?b) (& ?a ?c))"],
  ["dist-or-and", "(| ?a (& ?b ?c))", "(& (| ?a ?b) (| ?a ?c))"],
  ["comm-or", "(| ?a ?b)", "(| ?b ?a)"],
  ["comm-and", "(& ?a ?b)", "(& ?b ?a)"],
  ["lem", "(| ?a (~ ?a))", "true"],
  ["or-true", "(| ?a true)", "true"],
  ["and-true", "(& ?a true)", "?a"],
  ["contrapositive", "(-> ?a ?b)", "(-> (~ ?b) (~ ?a))"],
  ["lem-imply", "(& (-> ?a ?b) (-> (~ ?a) ?c))", "(| ?b ?c)", [["true"]]],
];

/** What a class is known to be: a number, a variable among other things, or neither. */
type Value = number | "symbol" | undefined;

/** All 36 rules, with egg's constant folding: a class that is a number forgets its other e-nodes. */
export function math(): Theory {
  const graph: EGraph<Value> = new EGraph<Value>({
    analysis: {
      make: (_, node) => {
        const op = graph.op(node);
        if (op === number) return graph.argument(graph.arg(node)) as number;
        if (op === symbol) return "symbol";
        const fold = folds[op];
        if (!fold) return undefined;
        const a = graph.data(graph.child(node, 0));
        if (typeof a !== "number") return undefined;
        const b = graph.data(graph.child(node, 1));
        return typeof b === "number" ? fold(a, b) : undefined;
      },
      join,
      modify: (_, id) => {
        const value = graph.data(id);
        if (typeof value !== "number") return;
        for (const node of graph.nodes(id)) if (graph.arity(node) > 0) graph.subsume(node);
        graph.union(id, graph.add(number, graph.intern(`${value}`, value), []));
      },
    },
  });
  const number = graph.operator("number");
  const symbol = graph.operator("symbol");
  const folds: ((a: number, b: number) => number | undefined)[] = [];
  folds[graph.operator("+")] = (a, b) => a + b;
  folds[graph.operator("-")] = (a, b) => a - b;
  folds[graph.operator("*")] = (a, b) => a * b;
  folds[graph.operator("/")] = (a, b) => (b === 0 ? undefined : a / b);
  const syntax: Syntax = {
    read: (atom) => {
      const value = Number(atom);
      return Number.isNaN(value)
        ? { op: symbol, arg: graph.intern(atom, atom) }
        : { op: number, arg: graph.intern(atom, value) };
    },
    write: (_, arg) => String(graph.argument(arg)),
  };
  return { graph, rules: rules(graph, MATH, syntax), syntax };
}

/** Propositional logic: constants follow, as an analysis. */
export function prop(): Theory {
  type Fact = boolean | undefined;
  const graph: EGraph<Fact> = new EGraph<Fact>({
    analysis: {
      make: (_, node) => {
        const op = graph.op(node);
        if (op === yes) return true;
        if (op === no) return false;
        if (graph.arity(node) === 0) return undefined;
        const a = graph.data(graph.child(node, 0));
        if (a === undefined) return undefined;
        if (op === not) return !a;
        const b = graph.data(graph.child(node, 1));
        if (b === undefined) return undefined;
        return op === and ? a && b : (op === or ? a : !a) || b;
      },
      join,
      modify: (_, id) => {
        const value = graph.data(id);
        if (value !== undefined) graph.union(id, graph.add(value ? yes : no, 0, []));
      },
    },
  });
  const [yes, no] = [graph.operator("true"), graph.operator("false")];
  const [and, or] = [graph.operator("&"), graph.operator("|")];
  const not = graph.operator("~");
  return { graph, rules: rules(graph, PROP, {}) };
}

function join<T>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  throw new Error(`${String(a)} is equal to ${String(b)}: a rule is wrong`);
}

function rules<D>(graph: EGraph<D>, lines: readonly Line[], syntax: Syntax): Rule[] {
  const holds = ([is, a, b]: Condition, match: Match<D>): boolean => {
    if (is === "true") return graph.data(match.root) === true;
    const value = match.data(a as string) as Value;
    if (is === "not zero") return value !== 0;
    if (is === "number") return typeof value === "number";
    if (is === "symbol") return value === "symbol";
    return value !== undefined && match.class(a as string) !== match.class(b as string);
  };
  return lines.map(([name, left, right, when = []]) =>
    rewrite(graph, name, left, right, {
      ...syntax,
      when: when.map((condition) => {
        const test = (match: Match<D>): boolean => holds(condition, match);
        return condition.length > 1 ? { of: condition.slice(1), test } : test;
      }),
    }),
  );
}
