/** The lambda calculus of egg's tests: free variables and constants, and a rewrite that avoids capture. */
import {
  addTerm,
  EGraph,
  type Id,
  type Match,
  type NodeId,
  type OpId,
  type Rule,
  rewrite,
  type Syntax,
} from "../../src/index.ts";
import type { Workload } from "./workload.ts";

const COMPOSE = "(lam f (lam g (lam x (app (var f) (app (var g) (var x))))))";
const TERMS: Readonly<Record<string, string>> = {
  under: "(lam x (+ 4 (app (lam y (var y)) 4)))",
  "if-elim": "(if (= (var a) (var b)) (+ (var a) (var a)) (+ (var a) (var b)))",
  "let-simple": "(let x 0 (let y 1 (+ (var x) (var y))))",
  closure:
    "(let five 5 (let add-five (lam x (+ (var x) (var five))) (let five 6 (app (var add-five) 1))))",
  compose: `(let compose ${COMPOSE}
    (let add1 (lam y (+ (var y) 1)) (app (app (var compose) (var add1)) (var add1))))`,
  if: "(let zeroone (lam x (if (= (var x) 0) 0 1)) (+ (app (var zeroone) 0) (app (var zeroone) 10)))",
  repeat: `(let compose ${COMPOSE}
    (let repeat (fix repeat (lam fun (lam n (if (= (var n) 0) (lam i (var i))
      (app (app (var compose) (var fun)) (app (app (var repeat) (var fun)) (+ (var n) -1)))))))
    (let add1 (lam y (+ (var y) 1)) (app (app (var repeat) (var add1)) 2))))`,
  fib: `(let fib (fix fib (lam n (if (= (var n) 0) 0 (if (= (var n) 1) 1
    (+ (app (var fib) (+ (var n) -1)) (app (var fib) (+ (var n) -2))))))) (app (var fib) 4))`,
};

/** Classes of the names of variables, in ascending order. */
type Names = readonly Id[];

interface Fact {
  /** The variables that occur free in every term of the class that is known. */
  readonly free: Names;
  readonly constant: number | boolean | undefined;
}

const NONE: Names = [];

/** What is in both: `a` or `b` itself where that is all of it. */
function intersection(a: Names, b: Names): Names {
  if (a === b || a.length === 0) return a;
  if (b.length === 0) return b;
  const both = a.filter((id) => b.includes(id));
  return both.length === a.length ? a : both.length === b.length ? b : both;
}

/** What is in either: `a` or `b` itself where that is all of it. */
function union(a: Names, b: Names): Names {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  const more = b.filter((id) => !a.includes(id));
  if (more.length === 0) return a;
  const all = [...a, ...more].sort((x, y) => x - y);
  return all.length === b.length ? b : all;
}

function without(a: Names, id: Id): Names {
  return a.includes(id) ? a.filter((other) => other !== id) : a;
}

function join(a: Fact, b: Fact): Fact {
  if (a.constant !== undefined && b.constant !== undefined && a.constant !== b.constant)
    throw new Error(`${a.constant} is equal to ${b.constant}: a rule is wrong`);
  const free = intersection(a.free, b.free);
  const constant = a.constant ?? b.constant;
  for (const same of [a, b]) if (free === same.free && constant === same.constant) return same;
  return { free, constant };
}

/** The operators of the calculus. */
type Operators = Readonly<Record<(typeof NAMES)[number], OpId>>;
const NAMES = ["literal", "var", "let", "lam", "fix", "+", "="] as const;

/** The rules on one of the terms. */
export function lambda(term: string): Workload<Fact> {
  const graph: EGraph<Fact> = new EGraph<Fact>({
    analysis: {
      make: (_, node) => ({
        free: freeIn(graph, ops, node),
        constant: constantOf(graph, ops, node),
      }),
      join,
      modify: (_, id) => {
        const { constant } = graph.data(id);
        if (constant !== undefined)
          graph.union(id, graph.add(ops.literal, graph.intern(`${constant}`, constant), []));
      },
    },
  });
  const ops = Object.fromEntries(NAMES.map((name) => [name, graph.operator(name)])) as Operators;
  const syntax: Syntax = {
    read: (atom) => {
      const value = atom === "true" || (atom === "false" ? false : Number(atom));
      return Number.isNaN(value) ? undefined : { op: ops.literal, arg: graph.intern(atom, value) };
    },
  };
  return {
    graph,
    rules: rules(graph, ops, syntax),
    begin: () => [addTerm(graph, TERMS[term] as string, syntax)],
  };
}

