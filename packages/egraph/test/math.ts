/**
 * The rules of egg's `math` test that have no condition and build nothing from nothing (the set that
 * egglog's math benchmark uses), as terms of s-expressions.
 */
import { type EGraph, type Rule, rewrite } from "../src/index.ts";

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

/** Those rules for a graph, named by their place. */
export function mathRules(graph: EGraph<unknown>): Rule[] {
  return MATH_RULES.map(([left, right], i) => rewrite(graph, `math-${i}`, left, right));
}
