/** The lambda calculus of egg's tests: free variables and constants, and a rewrite that avoids capture. */
import {
  addTerm,
  EGraph,
  type Id,
  type Match,
  type NodeId,
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

interface Fact {
  /** The classes of the names of variables that occur free in every term of the class that is known. */
  readonly free: ReadonlySet<Id>;
  readonly constant: number | boolean | undefined;
}

/** What is in both: `a` or `b` itself where that is all of it. */
function intersection(a: ReadonlySet<Id>, b: ReadonlySet<Id>): ReadonlySet<Id> {
  const both = [...a].filter((id) => b.has(id));
  return both.length === a.size ? a : both.length === b.size ? b : new Set(both);
}

function join(a: Fact, b: Fact): Fact {
  if (a.constant !== undefined && b.constant !== undefined && a.constant !== b.constant)
    throw new Error(`${a.constant} is equal to ${b.constant}: a rule is wrong`);
  const free = intersection(a.free, b.free);
  const constant = a.constant ?? b.constant;
  for (const same of [a, b]) if (free === same.free && constant === same.constant) return same;
  return { free, constant };
}

/** The rules on one of the terms. */
export function lambda(term: string): Workload<Fact> {
  const graph: EGraph<Fact> = new EGraph<Fact>({
    analysis: {
      make: (_, node) => ({ free: freeIn(graph, node), constant: constantOf(graph, node) }),
      join,
      modify: (_, id) => {
        const { constant } = graph.data(id);
        if (constant !== undefined)
          graph.union(id, graph.add(literal, graph.intern(`${constant}`, constant), []));
      },
    },
  });
  const literal = graph.operator("literal");
  const syntax: Syntax = {
    read: (atom) => {
      const value = atom === "true" || (atom === "false" ? false : Number(atom));
      return Number.isNaN(value) ? undefined : { op: literal, arg: graph.intern(atom, value) };
    },
  };
  return {
    graph,
    rules: rules(graph, syntax),
    begin: () => [addTerm(graph, TERMS[term] as string, syntax)],
  };
}

function freeIn(graph: EGraph<Fact>, node: NodeId): ReadonlySet<Id> {
  const children = graph.children(node);
  const free = (i: number): Id[] => [...graph.data(children[i] as Id).free];
  const isFree = (id: Id): boolean => id !== children[0];
  switch (graph.operatorName(graph.op(node))) {
    case "var":
      return new Set(children);
    case "let":
      return new Set([...free(2).filter(isFree), ...free(1)]);
    case "lam":
    case "fix":
      return new Set(free(1).filter(isFree));
    default:
      return new Set(children.flatMap((_, i) => free(i)));
  }
}

function constantOf(graph: EGraph<Fact>, node: NodeId): Fact["constant"] {
  const name = graph.operatorName(graph.op(node));
  if (name === "literal") return graph.argument(graph.arg(node)) as number | boolean;
  if (name !== "+" && name !== "=") return undefined;
  const [a, b] = graph.children(node).map((child) => graph.data(child).constant);
  if (a === undefined || b === undefined) return undefined;
  if (name === "=") return a === b;
  const sum = (a as number) + (b as number);
  // Sums overflow as they do in 32 bits: then nothing is known.
  return (sum | 0) === sum ? sum : undefined;
}

function rules(graph: EGraph<Fact>, syntax: Syntax): Rule[] {
  const rule = (left: string, right: string, whenApplied?: (match: Match<Fact>) => boolean): Rule =>
    rewrite(graph, `${left} => ${right}`, left, right, {
      ...syntax,
      ...(whenApplied ? { whenApplied } : {}),
    });
  const build = (text: string, match: Match<Fact>): Id =>
    addTerm(graph, text, { ...syntax, bind: (variable) => match.class(variable) });
  const differ = (match: Match<Fact>): boolean => match.class("?v1") !== match.class("?v2");
  return [
    rule("(if true ?then ?else)", "?then"),
    rule("(if false ?then ?else)", "?else"),
    // The condition adds the two terms that it compares, as egg's does.
    rule("(if (= (var ?x) ?e) ?then ?else)", "?else", (match) => {
      const then = build("(let ?x ?e ?then)", match);
      return graph.find(then) === graph.find(build("(let ?x ?e ?else)", match));
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
    avoidingCapture(graph, rule("(let ?v1 ?e (lam ?v2 ?body))", "?e", differ)),
  ];
}

/** The rule with a right side that renames the inner variable where it would capture one. */
function avoidingCapture(graph: EGraph<Fact>, rule: Rule): Rule {
  const slot = (variable: string): number => rule.variables?.get(variable) as number;
  return {
    ...rule,
    right: (row, base) => {
      const of = (variable: string): Id => graph.find(row[base + slot(variable)] as Id);
      if (!graph.data(of("?e")).free.has(of("?v2")))
        return addTerm(graph, "(lam ?v2 (let ?v1 ?e ?body))", { bind: of });
      // The new name is that of the class it is needed in, as egg's test has it.
      const fresh = graph.add(
        graph.operator(`_${row[base + (rule.rootSlots[0] as number)]}`),
        0,
        [],
      );
      return addTerm(graph, "(lam ?fresh (let ?v1 ?e (let ?v2 (var ?fresh) ?body)))", {
        bind: (variable) => (variable === "?fresh" ? fresh : of(variable)),
      });
    },
  };
}
