/** What egg's `math`, `prop` and `lambda` tests prove; those of `math` with conditions tested while searching. */
import { describe, expect, test } from "vitest";
import {
  type Analysis,
  addTerm,
  type Condition,
  EGraph,
  type Id,
  type Limits,
  lookupTerm,
  type Match,
  Matches,
  Query,
  type Rule,
  Runner,
  rewrite,
  type Syntax,
} from "../src/index.ts";
import { open } from "./egg/workload.ts";
import { MATH_RULES } from "./math.ts";

/** Whether a class has a term of this form. */
function has(graph: EGraph<unknown>, id: Id, form: string, syntax: Syntax): boolean {
  if (!form.includes("?")) return lookupTerm(graph, form, syntax) === graph.find(id);
  const { left, rootSlots, slots } = rewrite(graph, "goal", form, () => undefined, syntax);
  const found = new Matches(slots);
  new Query(graph, left, { rootSlots, slots }).search(found);
  for (let row = 0; row < found.count; row++)
    if (found.rows[row * slots + (rootSlots[0] as number)] === graph.find(id)) return true;
  return false;
}

/** Whether rules make the class of a term contain all goals. */
function proves(
  graph: EGraph<unknown>,
  rules: readonly Rule[],
  root: Id,
  goals: readonly string[],
  limits: Limits,
  syntax: Syntax = {},
): boolean {
  const runner = new Runner(graph, rules, { limits });
  const isDone = (): boolean => goals.every((goal) => has(graph, root, goal, syntax));
  graph.rebuild();
  while (!isDone()) if (!runner.step()) return isDone();
  return true;
}

/** Constant folding, for operators without children whose names say their values. */
function folding<V>(
  constantOf: (name: string) => V | undefined,
  fold: (op: string, args: readonly V[]) => V | undefined,
): Analysis<V | undefined> {
  return {
    make(graph, node) {
      const op = graph.operatorName(graph.op(node));
      if (graph.arity(node) === 0) return constantOf(op);
      const args = graph.children(node).map((child) => graph.data(child));
      return args.includes(undefined) ? undefined : fold(op, args as V[]);
    },
    join(a, b) {
      if (a !== undefined && b !== undefined && a !== b) throw new Error(`${a} is not ${b}`);
      return a ?? b;
    },
    modify(graph, id) {
      const value = graph.data(id);
      if (value !== undefined) graph.union(id, addTerm(graph, String(value)));
    },
  };
}

