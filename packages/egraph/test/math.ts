/**
 * The rules of egg's `math` test that have no condition and build nothing from nothing (the set that
 * egglog's math benchmark uses), as terms of s-expressions, and a runner for such rules.
 */
import { type EGraph, type Id, Matches, type Pattern, Query } from "../src/index.ts";

export const MATH_RULES: readonly (readonly [left: string, right: string])[] = [
  ["(+ ?a ?b)", "(+ ?b ?a)"],
  ["(* ?a ?b)", "(* ?b ?a)"],
  ["(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"],
  ["(* ?a (* ?b ?c))", "(* (* ?a ?b) ?c)"],
  ["(- ?a ?b)", "(+ ?a (* -1 ?b))"],
  ["(+ ?a 0)", "?a"],
  ["(* ?a 0)", "0"],
  ["(* ?a 1)", "?a"],
  ["(- ?a ?a)", "0"],
  ["(* ?a (+ ?b ?c))", "(+ (* ?a ?b) (* ?a ?c))"],
  ["(+ (* ?a ?b) (* ?a ?c))", "(* ?a (+ ?b ?c))"],
  ["(* (pow ?a ?b) (pow ?a ?c))", "(pow ?a (+ ?b ?c))"],
  ["(pow ?x 1)", "?x"],
  ["(pow ?x 2)", "(* ?x ?x)"],
  ["(d ?x (+ ?a ?b))", "(+ (d ?x ?a) (d ?x ?b))"],
  ["(d ?x (* ?a ?b))", "(+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))"],
  ["(d ?x (sin ?x))", "(cos ?x)"],
  ["(d ?x (cos ?x))", "(* -1 (sin ?x))"],
  ["(i 1 ?x)", "?x"],
  ["(i (cos ?x) ?x)", "(sin ?x)"],
  ["(i (sin ?x) ?x)", "(* -1 (cos ?x))"],
  ["(i (+ ?f ?g) ?x)", "(+ (i ?f ?x) (i ?g ?x))"],
  ["(i (- ?f ?g) ?x)", "(- (i ?f ?x) (i ?g ?x))"],
  ["(i (* ?a ?b) ?x)", "(- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))"],
];

export const MATH_TERMS: readonly string[] = [
  "(i (ln x) x)",
  "(i (+ x (cos x)) x)",
  "(i (* (cos x) x) x)",
  "(d x (+ 1 (* 2 x)))",
  "(d x (- (pow x 3) (* 7 (pow x 2))))",
  "(+ (* y (+ x y)) (- (+ x 2) (+ x x)))",
  "(/ 1 (- (/ (+ 1 (sqrt five)) 2) (/ (- 1 (sqrt five)) 2)))",
];

type Term = string | Term[];

function parse(text: string): Term {
  const tokens = text.match(/[()]|[^()\s]+/g) ?? [];
  let at = 0;
  const read = (): Term => {
    const token = tokens[at++] as string;
    if (token !== "(") return token;
    const list: Term[] = [];
    while (tokens[at] !== ")") list.push(read());
    at++;
    return list;
  };
  return read();
}

/** Builds terms, with the values of variables in a row. */
type Build = (rows: Int32Array, base: number) => Id;

function builder<D>(graph: EGraph<D>, term: Term, slot: (name: string) => number): Build {
  if (typeof term === "string" && term.startsWith("?")) {
    const s = slot(term);
    return (rows, base) => rows[base + s] as number;
  }
  const [head, ...rest] = typeof term === "string" ? [term] : (term as [string, ...Term[]]);
  const op = graph.operator(head);
  const parts = rest.map((part) => builder(graph, part, slot));
  const children = new Int32Array(parts.length);
  return (rows, base) => {
    for (let i = 0; i < parts.length; i++) children[i] = (parts[i] as Build)(rows, base);
    return graph.add(op, 0, children);
  };
}

function pattern<D>(graph: EGraph<D>, term: Term, slot: (name: string) => number): Pattern {
  if (typeof term === "string" && term.startsWith("?"))
    return { kind: "variable", slot: slot(term) };
  const [head, ...rest] = typeof term === "string" ? [term] : (term as [string, ...Term[]]);
  return {
    kind: "node",
    op: graph.operator(head),
    children: rest.map((part) => pattern(graph, part, slot)),
  };
}

/** Adds a term without variables. */
export function addTerm<D>(graph: EGraph<D>, text: string): Id {
  return builder(graph, parse(text), () => 0)(new Int32Array(0), 0);
}

/** Rules that are searched all together, then applied. */
export class Rewriter<D> {
  private readonly graph: EGraph<D>;
  private readonly rules: { query: Query; out: Matches; build: Build }[];
  /** Milliseconds by phase. */
  readonly spent = { search: 0, apply: 0, rebuild: 0 };

  constructor(graph: EGraph<D>, rules: readonly (readonly [string, string])[]) {
    this.graph = graph;
    this.rules = rules.map(([left, right]) => {
      const names = ["root"];
      const slot = (name: string): number => {
        const known = names.indexOf(name);
        return known < 0 ? names.push(name) - 1 : known;
      };
      const roots = [pattern(graph, parse(left), slot)];
      const build = builder(graph, parse(right), slot);
      const query = new Query(graph, roots, { slots: names.length, rootSlots: [0] });
      return { query, out: new Matches(names.length), build };
    });
  }

  /** One iteration of equality saturation; returns the number of matches. */
  step(): number {
    const { graph, spent } = this;
    let matches = 0;
    const began = performance.now();
    for (const { query, out } of this.rules) {
      out.clear();
      matches += query.search(out);
    }
    const searched = performance.now();
    for (const { out, build } of this.rules)
      for (let r = 0; r < out.count; r++) {
        const base = r * out.width;
        graph.union(out.rows[base] as number, build(out.rows, base));
      }
    const applied = performance.now();
    graph.rebuild();
    spent.search += searched - began;
    spent.apply += applied - searched;
    spent.rebuild += performance.now() - applied;
    return matches;
  }
}