function freeIn(graph: EGraph<Fact>, ops: Operators, node: NodeId): Names {
  const free = (i: number): Names => graph.data(graph.child(node, i)).free;
  switch (graph.op(node)) {
    case ops.var:
      return [graph.child(node, 0)];
    case ops.let:
      return union(without(free(2), graph.child(node, 0)), free(1));
    case ops.lam:
    case ops.fix:
      return without(free(1), graph.child(node, 0));
    default: {
      let all = NONE;
      for (let i = 0; i < graph.arity(node); i++) all = union(all, free(i));
      return all;
    }
  }
}

function constantOf(graph: EGraph<Fact>, ops: Operators, node: NodeId): Fact["constant"] {
  const op = graph.op(node);
  if (op === ops.literal) return graph.argument(graph.arg(node)) as number | boolean;
  if (op !== ops["+"] && op !== ops["="]) return undefined;
  const a = graph.data(graph.child(node, 0)).constant;
  const b = graph.data(graph.child(node, 1)).constant;
  if (a === undefined || b === undefined) return undefined;
  if (op === ops["="]) return a === b;
  const sum = (a as number) + (b as number);
  // Sums overflow as they do in 32 bits: then nothing is known.
  return (sum | 0) === sum ? sum : undefined;
}

function rules(graph: EGraph<Fact>, ops: Operators, syntax: Syntax): Rule[] {
  const rule = (left: string, right: string, whenApplied?: (match: Match<Fact>) => boolean): Rule =>
    rewrite(graph, `${left} => ${right}`, left, right, {
      ...syntax,
      ...(whenApplied ? { whenApplied } : {}),
    });
  const differ = (match: Match<Fact>): boolean => match.class("?v1") !== match.class("?v2");
  return [
    rule("(if true ?then ?else)", "?then"),
    rule("(if false ?then ?else)", "?else"),
    // The condition adds the two terms that it compares, as egg's does.
    rule("(if (= (var ?x) ?e) ?then ?else)", "?else", (match) => {
      const [x, e] = [match.class("?x"), match.class("?e")];
      const then = graph.add(ops.let, 0, [x, e, match.class("?then")]);
      return graph.find(then) === graph.add(ops.let, 0, [x, e, match.class("?else")]);
    }),
    rule("(+ ?a ?b)", "(+ ?b ?a)"),
    rule("(+ (+ ?a ?b) ?c)", "(+ ?a (+ ?b ?c))"),
    rule("(= ?a ?b)", "(= ?b ?a)"),
    rule("(fix ?v ?e)", "(let ?v (fix ?v ?e) ?e)"),
    rule("(app (lam ?v ?body) ?e)", "(let ?v ?e ?body)"),
    rule("(let ?v ?e (app ?a ?b))", "(app (let ?v ?e ?a) (let ?v ?e ?b))"),
    rule("(let ?v ?e (+ ?a ?b))", "(+ (let ?v ?e ?a) (let ?v ?e ?b))"),
    rule("(let ?v ?e (= ?a ?b))", "(= (let ?v ?e ?a) (let ?v ?e ?b))"),
    rule("(let ?v ?e ?c)", "?c", (match) => match.data("?c").constant !== undefined),
    rule(
      "(let ?v ?e (if ?cond ?then ?else))",
      "(if (let ?v ?e ?cond) (let ?v ?e ?then) (let ?v ?e ?else))",
    ),
    rule("(let ?v1 ?e (var ?v1))", "?e"),
    rule("(let ?v1 ?e (var ?v2))", "(var ?v2)", differ),
    rule("(let ?v1 ?e (lam ?v1 ?body))", "(lam ?v1 ?body)"),
    avoidingCapture(graph, ops, rule("(let ?v1 ?e (lam ?v2 ?body))", "?e", differ)),
  ];
}

/** The rule with a right side that renames the inner variable where it would capture one. */
function avoidingCapture(graph: EGraph<Fact>, ops: Operators, rule: Rule): Rule {
  const slot = (variable: string): number => rule.variables?.get(variable) as number;
  const slots = ["?v1", "?e", "?v2", "?body"].map(slot);
  return {
    ...rule,
    right: (row, base) => {
      const [v1, e, v2, body] = slots.map((s) => graph.find(row[base + s] as Id)) as Four;
      if (!graph.data(e).free.includes(v2))
        return graph.add(ops.lam, 0, [v2, graph.add(ops.let, 0, [v1, e, body])]);
      // The new name is that of the class it is needed in, as egg's test has it.
      const fresh = graph.add(
        graph.operator(`_${row[base + (rule.rootSlots[0] as number)]}`),
        0,
        [],
      );
      const renamed = graph.add(ops.let, 0, [v2, graph.add(ops.var, 0, [fresh]), body]);
      return graph.add(ops.lam, 0, [fresh, graph.add(ops.let, 0, [v1, e, renamed])]);
    },
  };
}

type Four = [Id, Id, Id, Id];