describe("math", () => {
  type Facts = number | undefined;
  const numberOf = (name: string): Facts => (Number.isNaN(Number(name)) ? undefined : Number(name));
  const arithmetic = folding<number>(numberOf, (op, [a, b]) => {
    if (a === undefined || b === undefined) return undefined;
    if (op === "+") return a + b;
    if (op === "-") return a - b;
    if (op === "*") return a * b;
    return op === "/" && b !== 0 ? a / b : undefined;
  });
  const isSymbol = ({ graph }: Match<Facts>, id: Id): boolean =>
    graph
      .nodes(id)
      .some((n) => graph.arity(n) === 0 && numberOf(graph.operatorName(graph.op(n))) === undefined);
  const notZero = (name: string): Condition<Facts> => ({
    of: [name],
    test: (match) => match.data(name) !== 0,
  });
  const symbol = (name: string): Condition<Facts> => ({
    of: [name],
    test: (match) => isSymbol(match, match.class(name)),
  });
  const constant = (name: string): Condition<Facts> => ({
    of: [name],
    test: (match) => match.data(name) !== undefined,
  });
  const independent: Condition<Facts> = (match) =>
    match.class("?c") !== match.class("?x") &&
    (match.data("?c") !== undefined || isSymbol(match, match.class("?c")));
  const CONDITIONAL: readonly (readonly [string, string, ...Condition<Facts>[]])[] = [
    ["(/ ?a ?b)", "(* ?a (pow ?b -1))", notZero("?b")],
    ["?a", "(+ ?a 0)"],
    ["?a", "(* ?a 1)"],
    ["(/ ?a ?a)", "1", notZero("?a")],
    ["(pow ?x 0)", "1", notZero("?x")],
    ["(pow ?x -1)", "(/ 1 ?x)", notZero("?x")],
    ["(* ?x (/ 1 ?x))", "1", notZero("?x")],
    ["(d ?x ?x)", "1", symbol("?x")],
    ["(d ?x ?c)", "0", symbol("?x"), independent],
    ["(d ?x (ln ?x))", "(/ 1 ?x)", notZero("?x")],
    [
      "(d ?x (pow ?f ?g))",
      "(* (pow ?f ?g) (+ (* (d ?x ?f) (/ ?g ?f)) (* (d ?x ?g) (ln ?f))))",
      notZero("?f"),
      notZero("?g"),
    ],
    ["(i (pow ?x ?c) ?x)", "(/ (pow ?x (+ ?c 1)) (+ ?c 1))", constant("?c")],
  ];

  function prove(start: string, goal: string, nodes: number): boolean {
    const graph = new EGraph<Facts>({ analysis: arithmetic });
    const rules = [
      ...MATH_RULES.map(([left, right]) => rewrite(graph, `${left} = ${right}`, left, right)),
      ...CONDITIONAL.map(([left, right, ...when]) =>
        rewrite(graph, `${left} = ${right}`, left, right, { when }),
      ),
    ];
    return proves(graph, rules, addTerm(graph, start), [goal], { nodes });
  }

  test.each([
    ["(+ x (+ x (+ x x)))", "(* 4 x)"],
    ["(* (pow 2 x) (pow 2 y))", "(pow 2 (+ x y))"],
    ["(+ 1 (- a (* (- 2 1) a)))", "1"],
    ["(* (+ x 3) (+ x 1))", "(+ (+ (* x x) (* 4 x)) 3)"],
    ["(/ 1 (- (/ (+ 1 (sqrt five)) 2) (/ (- 1 (sqrt five)) 2)))", "(/ 1 (sqrt five))"],
    ["(d x x)", "1"],
    ["(d x y)", "0"],
    ["(d x (+ 1 (* 2 x)))", "2"],
    ["(d x (+ 1 (* y x)))", "y"],
    ["(d x (ln x))", "(/ 1 x)"],
    ["(d x (pow x 3))", "(* 3 (pow x 2))"],
    ["(i 1 x)", "x"],
    ["(i (cos x) x)", "(sin x)"],
    ["(i (pow x 1) x)", "(/ (pow x 2) 2)"],
    ["(i (* x (cos x)) x)", "(+ (* x (sin x)) (cos x))"],
    ["(i (ln x) x)", "(- (* x (ln x)) x)"],
  ])("%s = %s", (start, goal) => {
    expect(prove(start, goal, 75_000)).toBe(true);
  });

  test("but not what is false", () => {
    expect(prove("(+ x y)", "(/ x y)", 5_000)).toBe(false);
  });
});

describe("lambda", () => {
  function prove(name: string, goals: readonly string[], limits: Limits): boolean {
    const { graph, rules, begin } = open(`lambda:${name}`);
    const [root] = begin() as [Id];
    const op = graph.operator("literal");
    const read: Syntax["read"] = (atom) => {
      const value = atom === "true" || (atom === "false" ? false : Number(atom));
      return Number.isNaN(value) ? undefined : { op, arg: graph.intern(atom, value) };
    };
    return proves(graph, rules, root, goals, limits, { read });
  }

  test.each([
    ["under", ["(lam x 8)"]],
    ["if-elim", ["(+ (var a) (var b))"]],
    ["let-simple", ["1"]],
    [
      "compose",
      ["(lam ?x (+ 1 (app (lam ?y (+ 1 (var ?y))) (var ?x))))", "(lam ?x (+ (var ?x) 2))"],
    ],
    ["if", ["1"]],
  ])("%s = %j", (name, goals) => {
    expect(prove(name, goals, { nodes: 10_000 })).toBe(true);
  });

  test("but five is not captured", () => {
    expect(prove("closure", ["7"], { nodes: 10_000 })).toBe(false);
  });
});

describe("prop", () => {
  test.each([
    ["(& (-> (~ y) (~ x)) (-> y z))"],
    ["(& (-> y z) (-> (~ y) (~ x)))"],
    ["(| z (~ x))"],
    ["(| (~ x) z)"],
    ["(-> x z)"],
  ])("what implies what: %s", (goal) => {
    const { graph, rules, begin } = open("prop:chain");
    const [root] = begin() as [Id];
    expect(proves(graph, rules, root, [goal], { iterations: 20, nodes: 5_000 })).toBe(true);
  });
});
